"""The headers of every answer and the limits of every request: CSRF, cookie flags, sizes, the host's name."""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, request
from flask_wtf.csrf import CSRFProtect

from config import Config
from training.web.kit import access, files

csrf = CSRFProtect()

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask, config: Config) -> None:
    """Set the limits of requests and the headers of answers."""
    over_https = config.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="__Host-training" if over_https else "training",
        SESSION_COOKIE_SECURE=over_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=config.max_upload_mb * 1024 * 1024 + 64 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=over_https,
        TRUSTED_HOSTS=[config.host, "127.0.0.1", "localhost"] if config.local else [config.host],
    )
    app.before_request(_take_long_requests)
    csrf.init_app(app)
    app.before_request(_refuse_unstorable)

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if over_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if access.user_or_none() is not None:
            response.headers.setdefault("Cache-Control", "no-store")
            response.vary.add("Cookie")
        return response


def _take_long_requests() -> None:
    """Let pasted rows be as long as a file, and files of the store longer. The pages say when they are too long."""
    if request.endpoint == "imports.new":
        request.max_form_memory_size = current_app.config["MAX_CONTENT_LENGTH"]
    elif (most := files.MOST_BYTES.get(request.endpoint or "")) and access.user_or_none() is not None:
        request.max_content_length = most


def _refuse_unstorable() -> None:
    """Refuse an address with a NUL or half a character. Browsers send none, and no database takes one."""
    for text in (request.path, *request.args.keys(), *(v for _, v in request.args.items(multi=True))):
        if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
            abort(400)

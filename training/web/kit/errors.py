"""Refusals and mistakes as pages. A page says what happened and what to do, and shows nothing internal."""

from __future__ import annotations

import logging
import uuid
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from training.db import roll_back
from training.errors import Conflict, DomainError, Invalid, NotFound, TooMany

log = logging.getLogger(__name__)
PAGES = {400, 403, 404, 409, 413, 429, 500, 503}


def init_app(app: Flask) -> None:
    """Answer every error with its page."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(Exception, _unexpected)


def _page(status: int, **context: Any) -> Response:
    template = f"errors/{status if status in PAGES else 400 if status < 500 else 500}.html"
    return make_response(render_template(template, **context), status)


def _refused(refusal: DomainError) -> Response:
    text = refusal.explained.translated()
    match refusal:
        case NotFound():
            return _page(404)
        case Conflict():
            return _page(409, why=text, back=_came_from())
        case Invalid():
            return _page(400, why=text, back=_came_from())
        case TooMany():
            response = _page(429, why=text)
            response.headers["Retry-After"] = str(refusal.retry_after)
            return response
    return _page(400, why=text)


def _came_from() -> str:
    """The page on this site that sent the request, or an empty text when it is not known."""
    sent_from = urlsplit(request.referrer or "")
    if sent_from.netloc != request.host or not sent_from.path:
        return ""
    return f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path


def _form_too_old(error: CSRFError) -> Response:
    return _page(400, form_too_old=True)


def _http(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):  # for a foreign host name, no page can make its addresses
        return Response("This address is not served here.", 400, mimetype="text/plain")
    response = _page(error.code)
    response.status_code = error.code
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _database_busy(error: OperationalError) -> Response:
    roll_back()
    log.error("database unavailable or busy: %s", type(error.orig).__name__)
    response = _page(503)
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> Response:
    number = uuid.uuid4().hex[:10]
    log.exception("unexpected error %s", number)
    try:
        roll_back()
        return _page(500, number=number)
    except Exception:
        log.exception("the error page failed too, for %s", number)
        return Response(f"Something went wrong. Please quote {number}.", 500, mimetype="text/plain")

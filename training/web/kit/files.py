"""Files of the store: taken from a form, and sent to be saved. All of them are sent to addresses below ``/files``.

They may be longer than other requests. ``MOST_BYTES`` says how long, by endpoint; whoever sits in front of the
application (nginx, Caddy) gives the prefix ``/files`` the same limit.
"""

from __future__ import annotations

from flask import Flask, current_app, request, send_file
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from config import Config
from training.errors import Invalid
from training.models import StoredFile
from training.services import stored_files
from training.services.stored_files import Taken
from training.text import msg
from training.uploads import check
from training.uploads.store import Store

AROUND = 256 * 1024
"""What a form sends besides its file, at most."""
MOST_BYTES = {"leaflets.edit": check.MOST_BYTES + AROUND}
"""Endpoint → the longest request, in bytes, of somebody who is signed in."""
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def init_app(app: Flask) -> None:
    """Give templates what they say of a file: its size, and what people call its kind."""
    app.jinja_env.filters.update(file_size=size, file_word=check.word_of)


def size(count: int) -> str:
    """A number of bytes as people read it: 84 kB, 1.2 MB."""
    if count < 1_000_000:
        return _("%(count)s kB", count=format_decimal(max(1, round(count / 1000))))
    return _("%(count)s MB", count=format_decimal(round(count / 1_000_000, 1)))


def store() -> Store:
    """The store of this instance."""
    config: Config = current_app.config["CONFIG"]
    return Store(config.files_folder)


def take(name: str) -> Taken:
    """The file that a form sent in its field ``name``, checked and written. Raises ``Invalid`` for this field."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        raise Invalid(msg("Choose a file."), field=name)
    return stored_files.take(store(), sent.stream.read(check.MOST_BYTES + 1), sent.filename)


def send(file: StoredFile) -> Response:
    """The file to be saved, never shown inside a page. Raises ``NotFound`` if its content is gone."""
    response: Response = send_file(
        stored_files.path(store(), file).resolve(),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=file.sha256,
        last_modified=file.uploaded_at,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response

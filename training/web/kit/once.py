"""A form that is sent twice takes effect once and gets the same answer twice.

This happens after a double click, or when a person sends the form again because the answer is slow.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, flash, redirect, request
from flask import session as cookie
from werkzeug.wrappers import Response

from training.services import request_keys
from training.services.request_keys import Answer
from training.web.kit import access

FIELD, SHOWN = "request_key", "_what_was_done_is_shown"
P = ParamSpec("P")


def init_app(app: Flask) -> None:
    """Give every form of a page a key of its own. ``ui/form.html`` puts the key beside the CSRF token."""
    app.jinja_env.globals["request_key"] = lambda: secrets.token_urlsafe(18)


def once(view: Callable[P, Response]) -> Callable[P, Response]:
    """Give a form that comes a second time the answer of the first time. Stands below ``@permit``.

    A form with other content counts as another request: somebody may go back and change it. A form whose
    answer led nowhere (a refusal, a form to be corrected) may come again.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        if request.method != "POST" or not request.form.get(FIELD):
            return view(*args, **kwargs)

        def work() -> Answer[Response]:
            response = view(*args, **kwargs)
            if response.status_code == 303:
                return Answer(response.headers["Location"], _said_last(), response)
            led_to, said = getattr(response, SHOWN, ("", ""))
            return Answer(led_to, said, response)

        answer = request_keys.once(access.user(), key=_key(), work=work)
        if answer.result is not None:
            return answer.result
        if answer.said:
            flash(answer.said)
        return redirect(answer.led_to, 303)

    return guarded


def shown_here(response: Response, *, led_to: str, said: str) -> Response:
    """Mark a page that shows what was done and what was refused.

    The same form sent again leads to ``led_to``.
    """
    setattr(response, SHOWN, (led_to, said))
    return response


def _key() -> str:
    """The hash of the form's address, key and content. The CSRF token is left out: it may be new."""
    content = hashlib.sha256(request.full_path.encode())
    for name, value in request.form.items(multi=True):
        if name != "csrf_token":
            content.update(f"\0{name}\0{value}".encode())
    return content.hexdigest()


def _said_last() -> str:
    said = cookie.get("_flashes") or [("", "")]
    return str(said[-1][1])

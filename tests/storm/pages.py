"""A browser without JavaScript for the storms: it opens a page, fills in its form, and sends it many times at once."""

from __future__ import annotations

import contextvars
import http.client
import threading
import urllib.parse
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from training.db import db
from training.models import User
from training.services.accounts import sign_ins

Fields = list[tuple[str, str]]
Sent = tuple[str, Fields]
"""Where to, and what."""


@dataclass
class Form:
    """A form of a page as it would be sent untouched."""

    action: str
    fields: Fields = field(default_factory=list)

    def filled(self, **wanted: str) -> Fields:
        """Its fields with what was typed instead."""
        return [(name, value) for name, value in self.fields if name not in wanted] + list(wanted.items())


class _Forms(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.found, self.open, self.select, self.area = path, [], None, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            is_post = (given.get("method") or "").lower() == "post"
            self.open = Form(given.get("action") or self.path) if is_post else None
            self.found += [self.open] if self.open else []
        elif self.open is None:
            return
        elif tag == "input" and given.get("name"):
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                self.open.fields.append((given["name"] or "", given.get("value") or ""))
        elif tag == "select":
            self.select = given.get("name") or ""
        elif tag == "option" and self.select and "selected" in given:
            self.open.fields.append((self.select, given.get("value") or ""))
        elif tag == "textarea":
            self.area = given.get("name") or ""

    def handle_data(self, data: str) -> None:
        if self.area and self.open:
            self.open.fields.append((self.area, data.lstrip("\n")))
            self.area = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""


class Browser:
    """Somebody who is signed in."""

    def __init__(self, app: Any, address: tuple[str, int], user: User) -> None:
        self.address = address
        self.cookie = contextvars.Context().run(_cookie_of, app, user.id)
        self.get("/account")

    def request(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        """The answer's status, where it leads, and its text."""
        connection = http.client.HTTPConnection(*self.address, timeout=120)
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        if method == "GET" and response.getheader("Set-Cookie"):
            self.cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
        return response.status, response.getheader("Location") or "", text

    def get(self, path: str) -> str:
        """A page."""
        return self.request("GET", path)[2]

    def form(self, path: str, with_field: str = "", action: str = "") -> Form:
        """The form of the page that has this field or leads there."""
        parser = _Forms(path)
        parser.feed(self.get(path))
        return next(
            one for one in parser.found
            if (not with_field or with_field in dict(one.fields)) and (not action or one.action.endswith(action))
            and "language" not in one.action and "sign-out" not in one.action
        )  # fmt: skip

    def send(self, sent: Sent) -> tuple[int, str]:
        """Send a form once."""
        return self.request("POST", sent[0], urllib.parse.urlencode(sent[1]))[:2]


def _cookie_of(app: Any, user_id: int) -> str:
    with app.app_context():
        token = sign_ins.start_session(db.session.get_one(User, user_id), hours=1)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return f"training={client.get_cookie('training').value}"


def at_once(sends: list[tuple[Browser, Sent]]) -> list[tuple[int, str]]:
    """Send all at the same moment; the answers in their order."""
    start, answers = threading.Barrier(len(sends)), [(0, "")] * len(sends)

    def press(number: int, browser: Browser, sent: Sent) -> None:
        start.wait()
        answers[number] = browser.send(sent)

    threads = [threading.Thread(target=press, args=(n, *one)) for n, one in enumerate(sends)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers

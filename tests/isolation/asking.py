"""How the tests ask: somebody signed in, the address of a rule, and what is compared before and after."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from flask import Flask

from tests.isolation.routes import LIST
from training.db import Base, db

UNWATCHED = {"audit_entry", "user_session", "sign_in_attempt"}
"""What a refused call writes: that it was refused."""
IDS = re.compile(
    r'[0-9a-f]{8}-[0-9a-f-]{27}|csrf-token" content="[^"]*"|csrf_token" value="[^"]*"|request_key" value="[^"]*"'
)
"""What differs from answer to answer by itself: the ids that were asked for, and the tokens of the page."""
numbers = count(1)


def routes() -> list[tuple[str, list[str], str, str]]:
    """(rule, methods, action, kind)."""
    return [
        (rule, methods.split(","), action, kind)
        for rule, methods, _endpoint, action, kind in (
            line.split(" ") for line in LIST.read_text().splitlines()
        )
    ]


def address(rule: str, kind: str, things: dict[str, Any]) -> str:
    """The rule's address with the thing of its kind, or a missing one where there is none."""
    thing, other = things.get(kind), uuid.uuid4()
    if isinstance(thing, tuple):
        thing, other = thing[0], thing[1].public_id
    public_id = uuid.uuid4() if thing is None or isinstance(thing, str) else thing.public_id
    values = {"number": "2", "code": "BMV", "country": "AT", "ending": "csv", "kind": "opened", "filename": "dist/manifest.json",
              "token": thing if isinstance(thing, str) else "x"}  # fmt: skip
    if rule.startswith("/organisation/pages/"):
        values["kind"] = "privacy"
    filled = rule.replace("<uuid:public_id>", str(public_id)).replace("<uuid:other_id>", str(other))
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda m: values[m[1]], filled)


def tables() -> str:
    """A hash of every row of every table that a refused call has no business with."""
    digest = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        if table.name not in UNWATCHED:
            rows = db.session.execute(db.select(table).order_by(*table.primary_key.columns)).all()
            digest.update(repr(rows).encode())
    return digest.hexdigest()


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """What is stored inside is taken back at the end, so that the next call finds the world as it was."""
    db.session.rollback()
    savepoint = db._app_engines[app][None].begin_nested()
    try:
        yield
    finally:
        db.session.rollback()
        savepoint.rollback()


class Asker:
    """Somebody signed in, with the token of their pages; each call comes from a network address of its own."""

    def __init__(self, app: Flask, user: Any) -> None:
        self.client, self.user = app.test_client(), user
        if user is not None:
            self.client.sign_in(user)
        self.headers = {"X-CSRFToken": self.client.token()}

    def ask(
        self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None, at: str = ""
    ) -> Any:
        n = next(numbers)
        return self.client.open(
            path, method=method, data=data, headers={**self.headers, **(headers or {})},
            environ_overrides={"REMOTE_ADDR": at or f"127.{n >> 16}.{n >> 8 & 255}.{n & 255}"},
        )  # fmt: skip

"""Every route × method × principal × object: who may not is told nothing and changes nothing."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Any

import pytest

from tests.isolation.routes import LIST
from tests.isolation.world import World, world
from tests.make import Make
from training.db import Base, db
from training.models import Role
from training.policy import Action, allows, has

FOREIGN = {"registration", "trainee", "agency", "batch", "colleague"}
"""Kinds of which a partner sees its own alone."""
UNWATCHED = {"audit_entry", "user_session", "sign_in_attempt"}
IDS = re.compile(r'[0-9a-f]{8}-[0-9a-f-]{27}|csrf-token" content="[^"]*"|csrf_token" value="[^"]*"')
"""What differs from answer to answer by itself: the ids that were asked for, and the tokens of the page."""


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
    thing = things.get(kind)
    public_id = str(thing.public_id) if thing is not None else str(uuid.uuid4())
    values = {"number": "2", "code": "BMV", "ending": "csv", "kind": "opened", "token": "x", "filename": "x"}
    filled = rule.replace("<uuid:public_id>", public_id).replace("<uuid:other_id>", str(uuid.uuid4()))
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda m: values[m[1]], filled)


def tables() -> str:
    """A hash of every row of every table that a refused call has no business with."""
    digest = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        if table.name not in UNWATCHED:
            rows = db.session.execute(db.select(table).order_by(*table.primary_key.columns)).all()
            digest.update(repr(rows).encode())
    return digest.hexdigest()


class Asker:
    """Somebody signed in, with the token of their pages."""

    def __init__(self, app, user) -> None:
        self.client = app.test_client()
        if user is not None:
            self.client.sign_in(user)
        self.headers = {"X-CSRFToken": self.client.token()}

    def ask(self, method: str, path: str) -> Any:
        return self.client.open(path, method=method, headers=self.headers)


@pytest.fixture
def here(make: Make) -> World:
    return world(make)


def test_what_the_role_lacks_is_403_and_changes_nothing(app, here):
    before, wrong, asked = tables(), [], 0
    for name, user in here.users.items():
        asker = Asker(app, user)
        for rule, methods, action, kind in routes():
            if action == "public" or allows(user.role, Action(action)) and has(user, Action(action)):
                continue
            for method in (*methods, *(["HEAD"] if "GET" in methods else [])):
                status = asker.ask(method, address(rule, kind, here.mine)).status_code
                asked += 1
                if status != 403:
                    wrong.append((name, method, rule, status))

    assert wrong == []
    assert asked > 500
    assert tables() == before


def test_what_is_foreign_to_a_partner_answers_like_what_does_not_exist(app, here):
    before, wrong = tables(), []
    for name in ("lead of A", "colleague of A"):
        user = here.users[name]
        asker = Asker(app, user)
        for rule, methods, action, kind in routes():
            if kind not in FOREIGN or not allows(user.role, Action(action)) or not has(user, Action(action)):
                continue
            for method in methods:
                foreign = asker.ask(method, address(rule, kind, here.theirs))
                missing = asker.ask(method, address(rule, kind, {}))
                same = IDS.sub("", foreign.text) == IDS.sub("", missing.text)
                if (foreign.status_code, missing.status_code, same) != (404, 404, True):
                    wrong.append((name, method, rule, foreign.status_code, missing.status_code, same))
                if set(foreign.headers.keys()) != set(missing.headers.keys()):
                    wrong.append((name, method, rule, "headers"))

    assert wrong == []
    assert tables() == before


def test_a_coordinator_of_other_themes_changes_nothing_and_reads_no_people(app, here):
    before, wrong = tables(), []
    asker = Asker(app, here.users["coordinator elsewhere"])
    for rule, methods, action, kind in routes():
        is_scoped = kind in ("training", "session", "registration", "batch", "programme", "seat_request")
        reads = action in ("training:read", "programme:read", "session:read", "calendar:read")
        if not is_scoped or reads or not allows(Role.COORDINATOR, Action(action)):
            continue
        for method in methods:
            status = asker.ask(method, address(rule, kind, here.theirs)).status_code
            if status != 404:
                wrong.append((method, rule, status))

    assert wrong == []
    assert tables() == before


def test_without_a_session_nothing_is_answered_and_nothing_changes(app, here):
    before, wrong = tables(), []
    asker = Asker(app, None)
    for rule, methods, action, kind in routes():
        if action == "public":
            continue
        for method in methods:
            status = asker.ask(method, address(rule, kind, here.mine)).status_code
            if status != 303:
                wrong.append((method, rule, status))

    assert wrong == []
    assert tables() == before


def test_other_methods_and_odd_ones_are_405_or_empty_and_change_nothing(app, here):
    before, wrong = tables(), []
    asker = Asker(app, here.users["admin"])
    for rule, methods, _action, kind in routes():
        path = address(rule, kind, here.mine)
        for method in {"PUT", "PATCH", "DELETE", "TRACE"} - set(methods):
            if (status := asker.ask(method, path).status_code) not in (405, 404):
                wrong.append((method, rule, status))
        if asker.ask("OPTIONS", path).status_code >= 500:
            wrong.append(("OPTIONS", rule))

    assert wrong == []
    assert tables() == before


def test_reading_never_writes_nor_fails_for_anybody_who_may(app, here):
    before, wrong = tables(), []
    for name, user in here.users.items():
        asker = Asker(app, user)
        for rule, methods, action, kind in routes():
            if "GET" in methods and (action == "public" or allows(user.role, Action(action))):
                status = asker.ask("GET", address(rule, kind, here.mine)).status_code
                if status >= 500:
                    wrong.append((name, rule, status))

    assert wrong == []
    assert tables() == before


def test_the_look_at_the_tables_would_see_a_change(app, here, make: Make):
    before = tables()
    make.trainee()

    assert tables() != before


def test_a_guard_that_is_off_would_be_seen(app, here, monkeypatch):
    from training import policy  # noqa: PLC0415 -- switched off for this test alone

    monkeypatch.setitem(policy.POLICY[Role.PARTNER], Action.REGISTRATION_WITHDRAW, policy.anything)
    monkeypatch.setattr(
        "training.services.registrations.visible_to",
        lambda user: db.select(policy.Registration).join(policy.Registration.training),
    )

    with pytest.raises(AssertionError):
        test_what_is_foreign_to_a_partner_answers_like_what_does_not_exist(app, here)

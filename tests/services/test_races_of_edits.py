"""Two people save the same form at the same moment, with real commits: no change is lost without a word."""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask

from tests.make import Make
from tests.services.racing import db_is_sqlite, get
from training.db import db
from training.models import Agency, User
from training.services import seen
from training.services.directory import agencies
from training.services.seen import ChangedMeanwhile, Seen, as_stored, shown

pytestmark = pytest.mark.real_commit
TRIALS = 500 if os.environ.get("STORM") == "full" else 100
OFF = 60
"""Trials with the guard off: enough to see what it holds."""


class Form:
    """An agency's form, which two writers have open; each trial changes its name and its phone number."""

    def __init__(self, app: Flask) -> None:
        self.app, self.trial = app, 0
        with app.app_context():
            make = Make()
            self.agency, self.by = make.agency().id, make.user().id
            db.session.remove()
        self.gate = threading.Barrier(2)

    def race(self, *, same: bool) -> str:
        """Both save: what became of it, in a word."""
        self.trial += 1
        with self.app.app_context():
            opened = as_stored(agencies.Details, get(Agency, self.agency))
            told = shown({name: getattr(opened, name) for name in ("name", "phone")})
            db.session.remove()
        wanted = [
            {"name": f"A {self.trial}"},
            {"name": f"B {self.trial}"} if same else {"phone": f"{self.trial:06}"},
        ]
        refused: list[int] = []

        def write(n: int) -> None:
            with self.app.app_context():
                agency, by = get(Agency, self.agency), get(User, self.by)
                typed = {"name": opened.name, "phone": opened.phone, **wanted[n]}
                details = replace(as_stored(agencies.Details, agency), **typed)
                self.gate.wait(10)
                try:
                    agencies.change(agency, by=by, details=details, seen=_whole(told, details))
                except ChangedMeanwhile:
                    refused.append(n)
                finally:
                    db.session.remove()

        writers = [threading.Thread(target=write, args=[n]) for n in (0, 1)]
        for one in writers:
            one.start()
        for one in writers:
            one.join()
        with self.app.app_context():
            stored = as_stored(agencies.Details, get(Agency, self.agency))
            db.session.remove()
        there = [all(getattr(stored, name) == value for name, value in one.items()) for one in wanted]
        if all(there):
            return "both stand"
        return "one is told" if len(refused) == 1 and there[1 - refused[0]] else "lost"


def _whole(told: str, details: agencies.Details) -> Seen:
    """What the form showed of both fields; of the others, what it sends."""
    rest = {name: seen.plain(getattr(details, name)) for name in details.__dataclass_fields__}
    return Seen({**rest, **Seen.read(told).values})


def outcomes(app: Flask, trials: int) -> Counter[tuple[bool, str]]:
    """Whether both changed the same field, and what became of it, over so many trials."""
    form = Form(app)
    return Counter((same, form.race(same=same)) for same in (n % 2 == 0 for n in range(trials)))


def test_however_often_nothing_is_overwritten_silently(raced: Flask, record_property):
    found = outcomes(raced, TRIALS)

    record_property("measured", f"{TRIALS} races of two edits: {dict(found)}")
    assert found == {(True, "one is told"): TRIALS // 2, (False, "both stand"): TRIALS // 2}


def test_without_the_lock_some_would_be_lost(raced: Flask, monkeypatch):
    if db_is_sqlite(raced):
        pytest.skip("on SQLite the whole database is held")
    monkeypatch.setattr(agencies, "hold", lambda thing: None)

    assert {"lost"} <= {word for _, word in outcomes(raced, OFF)}


def test_without_comparing_most_would_be_lost(raced: Flask, monkeypatch):
    monkeypatch.setattr(agencies, "settle", lambda told, mine, now: mine)

    assert outcomes(raced, OFF)[False, "lost"] > 0

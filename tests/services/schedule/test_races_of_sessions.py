"""Sessions are planned under the training's lock: what was read before it is not believed after it."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.make import Make
from tests.services.racing import Work, at_once, db_is_sqlite, of_training
from training.db import db
from training.errors import DomainError
from training.models import AttendanceStatus, Training, TrainingSession, TrainingState, User
from training.rules import walltime
from training.rules.minutes import Decision
from training.services import locked_trainings, marks
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.schedule import plan, sessions
from training.services.trainings import changes, moves

pytestmark = pytest.mark.real_commit


def planned(app: Flask) -> tuple[int, int, int]:
    """The ids of a training with a session, of that session, and of who plans."""
    with app.app_context():
        make = Make()
        training, by = make.training(), make.user().id
        session = locked_trainings.live_sessions(training)[0].id
        found = training.id, session, by
        db.session.remove()
    return found


def raced_with(
    app: Flask, training_id: int, first: Work, second: Work
) -> tuple[list[DomainError], list[Any]]:
    """The refusals, and the training's sessions that are not called off, with the zone that they stand in."""
    refusals = at_once(app, of_training(training_id), first, second)
    with app.app_context():
        training = db.session.get_one(Training, training_id)
        live = [
            (one.starts_at == walltime.instant(one.starts_local, training.zone, "zone"))
            for one in locked_trainings.live_sessions(training)
        ]
        db.session.remove()
    return refusals, live


def add(training_id: int, by: int) -> TrainingSession:
    training = db.session.get_one(Training, training_id)
    begins = datetime.combine(training.ends_on, time(15))
    details = plan.Details(title="Late", starts_local=begins, ends_local=begins.replace(hour=16))
    return sessions.add(training, by=db.session.get_one(User, by), details=details)


def called_off(training_id: int, by: int) -> None:
    training = db.session.get_one(Training, training_id)
    moves.change_state(training, by=db.session.get_one(User, by), name="cancel", reason="no budget")


def moved_to_another_zone(training_id: int, by: int) -> None:
    training = db.session.get_one(Training, training_id)
    details = Make().changed(training, zone="Asia/Tbilisi")
    changes.change(training, by=db.session.get_one(User, by), details=details)


def test_no_session_is_added_to_a_training_that_is_cancelled_meanwhile(raced: Flask) -> None:
    training, _session, by = planned(raced)

    refusals, live = raced_with(raced, training, lambda: called_off(training, by), lambda: add(training, by))

    assert ([one.code for one in refusals], live) == (["finished"], [])


def test_a_session_that_is_added_while_the_zone_changes_stands_in_the_new_one(raced: Flask) -> None:
    training, _session, by = planned(raced)

    refusals, live = raced_with(
        raced, training, lambda: moved_to_another_zone(training, by), lambda: add(training, by)
    )

    assert (refusals, live) == ([], [True, True])


def test_a_session_that_is_called_off_twice_at_once_is_called_off_once(raced: Flask) -> None:
    training, session, by = planned(raced)

    def call_off() -> None:
        one = db.session.get_one(TrainingSession, session)
        sessions.cancel(one, by=db.session.get_one(User, by), reason="no room")

    refusals, live = raced_with(raced, training, call_off, call_off)

    assert ([one.code for one in refusals], live) == (["cancelled"], [])


def marked_in(session: int) -> None:
    one = db.session.get_one(TrainingSession, session)
    [row] = registers.register(one)
    registers.save(one, by=None, marks=[Mark(row.registration.public_id, AttendanceStatus.PRESENT, 0)])


def of_session(session: int) -> Work:
    return lambda: locked_trainings.hold_sessions([session])


def marked(app: Flask, session: int) -> tuple[bool, int]:
    """Whether the session is held, and how many are marked in it."""
    with app.app_context():
        one = db.session.get_one(TrainingSession, session)
        found = one.is_held, marks.count(one)
        db.session.remove()
    return found


@pytest.fixture
def begun(raced: Flask, monkeypatch) -> tuple[int, int, int]:
    """A training whose only session may be marked, with one person."""
    monkeypatch.setattr(registers, "EARLY", timedelta(days=99))
    training, session, by = planned(raced)
    with raced.app_context():
        Make().registration(db.session.get_one(Training, training))
        db.session.remove()
    return training, session, by


@pytest.mark.parametrize("name", ["session", "training"])
def test_nobody_marks_in_a_session_that_is_called_off_meanwhile(raced: Flask, begun, name) -> None:
    training, session, by = begun

    def call_off() -> None:
        if name == "training":
            return called_off(training, by)
        one = db.session.get_one(TrainingSession, session)
        sessions.cancel(one, by=db.session.get_one(User, by), reason="no room")

    first = at_once(raced, of_session(session), lambda: marked_in(session), call_off)

    assert len(first) == 1
    assert marked(raced, session) == (True, 1)


def test_without_holding_the_session_marks_are_lost_from_the_figures(
    raced: Flask, begun, monkeypatch
) -> None:
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    _training, session, by = begun
    hold = locked_trainings.hold_sessions

    def call_off() -> None:
        one = db.session.get_one(TrainingSession, session)
        sessions.cancel(one, by=db.session.get_one(User, by), reason="no room")

    def unheld(ids) -> None:
        if threading.current_thread() is not marking[0]:
            return
        hold(ids)

    marking = []

    def mark() -> None:
        marked_in(session)

    def held() -> None:
        marking.append(threading.current_thread())
        hold([session])

    monkeypatch.setattr(locked_trainings, "hold_sessions", unheld)

    refusals = at_once(raced, held, mark, call_off)

    assert refusals == []
    assert marked(raced, session) == (False, 1)


def taken_back(app: Flask, begun: tuple[int, int, int]) -> tuple[int, Work]:
    """The session to which a marked one was moved, and what takes that move back."""
    _training, session, by = begun
    with app.app_context():
        marked_in(session)
        one, planner = db.session.get_one(TrainingSession, session), db.session.get_one(User, by)
        later = {name: getattr(one, name) + timedelta(hours=5) for name in ("starts_local", "ends_local")}
        instead = Make().change_session(one, by=planner, decision=Decision.NOT_COUNTED, **later).id
        db.session.remove()
    return instead, lambda: sessions.hold_after_all(
        db.session.get_one(TrainingSession, session), by=db.session.get_one(User, by)
    )


def test_nobody_marks_in_a_session_that_goes_because_a_move_is_taken_back(raced: Flask, begun) -> None:
    instead, take_back = taken_back(raced, begun)

    refusals = at_once(raced, of_session(instead), lambda: marked_in(instead), take_back)

    assert [one.code for one in refusals] == ["clash"]
    assert (marked(raced, instead), marked(raced, begun[1])) == ((True, 1), (False, 1))


def test_without_holding_both_sessions_marks_are_made_in_the_one_that_goes(
    raced: Flask, begun, monkeypatch
) -> None:
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    hold = locked_trainings.hold_sessions
    instead, take_back = taken_back(raced, begun)
    monkeypatch.setattr(
        locked_trainings, "hold_sessions", lambda ids: hold(one for one in ids if one == begun[1])
    )

    assert at_once(raced, lambda: hold([instead]), lambda: marked_in(instead), take_back) == []
    assert marked(raced, instead) == (False, 1)


def test_without_the_lock_a_cancelled_training_has_a_session(raced: Flask, monkeypatch) -> None:
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")

    is_cancelled = threading.Event()

    def unlocked(training: Training) -> None:
        assert training.state is not TrainingState.CANCELLED, "it was read before the training was held"
        assert is_cancelled.wait(10)

    def cancel() -> None:
        called_off(training, by)
        is_cancelled.set()

    training, _session, by = planned(raced)
    monkeypatch.setattr(sessions, "lock_plannable", unlocked)

    _, live = raced_with(raced, training, cancel, lambda: add(training, by))

    assert len(live) == 1

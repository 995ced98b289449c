"""What a register says stays true: its session is not put off, not moved in small steps, and not changed when locked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, planned
from training.db import db
from training.errors import Conflict, Invalid
from training.models import AttendanceRecord, TrainingSession
from training.rules.minutes import Decision
from training.services.attendance import registers
from training.services.schedule import proof, sessions
from training.services.trainings import changes

BEHIND = "America/Los_Angeles"
"""Clocks there are nine hours behind those in Vienna: what was this morning would be this evening."""


@pytest.fixture
def case(make: Make) -> Case:
    """The first of two sessions was held, from 09:00 to 12:30, and one person was there."""
    return carried_out(planned(make, 1), "P>", closed=0)


@pytest.fixture
def just_held(case: Case) -> Iterator[TrainingSession]:
    """The marked session, ten minutes after its end."""
    with time_machine.travel(case.sessions[0].ends_at + timedelta(minutes=10), tick=False):
        yield case.sessions[0]


def rezoned(make: Make, session: TrainingSession, zone: str) -> None:
    training = session.training
    changes.change(training, by=make.user(), details=make.changed(training, zone=zone))


def at(session: TrainingSession, begins: str, ends: str) -> dict[str, datetime]:
    """Hours on the session's day."""
    return {
        "starts_local": datetime.fromisoformat(f"{session.on_date}T{begins}"),
        "ends_local": datetime.fromisoformat(f"{session.on_date}T{ends}"),
    }


def minutes(session: TrainingSession) -> list[int]:
    found = select(AttendanceRecord.minutes).where(AttendanceRecord.session_id == session.id)
    return list(db.session.scalars(found.order_by(AttendanceRecord.id)))


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_zone_in_which_a_marked_session_is_still_to_come_is_refused(
    make: Make, just_held: TrainingSession, is_closed: bool
):
    if is_closed:
        registers.close(just_held, by=make.user())
    stood = just_held.starts_at

    with pytest.raises(Invalid, match="says that it took place. By this time zone") as refusal:
        rezoned(make, just_held, BEHIND)

    assert refusal.value.field == "zone" and just_held.title in str(refusal.value)
    db.session.expire_all()
    assert (just_held.training.zone, just_held.starts_at) == ("Europe/Vienna", stood)


def test_without_the_guard_its_marks_would_stand_in_the_future(
    make: Make, just_held: TrainingSession, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(proof, "kept_by_register", lambda session, slot: None)

    rezoned(make, just_held, BEHIND)

    assert just_held.starts_at > just_held.created_at and minutes(just_held) == [180]


def test_a_zone_that_was_wrong_is_put_right_when_all_is_over(make: Make, case: Case):
    session = case.sessions[0]
    registers.close(session, by=make.user())

    rezoned(make, session, BEHIND)

    assert (session.training.zone, minutes(session)) == (BEHIND, [180])


def test_an_empty_register_that_was_closed_is_proof_too(make: Make):
    case = planned(make, 1)
    session = case.sessions[0]
    with time_machine.travel(session.ends_at + timedelta(minutes=10), tick=False):
        registers.close(session, by=make.user())
        with pytest.raises(Invalid, match="says that it took place"):
            rezoned(make, session, BEHIND)


@pytest.mark.parametrize("zone", [BEHIND, "Europe/Kyiv"])
def test_a_locked_register_keeps_its_instants(make: Make, case: Case, zone: str):
    session, stood = case.sessions[0], case.sessions[0].starts_at
    registers.close(session, by=make.user())
    registers.lock(session, by=make.user())

    with pytest.raises(Invalid, match="is locked, so its hours stay") as refusal:
        rezoned(make, session, zone)

    assert refusal.value.field == "zone"
    db.session.expire_all()
    assert session.starts_at == stood
    rezoned(make, session, "Europe/Berlin")  # clocks there show the same
    assert (session.training.zone, session.starts_at) == ("Europe/Berlin", stood)


def test_what_was_called_off_is_not_held_after_all_where_it_is_still_to_come(
    make: Make, just_held: TrainingSession
):
    by = make.user()
    sessions.cancel(just_held, by=by, reason="ill", decision=Decision.NOT_COUNTED)
    rezoned(make, just_held, BEHIND)

    with pytest.raises(Conflict, match="choose the zone in which it was held"):
        sessions.hold_after_all(just_held, by=by)
    assert just_held.is_cancelled

    rezoned(make, just_held, "Europe/Vienna")
    sessions.hold_after_all(just_held, by=by)
    assert just_held.is_held and minutes(just_held) == [180]


def test_hours_that_overlap_and_are_still_to_come_need_a_decision(make: Make, case: Case):
    session, by = case.sessions[0], make.user()
    later = at(session, "11:00", "13:00")

    with time_machine.travel(session.starts_at + timedelta(hours=1), tick=False):
        with pytest.raises(Invalid, match="People marked in this session: 1") as refusal:
            make.change_session(session, by=by, **later)
        assert refusal.value.field == "decision"
        with pytest.raises(Invalid, match="cannot be still to come"):
            make.change_session(session, by=by, decision=Decision.KEPT, **later)
        assert (session.starts_local, minutes(session)) == (
            at(session, "09:00", "12:30")["starts_local"],
            [180],
        )
        held = make.change_session(session, by=by, decision=Decision.NOT_COUNTED, **later)

    assert (held.replaces, session.is_cancelled, minutes(held)) == (session, True, [])


def test_who_was_marked_on_arrival_waits_a_little_longer(make: Make, case: Case):
    session, by = case.sessions[0], make.user()

    with time_machine.travel(session.starts_at - timedelta(minutes=30), tick=False):
        make.change_session(session, by=by, **at(session, "09:20", "12:50"))
        assert (session.on_date, minutes(session)) == (case.starts, [180])
        # no register is begun so early
        with pytest.raises(Invalid, match="People marked in this session: 1"):
            make.change_session(session, by=by, **at(session, "11:00", "13:00"))


STEPS = (("06:00", "09:30"), ("03:00", "06:30"))
"""Each overlaps the one before by half an hour. The second does not overlap 09:00 to 12:30."""


def test_small_steps_are_one_move(make: Make, case: Case):
    session, by = case.sessions[0], make.user()

    make.change_session(session, by=by, **at(session, *STEPS[0]))
    make.change_session(session, by=by, title="Another title")
    with pytest.raises(Invalid, match="People marked in this session: 1") as refusal:
        make.change_session(session, by=by, **at(session, *STEPS[1]))
    assert refusal.value.field == "decision" and session.starts_local.hour == 6

    make.change_session(session, by=by, decision=Decision.KEPT, **at(session, *STEPS[1]))
    make.change_session(session, by=by, **at(session, "04:00", "07:30"))  # compared with what was decided
    assert (session.starts_local.hour, minutes(session)) == (4, [180])


def test_compared_with_the_last_hours_alone_nobody_would_be_asked(
    make: Make, case: Case, monkeypatch: pytest.MonkeyPatch
):
    session = case.sessions[0]
    monkeypatch.setattr(proof, "hours_of_marks", lambda one: (one.starts_local, one.ends_local))

    for hours in STEPS:
        make.change_session(session, by=make.user(), **at(session, *hours))

    assert session.starts_local.hour == 3


def test_small_steps_of_a_session_without_marks_are_nothing(make: Make):
    session = planned(make, 1).sessions[0]

    for hours in STEPS:
        make.change_session(session, by=make.user(), **at(session, *hours))

    assert (session.starts_local.hour, session.marked_starts_local) == (3, None)

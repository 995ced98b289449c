"""Marks follow their session: where its times are put right, minutes are derived anew, or somebody is asked."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, time

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, mark_of, planned
from training.db import db
from training.errors import Invalid
from training.models import (
    AttendanceCorrection,
    AttendanceRecord,
    AttendanceStatus,
    Programme,
    TrainingSession,
    User,
)
from training.services import marks
from training.services.attendance import registers
from training.services.programmes import frames
from training.services.trainings import changes


@pytest.fixture
def case(make: Make) -> Case:
    """A session of 180 minutes with its register open: one was there all the time, one arrived 30 minutes late."""
    return carried_out(planned(make, 1), "P>", "L30>", closed=0)


def put_right(session: TrainingSession, by: User, ends: time, break_minutes: int = 0) -> None:
    ends_local = datetime.combine(session.starts_local.date(), ends)
    Make().change_session(session, by=by, ends_local=ends_local, break_minutes=break_minutes)


def minutes(session: TrainingSession) -> list[int]:
    found = select(AttendanceRecord.minutes).where(AttendanceRecord.session_id == session.id)
    return list(db.session.scalars(found.order_by(AttendanceRecord.id)))


def test_a_session_that_is_put_right_takes_its_marks_along_and_says_why(case: Case, make: Make):
    session, by = case.sessions[0], make.user()
    assert minutes(session) == [180, 150]

    put_right(session, by, time(10))

    assert (session.scheduled_minutes, minutes(session)) == (60, [60, 30])
    kept = db.session.scalars(select(AttendanceCorrection).order_by(AttendanceCorrection.id)).all()
    assert [(one.old_minutes, one.new_minutes, one.by, one.reason) for one in kept] == [
        (180, 60, by, "The session's times were changed."),
        (150, 30, by, "The session's times were changed."),
    ]


def test_a_mark_that_does_not_fit_any_more_is_asked_about_and_nothing_is_stored(case: Case, make: Make):
    session, late = case.sessions[0], case.registrations[1]
    assert late is not None
    with time_machine.travel(session.ends_at, tick=False):
        registers.save(session, by=None, marks=[mark_of(session, late, "L10:30", version=1)])
    before = minutes(session)

    with pytest.raises(Invalid, match=f"{late.name} \\(10:30\\)") as refusal:
        put_right(session, make.user(), time(10))

    db.session.expire_all()
    assert refusal.value.field == "ends_local"
    assert (session.scheduled_minutes, minutes(session)) == (180, before)
    assert db.session.scalars(select(AttendanceCorrection)).all() == []


def test_another_zone_on_a_day_when_clocks_change_changes_what_a_mark_is_worth(make: Make):
    """From 22:00 to 06:00 it is 480 minutes in Tashkent, and 420 in the night in which Vienna's clocks go forward."""
    training = make.training(zone="Asia/Tashkent", starts_on=datetime(2027, 3, 27).date(), is_open=False)
    session = make.session(
        training,
        starts_local=datetime(2027, 3, 27, 22),
        ends_local=datetime(2027, 3, 28, 6),
        title="Night watch",
    )
    assert session.scheduled_minutes == 480

    changes.change(training, by=make.user(), details=make.changed(training, zone="Europe/Vienna"))

    assert session.scheduled_minutes == 420


def test_the_database_refuses_a_mark_that_is_longer_than_its_session(case: Case, make: Make, monkeypatch):
    """Without deriving, somebody would have 180 of 60 minutes."""
    monkeypatch.setattr(marks, "of", lambda session: [])

    with pytest.raises(IntegrityError, match="minutes_within_session"):
        put_right(case.sessions[0], make.user(), time(10))


def test_marks_without_a_time_follow_the_deduction_of_their_programme(make: Make):
    case = carried_out(planned(make, 1), "L?>", "P>", closed=0)
    session, programme = case.sessions[0], case.training.programme

    frames.change(programme, by=make.user(), details=deducting(programme, 45))

    assert minutes(session) == [135, 180]
    [kept] = db.session.scalars(select(AttendanceCorrection)).all()
    assert (kept.old_minutes, kept.new_minutes) == (150, 135)
    registers.mark_rest(session, by=make.user(), status=AttendanceStatus.ABSENT)
    registers.close(session, by=None)
    registers.lock(session, by=make.user())
    with pytest.raises(Invalid, match=f"1, the first in {case.training.code}") as refusal:
        frames.change(programme, by=make.user(), details=deducting(programme, 60))
    db.session.expire_all()
    assert refusal.value.field == "deduction_minutes"
    assert (minutes(session), programme.deduction_minutes) == ([135, 180], 45)


def deducting(programme: Programme, much: int) -> frames.Details:
    now = {one.name: getattr(programme, one.name) for one in fields(frames.Details)}
    return frames.Details(**{**now, "countries": [], "deduction_minutes": much})

"""Sessions pass through each other, are never held twice at once, and a marked one goes only with a decision."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, mark_of, planned
from training.db import db
from training.errors import Conflict, Invalid
from training.models import (
    AttendanceCorrection,
    AttendanceRecord,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
)
from training.rules.minutes import Decision
from training.services import locked_trainings
from training.services.attendance import registers
from training.services.directory import venues
from training.services.reports import figures, participations, selection
from training.services.schedule import clashes, plan, proof, sessions, visible
from training.services.trainings import changes, moves

MORNING = clashes.HalfDay("Morning", time(9), time(12, 30), 30)
AFTERNOON = clashes.HalfDay("Afternoon", time(13, 30), time(17), 30)


def half_days(make: Make, zone: str, **wanted: object) -> Training:
    training = make.training(zone=zone, is_open=False)
    day = training.starts_on
    for half in (MORNING, AFTERNOON):
        starts, ends = (datetime.combine(day, at) for at in (half.starts, half.ends))
        make.session(training, starts_local=starts, ends_local=ends, break_minutes=30, **wanted)
    return training


def rezoned(make: Make, training: Training, zone: str) -> None:
    changes.change(training, by=make.user(), details=make.changed(training, zone=zone))


@pytest.mark.parametrize(
    ("old", "new"),
    [("Asia/Tashkent", "Europe/Kyiv"), ("Europe/Kyiv", "Africa/Dakar"), ("Europe/Kyiv", "Asia/Almaty")],
)
@pytest.mark.parametrize("what", ["room", "trainer"])
def test_a_new_zone_moves_sessions_through_each_other(make: Make, old, new, what):
    room = (
        venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=50))
        if what == "room"
        else None
    )
    training = half_days(make, old, room=room, trainers=[make.trainer()] if what == "trainer" else [])
    evening = datetime.combine(training.starts_on, time(18))
    off = make.session(training, starts_local=evening, ends_local=evening + timedelta(hours=2))
    sessions.cancel(off, by=make.user(), reason="ill")

    rezoned(make, training, new)

    held = locked_trainings.live_sessions(training)
    assert [one.starts_local.time() for one in held] == [time(9), time(13, 30)]
    assert [one.suspended_at for one in held] == [None, None]
    assert not any(entry.is_off for one in held for entry in one.session_trainers)
    assert off.is_cancelled and not off.is_held


def test_in_one_step_they_would_meet(make: Make, monkeypatch):
    training = half_days(make, "Asia/Tashkent", trainers=[make.trainer()])
    monkeypatch.setattr(plan, "_park", lambda works: None)

    with pytest.raises(Conflict, match="just taken"):
        rezoned(make, training, "Europe/Kyiv")


def wanted_elsewhere(make: Make) -> tuple[Training, Training, Trainer]:
    """A training whose trainer teaches in another one at the hours that Kyiv's clocks would give it."""
    trainer = make.trainer()
    training = half_days(make, "Asia/Tashkent", trainers=[trainer])
    other = make.training(is_open=False, zone="UTC")
    starts = datetime.combine(training.starts_on, time(13))
    make.session(other, starts_local=starts, ends_local=starts + timedelta(hours=1), trainers=[trainer])
    return training, other, trainer


def test_a_clash_of_a_new_zone_names_who_is_there_and_nothing_is_stored(make: Make):
    training, other, trainer = wanted_elsewhere(make)

    with pytest.raises(Conflict, match=f"{trainer.name} teaches in {other.code}"):
        rezoned(make, training, "Europe/Kyiv")

    db.session.expire_all()
    assert training.zone == "Asia/Tashkent"


def test_a_real_clash_that_nobody_saw_beforehand_is_a_refusal_too(make: Make, monkeypatch):
    training, _, _ = wanted_elsewhere(make)
    monkeypatch.setattr(clashes, "hard", lambda *args, **named: [])

    with pytest.raises(Conflict, match="just taken"):
        rezoned(make, training, "Europe/Kyiv")


def generated(training: Training) -> None:
    day = training.starts_on
    sessions.generate(
        training, by=None, first_day=day, last_day=day, slots=[MORNING, AFTERNOON], room=None, trainers=[],
        weekends=True,
    )  # fmt: skip


def test_a_pattern_fills_only_the_half_days_that_are_empty(make: Make):
    training = make.training(is_open=False)
    day = training.starts_on
    pattern = {"first_day": day, "last_day": day, "room": None, "trainers": [], "weekends": True}
    make.session(
        training, starts_local=datetime.combine(day, time(10)), ends_local=datetime.combine(day, time(11))
    )

    wanted = sessions.pattern(training, **pattern, slots=[MORNING, AFTERNOON])
    assert [one.title for one in sessions.filled(training, wanted)] == ["Morning"]
    assert [one.title for one in sessions.preview(training, **pattern, slots=[MORNING, AFTERNOON])] == [
        "Afternoon"
    ]
    generated(training)
    with pytest.raises(Conflict, match="has a session already"):
        generated(training)

    assert [one.starts_local.hour for one in locked_trainings.live_sessions(training)] == [10, 13]


def test_compulsory_sessions_of_a_training_do_not_overlap_and_optional_ones_may(make: Make):
    training = half_days(make, "Europe/Vienna")
    starts = datetime.combine(training.starts_on, time(10))
    hours = {"starts_local": starts, "ends_local": starts + timedelta(hours=1)}

    with pytest.raises(Conflict, match="overlaps with Morning"):
        make.session(training, **hours)
    optional = make.session(training, **hours, is_compulsory=False)
    with pytest.raises(Conflict, match="overlaps with Morning"):
        make.change_session(optional, by=make.user(), is_compulsory=True)

    assert len(locked_trainings.live_sessions(training)) == 3


def test_a_session_is_a_day_long_at_most(make: Make, monkeypatch):
    training = make.training(is_open=False)
    starts = datetime.combine(training.starts_on, time(9))
    with pytest.raises(Invalid, match="a day at most"):
        make.session(training, starts_local=starts, ends_local=starts + timedelta(hours=25))

    monkeypatch.setattr(clashes, "LONGEST", timedelta(days=3))
    with pytest.raises(IntegrityError, match="a_day_at_most"):
        make.session(training, starts_local=starts, ends_local=starts + timedelta(hours=25))


@pytest.mark.parametrize("begins", [time(8), time(11, 40), time(14)])
def test_a_break_lies_within_its_session(make: Make, begins):
    with pytest.raises(Invalid, match="within the session") as refusal:
        make.session(make.training(is_open=False), break_minutes=30, break_starts=begins)
    assert refusal.value.field == "break_starts"


# Marks are proof


@pytest.fixture
def case(make: Make) -> Case:
    """The first of two sessions of 180 minutes was held: one was there, one arrived 30 minutes late."""
    return carried_out(planned(make, 1), "P>", "L30>", closed=0)


def minutes(session: TrainingSession) -> list[int]:
    found = select(AttendanceRecord.minutes).where(AttendanceRecord.session_id == session.id)
    return list(db.session.scalars(found.order_by(AttendanceRecord.id)))


def counted(training: Training) -> tuple[int, int]:
    """The minutes that the report counts: attended, and due."""
    found = participations.of_selection(selection.Filters(training=training), user=None)
    one = figures.summary(found)
    return one.attended, one.due


def moved(session: TrainingSession, by: timedelta) -> dict[str, datetime]:
    return {"starts_local": session.starts_local + by, "ends_local": session.ends_local + by}


def test_a_marked_session_is_not_moved_before_somebody_decides(case: Case, make: Make):
    session, starts = case.sessions[0], case.sessions[0].starts_at

    for later in (timedelta(days=7), timedelta(hours=-4)):
        with pytest.raises(Invalid, match="People marked in this session: 2") as refusal:
            make.change_session(session, by=make.user(), **moved(session, later))
        assert refusal.value.field == "decision"

    db.session.expire_all()
    assert (session.starts_at, minutes(session)) == (starts, [180, 150])


def test_marks_that_do_not_count_stay_where_they_are_and_the_move_is_taken_back_as_a_whole(
    case: Case, make: Make
):
    session, by, before = case.sessions[0], make.user(), counted(case.training)
    later = timedelta(days=50)

    held = make.change_session(session, by=by, decision=Decision.NOT_COUNTED, **moved(session, later))

    assert held is not session and held.replaces is session
    assert session.is_cancelled and "Moved to" in session.cancel_reason
    assert (minutes(session), minutes(held), counted(case.training)) == ([180, 150], [], (0, 0))
    sessions.hold_after_all(session, by=by)
    assert session.is_held and not held.is_held
    assert (minutes(session), counted(case.training)) == ([180, 150], before)


def test_a_move_is_not_taken_back_over_new_marks(case: Case, make: Make):
    session, by = case.sessions[0], make.user()
    later = timedelta(hours=-4)
    held = make.change_session(session, by=by, decision=Decision.NOT_COUNTED, **moved(session, later))
    registers.save(held, by=by, marks=[mark_of(held, case.registrations[0], "P")])

    with pytest.raises(Conflict, match="are marked in the session that is held instead"):
        sessions.hold_after_all(session, by=by)

    assert (session.is_held, held.is_held) == (False, True)


def test_it_was_held_then_and_the_hours_of_marks_move_along_only_if_that_is_said(case: Case, make: Make):
    session, by, later = case.sessions[0], make.user(), timedelta(hours=-4)

    with pytest.raises(Invalid, match="09:30"):
        make.change_session(session, by=by, decision=Decision.KEPT, **moved(session, later))
    held = make.change_session(session, by=by, decision=Decision.MOVED_ALONG, **moved(session, later))

    assert held is session
    assert minutes(session) == [180, 150]
    late = db.session.scalars(select(AttendanceRecord).where(AttendanceRecord.arrived.is_not(None))).one()
    assert late.arrived == time(5, 30)
    kept = db.session.scalars(select(AttendanceCorrection)).all()
    assert [(one.record_id, one.old_minutes, one.new_minutes) for one in kept] == [(late.id, 150, 150)]


def test_marks_cannot_stand_in_a_session_that_is_still_to_come(case: Case, make: Make):
    session, later = case.sessions[0], timedelta(days=50)

    with pytest.raises(Invalid, match="still to come"):
        make.change_session(session, by=make.user(), decision=Decision.KEPT, **moved(session, later))


def test_a_marked_session_is_called_off_only_if_its_marks_do_not_count_and_held_after_all(
    case: Case, make: Make
):
    session, by, before = case.sessions[0], make.user(), counted(case.training)

    with pytest.raises(Invalid, match="People marked in this session: 2"):
        sessions.cancel(session, by=by, reason="ill")
    sessions.cancel(session, by=by, reason="ill", decision=Decision.NOT_COUNTED)
    assert (session.is_held, counted(case.training)) == (False, (0, 0))
    sessions.hold_after_all(session, by=by)

    assert (session.is_held, session.cancel_reason, counted(case.training)) == (True, "", before)


def test_without_the_question_a_marked_session_would_go(case: Case, make: Make, monkeypatch):
    monkeypatch.setattr(proof, "check_decided", lambda session, decision: 0)

    sessions.cancel(case.sessions[0], by=make.user(), reason="ill")

    assert counted(case.training) == (0, 0)


def test_what_is_held_after_all_finds_its_room_taken(case: Case, make: Make):
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=50))
    session, by = case.sessions[1], make.user()
    make.change_session(session, by=by, room=room)
    sessions.cancel(session, by=by, reason="ill")
    hours = {"starts_local": session.starts_local, "ends_local": session.ends_local}
    other = make.training(starts_on=session.on_date, is_open=False)
    make.session(other, room=room, **hours)

    with pytest.raises(Conflict, match=f"Blue is taken by {other.code}"):
        sessions.hold_after_all(session, by=by)

    assert session.is_cancelled


def test_a_closed_register_is_put_right_and_a_locked_one_is_not(case: Case, make: Make):
    session, by = case.sessions[0], make.user()
    registers.close(session, by=by)
    shorter = session.ends_local - timedelta(hours=1)

    make.change_session(session, by=by, ends_local=shorter)
    assert minutes(session) == [120, 90]
    with pytest.raises(Conflict, match="closed"):
        make.change_session(session, by=by, decision=Decision.KEPT, **moved(session, timedelta(hours=-4)))
    registers.lock(session, by=by)
    with pytest.raises(Conflict, match="locked"):
        make.change_session(session, by=by, ends_local=shorter + timedelta(hours=1))

    assert minutes(session) == [120, 90]


def test_a_break_that_is_moved_changes_what_its_marks_are_worth(make: Make):
    """Arrived 09:30, left 10:45: with the break from 10:30 to 11:00 it is 60 minutes, from 09:30 it is 45."""
    case = carried_out(planned(make, 1), "L30Q10:45>", closed=0)
    session = case.sessions[0]
    assert minutes(session) == [60]

    make.change_session(session, by=make.user(), break_starts=time(9, 30))

    assert minutes(session) == [45]


def test_a_training_is_ended_early_and_its_rest_is_called_off(make: Make):
    case = planned(make, 2)
    carried_out(case, "PP>>", "PA>>")
    training, by = case.training, make.user()
    moves.change_state(training, by=by, name="start") if training.state == "open" else None

    with time_machine.travel(case.sessions[2].starts_at - timedelta(hours=3), tick=False):
        moves.change_state(training, by=by, name="stop", reason="The trainer fell ill.")

        assert training.state is TrainingState.COMPLETED
        assert [one.is_held for one in visible.of(training)] == [True, True, False, False]
    assert counted(training) == (540, 720)


@pytest.mark.parametrize(
    ("hours", "why"),
    [(-30, "No session was held yet"), (1, "under way"), (24 * 4, "No session is left"), (4, "still open")],
)
def test_a_training_is_ended_early_between_two_sessions_only(make: Make, hours, why):
    case = planned(make, 2)
    training, by = case.training, make.user()
    with time_machine.travel(case.sessions[0].starts_at, tick=False):
        moves.change_state(training, by=by, name="start")

    with (
        time_machine.travel(case.sessions[0].starts_at + timedelta(hours=hours), tick=False),
        pytest.raises(Conflict, match=why),
    ):
        moves.change_state(training, by=by, name="stop", reason="The trainer fell ill.")

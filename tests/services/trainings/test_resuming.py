"""Postponed, a timetable sleeps: it holds nothing and counts nowhere. New dates wake it; seats and registrations stay."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.make import Make
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import AuditEntry, OutgoingMail, RegistrationState, TrainingState
from training.services import announced, locked_trainings
from training.services.attendance import registers
from training.services.directory import venues
from training.services.registrations import submissions
from training.services.schedule import asleep, sessions, visible
from training.services.trainings import changes, moves, resuming
from training.services.trainings.resuming import Wish


def postponed(make: Make, waiting: int = 0, **wanted):
    """A training of three sessions with a room and a trainer, and somebody who has said that they come."""
    venue = make.venue()
    training = make.training(is_open=False, venue=venue, **wanted)
    room = resuming_room(make, venue)
    trainer = make.trainer()
    for _ in range(2):
        make.session(training, room=room, trainers=[trainer])
    make.session(training, training.starts_on + timedelta(days=1), room=room, trainers=[trainer])
    moves.change_state(training, by=None, name="open")
    registration = make.registration(training)
    for _ in range(waiting):
        make.registration(training)
    answer(registration)
    moves.change_state(training, by=make.user(), name="postpone", reason="floods")
    return training, registration, room, trainer


def resuming_room(make: Make, venue):
    return venues.add_room(venue, by=None, details=venues.RoomDetails(name="Hall", capacity=40))


@atomic
def answer(registration):
    registration.acknowledged_at = clock.now()


def later(training, days: int = 70):
    return training.starts_on + timedelta(days=days)


def letters(kind: str):
    return db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind)).all()


def test_what_sleeps_is_kept_holds_nothing_and_has_no_register(make: Make):
    training, _, room, trainer = postponed(make)

    sleeping = asleep.of(training)
    assert len(sleeping) == 3 and locked_trainings.live_sessions(training) == []
    assert all(entry.is_off for one in sleeping for entry in one.session_trainers)
    other = make.training(is_open=False)
    hours = {"starts_local": sleeping[0].starts_local, "ends_local": sleeping[0].ends_local}
    make.session(other, room=room, trainers=[trainer], **hours)
    assert announced.timetable(training) == {}, "who comes to it is told no times"
    with pytest.raises(Conflict):
        registers.close(sleeping[0], by=make.user())
    with pytest.raises(Conflict):
        make.change_session(sleeping[0], by=make.user(), title="Other")


def test_new_dates_wake_it_seats_stay_and_everybody_is_asked_and_told_once(make: Make):
    training, registration, room, trainer = postponed(make)
    before = [one.starts_local for one in asleep.of(training)]
    gap = training.starts_on - training.registration_closes_local.date()

    resuming.new_dates(training, by=make.user(), wish=Wish(first_day=later(training)))

    held = locked_trainings.live_sessions(training)
    assert training.state is TrainingState.OPEN and len(held) == 3 and asleep.of(training) == []
    assert [one.starts_local.time() for one in held] == [at.time() for at in before]
    assert {one.room for one in held} == {room}
    assert not any(entry.is_off for one in held for entry in one.session_trainers)
    assert (training.starts_on, training.ends_on) == (held[0].on_date, held[-1].on_date)
    assert training.starts_on - training.registration_closes_local.date() == gap
    assert registration.state is RegistrationState.CONFIRMED and registration.acknowledged_at is None
    assert len(letters("changed")) == 1 and announced.held(training)[0].starts_local == held[0].starts_local
    assert (
        len([one for one in db.session.scalars(select(AuditEntry)) if one.action == "training.new_dates"])
        == 1
    )


def test_without_the_tick_what_people_answered_stays(make: Make):
    training, registration, *_ = postponed(make)

    resuming.new_dates(training, by=make.user(), wish=Wish(first_day=later(training), asks_again=False))

    assert registration.acknowledged_at is not None


def test_the_same_days_again_are_checked_too(make: Make):
    training, _, room, trainer = postponed(make)
    first = asleep.of(training)[0]
    other = make.training(is_open=False)
    make.session(other, room=room, starts_local=first.starts_local, ends_local=first.ends_local)

    with pytest.raises(Conflict, match="is taken by"):
        resuming.new_dates(training, by=make.user(), wish=Wish(first_day=training.starts_on))
    assert training.state is TrainingState.POSTPONED and len(asleep.of(training)) == 3

    wish = Wish(first_day=training.starts_on, without_taken=True)
    assert not resuming.preview(training, wish).is_blocked
    resuming.new_dates(training, by=make.user(), wish=wish)
    rooms = [one.room for one in locked_trainings.live_sessions(training)]
    assert rooms[0] is None and rooms[1:] == [room, room]


def test_dates_outside_the_programme_are_refused_beside_the_field(make: Make):
    training, *_ = postponed(make)
    with pytest.raises(Invalid) as refused:
        resuming.new_dates(training, by=make.user(), wish=Wish(first_day=later(training, 4000)))
    assert refused.value.field == "first_day"


def test_a_cancelled_timetable_of_earlier_days_is_taken_over(make: Make):
    training, *_ = postponed(make)
    as_it_was_done_before(training)
    assert asleep.of(training) == [] and len(asleep.to_wake(training)) == 3

    resuming.new_dates(training, by=make.user(), wish=Wish(first_day=later(training)))

    assert len(locked_trainings.live_sessions(training)) == 3


@atomic
def as_it_was_done_before(training):
    asleep.call_off(training, "floods")


def test_what_was_called_off_before_stays_called_off(make: Make):
    training, *_ = postponed(make)
    first = asleep.of(training)[0]
    sessions.cancel(first, by=make.user(), reason="not needed")

    resuming.new_dates(training, by=make.user(), wish=Wish(first_day=later(training)))

    assert first.is_cancelled and len(locked_trainings.live_sessions(training)) == 2


def test_a_zone_change_leaves_it_asleep_at_its_hours(make: Make):
    training, *_ = postponed(make)
    before = [(one.starts_local, one.starts_at) for one in asleep.of(training)]

    changes.change(training, by=make.user(), details=make.changed(training, zone="Asia/Almaty"))

    after = [(one.starts_local, one.starts_at) for one in asleep.of(training)]
    assert [wall for wall, _ in after] == [wall for wall, _ in before]
    assert all(now != was for (_, now), (_, was) in zip(after, before, strict=True))


def test_cancelling_calls_off_what_sleeps(make: Make):
    training, *_ = postponed(make)

    moves.change_state(training, by=make.user(), name="cancel", reason="no budget")

    assert {one.is_cancelled for one in visible.of(training)} == {True} and asleep.of(training) == []


def test_what_sleeps_does_not_open_and_what_was_planned_anew_takes_its_place(make: Make):
    training, *_ = postponed(make)
    with pytest.raises(Conflict, match="sleeps"):
        moves.change_state(training, by=make.user(), name="open")
    make.session(training, starts_local=datetime.combine(training.ends_on, datetime.min.time().replace(hour=9)),
                 ends_local=datetime.combine(training.ends_on, datetime.min.time().replace(hour=11)))  # fmt: skip

    moves.change_state(training, by=make.user(), name="open")

    assert asleep.of(training) == [] and len(locked_trainings.live_sessions(training)) == 1


def test_who_waits_moves_up_with_new_dates_whoever_teaches_and_wherever(make: Make):
    training, registration, room, _trainer = postponed(make, waiting=1, capacity=1)
    submissions.withdraw(registration, by=None, reason="ill")

    promoted = resuming.new_dates(training, by=make.user(), wish=Wish(first_day=later(training)))

    assert len(promoted) == 1 and {one.room for one in locked_trainings.live_sessions(training)} == {room}

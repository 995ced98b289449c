"""That a training was postponed is taken back while its letters wait: timetable, state and letters are as before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.letters.mailed import forget
from training import clock
from training.db import db
from training.errors import Conflict
from training.models import (
    Admission,
    Announcement,
    AuditEntry,
    MailState,
    OutgoingMail,
    RegistrationState,
    Role,
    Training,
    TrainingState,
)
from training.services import announced, organisations
from training.services.announcing import announced_copies, differences
from training.services.directory import venues
from training.services.letters import outbox
from training.services.registrations import submissions
from training.services.schedule import visible
from training.services.trainings import moves, resuming, undoing


@pytest.fixture
def desk(make: Make):
    """A training that takes place, with a room, a trainer, an agency and a person, and one change not announced."""
    training, by = make.training(capacity=1, admission=Admission.FIRST_COME), make.user()
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Hall", capacity=30))
    trainer = make.trainer(email="eva@example.org")
    last = make.session(
        training, training.starts_on + timedelta(days=2), title="Exam", room=room, trainers=[trainer]
    )
    focal = make.user(Role.PARTNER)
    person = make.registration(training, make.trainee(focal.agency, email="ada@example.org"))
    moves.change_state(training, by=by, name="confirm")
    make.change_session(last, by=by, title="Oral exam")
    forget()
    return {"training": training, "by": by, "last": last, "room": room, "trainer": trainer, "person": person}


def postpone(desk) -> Training:
    moves.change_state(desk["training"], by=desk["by"], name="postpone", reason="elections")
    return desk["training"]


def letters() -> list[OutgoingMail]:
    return list(db.session.scalars(db.select(OutgoingMail).order_by(OutgoingMail.id)))


def plan(training: Training) -> list[tuple[object, ...]]:
    return [
        (
            one.starts_local,
            one.title,
            one.room,
            one.is_held,
            [(e.trainer_id, e.is_off) for e in one.session_trainers],
        )
        for one in visible.of(training)
    ]


def test_the_letters_about_postponing_wait_as_long_as_the_organisation_says(desk):
    wait = timedelta(seconds=organisations.get().letters_wait)

    postpone(desk)

    told = letters()
    assert {one.kind for one in told} == {"postponed", "trainee_postponed", "trainer_postponed"}
    assert all(one.due_at >= desk["training"].announcement.at + wait for one in told)
    assert outbox.lease_due() == []
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        assert len(outbox.lease_due()) == 3


def test_undo_wakes_the_timetable_and_drops_the_letters(desk):
    training = desk["training"]
    before, said = plan(training), announced.facts(training)
    sessions, found = [one.state for one in announced.sessions(training)], differences.of(training).digest
    postpone(desk)
    assert not any(one.is_held for one in visible.of(training))

    undoing.undo_postponing(training, training.announcement, by=desk["by"])

    assert (training.state, training.state_reason) == (TrainingState.CONFIRMED, "")
    assert plan(training) == before
    assert (announced.facts(training), [one.state for one in announced.sessions(training)]) == (
        said,
        sessions,
    )
    assert differences.of(training).digest == found, "what was not announced before is not announced now"
    assert {one.state for one in letters()} == {MailState.DROPPED}
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        assert outbox.lease_due() == []
    done = db.session.scalars(db.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert done[-1] == "training.postpone_undone"


def test_what_was_open_is_open_again(make: Make):
    training = make.training()
    moves.change_state(training, by=make.user(), name="postpone", reason="elections")
    undoing.undo_postponing(training, training.announcement, by=make.user())
    assert training.state is TrainingState.OPEN


def test_it_comes_too_late_once_the_letters_leave(desk, make: Make):
    postpone(desk)
    later = time_machine.travel(clock.now() + timedelta(seconds=61), tick=False)
    with later, pytest.raises(Conflict, match="have left"):
        undoing.undo_postponing(desk["training"], desk["training"].announcement, by=desk["by"])
    assert desk["training"].state is TrainingState.POSTPONED


@pytest.mark.parametrize("what", ["room", "trainer"])
def test_what_is_taken_meanwhile_refuses_by_name(what, desk, make: Make):
    last = desk["last"]
    hours = {"starts_local": last.starts_local, "ends_local": last.ends_local}
    postpone(desk)
    other = make.training(starts_on=desk["training"].starts_on)
    taken = {"room": desk["room"]} if what == "room" else {"trainers": [desk["trainer"]]}
    make.session(other, **hours, **taken)

    with pytest.raises(Conflict) as refused:
        undoing.undo_postponing(desk["training"], desk["training"].announcement, by=desk["by"])

    assert other.code in str(refused.value.message)
    assert desk["training"].state is TrainingState.POSTPONED
    assert all(one.is_asleep for one in visible.of(desk["training"]))
    assert {one.state for one in letters() if "postponed" in one.kind} == {MailState.QUEUED}


def test_somebody_who_had_another_letter_meanwhile_refuses_it_by_name(desk, make: Make):
    postpone(desk)
    submissions.withdraw(desk["person"], by=None, reason="ill")

    with pytest.raises(Conflict, match="has had a letter about this meanwhile"):
        undoing.undo_postponing(desk["training"], desk["training"].announcement, by=desk["by"])


def test_new_dates_meanwhile_leave_nothing_to_undo(desk, make: Make):
    training = postpone(desk)
    wish = resuming.Wish(first_day=training.starts_on + timedelta(days=7))
    resuming.new_dates(training, by=desk["by"], wish=wish)

    with pytest.raises(Conflict):
        undoing.undo_postponing(training, training.announcement, by=desk["by"])
    assert training.state is TrainingState.OPEN


def test_a_cancelled_training_has_no_way_back(desk):
    moves.change_state(desk["training"], by=desk["by"], name="cancel", reason="no budget")

    assert announced_copies.that_can_be_undone(desk["training"]) is None
    assert letters() and all(one.due_at <= clock.now() for one in letters())
    with pytest.raises(Conflict):
        undoing.undo_postponing(desk["training"], desk["training"].announcement, by=desk["by"])


def test_undone_once_it_can_be_postponed_again(desk):
    for _ in range(2):
        postpone(desk)
        undoing.undo_postponing(desk["training"], desk["training"].announcement, by=desk["by"])
    withdrawn = db.select(db.func.count(Announcement.id)).where(Announcement.withdrawn_at.is_not(None))
    assert db.session.scalar(withdrawn) == 2
    assert desk["person"].state is RegistrationState.CONFIRMED

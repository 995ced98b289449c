"""What begins within 48 hours is told at once, and nothing else is told by that."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.announcing.desk import kinds, letters, make_room
from training import clock
from training.errors import Conflict
from training.models import RegistrationState
from training.services.announcing import announced_copies, announcements, differences
from training.services.registrations import submissions
from training.services.schedule import several, shift
from training.services.trainings import changes, moves, taking_back


def overtaken(desk, make: Make):
    """The exam was moved and not announced, then time made it near: 40 hours are left until it was to begin."""
    make.change_session(desk["last"], by=desk["by"], title="Oral exam")
    return time_machine.travel(desk["last"].starts_at - timedelta(hours=40), tick=False)


def test_what_time_made_near_is_not_told_by_a_change_of_something_else(desk, make: Make):
    training, by = desk["training"], desk["by"]
    with overtaken(desk, make):
        changes.change(training, by=by, details=make.changed(training, description="More words"))
        make.session(training, training.ends_on + timedelta(days=9), is_known=False, title="Reunion")

        assert letters() == {} and len(differences.of(training)) == 3

        make.change_session(desk["last"], by=by, room=make_room(make))
        assert "trainee_changed" in kinds() and not differences.of(training)


def test_what_time_made_near_is_taken_back_in_silence(desk, make: Make):
    training, by = desk["training"], desk["by"]
    changes.change(training, by=by, details=make.changed(training, venue=make.venue(city="Graz")))
    with overtaken(desk, make):
        found = differences.of(training)
        taking_back.take_back(
            training, by=by, seen=found.digest, sessions=[desk["last"].public_id], facts=True
        )

        assert letters() == {} and not differences.of(training)


def test_what_begins_soon_does_not_wait(desk, make: Make):
    training, by = desk["training"], desk["by"]
    with overtaken(desk, make):
        make.announced(training, by=by)
        assert {one.due_at for one in letters().values()} == {clock.now()}
        moves.change_state(training, by=by, name="postpone", reason="floods")

        assert announced_copies.that_can_be_undone(training) is None


def test_an_announcement_by_which_somebody_moved_up_stays(make: Make):
    training, by = make.training(capacity=1, promotion_ends_days=40), make.user()
    first, waiting = (make.registration(training) for _ in range(2))
    submissions.withdraw(first, by=None, reason="ill")
    several.move(training, by=by, move=shift.Move(days=30))

    one = make.announced(training, by=by)

    assert waiting.state is RegistrationState.CONFIRMED
    with pytest.raises(Conflict, match="Its letters have left"):
        announcements.undo(training, one, by=by)


def test_a_break_moves_along_when_its_session_is_taken_back(desk, make: Make):
    last, by = desk["last"], desk["by"]
    make.change_session(
        last, by=by, break_minutes=15, break_starts=(last.starts_local + timedelta(hours=1)).time()
    )
    make.known(desk["training"])
    was = last.break_starts
    several.move(desk["training"], by=by, move=shift.Move(minutes=240), public_ids=[last.public_id])
    assert last.break_starts != was

    found = differences.of(desk["training"])
    taking_back.take_back(desk["training"], by=by, seen=found.digest, sessions=[last.public_id])

    assert last.break_starts == was and not differences.of(desk["training"])

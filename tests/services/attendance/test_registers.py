"""Registers: not recorded is not absent, two savers lose nothing, closing and correcting leave traces."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
import time_machine
from sqlalchemy import text

from tests.make import Make
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import AttendanceStatus, RegisterState, TrainingSession
from training.services import marks
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.registrations import late_changes, submissions
from training.services.schedule import visible

P, L, E, X, A = AttendanceStatus


def mark(row_or_registration, status, version=0, **times):
    registration = getattr(row_or_registration, "registration", row_or_registration)
    return Mark(registration.public_id, status, version, **times)


@pytest.fixture
def held(make: Make) -> Iterator[TrainingSession]:
    """A session of 180 minutes with three people, just over."""
    training = make.training(capacity=3)
    for _ in range(3):
        make.registration(training)
    session = registers.db.session.get_one(TrainingSession, _first_session(training))
    with time_machine.travel(session.ends_at + timedelta(minutes=5)):
        yield session


def _first_session(training):
    return visible.of(training)[0].id


def test_everybody_is_not_recorded_at_first(held):
    assert registers.tally(held) == registers.Tally(listed=3, recorded=0, present=0)


def test_minutes_follow_from_the_status_and_the_times(held):
    cases = {
        mark_of(P): (180, False), mark_of(X): (0, False), mark_of(A): (0, False),
        mark_of(L, arrived=time(9, 30)): (150, False), mark_of(E, left=time(11)): (120, False),
        mark_of(L, arrived=time(9, 30), left=time(11, 30), also_left_early=True): (120, False),
        mark_of(L): (150, True), mark_of(E): (150, True), mark_of(L, also_left_early=True): (120, True),
        mark_of(L, arrived=time(12)): (1, False),  # whoever was marked as there was there
    }  # fmt: skip

    assert {m: worth(held, m) for m in cases} == cases


def worth(session, mark: Mark) -> tuple[int, bool]:
    return marks.minutes_of(marks.slot_of(session), mark, 30)


def mark_of(status, **times):
    return Mark(uuid.UUID(int=1), status, 0, **times)


def test_breaks_are_not_contact_time(make: Make):
    session = make.session(make.training(is_open=False), break_minutes=30)

    assert session.scheduled_minutes == 150
    assert worth(session, mark_of(P)) == (150, False)


def test_the_second_saver_of_a_cell_is_shown_both_and_overwrites_nothing(held, make: Make):
    rows = registers.register(held)
    registers.save(held, by=make.user(), marks=[mark(rows[0], P)])

    clashes = registers.save(held, by=make.user(), marks=[mark(rows[0], A), mark(rows[1], L)])

    after = registers.register(held)
    assert [(c.mine.status, c.theirs.status) for c in clashes] == [(A, P)]
    assert [row.record.status if row.record else None for row in after] == [P, L, None]


def test_saving_what_already_stands_there_is_no_clash(held):
    rows = registers.register(held)
    registers.save(held, by=None, marks=[mark(rows[0], P)])

    assert registers.save(held, by=None, marks=[mark(rows[0], P)]) == []


def test_a_cleared_cell_is_not_recorded_and_its_version_goes_on(held):
    rows = registers.register(held)
    registers.save(held, by=None, marks=[mark(rows[0], P)])
    registers.save(held, by=None, marks=[mark(rows[0], None, version=1)])

    again = registers.register(held)[0]

    assert (again.record.status, again.version) == (None, 2)
    assert registers.tally(held).recorded == 0


def test_closing_is_refused_while_somebody_is_not_recorded(held, make: Make):
    with pytest.raises(Conflict, match="3 people are not recorded"):
        registers.close(held, by=None)

    assert registers.mark_rest(held, by=make.user(), status=A) == 3
    registers.close(held, by=None)

    assert held.register_state is RegisterState.CLOSED


def test_a_correction_after_closing_needs_a_reason_and_keeps_old_and_new(held, make: Make):
    by = make.user()
    registers.mark_rest(held, by=by, status=P)
    registers.close(held, by=by)
    row = registers.register(held)[0]

    with pytest.raises(Invalid, match="say why"):
        registers.save(held, by=by, marks=[mark(row, A, row.version)])
    registers.save(held, by=by, marks=[mark(row, A, row.version)], reason="Signed for a colleague")

    kept = registers.corrections(held)[0]
    assert (kept.old_status, kept.old_minutes, kept.new_status, kept.new_minutes) == (P, 180, A, 0)
    assert (kept.reason, kept.by_name) == ("Signed for a colleague", by.name)


def test_a_locked_register_is_changed_only_after_reopening_with_a_reason(held, make: Make):
    by = make.user()
    registers.mark_rest(held, by=by, status=P)
    registers.close(held, by=by)
    registers.lock(held, by=by)
    row = registers.register(held)[0]

    with pytest.raises(Conflict, match="locked"):
        registers.save(held, by=by, marks=[mark(row, A, row.version)], reason="mistake")
    with pytest.raises(Invalid, match="Say why"):
        registers.reopen(held, by=by, reason="")
    registers.reopen(held, by=by, reason="mistake")

    assert registers.save(held, by=by, marks=[mark(row, A, row.version)]) == []


def test_times_outside_the_session_are_refused_and_nothing_is_stored(held):
    rows = registers.register(held)

    with pytest.raises(Invalid, match="outside the session"):
        registers.save(held, by=None, marks=[mark(rows[0], P), mark(rows[1], L, arrived=time(8))])

    assert registers.tally(held).recorded == 0


def test_a_register_lists_those_confirmed_at_the_start_walk_ins_and_whoever_has_a_record(make: Make):
    training = make.training(capacity=10)
    session = registers.db.session.get_one(TrainingSession, _first_session(training))
    stayed, left_before, left_after = (make.registration(training) for _ in range(3))
    submissions.withdraw(left_before, by=None, reason="ill")
    with time_machine.travel(session.starts_at + timedelta(minutes=30)):
        submissions.withdraw(left_after, by=None, reason="called away")
        too_late = make.registration(training)
        at_the_door = late_changes.walk_in(training, by=make.user(), trainee=make.trainee())

        listed = {row.registration.id for row in registers.register(session)}

    assert listed == {stayed.id, left_after.id, at_the_door.id}
    assert too_late.id not in listed


def test_a_session_that_has_not_begun_is_not_marked(make: Make):
    training = make.training()
    make.registration(training)
    session = registers.db.session.get_one(TrainingSession, _first_session(training))
    row = registers.register(session)[0]

    with pytest.raises(Conflict, match="not begun"):
        registers.save(session, by=None, marks=[mark(row, P)])


def test_a_register_that_was_locked_while_a_save_waited_is_not_changed(held, make: Make):
    rows, by = registers.register(held), make.user()

    @atomic
    def save_after_another_locked_it() -> None:
        assert held.register_state is RegisterState.OPEN  # read before the save holds the row
        db.session.execute(
            text("UPDATE training_session SET register_state = 'locked' WHERE id = :id"), {"id": held.id}
        )
        registers.save(held, by=by, marks=[mark(rows[0], P)])

    with pytest.raises(Conflict, match="locked"):
        save_after_another_locked_it()

"""Two registrations of one person for one training become one: which one stays, seats, marks, and the way back."""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from tests.services.merging.test_merges import state_of_everything
from tests.services.merging.together import choosing, merged, registered
from training.db import db
from training.errors import Conflict, Invalid
from training.models import (
    Admission,
    AttendanceRecord,
    AttendanceStatus,
    Registration,
    RegistrationState,
    ReserveOrder,
    Role,
)
from training.services import audit, seat_counts
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.merging import joining, joins, merges
from training.services.registrations import late_changes, reserve_list, submissions
from training.services.trainings import changes, moves

S = RegistrationState
HISTORY = ("person_merge", "outgoing_mail", "registration_step")
"""What is written down of merging and undoing, and stays."""


def states(*found: Registration) -> list[RegistrationState]:
    return [one.state for one in found]


def held(training) -> int:
    return sum(seat_counts.count(training).held.values())


# Which one stays


@pytest.mark.parametrize("name", ["live before ended", "a seat before none", "more minutes", "older"])
def test_the_registration_that_stays_is_proposed(name: str, make: Make):
    if name == "live before ended":
        training = make.training()
        one, other = make.registration(training), make.registration(training)
        submissions.withdraw(one, by=make.user(), reason="ill")
    elif name == "a seat before none":
        training = make.training(admission=Admission.APPROVAL)
        one, other = make.registration(training), make.registration(training)
        reserve_list.confirm(other, by=make.user())
    elif name == "more minutes":
        _, (one, other) = registered(make, "PA", "PP")
    else:
        _, (other, one) = registered(make, "PP", "PP")

    (join,) = joins.of(one.trainee, other.trainee)
    assert join.registrations[0] is other
    merged(make, one, other)

    assert (one.state, one.joined_into_id, other.joined_into_id) == (S.JOINED, other.id, None)
    assert one.trainee_id == other.trainee_id


def test_whoever_merges_may_choose_another_one_and_no_seat_is_lost_by_it(make: Make):
    training = make.training(capacity=1)
    seat, waits = make.registration(training), make.registration(training)
    third = make.registration(training)
    assert states(seat, waits, third) == [S.CONFIRMED, S.RESERVE, S.RESERVE]

    done = merged(
        make, seat, waits, choices=choosing(seat, waits, stays={training.public_id: waits.public_id})
    )

    assert states(seat, waits, third) == [S.JOINED, S.CONFIRMED, S.RESERVE]
    assert (held(training), waits.confirmed_at) == (1, seat.confirmed_at)
    merges.undo(done, by=make.user())
    assert states(seat, waits, third) == [S.CONFIRMED, S.RESERVE, S.RESERVE]
    assert [one.reserve_rank for one in (waits, third)] == [1, 2]


def test_of_two_who_wait_the_better_rank_is_kept(make: Make):
    training = make.training(capacity=1, reserve_order=ReserveOrder.RANK)
    make.registration(training)
    waiting = [make.registration(training) for _ in range(4)]

    done = merged(
        make,
        waiting[1],
        waiting[3],
        choices=choosing(waiting[1], waiting[3], stays={training.public_id: waiting[3].public_id}),
    )
    assert (states(waiting[1], waiting[3]), waiting[3].reserve_rank) == ([S.JOINED, S.RESERVE], 2)
    merges.undo(done, by=make.user())

    assert [one.reserve_rank for one in waiting] == [1, 2, 3, 4]


def test_a_registration_that_ended_before_it_had_a_seat_moves_as_it_is(make: Make):
    training = make.training(admission=Admission.APPROVAL)
    one, other = make.registration(training), make.registration(training)
    submissions.decline(other, by=make.user(), reason="no")

    assert joins.of(one.trainee, other.trainee) == []
    merged(make, one, other)

    assert (states(one, other), other.joined_into_id) == ([S.SUBMITTED, S.DECLINED], None)
    assert other.trainee_id == one.trainee_id


# Seats


def test_a_seat_that_was_held_twice_goes_to_the_next_in_line_who_is_told(make: Make, app):
    training = make.training(capacity=2)
    one, other, third, fourth = (make.registration(training) for _ in range(4))

    merged(make, one, other)

    assert states(one, other, third, fourth) == [S.CONFIRMED, S.JOINED, S.CONFIRMED, S.RESERVE]
    assert held(training) == 2
    entry = db.session.scalars(audit.about(third)).first()
    assert entry.action == "registration.promote"


def test_without_giving_the_seat_it_would_stay_empty(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(joining, "give_seats", lambda kept, by: [])
    training = make.training(capacity=2)
    one, other, third = (make.registration(training) for _ in range(3))
    merged(make, one, other)

    assert (third.state, held(training)) == (S.RESERVE, 1)


def test_in_a_training_that_is_over_nobody_gets_the_seat(make: Make):
    case, (one, other) = registered(make, "PP", "PP")
    changes.change(case.training, by=make.user(), details=make.changed(case.training, capacity=2))
    late = make.registration(case.training)
    moves.change_state(case.training, name="start", by=make.user())
    moves.change_state(case.training, name="complete", by=make.user())

    merged(make, one, other)

    assert (states(one, other, late), held(case.training)) == ([S.CONFIRMED, S.JOINED, S.RESERVE], 1)


def test_undoing_gives_the_seat_back_while_it_is_free(make: Make):
    training = make.training(capacity=2)
    one, other = make.registration(training), make.registration(training)
    before = state_of_everything(*HISTORY)

    done = merged(make, one, other)
    assert (held(training), merges.without_seats(done)) == (1, [])
    merges.undo(done, by=make.user())

    found = state_of_everything(*HISTORY)
    assert [name for name in before if before[name] != found[name]] == [
        "user"
    ]  # who merged, and who undid it


def test_a_seat_that_has_gone_to_somebody_else_is_not_taken_from_them(make: Make):
    training = make.training(capacity=2)
    one, other, third, fourth = (make.registration(training) for _ in range(4))
    done = merged(make, one, other)
    assert merges.without_seats(done) == [other]

    merges.undo(done, by=make.user())

    assert states(one, other, third, fourth) == [S.CONFIRMED, S.RESERVE, S.CONFIRMED, S.RESERVE]
    assert (other.reserve_rank, fourth.reserve_rank, held(training)) == (1, 2, 2)
    submissions.withdraw(third, by=make.user(), reason="ill")
    assert (other.state, other.released_at) == (S.CONFIRMED, None)


def test_without_counting_the_seats_an_undone_merge_would_oversell(make: Make, monkeypatch):
    monkeypatch.setattr(joining, "has_seat", lambda counted, one: True)
    training = make.training(capacity=2)
    one, other, _ = (make.registration(training) for _ in range(3))
    merges.undo(merged(make, one, other), by=make.user())

    assert held(training) == 3


def test_what_somebody_decided_since_the_merge_stands_when_it_is_undone(make: Make):
    training = make.training(capacity=2)
    one, other = make.registration(training), make.registration(training)
    done = merged(make, one, other)
    submissions.withdraw(one, by=make.user(), reason="ill")

    merges.undo(done, by=make.user())

    assert states(one, other) == [S.WITHDRAWN, S.CONFIRMED]
    assert one.trainee_id != other.trainee_id


# Presence


def test_somebody_who_came_in_twice_was_there_from_the_first_seat_on(make: Make):
    case, (first, second) = registered(make, "PP---- !2", "--PPPP @2", days=3)
    confirmed = first.confirmed_at

    merged(make, second, first)

    assert (second.state, second.confirmed_at) == (S.CONFIRMED, confirmed)
    marks = db.session.scalars(
        select(AttendanceRecord.minutes).where(AttendanceRecord.registration_id == second.id)
    ).all()
    assert marks == [180] * 6
    assert all(len(registers.register(session)) == 1 for session in case.sessions)


def test_between_two_seats_with_a_session_in_between_nobody_is_expected(make: Make):
    case, (first, second) = registered(make, "PP---- !2", "----PP @4", days=3)
    confirmed = second.confirmed_at

    merged(make, second, first)

    assert second.confirmed_at == confirmed
    assert [len(registers.register(session)) for session in case.sessions] == [1, 1, 0, 0, 1, 1]


def test_a_register_that_still_asks_for_a_mark_goes_on_asking(make: Make):
    case, (first, second) = registered(make, "..---- !2", "----PP @4", days=3)

    done = merged(make, second, first)

    listed = [[row.record and row.record.status for row in registers.register(one)] for one in case.sessions]
    assert listed == [[None], [None], [], [], [AttendanceStatus.PRESENT], [AttendanceStatus.PRESENT]]
    assert registers.tally(case.sessions[0]).missing == 1
    merges.undo(done, by=make.user())
    assert [row.registration for row in registers.register(case.sessions[0])] == [first]


def test_without_that_the_register_would_be_closed_over_somebody_expected(make: Make, monkeypatch):
    monkeypatch.setattr(joining, "_keep_asking", lambda asked, staying, by: [])

    with pytest.raises(AssertionError):
        test_a_register_that_still_asks_for_a_mark_goes_on_asking(make)


# What is asked


def test_a_question_without_an_answer_is_asked_again(make: Make):
    case, (one, other) = registered(make, "PP", "AP")

    with pytest.raises(Invalid, match="Say which mark") as refused:
        merged(make, one, other, choices=choosing(one, other))
    assert refused.value.field == f"mark-{case.sessions[0].public_id}"
    assert states(one, other) == [S.CONFIRMED, S.CONFIRMED]


@pytest.mark.parametrize("what", ["a mark", "a decision", "a registration"])
def test_what_has_changed_since_the_page_was_opened_is_looked_at_again(what: str, make: Make):
    case, (one, other) = registered(make, "PP", "PP")
    seen = choosing(one, other)
    if what == "a mark":
        mark = Mark(other.public_id, AttendanceStatus.ABSENT, 1)
        registers.save(case.sessions[0], by=None, marks=[mark], reason="the wrong line")
    elif what == "a decision":
        submissions.withdraw(other, by=make.user(), reason="ill")
    else:
        training = make.training()
        make.registration(training, one.trainee)
        make.registration(training, other.trainee)

    with pytest.raises(Conflict, match="has changed since you opened this page") as refused:
        merged(make, one, other, choices=seen)
    assert refused.value.code == "changed"


def test_without_that_guard_an_unseen_mark_would_be_decided_on(make: Make, monkeypatch):
    monkeypatch.setattr(joins, "check_seen", lambda found, choices: None)

    with pytest.raises(pytest.fail.Exception):
        test_what_has_changed_since_the_page_was_opened_is_looked_at_again("a decision", make)


def test_who_may_not_see_the_registrations_does_not_decide_on_them(make: Make):
    training = make.training()
    one, other = make.registration(training), make.registration(training)
    outside = make.user(Role.COORDINATOR, themes=[make.theme("ASY")])

    with pytest.raises(Conflict, match=f"registered for {training.code}, which another coordinator"):
        merges.merge(one.trainee, other.trainee, by=outside, values=[])


# Several merges


def test_three_records_of_one_person_are_parted_from_the_last_merge_on(make: Make):
    training = make.training(capacity=3)
    found = [make.registration(training) for _ in range(3)]
    kept = found[0].trainee
    by = make.user()
    first = merges.merge(kept, found[1].trainee, by=by, values=[])
    second = merges.merge(kept, found[2].trainee, by=by, values=[])
    assert (states(*found), held(training)) == ([S.CONFIRMED, S.JOINED, S.JOINED], 1)

    with pytest.raises(Conflict, match="undo that first"):
        merges.undo(first, by=by)
    merges.undo(second, by=by)
    merges.undo(first, by=by)

    assert (states(*found), held(training)) == ([S.CONFIRMED] * 3, 3)
    assert len({one.trainee_id for one in found}) == 3


def test_a_person_added_at_the_door_again_after_a_merge_is_the_one_on_the_register(make: Make):
    case, (one, other) = registered(make, "PP", "PP")
    merged(make, one, other)
    moves.change_state(case.training, name="start", by=make.user())

    with time_machine.travel(case.sessions[0].starts_at, tick=False):
        with pytest.raises(Conflict, match="already"):
            late_changes.walk_in(case.training, by=make.user(), trainee=one.trainee)
        assert [row.registration for row in registers.register(case.sessions[0])] == [one]


def test_fewer_seats_than_before_the_merge_are_not_oversold_by_undoing(make: Make):
    training = make.training(capacity=2)
    one, other = make.registration(training), make.registration(training)
    done = merged(make, one, other)
    changes.change(training, by=make.user(), details=make.changed(training, capacity=1))

    merges.undo(done, by=make.user())

    assert (states(one, other), held(training)) == ([S.CONFIRMED, S.RESERVE], 1)

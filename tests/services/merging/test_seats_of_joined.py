"""Whose seat a joined registration takes over, and what comes back of it when the training has changed since."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.services.merging.together import choosing, merged, registered
from training.db import db
from training.errors import Conflict, Invalid
from training.models import (
    Admission,
    Agency,
    Promotion,
    ReasonCode,
    Registration,
    RegistrationState,
    RegistrationStep,
    Role,
    Training,
)
from training.services import seat_counts
from training.services.merging import joining, joins, merges
from training.services.registrations import reserve_list, submissions, visible
from training.services.trainings import changes, moves

S = RegistrationState


def states(*found: Registration) -> list[RegistrationState]:
    return [one.state for one in found]


def held_of(training: Training) -> list[int]:
    """How many seats are held of each share, in the order in which they were kept."""
    counted = seat_counts.count(training)
    return [counted.used_of(kept) for kept in counted.kept]


def one_seat_each(make: Make, **wanted) -> tuple[Training, Agency, Agency]:
    """A training of which a seat is kept for each of two agencies."""
    training, one, other = make.training(**wanted), make.agency(), make.agency()
    for agency in (one, other):
        make.kept(training, by=None, seats=1, agency=agency)
    return training, one, other


def stays(one: Registration, other: Registration) -> dict[str, object]:
    """What somebody chooses who lets ``one`` stay."""
    return {"choices": choosing(one, other, stays={one.training.public_id: one.public_id})}


# A seat is taken over by whom it is kept for


def test_a_seat_kept_for_one_agency_does_not_go_to_another_by_a_merge(make: Make):
    training, x, y = one_seat_each(make, capacity=2)
    make.registration(training, make.trainee(x))
    waits, seated = make.registration(training, make.trainee(x)), make.registration(training, make.trainee(y))

    with pytest.raises(Invalid, match=f"free for {x.name}. Let the registration of {y.name} stay") as refused:
        merged(make, waits, seated, **stays(waits, seated))

    assert refused.value.field == f"stays-{training.public_id}"
    assert (states(waits, seated), held_of(training)) == ([S.RESERVE, S.CONFIRMED], [1, 1])
    merged(make, waits, seated, **stays(seated, waits))
    assert (states(waits, seated), held_of(training)) == ([S.JOINED, S.CONFIRMED], [1, 1])


def test_without_asking_for_a_seat_of_its_own_one_agency_would_hold_the_seat_of_another(
    make: Make, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(joining, "_check_seat", lambda staying, held: None)
    training, x, y = one_seat_each(make, capacity=2)
    make.registration(training, make.trainee(x))
    waits, seated = make.registration(training, make.trainee(x)), make.registration(training, make.trainee(y))

    merged(make, waits, seated, **stays(waits, seated))

    assert held_of(training) == [2, 0]


@pytest.mark.parametrize("admission", list(Admission))
def test_who_has_a_free_seat_of_their_own_takes_it_and_the_other_one_goes_to_its_next_in_line(
    admission: Admission, make: Make
):
    training, x, y = one_seat_each(make, capacity=2, admission=admission)
    staying, seated, next_up = (make.registration(training, make.trainee(agency)) for agency in (x, y, y))
    if admission is Admission.APPROVAL:
        reserve_list.confirm(seated, by=make.user())
        reserve_list.reserve(next_up, by=make.user())
    else:
        submissions.withdraw(staying, by=make.user(), reason="ill")
        staying = make.registration(training, staying.trainee)
    assert states(seated, next_up) == [S.CONFIRMED, S.RESERVE]

    done = merged(make, staying, seated, **stays(staying, seated))

    assert states(staying, seated, next_up) == [S.CONFIRMED, S.JOINED, S.CONFIRMED]
    assert held_of(training) == [1, 1]
    merges.undo(done, by=make.user())
    assert seated.state is S.RESERVE, "the seat of its agency has gone to the next in line"


def test_within_its_own_share_a_seat_is_taken_over_even_if_more_are_held_than_kept(make: Make):
    training, x = make.training(capacity=2), make.agency()
    first, second, waits = (make.registration(training, make.trainee(x)) for _ in range(3))
    make.kept(training, by=None, seats=1, agency=x)
    assert states(first, second, waits) == [S.CONFIRMED, S.CONFIRMED, S.RESERVE]

    merged(make, waits, second, **stays(waits, second))

    assert states(first, second, waits) == [S.CONFIRMED, S.JOINED, S.CONFIRMED]


def test_in_a_training_that_is_over_seats_are_kept_for_nobody(make: Make):
    case, (seated, waits) = registered(make, "PP", "PP")
    changes.change(case.training, by=make.user(), details=make.changed(case.training, capacity=3))
    make.kept(case.training, by=None, seats=1, agency=make.agency())
    submissions.withdraw(waits, by=make.user(), reason="ill")
    moves.change_state(case.training, name="start", by=make.user())
    moves.change_state(case.training, name="complete", by=make.user())

    merged(make, waits, seated, **stays(waits, seated))

    assert states(seated, waits) == [S.JOINED, S.CONFIRMED]


# What comes back into a training that was cancelled, or whose offers end earlier


def in_state(make: Make, state: RegistrationState) -> Registration:
    """A registration that stands there, and another one of the same training to be joined with it."""
    by_decision = state in (S.SUBMITTED, S.OFFERED)
    training = make.training(
        capacity=1,
        admission=Admission.APPROVAL if by_decision else Admission.FIRST_COME,
        promotion=Promotion.PROPOSED,
        offer_hours=240,
    )
    first, one = make.registration(training), make.registration(training)
    if state is S.CONFIRMED:
        return first
    if state is S.OFFERED:
        reserve_list.reserve(one, by=make.user())
        reserve_list.offer(one, by=make.user())
    return one


@pytest.mark.parametrize("state", [S.CONFIRMED, S.OFFERED, S.RESERVE, S.SUBMITTED])
def test_in_a_cancelled_training_a_parted_registration_has_ended_with_the_others(
    state: RegistrationState, make: Make
):
    joined = in_state(make, state)
    training = joined.training
    other = make.registration(training)
    done = merged(make, other, joined, **stays(other, joined))
    assert states(joined, other) == [S.JOINED, state]
    moves.change_state(training, name="cancel", by=make.user(), reason="no budget")
    assert merges.without_seats(done) == []

    merges.undo(done, by=make.user())

    assert states(joined, other) == [S.WITHDRAWN, S.WITHDRAWN]
    last = visible.history(joined)[-1]
    assert (last.from_state, last.reason, last.reason_code) == (S.JOINED, "no budget", ReasonCode.ORGANISER)
    had_seat = state in (S.CONFIRMED, S.OFFERED)
    assert joined.released_at == (training.state_changed_at if had_seat else None)
    assert (joined.reserve_rank, joined.offer_expires_at, joined.joined_into) == (None, None, None)
    assert held_in_all(training) == 0 and joined.trainee is not other.trainee


def held_in_all(training: Training) -> int:
    return sum(seat_counts.count(training).held.values())


def test_without_looking_at_the_training_a_cancelled_one_would_have_a_confirmed_registration(
    make: Make, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(joining, "is_called_off", lambda training: False)

    with pytest.raises(AssertionError):
        test_in_a_cancelled_training_a_parted_registration_has_ended_with_the_others(S.CONFIRMED, make)


def test_what_had_ended_before_the_merge_comes_back_as_it_was(make: Make):
    training = make.training(capacity=3)
    one, ended = make.registration(training), make.registration(training)
    submissions.withdraw(ended, by=make.user(), reason="ill")
    done = merged(make, one, ended)
    moves.change_state(training, name="cancel", by=make.user(), reason="no budget")

    merges.undo(done, by=make.user())

    said = select(RegistrationStep.reason).where(RegistrationStep.registration_id == ended.id)
    assert ended.state is S.WITHDRAWN and "no budget" not in db.session.scalars(said).all()


def test_an_offer_that_comes_back_does_not_outlive_the_cut_off_that_moved_before_it(make: Make):
    offered = in_state(make, S.OFFERED)
    training = offered.training
    other = make.registration(training)
    done = merged(make, other, offered, **stays(other, offered))
    until = other.offer_expires_at
    days = training.promotion_ends_days + 25
    changes.change(training, by=make.user(), details=make.changed(training, promotion_ends_days=days))
    assert other.offer_expires_at < until

    merges.undo(done, by=make.user())

    expires = [one.offer_expires_at for one in (offered, other) if one.state is S.OFFERED]
    assert expires and all(one <= reserve_list.cut_off(training) for one in expires)


# Who may undo


def test_who_may_not_see_the_registrations_does_not_part_them(make: Make):
    training = make.training(capacity=3)
    one, other = make.registration(training), make.registration(training)
    done = merged(make, one, other)
    outside = make.user(Role.COORDINATOR, themes=[make.theme("ASY")])

    refusal = merges.why_not(done, outside)
    assert refusal is not None and refusal.code == "foreign"
    with pytest.raises(Conflict, match=f"for {training.code}, which another coordinator looks after"):
        merges.undo(done, by=outside)

    assert states(one, other) == [S.CONFIRMED, S.JOINED]
    inside = make.user(Role.COORDINATOR, themes=[make.theme("BMV")])
    assert merges.why_not(done, inside) is None
    merges.undo(done, by=inside)
    assert states(one, other) == [S.CONFIRMED, S.CONFIRMED]


def test_without_that_guard_they_would_be_parted_by_somebody_who_may_not_see_them(
    make: Make, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(joins, "foreign_of", lambda registration_ids, user: [])

    with pytest.raises(AssertionError):
        test_who_may_not_see_the_registrations_does_not_part_them(make)

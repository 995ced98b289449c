"""Seats: never more than there are, on every path, and the next in line moves up."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.errors import Conflict, Invalid
from training.models import (
    Admission,
    Promotion,
    RegistrationState,
    Role,
)
from training.services import visible_trainings
from training.services.directory import agencies
from training.services.registrations import (
    reserve_list,
    submissions,
    visible,
)
from training.services.trainees import records
from training.services.trainings import changes, moves

S = RegistrationState


def test_first_come_confirms_while_seats_are_free_and_then_reserves_in_order(make: Make):
    training = make.training(capacity=2)

    found = [make.registration(training) for _ in range(4)]

    assert [(r.state, r.reserve_rank) for r in found] == [
        (S.CONFIRMED, None), (S.CONFIRMED, None), (S.RESERVE, 1), (S.RESERVE, 2),
    ]  # fmt: skip


def test_by_approval_only_submits(make: Make):
    training = make.training(admission=Admission.APPROVAL)

    assert make.registration(training).state is S.SUBMITTED


def test_a_person_has_one_live_registration_per_training(make: Make):
    training, person = make.training(), make.trainee()
    make.registration(training, person)

    with pytest.raises(Conflict, match="registered for this training already"):
        make.registration(training, person)


def test_a_withdrawn_person_may_be_registered_again(make: Make):
    training, person = make.training(), make.trainee()
    submissions.withdraw(make.registration(training, person), by=None, reason="ill")

    assert make.registration(training, person).state is S.CONFIRMED


def test_a_withdrawn_seat_goes_to_the_same_agency_then_to_its_country_then_by_rank(make: Make):
    training = make.training(capacity=2)
    home, neighbour, abroad = make.agency(), make.agency(), make.agency(country="FR")
    first, second = (
        make.registration(training, make.trainee(home)),
        make.registration(training, make.trainee(home)),
    )
    by_rank = make.registration(training, make.trainee(abroad))
    same_country = make.registration(training, make.trainee(neighbour))
    same_agency = make.registration(training, make.trainee(home))

    submissions.withdraw(first, by=None, reason="ill")
    after_one = (same_agency.state, same_country.state, by_rank.state)
    submissions.withdraw(second, by=None, reason="ill")

    assert after_one == (S.CONFIRMED, S.RESERVE, S.RESERVE)
    assert (same_country.state, by_rank.state) == (S.CONFIRMED, S.RESERVE)


def test_confirming_is_refused_when_all_seats_are_held(make: Make):
    training = make.training(capacity=1)
    make.registration(training)
    waiting = make.registration(training)

    with pytest.raises(Conflict, match="Its one seat is used"):
        reserve_list.confirm(waiting, by=None)


def test_nobody_overtakes_those_who_wait_for_the_same_seats(make: Make):
    training = make.training(capacity=1, promotion=Promotion.PROPOSED)
    make.registration(training)
    make.registration(training)  # waits
    promoted = changes.change(training, by=make.user(), details=make.changed(training, capacity=2))

    assert promoted == []  # a coordinator decides who gets the seat
    assert make.registration(training).state is S.RESERVE


def test_seats_that_a_change_adds_go_to_those_who_wait(make: Make):
    training, coordinator = make.training(capacity=1), make.user(Role.COORDINATOR)
    make.registration(training)
    first, second = make.registration(training), make.registration(training)

    changed = make.changed(training, capacity=2)
    promoted = changes.change(training, by=coordinator, details=changed)

    assert (promoted, first.state, second.state) == ([first], S.CONFIRMED, S.RESERVE)


def test_capacity_does_not_fall_below_the_seats_held(make: Make):
    training, by = make.training(capacity=3), make.user()
    for _ in range(3):
        make.registration(training)

    with pytest.raises(Invalid, match="3 seats are used"):
        changes.change(training, by=by, details=make.changed(training, capacity=2))


def test_outside_the_window_partners_are_refused_and_coordinators_are_not(make: Make):
    training, person = make.training(), make.trainee()

    with time_machine.travel(training.registration_closes_at + timedelta(minutes=1)):
        with pytest.raises(Conflict, match="The deadline has passed"):
            submissions.submit(training, by=None, trainee=person)
        late = submissions.submit(training, by=None, trainee=person, override=True)

    assert late.state is S.CONFIRMED


def test_an_offer_holds_a_seat_and_goes_back_to_reserve_when_it_expires(make: Make):
    training = make.training(capacity=1, admission=Admission.APPROVAL)
    waiting, other = make.registration(training), make.registration(training)
    for one in (waiting, other):
        reserve_list.reserve(one, by=None)

    reserve_list.offer(waiting, by=None)
    held = visible_trainings.held_counts([training])[training.id]
    with time_machine.travel(clock.now() + timedelta(hours=49)):
        expired = reserve_list.expire_offers()

    assert (held, expired) == (1, 1)
    assert (waiting.state, waiting.offer_expires_at) == (S.RESERVE, None)
    assert other.state is S.CONFIRMED


def test_each_step_keeps_who_when_and_why(make: Make):
    by = make.user()
    found = make.registration(make.training(admission=Admission.APPROVAL))
    reserve_list.confirm(found, by=by)
    submissions.withdraw(found, by=by, reason="on leave")

    steps = [(s.from_state, s.to_state, s.by_name, s.reason) for s in visible.history(found)]

    assert steps == [
        (None, S.SUBMITTED, "", ""),
        (S.SUBMITTED, S.CONFIRMED, by.name, ""),
        (S.CONFIRMED, S.WITHDRAWN, by.name, "on leave"),
    ]


def test_the_agency_is_kept_as_it_was_that_day(make: Make):
    old, new = make.agency(name="Old name"), make.agency()
    person = make.trainee(old)
    found = make.registration(trainee=person)

    records.transfer(person, by=make.user(), agency=new)

    assert (found.agency_id, found.agency_name) == (old.id, "Old name")


def test_a_declined_registration_needs_a_reason(make: Make):
    found = make.registration(make.training(admission=Admission.APPROVAL))

    with pytest.raises(Invalid, match="Say why"):
        submissions.decline(found, by=make.user(), reason="  ")


def test_a_reserve_rank_moves_the_others_down(make: Make):
    training = make.training(capacity=1)
    make.registration(training)
    first, second = make.registration(training), make.registration(training)

    reserve_list.reserve(second, by=None, rank=1)

    assert (second.reserve_rank, first.reserve_rank) == (1, 2)


def test_cancelling_a_training_ends_its_registrations_by_the_organiser(make: Make):
    training = make.training()
    found = make.registration(training)

    moves.change_state(training, name="cancel", by=make.user(), reason="The host withdrew")

    assert (training.state.value, found.state) == ("cancelled", S.WITHDRAWN)
    assert visible.history(found)[-1].reason_code.value == "organiser"


def test_a_suspended_agency_cannot_register(make: Make):
    agency = make.agency()
    agencies.suspend(agency, by=make.user(), reason="audit")

    with pytest.raises(Conflict, match="suspended"):
        make.registration(trainee=make.trainee(agency))


def test_many_are_put_forward_in_order(make: Make):
    training, agency = make.training(capacity=2), make.agency()
    people = [make.trainee(agency) for _ in range(5)]

    found = submissions.submit_many(training, by=None, agency=agency, people=people)

    assert [(r.state, r.reserve_rank) for r in found] == [
        (S.CONFIRMED, None), (S.CONFIRMED, None), (S.RESERVE, 1), (S.RESERVE, 2), (S.RESERVE, 3),
    ]  # fmt: skip


def test_a_postponed_training_gives_no_seats(make: Make):
    training = make.training(admission=Admission.APPROVAL)
    waiting = make.registration(training)
    moves.change_state(training, by=None, name="postpone", reason="floods")

    with pytest.raises(Conflict, match="so it gives no seats"):
        reserve_list.confirm(waiting, by=None)

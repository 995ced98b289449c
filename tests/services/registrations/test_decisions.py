"""Decisions in bulk: each stands or is refused by itself; and what agencies do with their seats."""

from __future__ import annotations

import pytest

from tests.make import Make
from training.errors import Conflict, Invalid, NotFound
from training.models import Admission, ReasonCode, RegistrationState, Role, SeatRequestState
from training.services.registrations import decisions, seat_requests, seats, submissions, visible
from training.services.registrations.decisions import Verb

S = RegistrationState


def test_each_is_confirmed_until_the_seats_are_used_up_and_the_rest_say_why(make: Make):
    training, by = make.training(admission=Admission.APPROVAL, capacity=2), make.user()
    chosen = [make.registration(training) for _ in range(3)]

    done = decisions.decide(training, chosen, Verb.CONFIRM, by=by)

    assert [one.state for one in chosen] == [S.CONFIRMED, S.CONFIRMED, S.SUBMITTED]
    assert [one.code for one in done] == ["", "", "full"]
    assert str(done[2].sentence) == (
        "All 2 seats are used. The reserve list is open. Who can help: the coordinator."
    )


def test_a_step_that_the_state_does_not_have_says_who_can_resolve_it(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    declined = submissions.decline(make.registration(training), by=by, reason="late")

    [decision] = decisions.decide(training, [declined], Verb.CONFIRM, by=by)

    assert decision.code == "state"
    assert str(decision.sentence).endswith(" Load the page again first.")


def test_the_reserve_list_gets_the_order_of_the_page(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    first, second, third = (make.registration(training) for _ in range(3))

    decisions.decide(training, [third, first, second], Verb.RESERVE, by=by)

    assert [one.reserve_rank for one in (first, second, third)] == [2, 3, 1]


def test_declining_and_returning_want_a_reason_before_anything_is_done(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    one = make.registration(training)

    for verb in (Verb.DECLINE, Verb.RETURN):
        with pytest.raises(Invalid, match="Say why"):
            decisions.decide(training, [one], verb, by=by)
    assert one.state is S.SUBMITTED

    decisions.decide(training, [one], Verb.DECLINE, by=by, reason="Not a border guard.", reason_code=ReasonCode.NOT_ELIGIBLE)  # fmt: skip
    last = visible.history(one)[-1]
    assert (last.to_state, last.reason_code, last.reason) == (
        S.DECLINED,
        ReasonCode.NOT_ELIGIBLE,
        "Not a border guard.",
    )


def test_one_of_another_training_is_not_found(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    foreign = make.registration(make.training(admission=Admission.APPROVAL))

    with pytest.raises(NotFound):
        decisions.pick(training, by, [foreign.public_id])


def test_seats_given_back_go_to_the_next_in_line(make: Make):
    training, user = make.training(capacity=2), make.user(Role.PARTNER)
    make.kept(training, by=None, seats=2, agency=user.agency)
    waiting = make.registration(training)
    assert waiting.state is S.RESERVE

    promoted = seat_requests.give_back(training, by=user, agency=user.agency, seats=1, sentence="One is ill.")

    assert promoted == [waiting]
    assert seats.for_agency([training], user.agency)[training.id].kept == 1
    with pytest.raises(Invalid, match="can give back at most 1 seats"):
        seat_requests.give_back(training, by=user, agency=user.agency, seats=2, sentence="More.")


def test_seats_that_are_held_are_not_given_back(make: Make):
    training, user = make.training(capacity=2), make.user(Role.PARTNER)
    make.kept(training, by=None, seats=1, agency=user.agency)
    make.registration(training, make.trainee(user.agency))

    with pytest.raises(Invalid, match="can give back at most 0 seats"):
        seat_requests.give_back(training, by=user, agency=user.agency, seats=1, sentence="One is ill.")


def test_a_wish_is_answered_once_and_its_people_move_up(make: Make):
    training, user, by = make.training(capacity=4), make.user(Role.PARTNER), make.user()
    make.kept(training, by=None, seats=1, agency=user.agency)
    held, waiting = (make.registration(training, make.trainee(user.agency)) for _ in range(2))
    wish = seat_requests.ask(training, by=user, agency=user.agency, seats=2, sentence="Two more would help.")
    with pytest.raises(Conflict, match="asked for 2 seats already"):
        seat_requests.ask(training, by=user, agency=user.agency, seats=1, sentence="Again.")

    promoted = seat_requests.grant(wish, by=by, seats=1, answer="One is possible.")

    assert (held.state, promoted) == (S.CONFIRMED, [waiting])
    assert (wish.state, wish.granted, wish.answer) == (SeatRequestState.GRANTED, 1, "One is possible.")
    with pytest.raises(Conflict, match="answered already"):
        seat_requests.decline(wish, by=by, answer="No.")


def test_more_than_there_is_cannot_be_granted(make: Make):
    training, user, by = make.training(capacity=2), make.user(Role.PARTNER), make.user()
    make.kept(training, by=None, seats=1, agency=make.agency())
    wish = seat_requests.ask(training, by=user, agency=user.agency, seats=2, sentence="Two, please.")

    with pytest.raises(Invalid, match="can give at most 1 seats now"):
        seat_requests.grant(wish, by=by, seats=2)
    assert wish.state is SeatRequestState.OPEN


def test_an_agency_reads_its_own_wishes_only(make: Make):
    training, user, other = make.training(), make.user(Role.PARTNER), make.user(Role.PARTNER)
    wish = seat_requests.ask(training, by=user, agency=user.agency, seats=2, sentence="Two, please.")

    assert list(seat_requests.of(training, user)) == [wish]
    assert list(seat_requests.of(training, other)) == []
    with pytest.raises(NotFound):
        seat_requests.get(other, wish.public_id)

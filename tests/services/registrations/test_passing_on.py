"""Seats that become free when nobody can take one, who is near the agency that gave one up, and offers over time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from tests.services.registrations.test_reserve_list import reserved
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    Admission,
    OutgoingMail,
    Promotion,
    RegistrationState,
    ReserveOrder,
    Role,
)
from training.rules import walltime
from training.services import seat_counts
from training.services.directory import agencies
from training.services.home import dashboards
from training.services.registrations import (
    decisions,
    kept_seats,
    late_changes,
    reserve_list,
    seat_requests,
    submissions,
    why_waiting,
)
from training.services.registrations.decisions import Verb
from training.services.trainings import changes, moves

S = RegistrationState


def full(make: Make, extra: int = 0, **wanted):
    """A training by approval with one seat, and ``extra`` ones that stay free; who holds it, and who waits."""
    training = make.training(capacity=1 + extra, admission=Admission.APPROVAL, **wanted)
    held = make.registration(training)
    reserve_list.confirm(held, by=make.user())
    return training, held, reserved(make, training, 1)[0]


def test_a_seat_given_up_while_the_training_is_postponed_is_given_when_it_opens_again(make: Make):
    training, held, waiting = full(make)
    by = make.user()

    moves.change_state(training, by=by, name="postpone", reason="elections")
    submissions.withdraw(held, by=by, reason="ill")
    told = why_waiting.why_not_yet(training, [waiting], to_agency=True)[waiting.id]
    make.session(training)
    moves.change_state(training, by=by, name="open")

    assert str(told) == "The training is postponed: seats are given again once it has new days."
    assert (waiting.state, training.freed_seats) == (S.CONFIRMED, 0)


def test_a_seat_given_up_while_the_only_one_who_waits_is_suspended_is_theirs_afterwards(make: Make):
    training, held, waiting = full(make)
    by = make.user()

    agencies.suspend(waiting.agency, by=by, reason="under review")
    submissions.withdraw(held, by=by, reason="ill")
    told = why_waiting.why_not_yet(training, [waiting], to_agency=False)[waiting.id]
    agencies.resume(waiting.agency, by=by)

    assert "suspended" in str(told)
    assert waiting.state is S.CONFIRMED


def test_a_seat_that_was_free_before_anybody_waited_is_owed_to_nobody(make: Make):
    training, held, waiting = full(make)
    by = make.user()
    submissions.withdraw(waiting, by=by, reason="ill")
    submissions.withdraw(held, by=by, reason="ill")

    later = reserved(make, training, 1)[0]
    changes.change(training, by=by, details=make.changed(training, title="Another title"))

    assert (later.state, training.freed_seats) == (S.RESERVE, 0)


def test_what_is_owed_ends_with_those_who_waited(make: Make):
    training, by = make.training(capacity=3, admission=Admission.APPROVAL), make.user()
    alone = reserved(make, training, 1)[0]
    agencies.suspend(alone.agency, by=by, reason="under review")
    changes.change(training, by=by, details=make.changed(training, capacity=5))
    owed = training.freed_seats
    submissions.withdraw(alone, by=by, reason="ill")

    later = reserved(make, training, 1)[0]
    changes.change(training, by=by, details=make.changed(training, title="Another title"))

    assert (owed, later.state, training.freed_seats) == (2, S.RESERVE, 0)


def test_more_seats_than_wait_leave_nothing_owed(make: Make):
    training, by = make.training(capacity=3, admission=Admission.APPROVAL), make.user()
    alone = reserved(make, training, 1)[0]

    changes.change(training, by=by, details=make.changed(training, capacity=5))

    assert (alone.state, training.freed_seats) == (S.CONFIRMED, 0)


def test_seats_kept_for_one_agency_use_up_nothing_that_is_owed_to_another(make: Make):
    training, held, waiting = full(make, extra=4)
    by = make.user()
    agencies.suspend(waiting.agency, by=by, reason="under review")
    submissions.withdraw(held, by=by, reason="ill")
    other = make.registration(training)
    reserve_list.reserve(other, by=by)

    kept_seats.keep(training, by=by, seats=1, agency=other.agency)
    agencies.resume(waiting.agency, by=by)

    assert (other.state, waiting.state) == (S.CONFIRMED, S.CONFIRMED)


def test_where_a_coordinator_gave_seats_and_no_longer_does_the_seat_that_became_free_is_given(make: Make):
    training, held, waiting = full(make, promotion=Promotion.PROPOSED)
    by = make.user()
    submissions.withdraw(held, by=by, reason="ill")
    before = waiting.state

    details = make.changed(training, promotion=Promotion.AUTOMATIC)
    changes.change(training, by=by, details=details)

    assert (before, waiting.state) == (S.RESERVE, S.CONFIRMED)


def test_seats_that_are_kept_no_more_go_to_the_next_in_line(make: Make):
    training, agency = make.training(capacity=2, admission=Admission.APPROVAL), make.agency()
    make.kept(training, by=None, seats=2, agency=agency)
    first, second = reserved(make, training, 2)

    kept_seats.keep(training, by=make.user(), seats=1, agency=agency)

    assert (first.state, second.state) == (S.CONFIRMED, S.RESERVE)


def test_seats_given_back_go_to_the_agencys_own_country_first(make: Make):
    training, focal = make.training(capacity=1), make.user(Role.PARTNER, agency=make.agency(country="UA"))
    make.kept(training, by=None, seats=1, agency=focal.agency)
    far = make.registration(training, make.trainee(make.agency(country="FR")))
    near = make.registration(training, make.trainee(make.agency(country="UA")))

    promoted = seat_requests.give_back(
        training, by=focal, agency=focal.agency, seats=1, sentence="fewer of us come"
    )

    assert (promoted, far.state) == ([near], S.RESERVE)


def test_an_offer_ends_with_the_cut_off_and_none_is_made_after_it(make: Make):
    training = make.training(admission=Admission.APPROVAL, promotion_ends_days=5)
    first, second = reserved(make, training, 2)
    cut_off = walltime.first_instant(training.starts_on - timedelta(days=5), training.zone)

    with time_machine.travel(cut_off - timedelta(hours=6), tick=False):
        reserve_list.offer(first, by=make.user())
    with time_machine.travel(cut_off, tick=False), pytest.raises(Conflict) as refused:
        reserve_list.offer(second, by=make.user())

    assert first.offer_expires_at == cut_off
    assert (refused.value.code, second.state) == ("cut_off", S.RESERVE)


def test_an_offer_survives_a_postponement_and_stands_anew_when_the_training_opens(make: Make):
    training = make.training(capacity=1, admission=Admission.APPROVAL)
    offered, by = reserved(make, training, 1)[0], make.user()
    reserve_list.offer(offered, by=by)
    moves.change_state(training, by=by, name="postpone", reason="elections")

    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        assert reserve_list.expire_offers() == 0
        make.session(training)
        moves.change_state(training, by=by, name="open")
        reserve_list.accept(offered, by=by)

    assert offered.state is S.CONFIRMED


def test_who_let_an_offer_pass_waits_behind_the_others_by_submission_too(make: Make):
    training = make.training(capacity=1, admission=Admission.APPROVAL, reserve_order=ReserveOrder.SUBMITTED)
    first, second = reserved(make, training, 2)
    reserve_list.offer(first, by=make.user())

    with time_machine.travel(first.offer_expires_at + timedelta(minutes=1), tick=False):
        reserve_list.expire_offers()
        third = reserved(make, training, 1)[0]
    with time_machine.travel(first.let_pass_at + timedelta(hours=1), tick=False):
        submissions.withdraw(second, by=None, reason="ill")

    assert (first.state, third.state) == (S.CONFIRMED, S.RESERVE), "it waits since it let the seat pass"


def test_who_waited_already_when_an_offer_was_let_pass_goes_first(make: Make):
    training = make.training(capacity=1, admission=Admission.APPROVAL, reserve_order=ReserveOrder.SUBMITTED)
    first, second, third = reserved(make, training, 3)
    reserve_list.offer(first, by=make.user())

    with time_machine.travel(first.offer_expires_at + timedelta(minutes=1), tick=False):
        reserve_list.expire_offers()
        submissions.withdraw(second, by=None, reason="ill")

    assert (first.state, third.state) == (S.RESERVE, S.CONFIRMED)


def test_the_letter_and_the_page_tell_one_rank(make: Make):
    training = make.training(admission=Admission.APPROVAL, reserve_order=ReserveOrder.SUBMITTED)
    focal, by = make.user(Role.PARTNER), make.user()
    first, second = (make.registration(training, make.trainee(focal.agency)) for _ in range(2))

    reserve_list.reserve(second, by=by)
    reserve_list.reserve(first, by=by)
    db.session.flush()

    letters = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.kind == "reserve").order_by(OutgoingMail.id)
    )
    assert seat_counts.own_ranks([first, second]) == {first.id: 1, second.id: 2}
    assert f"1. {first.name}" in letters.all()[-1].body


def test_those_who_are_declined_together_get_none_of_the_seats_that_this_frees(make: Make):
    training = make.training(capacity=1, admission=Admission.APPROVAL)
    first, second = reserved(make, training, 2)
    reserve_list.offer(first, by=make.user())

    done = decisions.decide(training, [first, second], Verb.DECLINE, by=make.user(), reason="no budget")

    assert [(one.is_done, one.registration.state) for one in done] == [(True, S.DECLINED)] * 2


def test_who_is_on_the_list_keeps_the_place_when_others_are_put_on_it(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    old = reserved(make, training, 2)
    new = make.registration(training)

    decisions.decide(training, [new, *old], Verb.RESERVE, by=by)

    assert [one.reserve_rank for one in (*old, new)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("chosen", "rank", "wanted"),
    [
        ("EF", 2, "AEFBCD"),
        ("AC", 3, "BDACEF"),
        ("FA", 1, "FABCDE"),
        ("BE", 99, "ACDFBE"),
        ("CAB", 2, "DCABEF"),
    ],
)
def test_several_are_put_on_the_list_from_a_rank(make: Make, chosen: str, rank: int, wanted: str):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    people = dict(zip("ABCDEF", reserved(make, training, 6), strict=True))

    done = decisions.decide(training, [people[one] for one in chosen], Verb.RESERVE, by=by, rank=rank)

    assert all(one.is_done for one in done)
    assert "".join(sorted(people, key=lambda name: people[name].reserve_rank)) == wanted


def test_where_a_coordinator_gives_the_seats_who_is_next_is_named(make: Make):
    training = make.training(
        capacity=2, promotion=Promotion.PROPOSED, starts_on=clock.today() + timedelta(60)
    )
    gone, by = make.registration(training), make.user()
    make.registration(training)
    far, near = make.registration(training), make.registration(training, make.trainee(gone.agency))
    before = dashboards.of_coordinator(by).to_give

    submissions.withdraw(gone, by=by, reason="ill")

    assert (list(before), dashboards.of_coordinator(by).to_give) == ([], [training])
    assert (why_waiting.next_up(training), far.state, near.state) == ([near], S.RESERVE, S.RESERVE)

    with time_machine.travel(walltime.first_instant(training.starts_on, training.zone)):
        assert dashboards.of_coordinator(by).to_give == [], "nobody moves up any more"


def test_who_was_replaced_gave_no_seat_up(make: Make):
    training, by = make.training(capacity=2, promotion=Promotion.PROPOSED), make.user()
    gone, replaced = make.registration(training), make.registration(training)
    far, near = make.registration(training), make.registration(training, make.trainee(gone.agency))
    submissions.withdraw(gone, by=by, reason="ill")

    late_changes.replace(replaced, by=by, substitute=make.trainee(replaced.agency), reason="ill")

    assert (why_waiting.next_up(training), far.state) == ([near], S.RESERVE)


def test_a_substitute_of_an_agency_that_moved_sets_its_seat_free(make: Make):
    training = make.training(capacity=2, admission=Admission.APPROVAL)
    moved, focal = make.agency(country="UA"), make.user()
    make.kept(training, by=None, seats=1, country="FR")
    held = make.registration(training, make.trainee(moved))
    reserve_list.confirm(held, by=focal)
    atomic(setattr)(moved, "country", "FR")

    new = late_changes.replace(held, by=focal, substitute=make.trainee(moved), reason="ill")

    assert (new.state, new.agency_country) == (S.CONFIRMED, "FR")

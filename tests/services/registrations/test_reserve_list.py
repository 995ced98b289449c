"""The reserve list: who moves up, when nobody does, and why somebody has no seat yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.db import atomic
from training.errors import Conflict, Invalid
from training.models import Admission, AttendanceStatus, Promotion, RegistrationState, ReserveOrder, Role
from training.services import seat_counts
from training.services.attendance import registers
from training.services.directory import agencies
from training.services.registrations import kept_seats, reserve_list, submissions, visible, why_waiting
from training.services.schedule import visible as schedule_visible
from training.services.trainees import records
from training.services.trainings import changes, moves

S = RegistrationState


def reserved(make: Make, training, count: int, **wanted):
    """``count`` people on the reserve list of a training by approval."""
    return [
        reserve_list.reserve(make.registration(training, make.trainee(**wanted)), by=make.user())
        for _ in range(count)
    ]


def test_by_approval_nobody_moves_up_because_of_a_change_that_adds_no_seat(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    waiting = reserved(make, training, 2)

    changes.change(training, by=by, details=make.changed(training, title="Another title"))
    kept_seats.keep(training, by=by, seats=1, agency=make.agency())

    assert [one.state for one in waiting] == [S.RESERVE, S.RESERVE]


def test_by_approval_as_many_move_up_as_seats_are_added(make: Make):
    training = make.training(admission=Admission.APPROVAL, capacity=5)
    waiting = reserved(make, training, 3)

    changes.change(training, by=make.user(), details=make.changed(training, capacity=7))

    assert [one.state for one in waiting] == [S.CONFIRMED, S.CONFIRMED, S.RESERVE]


def test_who_freed_the_seat_is_not_named_to_the_agency_that_gets_it(make: Make):
    training, focal = make.training(capacity=1), make.user(Role.PARTNER)
    held = make.registration(training, make.trainee(focal.agency))
    waiting = make.registration(training)

    submissions.withdraw(held, by=focal, reason="on leave")

    assert [(s.to_state, s.by_name) for s in visible.history(waiting)][-1] == (S.CONFIRMED, "")


def test_an_agency_takes_a_seat_that_is_offered_while_the_offer_lasts(make: Make):
    training, focal = make.training(admission=Admission.APPROVAL, capacity=2), make.user(Role.PARTNER)
    in_time, late = (reserve_list.offer(one, by=make.user()) for one in reserved(make, training, 2))

    reserve_list.accept(in_time, by=focal)
    with time_machine.travel(late.offer_expires_at), pytest.raises(Conflict, match="is over") as refused:
        reserve_list.accept(late, by=focal)

    assert (in_time.state, late.state, refused.value.code) == (S.CONFIRMED, S.OFFERED, "offer_over")
    assert in_time.offer_expires_at is None


def test_only_an_offer_is_taken(make: Make):
    waiting = reserved(make, make.training(admission=Admission.APPROVAL), 1)[0]

    with pytest.raises(Conflict):
        reserve_list.accept(waiting, by=make.user(Role.PARTNER))

    assert waiting.state is S.RESERVE


def test_offers_that_expire_together_confirm_nobody_who_let_one_pass(make: Make):
    training, by = make.training(admission=Admission.APPROVAL, capacity=2), make.user()
    late = [reserve_list.offer(one, by=by) for one in reserved(make, training, 2)]
    patient = reserved(make, training, 1)[0]

    with time_machine.travel(clock.now() + timedelta(hours=training.offer_hours, minutes=1)):
        assert reserve_list.expire_offers() == 2

    assert [one.state for one in late] == [S.RESERVE, S.RESERVE]
    assert patient.state is S.CONFIRMED


def test_an_offer_stands_as_long_as_the_training_says(make: Make):
    training = make.training(admission=Admission.APPROVAL, offer_hours=6)
    one = reserve_list.offer(reserved(make, training, 1)[0], by=make.user())

    assert one.offer_expires_at - clock.now() < timedelta(hours=6, seconds=5)
    with time_machine.travel(clock.now() + timedelta(hours=5)):
        assert reserve_list.expire_offers() == 0


def test_the_order_is_by_rank_or_by_submission_as_the_training_says(make: Make):
    for order, expected in ((ReserveOrder.RANK, 1), (ReserveOrder.SUBMITTED, 0)):
        training = make.training(capacity=1, reserve_order=order)
        held = make.registration(training)
        waiting = [make.registration(training) for _ in range(2)]
        reserve_list.reserve(waiting[1], by=make.user(), rank=1)

        submissions.withdraw(held, by=None, reason="ill")

        assert waiting[expected].state is S.CONFIRMED, order


def test_nearest_first_can_be_switched_off(make: Make):
    for nearest_first, expected in ((True, 1), (False, 0)):
        training = make.training(capacity=1, nearest_first=nearest_first)
        held = make.registration(training)
        waiting = [make.registration(training), make.registration(training, make.trainee(held.agency))]

        submissions.withdraw(held, by=None, reason="ill")

        assert waiting[expected].state is S.CONFIRMED, nearest_first


def test_where_the_training_proposes_a_coordinator_decides(make: Make):
    training = make.training(capacity=1, promotion=Promotion.PROPOSED)
    held, waiting = make.registration(training), make.registration(training)

    submissions.withdraw(held, by=None, reason="ill")

    assert waiting.state is S.RESERVE
    assert "coordinator decides" in str(
        why_waiting.why_not_yet(training, [waiting], to_agency=True)[waiting.id]
    )
    assert make.registration(training).state is S.RESERVE  # nobody overtakes
    assert reserve_list.offer(waiting, by=make.user()).state is S.OFFERED


def test_nobody_moves_up_from_the_cut_off_on(make: Make):
    training = make.training(capacity=1, promotion_ends_days=3)
    held, waiting = make.registration(training), make.registration(training)

    with time_machine.travel(clock.now() + timedelta(days=28)):
        submissions.withdraw(held, by=None, reason="ill")
        why = why_waiting.why_not_yet(training, [waiting], to_agency=True)[waiting.id]

    assert waiting.state is S.RESERVE
    assert (
        str(why) == f"Since {training.starts_on - timedelta(days=3)} nobody moves up from the reserve list."
    )


def test_a_suspended_agency_is_passed_over_until_it_may_register_again(make: Make):
    training, by = make.training(capacity=1), make.user()
    held, waiting = make.registration(training), make.registration(training)
    agencies.suspend(waiting.agency, by=by, reason="under review")

    submissions.withdraw(held, by=None, reason="ill")
    assert waiting.state is S.RESERVE
    with pytest.raises(Conflict, match="is suspended"):
        reserve_list.confirm(waiting, by=by)

    assert agencies.resume(waiting.agency, by=by) == [waiting]


def test_seats_that_became_free_while_it_was_postponed_are_given_when_it_opens_again(make: Make):
    training, by = make.training(capacity=1), make.user()
    held, waiting = make.registration(training), make.registration(training)
    moves.change_state(training, by=by, name="postpone", reason="elections")
    submissions.withdraw(held, by=by, reason="ill")
    assert waiting.state is S.RESERVE
    make.session(training)

    moves.change_state(training, by=by, name="open")

    assert waiting.state is S.CONFIRMED


def test_what_waits_for_a_decision_is_not_overtaken_by_turning_to_first_come(make: Make):
    training = make.training(admission=Admission.APPROVAL)
    make.registration(training)

    with pytest.raises(Invalid, match="1 submissions wait for a decision"):
        changes.change(
            training, by=make.user(), details=make.changed(training, admission=Admission.FIRST_COME)
        )


def test_submitting_again_takes_what_was_corrected_and_the_seat_that_is_free(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    one = make.registration(training)
    submissions.return_for_correction(one, by=by, reason="The rank is missing.")
    person = make.person(one.trainee, rank="Major", country="DE")
    records.change(one.trainee, by=by, person=person)

    submissions.resubmit(one, by=by)

    assert (one.state, one.rank, one.trainee_country) == (S.SUBMITTED, "Major", "DE")


def test_a_finished_training_stays_as_it_was(make: Make):
    training, by = make.training(capacity=2), make.user()
    held = make.registration(training)
    with time_machine.travel(clock.now() + timedelta(days=40)):
        moves.change_state(training, by=by, name="start")
        for session in schedule_visible.of(training):
            registers.mark_rest(session, by=by, status=AttendanceStatus.PRESENT)
            registers.close(session, by=by)
        moves.change_state(training, by=by, name="complete")

        for refused in (
            lambda: submissions.withdraw(held, by=by, reason="never came"),
            lambda: make.kept(training, by=by, seats=1, agency=make.agency()),
            lambda: kept_seats.release(training, by=by),
        ):
            with pytest.raises(Conflict, match="over or cancelled"):
                refused()


def test_capacity_does_not_fall_below_what_was_promised(make: Make):
    training, by = make.training(capacity=20), make.user()
    make.kept(training, by=by, seats=10, agency=make.agency())
    for _ in range(10):
        make.registration(training)

    with pytest.raises(Invalid, match="needs at least 20 seats"):
        changes.change(training, by=by, details=make.changed(training, capacity=15))


def test_a_country_that_an_agency_moved_to_does_not_get_its_earlier_seats(make: Make):
    training, agency = make.training(capacity=10), make.agency(country="KZ")
    make.kept(training, by=None, seats=2, country="UZ")
    for _ in range(2):
        make.registration(training, make.trainee(agency))
    atomic(setattr)(agency, "country", "UZ")

    found = [make.registration(training, make.trainee(agency)).state for _ in range(3)]

    assert found == [S.CONFIRMED, S.CONFIRMED, S.RESERVE]


def test_released_seats_are_those_that_the_preview_named(make: Make):
    training, by = make.training(capacity=2), make.user(Role.COORDINATOR)
    picked = [make.kept(training, by=None, seats=2, agency=make.agency()).public_id]
    waiting = [make.registration(training) for _ in range(3)]
    preview = kept_seats.release_preview(training, picked)
    submissions.withdraw(waiting[0], by=None, reason="ill")

    with pytest.raises(Conflict, match="has changed meanwhile"):
        expected = [one.public_id for one in preview.promoted]
        kept_seats.release(training, by=by, picked=picked, expected=expected)
    expected = [one.public_id for one in kept_seats.release_preview(training, picked).promoted]
    promoted = kept_seats.release(training, by=by, picked=picked, expected=expected)

    assert preview.promoted == waiting[:2]
    assert (preview.seats, promoted) == (2, waiting[1:])


def test_why_not_yet_tells_an_agency_nothing_of_the_others(make: Make):
    training = make.training(capacity=2)
    make.kept(training, by=None, seats=1, agency=make.agency())
    make.registration(training)
    waiting = make.registration(training)

    to_agency = why_waiting.why_not_yet(training, [waiting], to_agency=True)[waiting.id]
    to_coordinator = why_waiting.why_not_yet(training, [waiting], to_agency=False)[waiting.id]

    assert str(to_agency) == "No seat is free for the agency now."
    assert str(to_coordinator) == "The seats that are free are kept for others until they are released."


def test_ranks_within_the_own_agency_have_no_gaps(make: Make):
    training = make.training(capacity=1)
    make.registration(training)
    own, other = make.agency(), make.agency()
    waiting = [make.registration(training, make.trainee(agency)) for agency in (own, other, other, own)]

    assert seat_counts.own_ranks([waiting[0], waiting[3]]) == {waiting[0].id: 1, waiting[3].id: 2}


def test_a_place_in_the_middle_leaves_no_gap(make: Make):
    training = make.training(capacity=1)
    make.registration(training)
    waiting = [make.registration(training) for _ in range(4)]

    reserve_list.reserve(waiting[0], by=make.user(), rank=3)

    assert [one.reserve_rank for one in waiting] == [3, 1, 2, 4]


def test_an_offer_leaves_the_ranks_of_the_reserve_list(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    first, second = reserved(make, training, 2)

    reserve_list.offer(first, by=by)
    reserve_list.reserve(second, by=by, rank=1)

    assert (first.reserve_rank, second.reserve_rank) == (None, 1)


def test_an_agency_for_which_no_seat_is_kept_any_more_has_the_pool(make: Make):
    training, agency, by = make.training(capacity=2), make.agency(), make.user()
    kept_seats.keep(training, by=by, seats=1, agency=agency)
    kept_seats.keep(training, by=by, seats=0, agency=agency)

    assert make.registration(training, make.trainee(agency)).state is S.CONFIRMED


def test_seats_of_a_country_are_not_promised_twice_by_keeping_some_for_its_agency(make: Make):
    training, agency, by = make.training(capacity=3), make.agency(country="UZ"), make.user()
    make.kept(training, by=by, seats=2, country="UZ")
    for of in (agency, agency, None):
        make.registration(training, make.trainee(of))

    with pytest.raises(Invalid, match="You can keep at most 0 seats here"):
        make.kept(training, by=by, seats=1, agency=agency)

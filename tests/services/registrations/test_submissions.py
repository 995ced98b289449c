"""Seats: never more than there are, on every path, and the next in line moves up."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from tests.make import Make
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    Admission,
    AuditEntry,
    OutgoingMail,
    Promotion,
    ReasonCode,
    RegistrationSource,
    RegistrationState,
    Role,
    Trainee,
)
from training.services import visible_trainings
from training.services.directory import agencies
from training.services.registrations import (
    kept_seats,
    late_changes,
    reserve_list,
    seats,
    submissions,
    visible,
)
from training.services.schedule import visible as schedule_visible
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

    with pytest.raises(Conflict, match="All 1 seats are held"):
        reserve_list.confirm(waiting, by=None)


def test_an_agency_cannot_take_more_than_the_seats_kept_for_it(make: Make):
    training, agency = make.training(capacity=10), make.agency()
    make.kept(training, by=None, seats=1, agency=agency)

    found = [make.registration(training, make.trainee(agency)).state for _ in range(2)]

    assert found == [S.CONFIRMED, S.RESERVE]


def test_the_pool_is_what_is_not_kept_for_others(make: Make):
    training = make.training(capacity=3)
    make.kept(training, by=None, seats=2, agency=make.agency())

    found = [make.registration(training).state for _ in range(2)]

    assert found == [S.CONFIRMED, S.RESERVE]


def test_seats_kept_for_a_country_serve_its_agencies_that_have_none_of_their_own(make: Make):
    training = make.training(capacity=5)
    with_own, without = make.agency(country="FR"), make.agency(country="FR")
    make.kept(training, by=None, seats=1, country="FR")
    make.kept(training, by=None, seats=2, agency=with_own)

    assert seats.free_now(training, with_own) == 2
    assert seats.free_now(training, without) == 1
    assert seats.free_now(training, make.agency()) == 2


def test_what_an_agency_holds_already_counts_when_seats_are_kept_for_others(make: Make):
    training, agency, other = make.training(capacity=10), make.agency(), make.agency()
    for _ in range(5):
        make.registration(training, make.trainee(agency))
    make.kept(training, by=None, seats=3, agency=agency)

    with pytest.raises(Invalid, match="Seats that can be kept here: 5;"):
        make.kept(training, by=None, seats=6, agency=other)
    make.kept(training, by=None, seats=5, agency=other)

    assert seats.free_now(training, make.agency()) == 0
    assert seats.free_now(training, other) == 5


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


def test_seats_kept_for_an_agency_go_to_its_people_who_wait(make: Make):
    training, agency = make.training(capacity=2), make.agency()
    make.kept(training, by=None, seats=1, agency=agency)
    make.registration(training, make.trainee(agency))
    waiting = make.registration(training, make.trainee(agency))

    kept_seats.keep(training, by=None, seats=2, agency=agency)

    assert waiting.state is S.CONFIRMED


def test_kept_seats_never_exceed_the_capacity(make: Make):
    training = make.training(capacity=3)
    make.kept(training, by=None, seats=2, agency=make.agency())

    with pytest.raises(Invalid, match="Seats that can be kept here: 1;"):
        make.kept(training, by=None, seats=2, country="FR")


def test_released_seats_go_to_the_next_in_line(make: Make):
    training, coordinator = make.training(capacity=2), make.user(Role.COORDINATOR)
    make.kept(training, by=None, seats=2, agency=make.agency())
    waiting = make.registration(training)

    promoted = kept_seats.release(training, by=coordinator)

    assert promoted == [waiting]
    assert waiting.state is S.CONFIRMED


def test_capacity_does_not_fall_below_the_seats_held(make: Make):
    training, by = make.training(capacity=3), make.user()
    for _ in range(3):
        make.registration(training)

    with pytest.raises(Invalid, match="3 seats are held"):
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


def test_replacing_keeps_the_seat_with_the_agency_and_links_the_two(make: Make):
    training, agency, by = make.training(capacity=1), make.agency(), make.user()
    old = make.registration(training, make.trainee(agency))
    waiting = make.registration(training)

    new = late_changes.replace(old, by=by, substitute=make.trainee(agency), reason="on leave")

    assert (old.state, new.state, waiting.state) == (S.REPLACED, S.CONFIRMED, S.RESERVE)
    assert new.replaces_id == old.id


def test_a_substitute_who_takes_a_kept_seat_frees_the_other_for_the_next_in_line(make: Make):
    training, agency, by = make.training(capacity=2), make.agency(country="AT"), make.user()
    make.kept(training, by=None, seats=1, country="MD")
    old = make.registration(training, make.trainee(agency))
    waiting = make.registration(training, make.trainee(make.agency(country="AT")))
    assert waiting.state is S.RESERVE
    atomic(setattr)(agency, "country", "MD")

    late_changes.replace(old, by=by, substitute=make.trainee(agency), reason="on leave")

    assert waiting.state is S.CONFIRMED


@pytest.mark.parametrize("state", [S.RESERVE, S.SUBMITTED, S.RETURNED])
def test_a_substitute_who_waits_for_a_seat_gets_this_one_and_is_told_of_it_once(state, make: Make):
    training, agency, by = make.training(admission=Admission.APPROVAL), make.agency(), make.user()
    old = reserve_list.confirm(make.registration(training, make.trainee(agency)), by=by)
    person = make.trainee(agency, email="pat@example.org")
    waiting = make.registration(training, person)
    if state is S.RESERVE:
        reserve_list.reserve(waiting, by=by)
    elif state is S.RETURNED:
        submissions.return_for_correction(waiting, by=by, reason="which rank?")
    focal = make.user(Role.PARTNER, agency=agency)
    atomic(db.session.execute)(delete(OutgoingMail))

    new = late_changes.replace(old, by=focal, substitute=person, reason="on leave")

    assert (old.state, new.state, new.replaces_id) == (S.REPLACED, S.CONFIRMED, old.id)
    assert (waiting.state, waiting.reserve_rank) == (S.WITHDRAWN, None)
    last = visible.history(waiting)[-1]
    assert (last.from_state, last.to_state, last.reason_code) == (state, S.WITHDRAWN, ReasonCode.AGENCY)
    mails = list(db.session.scalars(select(OutgoingMail)))
    assert sorted(one.kind for one in mails if one.registration_id is None) == ["replaced"]
    assert [one.registration_id for one in mails if one.registration_id] == [new.id]
    assert list(db.session.scalars(visible.of(training, focal))) == [new, old]
    assert visible.others_of(new, focal) == [waiting]


def test_what_is_over_stays_in_the_list_where_another_agency_put_the_person_forward(make: Make):
    training, by, focal = make.training(), make.user(), make.user(Role.PARTNER)
    over = make.registration(training, make.trainee(focal.agency))
    submissions.withdraw(over, by=by, reason="moves")
    records.transfer(over.trainee, by=by, agency=make.agency())
    theirs = make.registration(training, over.trainee)

    assert list(db.session.scalars(visible.of(training, focal))) == [over]
    assert visible.others_of(over, focal) == []
    assert visible.others_of(over, by) == [theirs]


def test_a_substitute_who_has_a_seat_already_is_refused(make: Make):
    training, agency = make.training(), make.agency()
    old, other = (make.registration(training, make.trainee(agency)) for _ in range(2))

    with pytest.raises(Conflict) as refusal:
        late_changes.replace(old, by=make.user(), substitute=other.trainee, reason="on leave")

    assert refusal.value.code == "twice"
    assert (old.state, other.state) == (S.CONFIRMED, S.CONFIRMED)


def test_what_another_agency_put_forward_is_not_ended_by_a_replacement(make: Make):
    training, agency, by = make.training(capacity=1), make.agency(), make.user()
    old, theirs = make.registration(training, make.trainee(agency)), make.registration(training)
    records.transfer(theirs.trainee, by=by, agency=agency)

    with pytest.raises(Conflict, match="registered for this training already"):
        late_changes.replace(old, by=by, substitute=theirs.trainee, reason="on leave")

    assert (old.state, theirs.state) == (S.CONFIRMED, S.RESERVE)


def test_who_may_come_instead_those_who_wait_first_and_nobody_with_a_seat(make: Make):
    training, focal = make.training(capacity=1, admission=Admission.APPROVAL), make.user(Role.PARTNER)
    idle, submitted, second, first, held = (
        make.trainee(focal.agency, family_name=name) for name in ("Adam", "Berg", "Cole", "Dorn", "Eder")
    )
    old = reserve_list.confirm(make.registration(training, held), by=None)
    for person in (first, second, submitted):
        one = make.registration(training, person)
        if person is not submitted:
            reserve_list.reserve(one, by=None)
    make.trainee()

    def found(text: str = "") -> list[Trainee]:
        return list(db.session.scalars(late_changes.substitutes(old, focal, text=text)))

    assert found() == [first, second, submitted, idle]
    assert found("berg") == [submitted]
    assert late_changes.states_of(old, found()) == {
        first.id: S.RESERVE, second.id: S.RESERVE, submitted.id: S.SUBMITTED,
    }  # fmt: skip


def test_a_substitute_comes_from_the_same_agency(make: Make):
    old = make.registration()

    with pytest.raises(Invalid, match="same agency"):
        late_changes.replace(old, by=make.user(), substitute=make.trainee(), reason="on leave")


def test_a_walk_in_is_marked_and_never_beyond_the_seats(make: Make):
    training, by = make.training(capacity=1), make.user()
    make.kept(training, by=None, seats=1, agency=make.agency())

    with pytest.raises(Conflict, match="until then, people are registered"):
        late_changes.walk_in(training, by=by, trainee=make.trainee())
    with time_machine.travel(schedule_visible.of(training)[0].starts_at):
        found = late_changes.walk_in(training, by=by, trainee=make.trainee())
        with pytest.raises(Conflict, match="All 1 seats are held"):
            late_changes.walk_in(training, by=by, trainee=make.trainee())

    assert (found.source, found.state) == (RegistrationSource.WALK_IN, S.CONFIRMED)
    assert [step.to_state for step in visible.history(found)] == [S.SUBMITTED, S.CONFIRMED]
    taken = db.session.scalars(
        db.select(AuditEntry).where(AuditEntry.action == "seats.taken_at_the_door")
    ).all()
    assert len(taken) == 1


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

    with pytest.raises(Conflict, match="No seats are given"):
        reserve_list.confirm(waiting, by=None)

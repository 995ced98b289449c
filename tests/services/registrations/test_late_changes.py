"""Who comes instead of somebody confirmed, and who is added at the door: the seat is counted on both ways."""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import delete, select

from tests.make import Make
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    Admission,
    AuditEntry,
    OutgoingMail,
    ReasonCode,
    RegistrationSource,
    RegistrationState,
    Role,
    Trainee,
)
from training.services.registrations import (
    late_changes,
    reserve_list,
    submissions,
    visible,
)
from training.services.schedule import visible as schedule_visible
from training.services.trainees import records

S = RegistrationState


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

    with pytest.raises(Conflict, match="Until then, register people"):
        late_changes.walk_in(training, by=by, trainee=make.trainee())
    with time_machine.travel(schedule_visible.of(training)[0].starts_at):
        found = late_changes.walk_in(training, by=by, trainee=make.trainee())
        with pytest.raises(Conflict, match="Its one seat is used"):
            late_changes.walk_in(training, by=by, trainee=make.trainee())

    assert (found.source, found.state) == (RegistrationSource.WALK_IN, S.CONFIRMED)
    assert [step.to_state for step in visible.history(found)] == [S.SUBMITTED, S.CONFIRMED]
    taken = db.session.scalars(
        db.select(AuditEntry).where(AuditEntry.action == "seats.taken_at_the_door")
    ).all()
    assert len(taken) == 1


@pytest.mark.parametrize("end", [submissions.withdraw, submissions.decline])
def test_nobody_whose_registration_has_ended_is_let_in_by_it(end, make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    ended = make.registration(training)
    end(ended, by=by, reason="ill")
    before = ended.state

    with (
        time_machine.travel(schedule_visible.of(training)[0].starts_at),
        pytest.raises(Conflict, match="state has changed"),
    ):
        late_changes.let_in(ended, by=by)

    assert (ended.state, ended.source) == (before, RegistrationSource.FORM)

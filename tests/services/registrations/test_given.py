"""What is given with a registration reaches it on every way in, and is changed by whom it may be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.planted import as_special
from training.db import db
from training.errors import Conflict, Invalid
from training.models import Admission, AuditEntry, Registration, RegistrationState, Role, Training, User
from training.rules import given as given_fields
from training.rules.given import MOST, NAMES, Given
from training.services import audit
from training.services.registrations import (
    decisions,
    drafts,
    late_changes,
    reserve_list,
    submissions,
    visible,
)
from training.texts.letters import GIVEN_CHANGED

S = RegistrationState
LATE = Given(remarks="Arrives on Monday night.")


@pytest.fixture
def focal(make: Make) -> User:
    return make.user(Role.PARTNER)


@pytest.fixture
def training(make: Make) -> Training:
    return make.training(admission=Admission.APPROVAL)


@pytest.fixture
def submitted(make: Make, training: Training, focal: User) -> Registration:
    return submissions.submit(training, by=focal, trainee=make.trainee(focal.agency), given=LATE)


def told(registration: Registration) -> list[str]:
    return [step.reason for step in visible.history(registration)]


def test_each_field_is_a_column_of_the_registration_and_has_a_length():
    assert set(NAMES) <= set(Registration.__table__.columns.keys())
    assert MOST.keys() == set(NAMES)
    room = {name: Registration.__table__.columns[name].type.length for name in NAMES}
    assert {name for name in NAMES if room[name] is not None and MOST[name] > room[name]} == set()


def test_each_of_several_gets_what_was_given_with_it(make: Make, training, focal):
    one, other, third = people = [make.trainee(focal.agency) for _ in range(3)]

    stored = submissions.submit_many(
        training, by=focal, agency=focal.agency, people=people, given={other.id: LATE, third.id: Given()}
    )

    assert [given_fields.of(one) for one in stored] == [Given(), LATE, Given()]


def test_a_new_person_is_registered_with_it_or_kept_as_a_draft_with_it(make: Make, training, focal):
    wanted = {"by": focal, "agency": focal.agency, "given": LATE}
    people = [make.person(make.trainee(), family_name=name, email="") for name in ("Aneth", "Borage")]

    put = submissions.submit_new(training, person=people[0], **wanted)
    [kept] = drafts.keep_new(training, person=people[1], **wanted)

    assert (put.remarks, kept.remarks, kept.state) == (LATE.remarks, LATE.remarks, S.DRAFT)


def test_drafts_keep_it_and_take_it_along_however_they_are_submitted(make: Make, training, focal):
    people = [make.trainee(focal.agency) for _ in range(4)]
    wanted = {"by": focal, "agency": focal.agency}
    kept = drafts.keep(training, people=people, given={one.id: LATE for one in people}, **wanted)

    drafts.keep(training, people=people[:1], given={people[0].id: Given(remarks="New.")}, **wanted)
    drafts.submit(training, drafts=kept[:2], **wanted)
    ticked = submissions.submit_many(
        training, people=people[2:], given={people[3].id: Given(remarks="")}, **wanted
    )

    assert [one.remarks for one in kept[:2]] == ["New.", LATE.remarks]
    assert [one.remarks for one in ticked] == [LATE.remarks, ""]


def test_a_substitute_has_their_own(make: Make, focal):
    training = make.training(admission=Admission.FIRST_COME, capacity=1)
    first, second = (make.trainee(focal.agency) for _ in range(2))
    seated = submissions.submit(training, by=focal, trainee=first, given=LATE)
    submissions.submit(training, by=focal, trainee=second, given=Given(remarks="Waits."))

    new = late_changes.replace(seated, by=focal, substitute=second, reason="ill")
    again = late_changes.replace(
        new, by=focal, substitute=make.trainee(focal.agency), reason="ill", given=LATE
    )

    assert [new.remarks, again.remarks] == ["Waits.", LATE.remarks]


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.RETURNED])
def test_its_agency_changes_it_until_the_decision(make: Make, training, focal, submitted, state):
    if state is S.RETURNED:
        submissions.return_for_correction(submitted, by=make.user(), reason="when?")
    if state is S.DRAFT:
        one = make.trainee(focal.agency)
        [submitted] = drafts.keep(training, by=focal, agency=focal.agency, people=[one])

    assert submissions.change_given(submitted, by=focal, given=Given(remarks="On Tuesday."))

    assert (submitted.remarks, submitted.state) == ("On Tuesday.", state)


@pytest.mark.parametrize("verb", ["confirm", "reserve", "decline"])
def test_after_the_decision_a_coordinator_changes_it_alone_and_the_agency_reads_who_did(
    make: Make, focal, submitted, verb
):
    staff = make.user(Role.COORDINATOR)
    decisions.decide(submitted.training, [submitted], decisions.Verb(verb), by=staff, reason="as planned")

    with pytest.raises(Conflict) as refused:
        submissions.change_given(submitted, by=focal, given=Given())
    assert (refused.value.code, submitted.remarks) == ("decided", LATE.remarks)

    submissions.change_given(submitted, by=staff, given=Given(remarks="On Tuesday."))
    assert submitted.remarks == "On Tuesday."
    last = visible.history(submitted)[-1]
    assert (last.by_name, last.reason, last.from_state) == (staff.name, GIVEN_CHANGED["en"], last.to_state)


def test_without_the_guard_the_agency_would_change_what_is_decided(make: Make, focal, submitted, monkeypatch):
    reserve_list.confirm(submitted, by=make.user())
    monkeypatch.setattr(submissions, "may_change_given", lambda registration, by: True)

    assert submissions.change_given(submitted, by=focal, given=Given())


def changes() -> list[object]:
    wanted = select(AuditEntry.changes).where(AuditEntry.action == "registration.change_given")
    return list(db.session.scalars(wanted))


def test_a_change_is_audited_with_what_it_was_and_is_and_no_change_is_none(focal, submitted):
    assert not submissions.change_given(submitted, by=focal, given=LATE)
    submissions.change_given(submitted, by=focal, given=Given(remarks="On Tuesday."))

    assert changes() == [{"remarks": [LATE.remarks, "On Tuesday."]}]
    assert told(submitted).count(GIVEN_CHANGED["en"]) == 1


def test_a_special_value_is_withheld_from_the_audit(focal, submitted, monkeypatch):
    as_special(monkeypatch, Registration.remarks)
    submissions.change_given(submitted, by=focal, given=Given(remarks="no nuts"))

    assert changes() == [{"remarks": audit.CHANGED}]


def test_what_was_returned_is_submitted_again_with_it(make: Make, focal, submitted):
    submissions.return_for_correction(submitted, by=make.user(), reason="when?")

    submissions.resubmit(submitted, by=focal, given=Given(remarks="On Tuesday."))

    assert (submitted.state, submitted.remarks) == (S.SUBMITTED, "On Tuesday.")
    assert changes() == [{"remarks": [LATE.remarks, "On Tuesday."]}]


@pytest.mark.parametrize("more", [0, 1])
def test_what_is_too_long_is_refused_beside_its_field_on_every_way(
    make: Make, training, focal, submitted, more
):
    long = replace(LATE, remarks="x" * (MOST["remarks"] + more))
    ways = [
        lambda: submissions.submit(training, by=focal, trainee=make.trainee(focal.agency), given=long),
        lambda: submissions.change_given(submitted, by=focal, given=long),
    ]
    for way in ways:
        if not more:
            way()
            continue
        with pytest.raises(Invalid) as refused:
            way()
        assert refused.value.field == "remarks"

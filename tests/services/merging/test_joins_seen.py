"""Who sees what after two registrations became one: lists, registers, papers, the agencies, letters and their links."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import ColumnElement, select, true

from tests.conftest import SECRET
from tests.make import Make
from tests.papers import text_of
from tests.services.letters.mailed import forget, opens, send, to, written
from tests.services.merging.together import choosing, merged, registered
from training.db import db
from training.models import Admission, Registration, RegistrationState, Role, User
from training.services import visible_trainings
from training.services.attendance import expected, own_register, registers
from training.services.home import dashboards
from training.services.merging import merges
from training.services.papers import sign_in_sheets
from training.services.registrations import decisions, reserve_list, submissions, visible
from training.texts import links

S = RegistrationState


def listed(make: Make, user: User, one: Registration) -> dict[str, list[Registration]]:
    """The lists of registrations that ``user`` sees."""
    training = one.training
    return {
        "all": list(db.session.scalars(visible.search(user))),
        "of the training": list(db.session.scalars(visible.of(training, user))),
        "of the person": list(db.session.scalars(visible.of_trainee(one.trainee, user))),
    }


@pytest.mark.parametrize("same_agency", [True, False])
def test_a_person_has_one_line_and_an_agency_keeps_its_own(same_agency: bool, make: Make):
    training, focal = make.training(), make.user(Role.PARTNER)
    one = make.registration(training, make.trainee(focal.agency))
    theirs = make.user(Role.PARTNER, agency=focal.agency if same_agency else None)
    other = make.registration(training, make.trainee(theirs.agency, family_name="Othername"))
    merged(make, one, other)

    assert set(map(tuple, listed(make, make.user(), one).values())) == {(one,)}
    assert set(map(tuple, listed(make, focal, one).values())) == {(one,)}
    if not same_agency:
        assert set(map(tuple, listed(make, theirs, one).values())) == {(other,)}
        assert dashboards.registrations_of_partner(theirs) == [other]
        assert other.name.startswith("Othername"), "the agency sees the name as it knew it"
    assert db.session.scalars(visible.search(make.user(), state=S.JOINED)).all() == [other]
    assert visible_trainings.state_counts(training) == {"confirmed": 1}
    assert visible.get(theirs, other.public_id) is other


def test_without_that_condition_the_person_would_stand_on_lists_twice(make: Make, monkeypatch):
    def everything(user: User) -> ColumnElement[bool]:
        return true()

    monkeypatch.setattr(visible, "once", everything)

    with pytest.raises(AssertionError):
        test_a_person_has_one_line_and_an_agency_keeps_its_own(True, make)


def test_registers_and_sheets_hold_the_person_once(make: Make):
    case, (one, other) = registered(make, "PP", "PP")
    (session, *_) = case.sessions
    merged(make, one, other)
    user = make.user()

    assert [row.registration for row in registers.register(session)] == [one]
    assert registers.others(session) == []
    assert (registers.tally(session).listed, registers.tally(session).present) == (1, 1)
    sheet = text_of(sign_in_sheets.sign_in_sheet(case.training, case.sessions, reader=user, demo=False))
    assert sheet.count(one.trainee.family_name) == 1


def test_somebody_added_at_the_door_twice_signs_once(make: Make, monkeypatch):
    case, (one, other) = registered(make, "-P @1w", "-P @1w")
    merged(make, one, other)

    def names() -> int:
        sheet = sign_in_sheets.sign_in_sheet(case.training, case.sessions, reader=make.user(), demo=False)
        return text_of(sheet).count(one.trainee.family_name)

    assert names() == 1
    monkeypatch.setattr(expected, "stands", true)
    assert names() == 2


def test_each_agency_sees_the_attendance_of_its_own_registration_as_it_was(make: Make):
    case, (one, other) = registered(make, "AP", "PA")
    merged(make, one, other)  # the first stays, with the larger marks

    own = [
        [line.record and line.record.status.value for line in own_register.of(each)] for each in (one, other)
    ]
    assert own == [["present", "present"], ["present", "absent"]]
    assert own_register.shares([one, other])[other.id].attended == 180


def test_a_joined_registration_is_decided_on_no_more(make: Make):
    training, by = make.training(admission=Admission.APPROVAL), make.user()
    one, other = make.registration(training), make.registration(training)
    merged(make, one, other)

    assert db.session.scalars(decisions.undecided(training, by)).all() == [one]
    (done,) = decisions.decide(training, [other], decisions.Verb.CONFIRM, by=by)
    assert done.code == "state"
    with pytest.raises(Exception, match="has ended already"):
        submissions.withdraw(other, by=by, reason="ill")
    assert (one.state, other.state) == (S.SUBMITTED, S.JOINED)


# Letters and links


def link(registration: Registration) -> str:
    return "/my/" + links.token(registration.public_id, registration.trainee.public_id, secret_key=SECRET)


def test_the_link_of_a_joined_registration_leads_to_the_one_that_stays(make: Make, client):
    training, agency = make.training(), make.user(Role.PARTNER).agency
    one, other = (make.registration(training, make.trainee(agency)) for _ in range(2))
    old = link(one)

    done = merged(make, one, other, choices=choosing(one, other, stays={training.public_id: other.public_id}))

    assert client.get(old).status_code == 200
    assert client.post(f"{old}/confirm", csrf=False).status_code == 303
    assert (one.acknowledged_at, other.acknowledged_at is None) == (None, False)
    merges.undo(done, by=make.user())
    assert client.get(old).status_code == 200


def test_a_link_that_another_agency_may_hold_opens_no_foreign_registration(make: Make, client):
    training = make.training()
    one, other = (make.registration(training, make.trainee(make.agency())) for _ in range(2))
    old = link(one)

    merged(make, one, other, choices=choosing(one, other, stays={training.public_id: other.public_id}))

    answer = client.get(old)
    assert answer.status_code == 410 and "the two registrations are one now" in answer.text
    assert other.trainee.family_name not in answer.text


def test_whoever_had_the_letter_of_the_joined_one_gets_a_link_that_works(focal, make: Make, app, client):
    training = make.training()
    kept, gone = (make.trainee(focal.agency, email=f"{name}@example.org") for name in ("kept", "gone"))
    one, other = make.registration(training, kept), make.registration(training, gone)
    send(app)
    old = link(other)

    merged(make, one, other)

    assert "You may have a newer one" in client.get(old).text
    (letter,) = to(send(app), "kept@")
    assert opens(client, letter) == [200]


def test_of_the_joining_itself_nobody_is_written_to(focal, make: Make):
    training, other_focal = make.training(), make.user(Role.PARTNER)
    one = make.registration(training, make.trainee(focal.agency))
    other = make.registration(training, make.trainee(other_focal.agency))
    forget()

    merged(make, one, other)

    assert written(to=other_focal) == []
    assert {row.kind for row in written()} <= {"trainee", "hand_over", "agency"}


def test_whoever_gets_the_freed_seat_is_told_and_so_is_who_lost_it_by_undoing(focal, make: Make, app):
    training = make.training(capacity=2)
    one, other, third = (make.registration(training, make.trainee(focal.agency)) for _ in range(3))
    send(app)

    done = merged(make, one, other)
    first = "\n".join(to(send(app), focal.email))
    merges.undo(done, by=make.user())
    second = "\n".join(to(send(app), focal.email))

    assert third.trainee.family_name in first and third.state is S.CONFIRMED
    assert f"1. {other.name}" in second and other.state is S.RESERVE


def test_an_offer_of_a_joined_registration_is_not_taken_any_more(make: Make, client):
    training = make.training(capacity=2, admission=Admission.APPROVAL)
    by, agency = make.user(), make.agency()
    one, other = (make.registration(training, make.trainee(agency)) for _ in range(2))
    reserve_list.confirm(one, by=by)
    reserve_list.offer(reserve_list.reserve(other, by=by), by=by)

    done = merged(make, one, other)
    assert (one.state, other.state, other.offer_expires_at) == (S.CONFIRMED, S.JOINED, None)
    with (
        time_machine.travel(one.created_at + timedelta(hours=1)),
        pytest.raises(Exception, match="state has changed"),
    ):
        reserve_list.accept(other, by=by)
    merges.undo(done, by=by)

    assert other.state is S.OFFERED and other.offer_expires_at is not None
    assert db.session.scalars(select(Registration.joined_into_id)).all() == [None, None]

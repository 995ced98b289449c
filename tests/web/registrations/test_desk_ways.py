"""The registration desk's ways from one page to the next, and what it says of a step that was not what one meant."""

from __future__ import annotations

from datetime import datetime

from tests.make import Make
from training.db import db
from training.models import Admission, ReasonCode, Registration, RegistrationState, Role
from training.services.registrations import reserve_list, visible

S = RegistrationState


def decide(client, one: Registration, **data):
    address = f"/registrations/for/{one.training.public_id}/decide"
    return client.post(address, data={"registration": str(one.public_id), **data})


def test_a_seat_is_offered_to_nobody_who_is_not_on_the_list_and_the_page_says_what_to_do(client, make: Make):
    one = make.registration(make.training(admission=Admission.APPROVAL))
    client.sign_in(make.user(Role.COORDINATOR))

    refused = decide(client, one, verb="offer").text
    submitted = client.get(f"/registrations/for/{one.training.public_id}/decide").text

    assert "Seats are offered to those on the reserve list. Confirm this person" in refused
    assert 'value="confirm"' in submitted and 'value="offer"' not in submitted


def test_why_somebody_is_declined_is_picked_and_never_taken_for_granted(client, make: Make):
    one = make.registration(make.training(admission=Admission.APPROVAL))
    client.sign_in(make.user(Role.COORDINATOR))

    unsaid = decide(client, one, verb="decline", reason="Somebody else comes.", reason_code="")
    assert (unsaid.status_code, one.state) == (422, S.SUBMITTED)
    assert "Pick the reason why they are declined." in unsaid.text and "Somebody else comes." in unsaid.text
    decide(client, one, verb="return", reason="The rank is missing.", reason_code="")

    step = visible.history(one)[-1]
    assert (one.state, step.reason_code) == (S.RETURNED, ReasonCode.INCOMPLETE)


def test_who_is_put_on_the_reserve_list_by_a_decision_is_not_said_to_have_found_no_seat(make: Make):
    one = make.registration(make.training(admission=Admission.APPROVAL, capacity=20))

    reserve_list.reserve(one, by=make.user(Role.COORDINATOR))

    assert visible.history(one)[-1].reason_code is ReasonCode.ORGANISER


def test_changing_how_many_seats_are_kept_begins_with_what_is_kept(client, make: Make):
    training, agency = make.training(capacity=20), make.agency()
    kept = make.kept(training, by=None, seats=7, agency=agency, release_local=datetime(2027, 6, 1, 12, 0))
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainings/{training.public_id}/seats"

    link = f"{address}?change={kept.public_id}"
    page, asked = client.get(address).text, client.get(link).text
    client.save(address, {"agency": agency.code, "seats": "0"})

    assert f"{link}#keep" in page
    assert 'value="7"' in asked and 'value="2027-06-01T12:00' in asked
    assert "No seats are kept for them." in client.get(address).text


def test_a_number_that_is_none_is_refused_as_such(client, make: Make):
    training = make.training()
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainings/{training.public_id}/seats"
    country = {"country": "FR"}

    typed = client.post(address, data={**country, "seats": "three"}).text
    too_many = client.post(address, data={**country, "seats": "10001"}).text
    empty = client.post(address, data={**country, "seats": ""}).text
    never = client.post(address, data={**country, "seats": "1", "release_local": "tomorrow"}).text

    assert "Write a whole number." in typed and "This is needed." not in typed
    assert "Write a number from 0 to 10000." in too_many and "Write a whole number." not in too_many
    assert "This is needed." in empty and "Write a whole number." not in empty
    assert "Write a day and a time, as 2027-03-31 09:30." in never


def test_a_substitute_who_is_new_is_added_on_the_way_and_stands_picked(client, make: Make):
    user, training = make.user(Role.PARTNER), make.training(capacity=1)
    one = make.registration(training, make.trainee(agency=user.agency))
    client.sign_in(user)
    replace = f"/registrations/{one.public_id}/replace"

    assert f"/trainees/new?registration={one.public_id}" in client.get(replace).text
    person = {"family_name": "Quill", "given_names": "Quentin", "sex": "m", "country": "AT"}
    added = client.post(f"/trainees/new?registration={one.public_id}", data=person)
    page = client.get(added.location).text
    picked = added.location.partition("substitute=")[2]
    client.post(replace, data={"substitute": picked, "reason": "ill"})

    assert added.location.startswith(replace)
    assert f'value="{picked}" checked' in page
    substitute = db.session.scalars(db.select(Registration).where(Registration.replaces_id == one.id)).one()
    assert (one.state, substitute.state, substitute.name) == (S.REPLACED, S.CONFIRMED, "Quill, Quentin")


def test_another_agencys_registration_leads_to_no_form_of_a_substitute(client, make: Make):
    one = make.registration(make.training(), make.trainee(agency=make.agency()))
    client.sign_in(make.user(Role.PARTNER))

    assert client.get(f"/trainees/new?registration={one.public_id}").status_code == 404


def test_who_withdraws_is_told_which_of_its_own_moved_up_and_nothing_of_others(client, make: Make):
    user, training = make.user(Role.PARTNER), make.training(capacity=2)
    first, second, own = (make.registration(training, make.trainee(agency=user.agency)) for _ in range(3))
    stranger = make.registration(training, make.trainee(agency=make.agency()))
    client.sign_in(user)

    client.post(f"/registrations/{first.public_id}/withdraw", data={"reason": "ill"})
    told = client.get(f"/registrations/{first.public_id}").text
    client.post(f"/registrations/{second.public_id}/withdraw", data={"reason": "ill"})
    after = client.get(f"/registrations/{second.public_id}").text

    assert (own.state, stranger.state) == (S.CONFIRMED, S.CONFIRMED)
    assert f"Withdrawn. Moved up: {own.name}." in told
    assert "Withdrawn. The seat goes to the next in line." in after and stranger.name not in after


def test_an_agency_whose_own_seat_is_free_reads_that_it_is(client, make: Make):
    user, training = make.user(Role.PARTNER), make.training(admission=Admission.APPROVAL, capacity=5)
    make.kept(training, by=None, seats=2, agency=user.agency)
    one = make.registration(training, make.trainee(agency=user.agency))
    reserve_list.reserve(one, by=None)
    client.sign_in(user)

    page = client.get(f"/registrations/{one.public_id}").text

    assert "A seat that is kept for the agency is free: the coordinator decides who gets it." in page

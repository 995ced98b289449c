"""Moving a person to the agency where they work now."""

from __future__ import annotations

from tests.make import Make
from training.models import Role


def test_a_coordinator_moves_a_person_and_is_told_what_stays_behind(client, make: Make):
    old, new, training = make.agency(name="Old Service"), make.agency(name="New Service"), make.training()
    person = make.trainee(old)
    make.registration(training, person)
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainees/{person.public_id}/transfer"

    asked = client.get(address)
    moved = client.post(address, data={"agency": new.code})

    assert training.title in asked.text and "Old Service keeps the registrations" in asked.text
    assert moved.status_code == 303
    assert "New Service" in client.get(moved.headers["Location"]).text
    client.sign_in(make.user(Role.PARTNER, agency=old))
    assert client.get(f"/trainees/{person.public_id}").status_code == 404
    client.sign_in(make.user(Role.PARTNER, agency=new))
    assert client.get(f"/trainees/{person.public_id}").status_code == 200


def test_moving_to_the_same_agency_or_to_none_is_refused_beside_the_field(client, make: Make):
    person = make.trainee()
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainees/{person.public_id}/transfer"

    same = client.post(address, data={"agency": person.agency.code})
    none = client.post(address, data={"agency": "nowhere"})

    assert (same.status_code, none.status_code) == (422, 422)
    assert "belongs to this agency already" in same.text
    assert person.agency.name in client.get(f"/trainees/{person.public_id}").text


def test_a_trainer_or_partner_moves_nobody(client, make: Make):
    agency = make.agency()
    person = make.trainee(agency)
    for user in (make.user(Role.PARTNER, agency=agency), make.user(Role.MANAGER), make.user(Role.TRAINER)):
        client.sign_in(user)
        assert client.post(f"/trainees/{person.public_id}/transfer", data={"agency": "x"}).status_code == 403

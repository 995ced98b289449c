"""The directory's pages: somebody adds an agency, a venue and a trainer; a refusal stands beside its field; who may."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.models import Agency, Role, Room, Trainer, Venue

AGENCY = {"code": "BG-1", "name": "Border Guard", "type": "border_guard", "theme": "BMV", "country": "AT"}
VENUE = {"name": "Academy", "city": "Vienna", "country": "AT", "zone": "Europe/Vienna"}
TRAINER = {"family_name": "Amber", "given_names": "Ada", "themes": ["BMV"], "languages": ["en"]}
NEW = {"/agencies/new": (Agency, AGENCY), "/venues/new": (Venue, VENUE), "/trainers/new": (Trainer, TRAINER)}


@pytest.fixture(autouse=True)
def type_of_agency(make: Make, monkeypatch):
    monkeypatch.setitem(AGENCY, "type", make.agency().type.code)


@pytest.mark.parametrize("address", NEW)
def test_a_coordinator_adds_one_and_comes_to_its_page(address: str, client, make: Make):
    model, wanted = NEW[address]
    client.sign_in(make.user(Role.COORDINATOR))

    response = client.post(address, data=wanted)

    added = db.session.scalars(select(model).order_by(model.id.desc())).first()
    assert (response.status_code, response.location) == (
        303,
        f"{address.removesuffix('/new')}/{added.public_id}",
    )
    assert (wanted.get("name") or wanted["family_name"]) in client.get(response.location).text


@pytest.mark.parametrize("address", NEW)
@pytest.mark.parametrize("role", [Role.PARTNER, Role.TRAINER, Role.MANAGER])
def test_nobody_adds_one_who_may_not(role: Role, address: str, client, make: Make):
    model, wanted = NEW[address]
    client.sign_in(make.user(role))
    before = len(db.session.scalars(select(model)).all())

    assert {client.get(address).status_code, client.post(address, data=wanted).status_code} == {403}
    assert len(db.session.scalars(select(model)).all()) == before


def test_a_code_that_is_taken_is_refused_beside_its_field_and_what_was_typed_stays(client, make: Make):
    make.agency(code="BG-1")
    client.sign_in(make.user())

    response = client.post("/agencies/new", data={**AGENCY, "name": "Typed with care"})

    assert response.status_code == 422
    assert 'id="code-error">There is an agency with this code already.' in response.text
    assert 'value="Typed with care"' in response.text


def test_an_agency_is_suspended_for_a_reason_and_resumed(client, make: Make):
    agency = make.agency()
    address = f"/agencies/{agency.public_id}"
    client.sign_in(make.user(Role.COORDINATOR))

    client.post(f"{address}/suspend", data={"reason": "under review"})
    assert agency.is_active is False
    client.post(f"{address}/resume")
    assert agency.is_active is True


def test_a_focal_point_reads_its_own_agency_and_changes_nothing_of_it(client, make: Make):
    focal, other = make.user(Role.PARTNER), make.agency(name="Zanzibarsky Service")
    own = focal.agency
    client.sign_in(focal)

    assert own.name in client.get(f"/agencies/{own.public_id}").text
    assert client.get(f"/agencies/{other.public_id}").status_code == 404
    assert client.post(f"/agencies/{own.public_id}/suspend", data={"reason": "x"}).status_code == 403
    assert own.is_active is True


def test_a_room_is_added_to_a_venue_and_one_of_its_name_refused(client, make: Make):
    venue = make.venue()
    client.sign_in(make.user())
    address = f"/venues/{venue.public_id}/rooms"

    statuses = [client.post(address, data={"name": "Blue", "capacity": "12"}).status_code for _ in range(2)]

    assert statuses == [303, 422]
    assert [(room.name, room.capacity) for room in db.session.scalars(select(Room))] == [("Blue", 12)]

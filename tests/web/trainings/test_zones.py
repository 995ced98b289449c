"""The zone on the forms of a training and a venue: suggested, written as people write it, or brought by the venue."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.make import Make
from tests.web.trainings.test_planning import filled
from training.db import db
from training.models import OutgoingMail, Role, Training, Venue
from training.rules import walltime
from training.services.trainings import changes

VENUE = {"name": "Academy", "city": "Kyiv", "country": "UA"}


def suggested(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]+)" data-country=', page)


def planned(client, make: Make, **wanted: str):
    return client.post(f"/trainings/new?programme={make.programme().code}", data=filled(make, **wanted))


def test_the_forms_suggest_every_zone_by_city_country_and_earlier_name(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))

    page = client.get(f"/trainings/new?programme={make.programme().code}").text

    assert len(suggested(page)) > 400 and suggested(page)[0] == "Europe/Vienna", (
        "the organisation's stands first"
    )
    assert ">Kyiv, Ukraine · Kiev" in page and 'list="zone-offered"' in page
    assert not {"Europe/Kiev", "localtime", "Factory", "Etc/GMT-2", "US/Eastern"} & set(suggested(page))


def test_the_zones_of_its_country_stand_first(client, make: Make):
    training = make.training(country="UA", zone="Europe/Kyiv")
    client.sign_in(make.user(Role.COORDINATOR))

    page = client.get(f"/trainings/{training.public_id}/edit").text

    assert suggested(page)[0] == "Europe/Kyiv"
    again = client.post("/venues/new", data={**VENUE, "zone": "Atlantis"}).text
    assert suggested(again)[0] == "Europe/Kyiv"


def test_the_suggestions_are_in_the_readers_language(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR, language="ru"))

    assert ">Киев, Украина · Kiev" in client.get("/venues/new").text


@pytest.mark.parametrize("typed", ["Kyiv", "kyiv", "europe/kyiv", "Europe/Kiev", "Киев"])
def test_a_city_is_enough_and_todays_name_is_stored(client, make: Make, typed: str):
    client.sign_in(make.user(Role.COORDINATOR))

    assert planned(client, make, zone=typed).status_code == 303
    assert client.post("/venues/new", data={**VENUE, "zone": typed}).status_code == 303

    assert db.session.scalars(select(Training)).one().zone == "Europe/Kyiv"
    assert db.session.scalars(select(Venue)).one().zone == "Europe/Kyiv"


@pytest.mark.parametrize("typed", ["GMT+2", "localtime", "Factory", "EST", "Atlantis"])
def test_what_is_no_zone_is_refused_beside_the_field_and_stays_typed(client, make: Make, typed: str):
    client.sign_in(make.user(Role.COORDINATOR))

    for response in (
        planned(client, make, zone=typed),
        client.post("/venues/new", data={**VENUE, "zone": typed}),
    ):
        assert response.status_code == 422
        assert 'id="zone-error">This is not a time zone: write a city, such as Kyiv.' in response.text
        assert f'value="{typed}"' in response.text
    assert db.session.scalars(select(Training)).all() == []


def test_a_venue_brings_its_zone_where_none_was_written(client, make: Make):
    venue = make.venue(zone="Asia/Almaty")
    client.sign_in(make.user(Role.COORDINATOR))

    response = planned(client, make, zone="", venue=str(venue.public_id))

    training = db.session.scalars(select(Training)).one()
    assert (response.status_code, training.zone) == (303, "Asia/Almaty")
    opens = walltime.instant(training.registration_opens_local, "Asia/Almaty")
    assert training.registration_opens_at == opens
    page = client.get(f"/trainings/{training.public_id}/edit").text
    assert 'data-zone="Asia/Almaty"' in page, "for the script that brings it before it is sent"


def test_a_zone_that_was_written_wins_over_the_venues(client, make: Make):
    venue = make.venue(zone="Asia/Almaty")
    client.sign_in(make.user(Role.COORDINATOR))

    refused = planned(client, make, zone="Vienna", venue=str(venue.public_id))
    assert refused.status_code == 422 and 'id="zone-error"' in refused.text, (
        "it may be a mistake: a tick says not"
    )
    planned(client, make, zone="Vienna", venue=str(venue.public_id), other_zone="y")

    assert db.session.scalars(select(Training)).one().zone == "Europe/Vienna"


def test_without_a_venue_and_a_zone_the_form_says_what_is_needed(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))

    response = planned(client, make, zone="")

    assert response.status_code == 422
    assert "Pick a venue, or write the time zone&#39;s city, such as Kyiv." in response.text


def test_the_same_zone_under_an_old_name_is_no_change(make: Make):
    training = make.training(zone="Europe/Kyiv")
    coordinator = make.user(Role.COORDINATOR)
    told = db.session.scalar(select(func.count(OutgoingMail.id)))

    changes.change(training, by=coordinator, details=make.changed(training, zone="europe/kiev"))

    assert training.zone == "Europe/Kyiv"
    assert db.session.scalar(select(func.count(OutgoingMail.id))) == told


def test_administrators_see_whose_rules_are_followed(client, make: Make):
    client.sign_in(make.user(Role.ADMIN))

    page = client.get("/organisation").text

    assert "Time zones follow version 20" in page and "does not follow them yet" in page

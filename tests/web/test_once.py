"""A form that is sent twice has one effect and one answer; changed content is another request; nobody shares keys."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import func, select

from tests.make import Make
from training import clock
from training.db import db
from training.models import RequestKey, Venue
from training.services import request_keys

VENUE = {"name": "Hall", "city": "Vienna", "country": "AT", "zone": "Europe/Vienna", "request_key": "k1"}


def venues() -> int:
    return db.session.scalar(select(func.count(Venue.id)))


def test_the_second_is_answered_like_the_first(client, make: Make):
    client.sign_in(make.user())

    first, second = client.post("/venues/new", data=VENUE), client.post("/venues/new", data=VENUE)

    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert (first.status_code, venues()) == (303, 1)


def test_without_a_key_doubles_appear(client, make: Make):
    client.sign_in(make.user())
    without = {name: value for name, value in VENUE.items() if name != "request_key"}

    for _ in range(2):
        client.post("/venues/new", data=without)

    assert venues() == 2


def test_other_content_and_another_user_are_other_requests(client, app, make: Make):
    client.sign_in(make.user())
    client.post("/venues/new", data=VENUE)

    client.post("/venues/new", data={**VENUE, "name": "Another hall"})
    app.test_client().sign_in(make.user()).post("/venues/new", data={**VENUE, "name": "Third hall"})

    assert venues() == 3


def test_what_was_refused_may_come_again_and_keys_are_forgotten(client, make: Make):
    client.sign_in(make.user())

    refused = client.post("/venues/new", data={**VENUE, "name": ""})

    assert (refused.status_code, db.session.scalar(select(func.count(RequestKey.id)))) == (422, 0)
    client.post("/venues/new", data=VENUE)
    assert request_keys.purge() == 0
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert request_keys.purge() == 1

"""A form that is sent twice has one effect and one answer; changed content is another request; nobody shares keys."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import func, select

from tests.make import Make
from training import clock
from training.db import db
from training.models import RequestKey, Trainer
from training.services import request_keys

TRAINER = {"family_name": "Amber", "given_names": "Ada", "request_key": "k1"}


def trainers() -> int:
    return db.session.scalar(select(func.count(Trainer.id)))


def test_the_second_is_answered_like_the_first(client, make: Make):
    client.sign_in(make.user())

    first, second = client.post("/trainers/new", data=TRAINER), client.post("/trainers/new", data=TRAINER)

    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert (first.status_code, trainers()) == (303, 1)


def test_without_a_key_doubles_appear(client, make: Make):
    client.sign_in(make.user())
    without = {name: value for name, value in TRAINER.items() if name != "request_key"}

    for _ in range(2):
        client.post("/trainers/new", data=without)

    assert trainers() == 2


def test_other_content_and_another_user_are_other_requests(client, app, make: Make):
    client.sign_in(make.user())
    client.post("/trainers/new", data=TRAINER)

    client.post("/trainers/new", data={**TRAINER, "family_name": "Birch"})
    app.test_client().sign_in(make.user()).post("/trainers/new", data={**TRAINER, "family_name": "Cedar"})

    assert trainers() == 3


def test_what_was_refused_may_come_again_and_keys_are_forgotten(client, make: Make):
    client.sign_in(make.user())

    refused = client.post("/trainers/new", data={**TRAINER, "family_name": ""})

    assert (refused.status_code, db.session.scalar(select(func.count(RequestKey.id)))) == (422, 0)
    client.post("/trainers/new", data=TRAINER)
    assert request_keys.purge() == 0
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert request_keys.purge() == 1

"""A form that is sent twice has one effect and one answer; changed content is another request; nobody shares keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, before_render_template
from sqlalchemy import event, func, select, update

from tests.make import Make
from training import clock
from training.db import db, is_writing
from training.errors import Conflict
from training.models import Admission, Programme, RequestKey, Role, Trainer
from training.services import request_keys
from training.text import msg

TRAINER = {"family_name": "Amber", "given_names": "Ada", "request_key": "k1"}
PROGRAMME = {
    "code": "P-NEW", "title": "Borders that hold", "theme": "BMV", "starts_on": "2026-01-01", "ends_on": "2027-01-01",
    "countries": "AT", "completion_percent": "80", "request_key": "k2",
}  # fmt: skip


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


@pytest.fixture
def drawn(app: Flask) -> Iterator[list[bool]]:
    """For each template that is drawn, whether a unit of work was open."""
    seen: list[bool] = []

    def note(sender: Flask, **_) -> None:
        seen.append(is_writing())

    before_render_template.connect(note, app)
    yield seen
    before_render_template.disconnect(note, app)


@pytest.fixture
def begun(app: Flask) -> Iterator[list[str]]:
    """The keys that were stored, and be it for a moment."""
    seen: list[str] = []

    def note(mapper, connection, row: RequestKey) -> None:
        seen.append(row.key)

    event.listen(RequestKey, "after_insert", note)
    yield seen
    event.remove(RequestKey, "after_insert", note)


def test_a_form_with_a_mistake_stores_no_key_and_a_refusal_is_drawn_after_it_has_rolled_back(
    client, make: Make, drawn, begun
):
    client.sign_in(make.user())
    programme = {**PROGRAMME, "code": make.programme().code}

    mistaken = client.post("/trainers/new", data={**TRAINER, "family_name": ""})
    assert (mistaken.status_code, begun) == (422, [])
    refused = client.post("/programmes/new", data=programme)

    assert (refused.status_code, len(begun)) == (422, 1)
    assert 'value="Borders that hold"' in refused.text
    assert drawn and not any(drawn) and db.session.scalar(select(func.count(RequestKey.id))) == 0


def test_what_somebody_else_stores_at_the_same_moment_is_said_on_the_form(client, make: Make):
    """Between the look and the storing another one takes the code, which only the database's key can see."""
    client.sign_in(make.user())
    other_id = make.programme().id

    def take(mapper, connection, row: Programme) -> None:
        connection.execute(update(Programme).where(Programme.id == other_id).values(code=row.code))

    event.listen(Programme, "before_insert", take)
    try:
        answers = [
            client.post("/programmes/new", data={**PROGRAMME, "request_key": key}) for key in ("k", "")
        ]
    finally:
        event.remove(Programme, "before_insert", take)

    for answer in answers:
        assert answer.status_code == 422 and 'value="Borders that hold"' in answer.text
        assert "Somebody else stored the same thing at the same moment" in answer.text
    assert db.session.scalar(select(func.count(RequestKey.id))) == 0
    assert client.post("/programmes/new", data=PROGRAMME).status_code == 303


def test_a_second_one_that_meets_what_the_first_stored_is_answered_like_the_first(client, make: Make):
    agency = make.agency()
    client.sign_in(make.user())
    form = {"family_name": "Amber", "given_names": "Ada", "country": "AT", "sex": "f", "agency": agency.code,
            "request_key": "k"}  # fmt: skip

    first, second = client.post("/trainees/new", data=form), client.post("/trainees/new", data=form)
    changed = client.post("/trainees/new", data={**form, "phone": "+43 1 222222"})

    assert (second.status_code, second.location) == (first.status_code, first.location) and second.location
    assert changed.status_code == 422 and "You may know this person already" in changed.text


def test_what_is_stored_is_stored_whole_or_not_at_all(make: Make):
    user, name = make.user(), "k"

    def work() -> request_keys.Answer[str]:
        make.trainer()
        make.trainer()
        raise Conflict(msg("No."), "state")

    with pytest.raises(Conflict):
        request_keys.once(user, key=name, work=work)
    assert (trainers(), is_writing(), db.session.scalar(select(func.count(RequestKey.id)))) == (0, False, 0)


def test_a_decision_of_which_a_part_was_refused_is_not_taken_twice(client, make: Make):
    training = make.training(capacity=1, admission=Admission.APPROVAL)
    people = [make.registration(training) for _ in range(2)]
    client.sign_in(make.user(Role.COORDINATOR))
    path = f"/registrations/for/{training.public_id}/decide"
    form = {
        "verb": "confirm",
        "registration": [str(one.public_id) for one in people],
        "request_key": "a key of its own",
    }

    first, second = client.post(path, data=form), client.post(path, data=form)

    assert (first.status_code, second.status_code) == (200, 303)
    assert "1 done, 1 refused" in first.text
    assert f"Confirmed: {people[0].name}." in client.get(second.headers["Location"]).text

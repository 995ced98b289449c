"""A programme on the pages: added, refused beside its field, begun and ended by its buttons; and who may."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.models import Programme, ProgrammeState, Role

WANTED = {"code": "P-NEW", "title": "Borders that hold", "theme": "BMV", "starts_on": "2026-01-01",
          "ends_on": "2027-01-01", "countries": "AT", "completion_percent": "80"}  # fmt: skip


def test_a_coordinator_adds_a_programme_and_comes_to_its_page(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))

    response = client.post("/programmes/new", data=WANTED)

    added = db.session.scalars(select(Programme)).one()
    assert (response.status_code, response.location) == (303, f"/programmes/{added.public_id}")
    assert "Borders that hold" in client.get(response.location).text


def test_an_end_before_the_start_is_refused_beside_its_field(client, make: Make):
    client.sign_in(make.user())

    response = client.post("/programmes/new", data={**WANTED, "ends_on": "2025-01-01"})

    assert response.status_code == 422
    assert 'id="ends_on-error">The end is before the start.' in response.text
    assert db.session.scalars(select(Programme)).all() == []


def test_a_programme_with_a_training_ahead_is_neither_closed_nor_cancelled(client, make: Make):
    programme = make.programme()
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/programmes/{programme.public_id}"
    client.post(f"{address}/activate")
    make.training(programme=programme)

    answers = [
        client.post(f"{address}/close").text,
        client.post(f"{address}/cancel", data={"reason": "x"}).text,
    ]

    assert ["Complete, cancel or postpone its trainings first" in text for text in answers] == [True, True]
    assert programme.state is ProgrammeState.ACTIVE


def test_the_buttons_of_a_programme_lead_from_state_to_state(client, make: Make):
    programme = make.programme()
    client.sign_in(make.user())
    seen = []

    for name, reason in (
        ("activate", ""),
        ("close", ""),
        ("activate", ""),
        ("cancel", ""),
        ("cancel", "no money"),
    ):
        client.post(f"/programmes/{programme.public_id}/{name}", data={"reason": reason})
        seen.append(programme.state.value)

    assert seen == ["active", "closed", "active", "active", "cancelled"]


@pytest.mark.parametrize("role", [Role.PARTNER, Role.TRAINER, Role.MANAGER])
def test_nobody_adds_or_ends_one_who_may_not(role: Role, client, make: Make):
    programme = make.programme()
    before = programme.state
    client.sign_in(make.user(role))

    answers = {client.post("/programmes/new", data=WANTED).status_code,
               client.post(f"/programmes/{programme.public_id}/cancel", data={"reason": "x"}).status_code}  # fmt: skip

    assert answers == {403}
    assert (db.session.scalars(select(Programme)).all(), programme.state) == ([programme], before)

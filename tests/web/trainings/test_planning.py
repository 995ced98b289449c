"""A training on the pages: planned, changed, moved by its buttons; what is refused says why; and who may."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from training import clock
from training.db import db
from training.models import Role, Training, TrainingState
from training.services.trainings import moves


def filled(make: Make, **wanted: str) -> dict[str, object]:
    starts = clock.today() + timedelta(days=40)
    return {
        "code": "MX-1", "title": "Reading of documents", "theme": "BMV", "activity_type": make.activity().code,
        "starts_on": starts.isoformat(), "ends_on": (starts + timedelta(days=2)).isoformat(), "zone": "Europe/Vienna",
        "modality": "in_person", "country": "AT", "capacity": "20", "admission": "approval",
        "completion_percent": "80", "reserve_order": "rank", "promotion": "automatic", "offer_hours": "48",
        "promotion_ends_days": "0", "languages": ["en"],
        "registration_opens_local": datetime.combine(clock.today(), time(9)).isoformat(timespec="minutes"),
        "registration_closes_local": datetime.combine(starts, time(9)).isoformat(timespec="minutes"), **wanted,
    }  # fmt: skip


def test_a_training_is_planned_and_its_sessions_come_next(client, make: Make):
    programme = make.programme()
    client.sign_in(make.user(Role.COORDINATOR))

    response = client.post(f"/trainings/new?programme={programme.code}", data=filled(make))

    planned = db.session.scalars(select(Training)).one()
    assert (response.status_code, response.location) == (303, f"/sessions/of/{planned.public_id}/plan")
    assert (planned.code, planned.state, planned.programme) == ("MX-1", TrainingState.DRAFT, programme)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [({"ends_on": "2020-01-01"}, "ends_on"), ({"capacity": "0"}, "capacity"), ({"zone": "Europe/Atlantis"}, "zone")],
)  # fmt: skip
def test_what_is_refused_stands_beside_its_field_and_nothing_is_planned(
    wanted, field: str, client, make: Make
):
    programme = make.programme()
    client.sign_in(make.user())

    response = client.post(f"/trainings/new?programme={programme.code}", data=filled(make, **wanted))

    assert response.status_code == 422 and f'id="{field}-error"' in response.text
    assert db.session.scalars(select(Training)).all() == []


def test_the_buttons_of_a_training_lead_from_state_to_state(client, make: Make):
    training = make.training(is_open=False)
    make.session(training)
    client.sign_in(make.user(Role.COORDINATOR))
    address, seen = f"/trainings/{training.public_id}", []

    for name, reason in (("open", ""), ("postpone", ""), ("postpone", "floods"), ("cancel", "no budget")):
        client.post(f"{address}/{name}", data={"reason": reason})
        seen.append(training.state.value)

    assert seen == ["open", "open", "postponed", "cancelled"]
    assert "no budget" in client.get(address).text


def test_a_step_that_the_guard_refuses_says_why(client, make: Make):
    training = make.training(is_open=False)
    client.sign_in(make.user())

    response = client.post(f"/trainings/{training.public_id}/open", data={"whom": "all"})

    assert "Add its sessions first" in response.text
    assert training.state is TrainingState.DRAFT


def test_a_coordinator_of_another_theme_finds_it_and_changes_nothing(client, make: Make):
    training = make.training()
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))
    address = f"/trainings/{training.public_id}"

    answers = [client.get(address).status_code, client.get(f"{address}/edit").status_code,
               client.post(f"{address}/cancel", data={"reason": "x"}).status_code]  # fmt: skip

    assert answers[0] == 200 and set(answers[1:]) <= {403, 404}
    assert training.state is TrainingState.OPEN


@pytest.mark.parametrize("role", [Role.PARTNER, Role.TRAINER, Role.MANAGER])
def test_nobody_plans_or_moves_who_may_not(role: Role, client, make: Make):
    training, programme = make.training(), make.programme()
    client.sign_in(make.user(role))

    answers = {
        client.post(f"/trainings/new?programme={programme.code}", data=filled(make)).status_code,
        client.post(f"/trainings/{training.public_id}/cancel", data={"reason": "x"}).status_code,
    }

    assert answers == {403}
    assert db.session.scalars(select(Training.state)).all() == [TrainingState.OPEN]


def test_what_time_alone_makes_possible_is_not_offered_before(client, make: Make):
    training = make.training()
    session = make.session(training, training.ends_on)
    moves.change_state(training, by=make.user(), name="confirm")
    address, start = f"/trainings/{training.public_id}", f"/trainings/{training.public_id}/start"
    user = make.user(Role.COORDINATOR)
    client.sign_in(user)

    before = client.get(address).text
    with time_machine.travel(session.starts_at + timedelta(minutes=1)):
        client.sign_in(user)
        then = client.get(address).text

    assert start not in before and "It has not begun yet: it starts on" in before
    assert start in then and "It has not begun yet" not in then

"""Putting a training elsewhere on the board: the check, the act with its Undo, refusals, and who may."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.forms import Sheet
from tests.make import Make
from training.db import db
from training.models import Role, Trainer, Training
from training.services import locked_trainings
from training.services.schedule import plan

DAY = timedelta(days=1)
MONDAY = date(2027, 3, 22)
BOARD = "/board?from=2027-03-22&weeks=2"


@pytest.fixture
def eva(make: Make) -> Trainer:
    return make.trainer()


@pytest.fixture
def training(make: Make, eva: Trainer) -> Training:
    found = make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY)
    for n in range(2):
        make.session(found, MONDAY + n * DAY, trainers=[eva])
    return found


@pytest.fixture
def planner(client, make: Make):
    user = make.user(Role.COORDINATOR, themes=[make.theme("BMV")])
    client.sign_in(user)
    return user


def held(training: Training) -> list[plan.Details]:
    db.session.expire_all()
    return [plan.details_of(one) for one in locked_trainings.live_sessions(training)]


def sent(page: str) -> dict[str, list[str]]:
    return {**Sheet(page).sent(), "seen": re.findall(r'name="seen" value="([^"]+)"', page)}


def test_by_form_alone_a_training_is_moved_and_the_move_taken_back(
    client, planner, make: Make, training: Training
):
    other = make.trainer()
    page = client.get(BOARD).text
    assert f'<option value="{training.public_id}">' in page

    led = client.get(
        f"/board/move?training={training.public_id}&day=2027-03-24&row={other.public_id}&rows=trainers"
        f"&next={BOARD.replace('&', '%26')}"
    )
    check = client.get(led.location).text
    assert "free" in check and other.name in check
    stored = client.post(f"/board/put/{training.public_id}", data=sent(check))

    assert (stored.status_code, stored.location) == (303, BOARD)
    assert [one.starts_local.date() for one in held(training)] == [MONDAY + 2 * DAY, MONDAY + 3 * DAY]
    assert all(list(one.trainers) == [other] for one in held(training))
    said = client.get(BOARD).text
    assert f"{training.code} is now on 24 Mar 2027." in said
    undo = re.search(r'action="(/[^"]*undo[^"]*)"', said)
    assert undo and client.post(undo[1]).status_code == 303
    assert [one.starts_local.date() for one in held(training)] == [MONDAY, MONDAY + DAY]


def test_a_trainer_in_the_place_of_one_leaves_the_others(
    client, planner, make: Make, training: Training, eva: Trainer
):
    kept, new = make.trainer(), make.trainer()
    first = locked_trainings.live_sessions(training)[0]
    make.change_session(first, by=planner, trainers=[eva, kept])

    client.post(f"/board/put/{training.public_id}", data={
        "day": "2027-03-22", "rows": "trainers", "row": str(new.public_id), "instead": str(eva.public_id),
    })  # fmt: skip

    assert [set(one.trainers) for one in held(training)] == [{new, kept}, {new}]


def test_a_refusal_says_why_and_stores_nothing(client, planner, make: Make, training: Training, eva: Trainer):
    make.session(make.training(is_open=False, code="X-1"), MONDAY + 3 * DAY, trainers=[eva])
    path = f"/board/put/{training.public_id}"

    check = client.get(f"{path}?day=2027-03-24").text
    refused = client.post(path, data={"day": "2027-03-24"})

    assert "teaches in X-1 at that time" in check and ">Move<" not in check.replace("\n", "")
    assert refused.status_code == 409 and "teaches in X-1 at that time" in refused.text
    assert held(training)[0].starts_local.date() == MONDAY


def test_whoever_changed_it_meanwhile_is_not_overruled(client, planner, make: Make, training: Training):
    page = client.get(f"/board/put/{training.public_id}?day=2027-03-24").text
    ben = make.user()
    make.change_session(locked_trainings.live_sessions(training)[0], by=ben, title="Another")

    refused = client.post(f"/board/put/{training.public_id}", data=sent(page))

    assert refused.status_code == 409 and "meanwhile" in refused.text
    assert held(training)[0].starts_local.date() == MONDAY


@pytest.mark.parametrize(
    "query", ["", "day=x", "day=0001-01-01", "day=9999-12-31", "day=2027-03-24&instead=x"]
)
def test_bad_input_is_said_and_no_error(client, planner, training: Training, query: str):
    answer = client.get(f"/board/put/{training.public_id}?{query}")

    assert answer.status_code in (200, 409, 422), query


def test_without_a_training_the_form_leads_back(client, planner):
    assert client.get("/board/move?day=2027-03-24&next=/board").location == "/board"
    assert client.get("/board/move?next=//example.org").location == "/"


def test_all_places_at_once_for_the_script(client, planner, make: Make, training: Training, eva: Trainer):
    found = client.get(f"/board/where/{training.public_id}?from=2027-03-22&weeks=1").json

    [places] = found["places"].values()
    assert [one[0] for one in places] == ["here", "ok", "ok", "ok", "soft", "soft", "soft"]
    assert len(found["seen"]) == 2 and list(found["places"]) == [str(eva.public_id)]


def test_what_stays_as_it_is_says_so(client, planner, make: Make):
    empty = make.training(is_open=False)

    assert "No session may be changed" in client.get(f"/board/where/{empty.public_id}").json["refused"]


@pytest.mark.parametrize("path", ["where", "put"])
def test_what_is_foreign_is_404_and_others_may_not(client, make: Make, training: Training, path: str):
    for user, status in (
        (make.user(Role.COORDINATOR, themes=[make.theme("ASY")]), 404),
        (make.user(Role.MANAGER), 403),
        (make.user(Role.PARTNER), 403),
        (make.user(Role.TRAINER), 403),
    ):
        client.sign_in(user)
        assert client.get(f"/board/{path}/{training.public_id}?day=2027-03-24").status_code == status
    client.sign_in(make.user(Role.MANAGER))
    assert "data-move" not in client.get(BOARD).text

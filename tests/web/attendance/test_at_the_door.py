"""The form at the door, on the register's page, for coordinators and trainers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.make import Make
from training.db import atomic, db
from training.models import Role, Trainee
from training.services.attendance import registers
from training.services.schedule import visible
from training.services.trainings import moves


@pytest.fixture
def world(make: Make):
    """A training of one seat ten minutes into its session, with its trainer and an agency."""
    user = make.user(Role.TRAINER)
    training = make.training(capacity=1, is_open=False)
    session = make.session(training, trainers=[make.trainer(user=user)])
    moves.change_state(training, by=None, name="open")
    with time_machine.travel(session.starts_at + timedelta(minutes=10)):
        yield {"training": training, "session": session, "trainer": user, "agency": make.agency(),
               "path": f"/sessions/{session.public_id}/register"}  # fmt: skip


def typed(world, **wanted):
    return {"agency": world["agency"].code, "family_name": "Sokolova", "given_names": "Vera", "function": "",
            "sex": "f", **wanted}  # fmt: skip


def names(world) -> list[str]:
    return [row.registration.trainee_name for row in registers.register(world["session"])]


def test_a_trainer_adds_a_person_who_stands_in_the_register_as_from_the_door(world, client):
    client.sign_in(world["trainer"])
    assert "Add a person at the door" in client.get(world["path"]).text

    response = client.post(f"{world['path']}/door", data=typed(world))

    assert response.status_code == 303
    page = client.get(world["path"]).text
    assert "Sokolova" in page and "at the door" in page
    assert len(names(world)) == 1


def test_a_trainer_learns_nothing_of_an_agencys_people(world, client, make: Make):
    make.trainee(world["agency"], family_name="Canaryova", given_names="Zed", email="zed@example.org")
    client.sign_in(world["trainer"])

    page = client.get(world["path"]).text
    refused = client.post(f"{world['path']}/door", data=typed(world, given_names="")).text

    assert "Canaryova" not in page + refused and "zed@example.org" not in page + refused


def test_a_full_training_is_refused_to_a_trainer_whatever_is_sent(world, client, make: Make):
    make.registration(world["training"])
    client.sign_in(world["trainer"])

    response = client.post(f"{world['path']}/door", data=typed(world, **{"raise": "1"}))

    assert response.status_code == 422
    assert "Its one seat is used" in response.text and "(full)" not in response.text
    assert "Who can help: the coordinator" in response.text
    assert "Raise the seats" not in response.text
    assert 'value="Sokolova"' in response.text
    assert world["training"].capacity == 1
    found = select(func.count(Trainee.id)).where(Trainee.family_name == "Sokolova")
    assert db.session.scalar(found) == 0


def test_a_coordinator_raises_the_seats_by_one_and_adds(world, client, make: Make):
    make.registration(world["training"])
    client.sign_in(make.user(Role.COORDINATOR))

    offered = client.post(f"{world['path']}/door", data=typed(world))
    assert offered.status_code == 422
    assert "Raise the seats by one and add" in offered.text and "the training has 2" in offered.text
    # Enter in a field presses the first button, which must not be the one that raises
    assert offered.text.index("Try again") < offered.text.index('name="raise"')
    done = client.post(f"{world['path']}/door", data=typed(world, **{"raise": "1"}))

    assert done.status_code == 303
    assert world["training"].capacity == 2
    assert len(names(world)) == 1


@pytest.mark.parametrize(
    "wrong", [{"agency": "NOPE"}, {"agency": ""}, {"family_name": ""}, {"given_names": "x" * 300},
              {"family_name": "\x07"}, {"sex": "zz"}]
)  # fmt: skip
def test_bad_input_is_shown_beside_its_field(wrong, world, client):
    client.sign_in(world["trainer"])

    response = client.post(f"{world['path']}/door", data=typed(world, **wrong))

    assert response.status_code == 422 and 'class="error"' in response.text
    assert '<details class="sheet fold door-form" id="door" open>' in response.text
    assert names(world) == []


def test_the_form_stands_there_only_on_the_day(world, client):
    client.sign_in(world["trainer"])

    with time_machine.travel(world["session"].starts_at + timedelta(days=1)):
        client.sign_in(world["trainer"])
        assert 'id="door"' not in client.get(world["path"]).text
        late = client.post(f"{world['path']}/door", data=typed(world))
        assert late.status_code == 422 and "on the day of the session" in late.text
    client.sign_in(world["trainer"])
    assert 'id="door"' in client.get(world["path"]).text


def test_another_person_of_the_same_name_is_added_when_it_is_said(world, client, make: Make):
    atomic(setattr)(world["training"], "capacity", 5)
    client.sign_in(world["trainer"])
    address = f"{world['path']}/door"
    assert 'name="another"' not in client.get(world["path"]).text
    client.post(address, data=typed(world))

    refused = client.post(address, data=typed(world))
    done = client.post(address, data=typed(world, another="1"))

    assert refused.status_code == 422 and 'name="another"' in refused.text
    assert "Who can help" not in refused.text and "(on_register)" not in refused.text
    assert done.status_code == 303
    assert len(names(world)) == 2


def marked(registration, status: str, **times: str) -> dict[str, str]:
    """What the register sends of a cell that was empty."""
    key = registration.public_id
    return {f"was-{key}": "|||", f"version-{key}": "0", f"status-{key}": status,
            **{f"{name}-{key}": value for name, value in times.items()}}  # fmt: skip


@pytest.mark.parametrize("step", ["door", "all-present", "rest-absent"])
def test_another_button_saves_the_marks_that_came_along(step, world, client, make: Make):
    atomic(setattr)(world["training"], "capacity", 5)
    client.sign_in(world["trainer"])
    for name in ("Adams", "Brown"):
        client.post(f"{world['path']}/door", data=typed(world, family_name=name))
    first, other = (row.registration for row in registers.register(world["session"]))

    done = client.post(f"{world['path']}/{step}", data=typed(world) | marked(first, "late"))

    assert done.status_code == 303
    stored = {
        row.registration.id: row.record.status for row in registers.register(world["session"]) if row.record
    }
    assert stored[first.id] == "late"
    rest = {"door": None, "all-present": "present", "rest-absent": "absent"}[step]
    assert stored.get(other.id) == rest
    assert len(names(world)) == (3 if step == "door" else 2)


@pytest.mark.parametrize("step", ["", "/door", "/all-present", "/close"])
def test_marks_that_are_refused_stand_there_as_they_were_typed(step, world, client, make: Make):
    atomic(setattr)(world["training"], "capacity", 5)
    client.sign_in(world["trainer"])
    for name in ("Adams", "Brown"):
        client.post(f"{world['path']}/door", data=typed(world, family_name=name))
    first, other = (row.registration for row in registers.register(world["session"]))
    sent = marked(first, "excused") | marked(other, "late", arrived="03:07")

    refused = client.post(world["path"] + step, data=typed(world) | sent)

    assert refused.status_code == 422
    for key, status in ((first.public_id, "excused"), (other.public_id, "late")):
        assert f'name="status-{key}" value="{status}" checked' in refused.text
        assert f'name="was-{key}" value="|||"' in refused.text
    assert 'value="03:07"' in refused.text
    assert ('value="Sokolova"' in refused.text) is (step == "/door")
    assert all(row.record is None for row in registers.register(world["session"]))
    assert len(names(world)) == 2


def test_who_does_not_keep_this_register_adds_nobody(world, client, make: Make):
    outside = make.user(Role.COORDINATOR, themes=[make.theme("THB")])
    answers = {}
    for user in (make.user(Role.TRAINER), outside, make.user(Role.MANAGER), make.user(Role.PARTNER)):
        client.sign_in(user)
        answers[user.role] = client.post(f"{world['path']}/door", data=typed(world)).status_code
        if user.role is Role.MANAGER:
            assert 'id="door"' not in client.get(world["path"]).text

    assert answers == {Role.TRAINER: 404, Role.COORDINATOR: 404, Role.MANAGER: 403, Role.PARTNER: 403}
    assert visible.of(world["training"]) and names(world) == []


def test_the_register_with_the_form_asks_as_little_with_many_agencies(world, client, make: Make, queries):
    client.sign_in(world["trainer"])

    def asked() -> int:
        queries.clear()
        assert client.get(world["path"]).status_code == 200
        return len(queries)

    few = asked()
    for _ in range(5):
        make.agency()

    assert asked() == few <= 13


def test_a_register_that_cannot_be_closed_yet_says_who_can_help(world, client, make: Make):
    make.registration(world["training"])
    client.sign_in(world["trainer"])

    response = client.post(f"{world['path']}/close")

    assert response.status_code == 422
    assert "The session has not ended yet." in response.text
    assert "Who can help" not in response.text and "not_ended" not in response.text


def test_before_marks_are_taken_people_are_added_and_marks_that_come_along_are_kept(
    world, client, make: Make
):
    atomic(setattr)(world["training"], "capacity", 5)
    address = f"{world['path']}/door"

    with time_machine.travel(world["session"].starts_at - timedelta(minutes=90)):
        client.sign_in(world["trainer"])
        expected = make.registration(world["training"])
        done = client.post(address, data=typed(world) | marked(expected, ""))
        early = client.post(address, data=typed(world, family_name="Brown") | marked(expected, "present"))

    assert done.status_code == 303 and len(names(world)) == 2
    assert early.status_code == 409 and "has not begun yet" in early.text
    assert f'name="status-{expected.public_id}" value="present" checked' in early.text
    assert 'value="Brown"' in early.text

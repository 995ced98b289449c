"""The timetable's panels: each is a page without scripts, a part with them; what was done is said with its Undo."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.forms import Sheet
from tests.make import Make
from training.db import db
from training.models import PlanStep, Role, Training, TrainingSession
from training.services import locked_trainings
from training.services.directory import venues
from training.services.schedule import several, shift

HX = {"HX-Request": "true"}
DAY = timedelta(days=1)


@pytest.fixture
def training(make: Make) -> Training:
    """A draft of three mornings."""
    found = make.training(is_open=False)
    first = found.starts_on
    for n in range(3):
        make.session(found, first + n * DAY)
    return found


@pytest.fixture
def planner(client, make: Make):
    user = make.user(Role.COORDINATOR)
    client.sign_in(user)
    return user


def held(training: Training) -> list[TrainingSession]:
    db.session.expire_all()
    return locked_trainings.live_sessions(training)


def at(training: Training, what: str) -> str:
    return f"/trainings/{training.public_id}/timetable/{what}"


def sent(client, path: str, **wanted: list[str]) -> dict[str, list[str]]:
    """What the panel's form sends, with what is typed into it."""
    return of_page(client.get(path).text, **wanted)


def of_page(page: str, **wanted: list[str]) -> dict[str, list[str]]:
    """A form's fields; the sessions that it means are several fields of one name."""
    several_of = {name: re.findall(rf'name="{name}" value="([^"]+)"', page) for name in ("session", "seen")}
    return {**Sheet(page).sent(**wanted), **several_of}


@pytest.mark.parametrize("what", ["move", "room", "trainers", "hours", "call-off", "copy", "half-day", "day"])
def test_each_panel_is_a_page_and_a_part(client, planner, training: Training, what: str):
    page, part = client.get(at(training, what)), client.get(at(training, what), headers=HX)

    assert page.status_code == part.status_code == 200
    assert page.text.count("<h1") == 1 and "<h1" not in part.text
    assert 'id="panel-title"' in page.text and part.text.count("<form") == 1


def test_a_move_is_looked_at_then_made_and_taken_back(client, planner, training: Training):
    days = [one.on_date for one in held(training)]

    looked = client.post(at(training, "move"), data={**sent(client, at(training, "move")), "quick": "7"})
    assert looked.status_code == 200 and "Nothing is stored yet." in looked.text
    assert [one.on_date for one in held(training)] == days
    moved = client.post(at(training, "move"), data={**of_page(looked.text), "store": "1"})

    assert (moved.status_code, moved.location) == (303, f"/trainings/{training.public_id}")
    assert [one.on_date for one in held(training)] == [day + 7 * DAY for day in days]
    page = client.get(moved.location).text
    step = db.session.scalars(db.select(PlanStep).order_by(PlanStep.id.desc())).first()
    assert "3 sessions are moved." in page and "The training is now from" in page
    assert f'action="/plan-steps/{step.public_id}/undo"' in page
    assert client.post(f"/plan-steps/{step.public_id}/undo").status_code == 303
    assert [one.on_date for one in held(training)] == days
    assert "Taken back: 3 sessions are moved." in client.get(moved.location).text


def test_with_scripts_the_timetable_is_replaced_in_place(client, planner, training: Training):
    [first, *_] = held(training)
    form = {"session": str(first.public_id), "seen": f"{first.public_id}:{first.version}"}

    client.post(at(training, "remove"), data=form, headers=HX)
    part = client.get(f"/trainings/{training.public_id}", headers=HX)

    assert (part.headers["HX-Retarget"], part.headers["HX-Reswap"]) == ("#timetable", "outerHTML")
    assert (
        "<h1" not in part.text
        and part.text.count("hx-swap-oob") == 3
        and "1 session is removed." in part.text
    )
    assert len(held(training)) == 2


def test_what_somebody_else_changed_meanwhile_is_said_by_name(
    client, planner, make: Make, training: Training
):
    ben = make.user(Role.COORDINATOR)
    form = sent(client, at(training, "hours"), starts=["10:00"])
    several.move(training, by=ben, move=shift.Move(days=1))

    refused = client.post(at(training, "hours"), data=form)

    assert refused.status_code == 422 and f"{ben.name} changed Morning" in refused.text
    assert {one.starts_local.hour for one in held(training)} == {9}


def test_the_end_follows_the_start(client, planner, training: Training):
    [first, *_] = held(training)
    path = f"{at(training, 'hours')}?session={first.public_id}"

    assert client.post(path, data=sent(client, path, starts=["10:00"])).status_code == 303

    now = held(training)[0]
    assert (now.starts_local.hour, now.ends_local.hour) == (10, 13)
    assert [one.starts_local.hour for one in held(training)[1:]] == [9, 9]


def test_rooms_that_are_taken_are_greyed_with_the_reason(client, planner, make: Make, training: Training):
    venue = make.venue()
    blue, red = (
        venues.add_room(venue, by=None, details=venues.RoomDetails(name=name, capacity=30))
        for name in ("Blue", "Red")
    )
    other = make.training(is_open=False)
    make.session(other, training.starts_on, room=blue)

    page = client.get(at(training, "room")).text
    assert f"taken by {other.code}" in page and page.index("Red") < page.index("Blue")
    form = sent(client, at(training, "room"))
    assert client.post(at(training, "room"), data={**form, "room": str(red.public_id)}).status_code == 303
    assert {one.room for one in held(training)} == {red}
    form = sent(client, at(training, "room"))
    assert client.post(at(training, "room"), data={**form, "room": str(blue.public_id)}).status_code == 422


def test_a_trainer_is_replaced_in_all_sessions_by_who_is_free_and_fits(client, planner, make: Make):
    training, old = make.training(is_open=False), make.trainer()
    fit = make.trainer(themes=[make.theme()], languages=["en"])
    make.trainer(family_name="Aaron")
    for n in range(2):
        make.session(training, training.starts_on + n * DAY, trainers=[old])
    path = f"{at(training, 'trainer')}?trainer={old.public_id}"

    page = client.get(path).text
    assert "Replace in all 2 sessions by:" in page
    assert page.index(fit.name) < page.index("Aaron") and "does not teach BMV" in page
    assert client.post(path, data={**sent(client, path), "new": str(fit.public_id)}).status_code == 303

    assert [[entry.trainer for entry in one.session_trainers] for one in held(training)] == [[fit], [fit]]


def test_a_day_is_added_as_the_last_one_is(client, planner, training: Training):
    before = len(held(training))

    assert client.post(at(training, "day"), data=sent(client, at(training, "day"))).status_code == 303
    assert (
        client.post(at(training, "half-day"), data=sent(client, at(training, "half-day"))).status_code == 303
    )

    added = held(training)[before:]
    assert len(added) == 2 and added[0].on_date > added[0].on_date - DAY
    assert {one.starts_local.hour for one in added} == {9, 13}


def test_a_reason_is_needed_to_call_off_and_nothing_is_lost(client, planner, training: Training):
    refused = client.post(at(training, "call-off"), data=sent(client, at(training, "call-off")))
    assert refused.status_code == 422 and "This is needed." in refused.text

    done = client.post(at(training, "call-off"), data=sent(client, at(training, "call-off"), reason=["ill"]))
    assert done.status_code == 303 and held(training) == []


def test_who_may_not_plan_sees_no_bar_and_no_boxes(client, make: Make, training: Training):
    client.sign_in(make.user(Role.MANAGER))
    page = client.get(f"/trainings/{training.public_id}").text

    assert "Morning" in page and 'name="session"' not in page and 'id="plan"' not in page
    assert client.get(at(training, "move")).status_code == 403
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))
    assert client.get(at(training, "move")).status_code == 404
    step = db.session.scalars(db.select(PlanStep)).first()
    assert client.post(f"/plan-steps/{step.public_id}/undo").status_code == 404


@pytest.mark.parametrize("odd", ["x", "9" * 30, "-7:7", "\x00", "7"])
def test_odd_input_is_answered_with_a_sentence_or_left_out(client, planner, training: Training, odd: str):
    data = {
        "session": odd,
        "seen": f"{odd}:{odd}",
        "days": odd,
        "first_day": odd,
        "minutes": odd,
        "quick": odd,
    }
    for what in (
        "move",
        "room",
        "trainers",
        "hours",
        "call-off",
        "copy",
        "half-day",
        "day",
        "remove",
        "trainer",
    ):
        answer = client.post(at(training, what), data={**data, "starts": odd, "day": odd, "room": odd})
        assert answer.status_code in (200, 303, 422), (what, odd, answer.status_code)

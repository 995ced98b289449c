"""What planning costs a coordinator: clicks, keys, page loads and letters, counted, and never above the budget.

Letters count the people who are written to, each once: what a step writes to agencies and coordinators is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import func, select

from config import Config
from tests.databases import LOCAL
from tests.make import Make
from training.app import create_app
from training.db import db
from training.models import OutgoingMail, Training
from training.services import locked_trainings
from training.services.directory import venues
from training.services.trainings import moves

pytestmark = [pytest.mark.browser, pytest.mark.once]
PEOPLE = 5


@dataclass(frozen=True)
class Cost:
    """Clicks, keys, page loads, and letters to people."""

    clicks: int = 0
    keys: int = 0
    loads: int = 0
    letters: int = 0

    def is_within(self, budget: Cost) -> bool:
        """Whether nothing is above the budget."""
        return all(
            getattr(self, name) <= getattr(budget, name) for name in ("clicks", "keys", "loads", "letters")
        )


class Planner:
    """A coordinator at the timetable of one training; every act is counted."""

    def __init__(self, person, app, training: tuple[int, object]) -> None:
        self.app, self.training_id, self.cost = app, training[0], Cost()
        self.page = person.signs_in("admin", 1440)
        self.page.goto(f"{person.server.url}/trainings/{training[1]}")
        self.page.on("request", self._count_load)
        self.letters_before = self._letters()

    def _count_load(self, request) -> None:
        if request.is_navigation_request() and request.redirected_from is None:
            self.cost = replace(self.cost, loads=self.cost.loads + 1)

    def click(self, selector: str) -> None:
        self.cost = replace(self.cost, clicks=self.cost.clicks + 1)
        self.page.click(selector)

    def type(self, text: str) -> None:
        self.cost = replace(self.cost, keys=self.cost.keys + len(text))
        self.page.keyboard.type(text)

    def press(self, keys: str) -> None:
        self.cost = replace(self.cost, keys=self.cost.keys + 1)
        self.page.keyboard.press(keys)

    def sees(self, selector: str) -> None:
        self.page.wait_for_selector(selector, timeout=10_000)

    def is_told(self, text: str) -> None:
        self.sees(f'#said [role=status]:has-text("{text}")')

    def focus_is_in(self, text: str) -> None:
        """The focus stays on the thing."""
        assert text in self.page.evaluate("document.activeElement.closest('tr, form, .under').innerText")

    def _letters(self) -> int:
        with self.app.app_context():
            to_people = OutgoingMail.registration_id.is_not(None)
            found = select(func.count(OutgoingMail.id)).where(
                OutgoingMail.training_id == self.training_id, to_people
            )
            count = db.session.scalar(found) or 0
            db.session.remove()
            return count

    def held(self) -> list[tuple[str, str, str | None, list[str]]]:
        """Day, hour, room and trainers of each session that is held."""
        with self.app.app_context():
            training = db.session.get_one(Training, self.training_id)
            found = [
                (
                    one.on_date.isoformat(), f"{one.starts_local:%H:%M}", one.room.name if one.room else None,
                    [entry.trainer.family_name for entry in one.session_trainers],
                )
                for one in locked_trainings.live_sessions(training)
            ]  # fmt: skip
            db.session.remove()
            return found

    def spent(self) -> Cost:
        """What it cost, and how many letters people got."""
        return replace(self.cost, letters=self._letters() - self.letters_before)


@pytest.fixture
def behind(server, tmp_path) -> Iterator[object]:
    yield create_app(Config(database_url=server.database, instance_dir=tmp_path, demo=True, **LOCAL))


def made(*, is_open: bool) -> tuple[int, object]:
    """A training of two days with a morning and an afternoon each, a room, a trainer, and people if it is open: its ids."""
    make = Make()
    venue = make.venue()
    rooms = [
        venues.add_room(venue, by=None, details=venues.RoomDetails(name=name, capacity=30))
        for name in ("Blue", "Red")
    ]
    old = make.trainer(themes=[make.theme()], languages=["en"])
    training = make.training(is_open=False, venue=venue, country=None)
    for n in range(4):
        make.session(
            training, training.starts_on.fromordinal(training.starts_on.toordinal() + n // 2),
            title=f"Half-day {n + 1}", room=rooms[0], trainers=[old],
        )  # fmt: skip
    if is_open:
        moves.change_state(training, by=None, name="open")
        for _ in range(PEOPLE):
            number = make.trainee().public_id
            make.registration(training, make.trainee(email=f"p{number.hex[:12]}@example.org"))
    ids = training.id, training.public_id
    db.session.remove()
    return ids


@pytest.fixture
def draft(behind, person) -> Planner:
    with behind.app_context():
        training = made(is_open=False)
    return Planner(person, behind, training)


@pytest.fixture
def opened(behind, person) -> Planner:
    with behind.app_context():
        training = made(is_open=True)
    return Planner(person, behind, training)


def within(planner: Planner, person, record_property, budget: Cost) -> None:
    spent = planner.spent()
    record_property("measured", f"{spent} of {budget}")
    assert spent.is_within(budget), f"{spent} is above {budget}"
    assert person.said == []


def test_row_2_a_training_is_moved_by_a_week(opened: Planner, person, record_property):
    before = opened.held()

    opened.click("text=Move…")
    opened.click("#panel >> text=+1 week")
    opened.click("#panel >> text=Move and tell")
    opened.is_told("4 sessions are moved.")

    assert [one[1:] for one in opened.held()] == [one[1:] for one in before]
    assert opened.held()[0][0] > before[0][0]
    within(opened, person, record_property, Cost(3, 0, 1, PEOPLE))


def test_row_3_a_session_is_moved_by_an_hour(draft: Planner, person, record_property):
    draft.click("td a[id^=hours] >> nth=0")
    draft.sees("#starts:focus")
    draft.type("1000")
    draft.click("#panel button.btn-primary")
    draft.is_told("has other hours")

    assert [one[1] for one in draft.held()] == ["10:00", "13:00", "09:00", "13:00"]
    draft.focus_is_in("Half-day 1")
    within(draft, person, record_property, Cost(3, 4, 0, 0))


def test_row_4_a_trainer_is_swapped_in_all_sessions(draft: Planner, person, record_property):
    [*_, old] = draft.held()[0][3]

    draft.click("td a[id^=teaches] >> nth=0")
    draft.click("#panel .offer >> nth=0")
    draft.is_told("gives 4 sessions instead of")

    assert all(old not in one[3] and len(one[3]) == 1 for one in draft.held())
    draft.focus_is_in("Half-day 1")
    within(draft, person, record_property, Cost(3, 0, 0, 0))


def test_row_5_ticked_sessions_get_another_room(draft: Planner, person, record_property):
    draft.click("[data-tick-all]")
    draft.click("text=Room…")
    draft.click('#panel .offer:has-text("Red")')
    draft.is_told("4 sessions have another room.")

    assert {one[2] for one in draft.held()} == {"Red"}
    within(draft, person, record_property, Cost(4, 0, 0, 0))


def test_row_6_a_session_is_removed_and_another_called_off(
    draft: Planner, opened: Planner, person, record_property
):
    draft.click("button[id^=bin] >> nth=0")
    draft.is_told("1 session is removed.")
    assert len(draft.held()) == 3
    within(draft, person, record_property, Cost(1, 0, 0, 0))

    opened.click("a[id^=off] >> nth=0")
    opened.sees("#panel textarea:focus")
    opened.type("ill")
    opened.click("#panel button.btn-primary")
    opened.is_told("1 session is called off.")
    assert len(opened.held()) == 3
    within(opened, person, record_property, Cost(2, len("ill"), 0, 0))


def test_row_13_all_that_changed_is_announced(opened: Planner, person, record_property):
    opened.click("text=Move…")
    opened.click("#panel >> text=+1 week")
    opened.click("#panel button[name=store]")
    opened.is_told("4 sessions are moved.")
    within(opened, person, record_property, Cost(3, 0, 1, 0))

    opened.cost = Cost()
    opened.click("text=Look and announce…")
    opened.click("button:has-text('Announce:')")
    opened.sees("text=Announcement 2 is made.")

    within(opened, person, record_property, Cost(2, 0, 2, PEOPLE))


def test_row_7_a_day_is_called_off_and_a_day_is_added(draft: Planner, person, record_property):
    before = draft.held()

    draft.click("[data-tick-day] >> nth=1")
    draft.click("text=Call off…")
    draft.sees("#panel textarea:focus")
    draft.type("ill")
    draft.click("#panel button.btn-primary")
    draft.is_told("2 sessions are called off.")
    assert len(draft.held()) == 2
    within(draft, person, record_property, Cost(3, len("ill"), 0, 0))

    draft.cost = Cost()
    draft.click("#add-day")
    draft.click("#panel button.btn-primary")
    draft.is_told("is added, with 2 sessions")

    assert [one[1:] for one in draft.held()] == [one[1:] for one in before]
    within(draft, person, record_property, Cost(2, 0, 0, 0))


def test_row_14_any_of_these_is_undone_by_a_click_by_keys_and_on_another_page(
    draft: Planner, person, record_property
):
    before = draft.held()
    draft.click("button[id^=bin] >> nth=0")
    draft.sees("#said [data-undo]")
    draft.cost = Cost()
    draft.click("#said >> text=Undo")
    draft.is_told("Taken back")
    assert draft.held() == before
    within(draft, person, record_property, Cost(1, 0, 0, 0))

    draft.click("button[id^=bin] >> nth=3")
    draft.sees("#said [data-undo]")
    draft.cost = Cost()
    draft.press("Control+z")
    draft.is_told("Taken back")
    assert draft.held() == before
    within(draft, person, record_property, Cost(0, 1, 0, 0))

    draft.click("button[id^=bin] >> nth=0")
    draft.sees("#said [data-undo]")
    draft.page.reload()
    draft.cost = Cost()
    draft.page.focus("#timetable td a >> nth=0")
    draft.press("Control+z")
    draft.is_told("Taken back")
    assert draft.held() == before
    within(draft, person, record_property, Cost(0, 1, 0, 0))


def test_a_planner_who_clicks_twice_is_seen_to_be_above_the_budget(draft: Planner):
    for _ in range(2):
        draft.click("text=Move…")
        draft.sees("#panel form")

    assert not draft.spent().is_within(Cost(1, 0, 0, 0))

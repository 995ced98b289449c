"""What planning costs: clicks, keys, page loads and letters of the tasks that begin a training. Above the budget it fails.

A click is a press of the mouse, and a key one that is pressed; a day that is picked in the browser's own calendar counts
as two clicks (open, day), because no script can press it there. A letter is a row of outgoing mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
]  # what people do; the acts run on both databases elsewhere

COUNTS = """
window.counted = JSON.parse(sessionStorage.counted || '{"clicks": 0, "keys": 0}');
const count = (what) => { counted[what] += 1; sessionStorage.counted = JSON.stringify(counted); };
addEventListener("mousedown", () => count("clicks"), true);
addEventListener("keydown", (event) => { if (event.isTrusted) count("keys"); }, true);
"""


@dataclass
class Cost:
    """What a task has cost so far."""

    clicks: int
    keys: int
    pages: int
    letters: int

    def within(self, clicks: int, keys: int, pages: int, letters: int) -> bool:
        """Whether it kept its budget."""
        most = Cost(clicks, keys, pages, letters)
        return all(getattr(self, name) <= getattr(most, name) for name in vars(self))


class Counting:
    """Somebody at work, with the clicks, keys, page loads and letters that it takes."""

    def __init__(self, person, page: Page, begin: str) -> None:
        self.page, self.loads, self.picked = page, 0, 0
        self.engine = create_engine(person.server.database)
        page.add_init_script(COUNTS)
        page.goto(person.server.url + begin)
        page.wait_for_load_state()
        page.evaluate("sessionStorage.removeItem('counted'); counted.clicks = counted.keys = 0")
        self.before = self.letters()
        page.on("load", lambda _page: setattr(self, "loads", self.loads + 1))

    def letters(self) -> int:
        """How many letters there are."""
        with self.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM outgoing_mail")).scalar_one())

    def picks(self, select: str, value: str) -> None:
        """Pick in a list by mouse: open it, and press the entry."""
        with self._answer():
            self.page.select_option(select, value)
        self.picked += 2

    def picks_day(self, field: str, day: date) -> None:
        """Pick a day in the browser's calendar: open it, and press the day."""
        with self._answer():
            self.page.fill(field, day.isoformat())
            self.page.dispatch_event(field, "change")
        self.picked += 2

    def types_day(self, field: str, day: date) -> None:
        """Type a day into the field that has the focus, as keys."""
        with self._answer():
            self.page.focus(field)
            self.page.keyboard.type(f"{day:%m%d%Y}")
            self.page.keyboard.press("Tab")

    def ticks(self, box) -> None:
        """Tick by mouse."""
        with self._answer():
            box.click()

    def _answer(self):
        return self.page.expect_response(lambda answer: answer.request.method == "POST")

    def settle(self) -> None:
        """Wait until the last answer stands on the page."""
        self.page.wait_for_timeout(60)  # a change may ask again once the first answer has come
        self.page.wait_for_selector("[aria-busy=true], .htmx-request, .htmx-settling", state="detached")

    def cost(self) -> Cost:
        """What it has cost."""
        self.page.wait_for_load_state()
        said = self.page.evaluate('JSON.parse(sessionStorage.counted || \'{"clicks": 0, "keys": 0}\')')
        return Cost(said["clicks"] + self.picked, said["keys"], self.loads, self.letters() - self.before)


def first_day(weeks: int) -> date:
    today = date.today()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def value_of(page: Page, select: str, number: int) -> str:
    return page.locator(f"{select} option").nth(number).get_attribute("value") or ""


def in_scope(page: Page, address: str) -> str:
    """The first training of a list that the coordinator may change."""
    page.goto(address)
    for link in [one.get_attribute("href") or "" for one in page.locator("#list td.main a").all()]:
        page.goto(page.url.partition("/trainings")[0] + link)
        if (
            page.locator("main >> summary:has-text('Copy or repeat') >> visible=true").count()
            and page.locator("main a:has-text('Change')").count()
        ):
            return link
    raise AssertionError(f"no training in scope: {address}")


def planned(page: Page) -> bool:
    return "is planned as a draft" in page.locator(".flash").inner_text()


def test_a_training_of_a_course_by_mouse(person):
    page = person.signs_in("coordinator", 1440)
    counting = Counting(person, page, "/trainings?when=upcoming")

    page.click("main >> text=New training")
    page.wait_for_selector("#plan")
    counting.picks("#course", value_of(page, "#course", 1))
    counting.picks("#venue", value_of(page, "#venue", 4))
    counting.picks_day("#starts_on", first_day(30))
    counting.settle()
    counting.ticks(page.locator("#at-trainers input").nth(0))
    counting.settle()
    counting.ticks(page.locator("#at-trainers input").nth(1))
    counting.settle()
    page.click("text=Save as draft")
    page.wait_for_selector(".flash")

    assert planned(page)
    assert page.locator("table.list >> nth=0 >> tbody tr").count() >= 4
    cost = counting.cost()
    assert cost.within(12, 0, 2, 0), cost
    assert person.said == []


def test_a_training_of_a_course_by_keys(person):
    page = person.signs_in("coordinator", 1440)
    counting = Counting(person, page, "/trainings?when=upcoming")

    page.click("main >> text=New training")
    page.wait_for_selector("#plan")
    page.click("#course")
    with counting._answer():
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    counting.settle()
    page.click("#venue")
    with counting._answer():
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    counting.settle()
    counting.types_day("#starts_on", first_day(34))
    counting.settle()
    counting.ticks(page.locator("#at-trainers input").nth(0))
    counting.settle()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".flash")

    assert planned(page)
    cost = counting.cost()
    assert cost.within(7, 30, 2, 0), cost


def test_a_copy_to_other_dates(person):
    page = person.signs_in("coordinator", 1440)
    training = in_scope(page, f"{person.server.url}/trainings?when=upcoming&state=open")
    counting = Counting(person, page, training)

    page.click("main >> summary:has-text('Copy or repeat')")
    page.click("text=Copy to other dates")
    page.wait_for_selector("#plan")
    counting.types_day("#starts_on", first_day(38))
    counting.settle()
    page.click("text=Save as draft")
    page.wait_for_selector(".flash")

    assert planned(page)
    cost = counting.cost()
    assert cost.within(4, 10, 2, 0), cost


def test_a_series_of_five(person):
    page = person.signs_in("coordinator", 1440)
    training = in_scope(page, f"{person.server.url}/trainings?when=upcoming&state=open")
    counting = Counting(person, page, training)

    page.click("main >> summary:has-text('Copy or repeat')")
    page.click("text=Repeat as a series")
    page.wait_for_selector("#rows")
    page.locator("#every").click(click_count=1)
    page.keyboard.press("Control+a")
    page.keyboard.type("11")
    with counting._answer():
        page.click("text=Fill in")
    counting.settle()
    page.click("text=Save all as drafts")
    page.wait_for_selector(".flash")

    assert "4 trainings are planned as drafts" in page.locator(".flash").inner_text()
    assert page.locator("table.list tbody tr").count() == 5
    cost = counting.cost()
    assert cost.within(8, 20, 2, 0), cost


def test_postponed_and_gone_on_with(person):
    page = person.signs_in("coordinator", 1440)
    training = in_scope(page, f"{person.server.url}/trainings?state=postponed")
    counting = Counting(person, page, training)
    with counting.engine.connect() as connection:
        people = connection.execute(
            text(
                "SELECT count(*), count(DISTINCT agency_id) FROM registration JOIN training ON training.id = training_id "
                "WHERE training.public_id = :one AND registration.state IN ('confirmed', 'reserve', 'submitted', 'offered')"
            ),
            {"one": training.rpartition("/")[2].replace("-", "")},
        ).one()

    page.click("main >> summary:has-text('New dates')")
    counting.types_day("#first_day", first_day(42))
    counting.settle()
    page.click("text=Hold it then, and tell everybody")
    page.wait_for_selector(".flash")

    assert "has new dates" in page.locator(".flash").inner_text()
    cost = counting.cost()
    assert cost.within(4, 9, 1, sum(people) + 10), (cost, people)
    assert cost.letters <= sum(people), "one each: whoever is registered, and their agencies"


def test_to_postpone_it_takes_two_clicks_and_a_reason(person):
    page = person.signs_in("coordinator", 1440)
    training = in_scope(page, f"{person.server.url}/trainings?when=upcoming&state=confirmed")
    counting = Counting(person, page, training)

    page.click("main >> summary:has-text('Postpone')")
    page.locator("details[open] textarea").focus()
    page.keyboard.type("Floods.")
    page.click("details[open] button")
    page.wait_for_selector(".flash")

    assert page.locator("text=asleep").count() >= 4
    cost = counting.cost()
    assert (cost.clicks, cost.pages) == (2, 1), cost

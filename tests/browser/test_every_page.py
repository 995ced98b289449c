"""Every page in a real browser: no accessibility fault, nothing on the console, nothing wider than the window."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.once]

LISTS = ["/", "/programmes", "/trainings", "/sessions", "/calendar", "/board", "/board?rows=trainings", "/registrations", "/trainees", "/agencies", "/trainers", "/venues",
         "/themes", "/reports/attendance", "/users", "/mail", "/audit", "/organisation", "/account", "/styleguide"]  # fmt: skip
EMPTY = [
    f"{path}?text=zzzzzz"
    for path in ("/trainings", "/registrations", "/trainees", "/agencies", "/sessions", "/users")
]
HREFS = "links => links.map(link => link.getAttribute('href'))"
ID = re.compile(r"/[0-9a-f-]{36}")


def look(person, path: str) -> None:
    page = person.page
    response = page.goto(person.server.url + path)
    assert response.status == 200, path
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], (
        f"{path} is too wide"
    )
    faults = Axe().run(page).response["violations"]
    assert [(f["id"], f["nodes"][0]["html"][:120]) for f in faults] == [], path


def linked(person) -> list[str]:
    """One address of each kind that the lists lead to."""
    found: dict[str, str] = {}
    for path in LISTS[:10]:
        person.page.goto(person.server.url + path)
        for target in person.page.eval_on_selector_all("main a[href^='/']", HREFS)[:60]:
            if ".pdf" not in target and "?" not in target:
                found.setdefault(ID.sub("/…", target), target)
    return list(found.values())


PARTS = 2
"""So that processes share the pages: each part looks at every second one."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("width", "scheme"), [(1600, "light"), (320, "dark")])
def test_every_page_of_the_administrator(person, width, scheme, part):
    person.signs_in("admin", width, scheme)
    everywhere = [
        *LISTS,
        *EMPTY,
        *linked(person),
        "/programmes/new",
        "/trainings/new",
        "/courses",
        "/courses/new",
        "/agencies/new",
        "/trainees/new",
        "/users/new",
    ]

    for path in everywhere[part::PARTS]:
        look(person, path)

    assert len(everywhere) > 40
    assert person.said == []


@pytest.mark.parametrize("name", ["coordinator", "partner", "trainer", "manager"])
def test_the_first_screen_of_each_role_on_a_phone(person, name):
    person.signs_in(name, 360)

    look(person, "/")

    assert person.said == []


@pytest.mark.parametrize(("width", "scheme"), [(1600, "light"), (320, "dark")])
def test_the_pages_of_a_lead_focal_point(person, width, scheme):
    page = person.signs_in("partner", width, scheme)
    training = page.locator("main h2 a").first.get_attribute("href")

    for path in ["/colleagues", "/colleagues/new", "/help", training, f"{training}/seats/ask"]:
        look(person, path)

    assert person.said == []


@pytest.mark.parametrize(("width", "scheme"), [(1600, "light"), (320, "dark")])
def test_the_desks_pages_of_a_coordinator(person, width, scheme):
    page = person.signs_in("coordinator", width, scheme)
    page.goto(f"{person.server.url}/trainings?state=open")
    training = page.locator("#list td.main a").first.get_attribute("href")
    desk = training.replace("/trainings/", "/registrations/for/")

    for path in [f"{desk}/decide", f"{desk}/new", f"{training}/seats", f"{training}/seats/release", "/help"]:
        look(person, path)

    assert person.said == []


def test_somebody_is_added_at_the_door_on_a_phone_without_javascript(person, register_of_today):
    page = person.signs_in("admin", 360)
    path = register_of_today
    look(person, path)
    page.locator("#door summary").click()
    assert Axe().run(page).response["violations"] == []
    state = page.context.storage_state()
    context = person.browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, has_touch=True, storage_state=state
    )
    page = context.new_page()
    page.goto(person.server.url + path)
    before = page.locator("[data-row]").count()

    page.locator("#door summary").tap()
    with page.expect_navigation():
        page.locator("#door button:not([name])").tap()  # nothing typed yet
    assert page.locator("#door .error").count() == 3
    page.select_option("#door select[name=agency]", index=1)
    page.fill("#door [name=family_name]", "Doorova")
    page.fill("#door [name=given_names]", "Vera")
    button = page.locator("#door button:not([name])")
    assert button.bounding_box()["height"] >= 44
    with page.expect_navigation():
        button.tap()
    raising = page.locator("#door button[name=raise]")
    if raising.count():  # the training was full
        with page.expect_navigation():
            raising.tap()

    assert "Added at the door" in page.locator(".flash").inner_text()
    assert page.locator("[data-row]").count() == before + 1
    row = page.locator("[data-row]", has_text="Doorova")
    assert "at the door" in row.inner_text()
    assert page.locator("html").evaluate("e => e.scrollWidth") <= 360
    context.close()


def test_the_first_arrow_goes_to_the_first_person_of_the_register(person, register_of_today):
    page = person.signs_in("admin", 1280)
    page.goto(person.server.url + register_of_today)
    rows = page.locator("[data-row]")
    assert "is-at" in rows.first.get_attribute("class"), "the current row is seen from the start"
    second = rows.nth(1).locator("input[type=radio]:checked").get_attribute("value")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")

    assert rows.first.locator("input[type=radio]:checked").get_attribute("value") == "late"
    assert rows.nth(1).locator("input[type=radio]:checked").get_attribute("value") == second
    assert "is-at" in rows.nth(1).get_attribute("class")
    page.keyboard.press("ArrowUp")
    assert "is-at" in rows.first.get_attribute("class")
    page.keyboard.press("z")


def test_unsaved_marks_are_not_lost_to_another_form_of_the_page(person, register_of_today):
    page = person.signs_in("admin", 360)
    page.goto(person.server.url + register_of_today)
    page.locator("[data-row] .marks label").first.click()

    with (
        page.expect_navigation(),
        page.expect_event("dialog") as asked,
    ):  # the dialog is accepted, so it goes on
        page.locator(".account form").first.evaluate("form => form.requestSubmit()")

    assert asked.value.type == "beforeunload"


def test_the_door_in_every_language(person):
    for code, word in (("en", "Sign in"), ("fr", "Se connecter"), ("ru", "Войти")):
        person.page.goto(f"{person.server.url}/sign-in")
        person.page.click(f"button[value={code}]")
        assert person.page.locator("h1").inner_text() == word
        look(person, "/sign-in")
    look(person, "/forgotten")

    assert person.said == []


def test_a_first_visit_and_a_further_page_are_light(person):
    weights: list[int] = []
    page = person.signs_in("admin")
    page.context.clear_cookies()
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    cdp.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))

    page.goto(f"{person.server.url}/sign-in", wait_until="networkidle")
    first = sum(weights)

    assert 50_000 < first <= 90_000  # with the typeface, and its Cyrillic for the name of Russian


WATCH_SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => window.shifted += one.value))
    .observe({type: "layout-shift", buffered: true});"""
BOXES = """() => [...document.querySelectorAll("body *")].filter(one => {
    const style = getComputedStyle(one);
    return one.checkVisibility() && one.offsetWidth && ["Top", "Right", "Bottom", "Left"].every(
        side => parseFloat(style[`border${side}Width`]) && !style[`border${side}Color`].endsWith(", 0)"));
}).length"""


@pytest.mark.parametrize("path", ["/", "/trainings", "/reports/attendance"])
def test_the_typeface_moves_nothing_and_a_page_is_not_made_of_boxes(person, path):
    page = person.signs_in("manager", 1440)
    page.add_init_script(WATCH_SHIFTS)

    page.goto(person.server.url + path, wait_until="networkidle")
    page.evaluate("document.fonts.ready")

    assert page.evaluate("[...document.fonts].some(face => face.status === 'loaded')")
    assert page.evaluate("window.shifted") <= 0.02
    assert 1 <= page.evaluate(BOXES) <= 20
    page.evaluate("document.querySelector('h1').style.marginTop = '300px'")
    page.wait_for_function("window.shifted > 0.02")  # it sees what moves

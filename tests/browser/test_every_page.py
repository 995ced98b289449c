"""Every page in a real browser: no accessibility fault, nothing on the console, nothing wider than the window."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

LISTS = ["/", "/programmes", "/trainings", "/sessions", "/calendar", "/registrations", "/trainees", "/agencies", "/trainers", "/venues",
         "/themes", "/reports/attendance", "/users", "/mail", "/audit", "/organisation", "/account"]  # fmt: skip
EMPTY = [
    f"{path}?text=zzzzzz"
    for path in ("/trainings", "/registrations", "/trainees", "/agencies", "/sessions", "/users")
]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
ID = re.compile(r"/[0-9a-f-]{36}")


def look(person, path: str) -> None:
    page = person.page
    response = page.goto(person.server.url + path)
    assert response.status == 200, path
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], (
        f"{path} is too wide"
    )
    faults = Axe().run(page, options=WCAG).response["violations"]
    assert [(f["id"], f["nodes"][0]["html"][:120]) for f in faults] == [], path


def linked(person) -> list[str]:
    """One address of each kind that the lists lead to."""
    found: dict[str, str] = {}
    for path in LISTS[:10]:
        person.page.goto(person.server.url + path)
        for link in person.page.locator("main a[href^='/']").all()[:60]:
            target = link.get_attribute("href") or ""
            if ".pdf" not in target and "?" not in target:
                found.setdefault(ID.sub("/…", target), target)
    return list(found.values())


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_page_of_the_administrator(person, width, scheme):
    person.signs_in("admin", width, scheme)

    for path in [
        *LISTS,
        *EMPTY,
        *linked(person),
        "/programmes/new",
        "/trainings/new",
        "/agencies/new",
        "/trainees/new",
        "/users/new",
    ]:
        look(person, path)

    assert person.said == []


@pytest.mark.parametrize("name", ["coordinator", "partner", "trainer", "manager"])
def test_the_first_screen_of_each_role_on_a_phone(person, name):
    person.signs_in(name, 360)

    look(person, "/")

    assert person.said == []


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

    page.goto(f"{person.server.url}/sign-in")
    first = sum(weights)

    assert 5_000 < first <= 120_000

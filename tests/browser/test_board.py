"""The planning board in a real browser: by keyboard alone a training is carried, dropped and taken back."""

from __future__ import annotations

import pytest

from tests.browser.test_every_page import look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
]  # what the script does; its services run on both databases


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_board_in_each_form(person, width: int, scheme: str):
    person.signs_in("coordinator", width, scheme)
    for rows in ("trainers", "rooms", "trainings"):
        look(person, f"/board?rows={rows}&weeks=4")
    look(person, "/board?theme=LMI&language=ar")


def at_a_training(person) -> object:
    """A board of three weeks that has a training which may be moved, with the focus on its cell."""
    page = person.signs_in("admin", 1280)
    for _ in range(8):
        page.goto(page.url if "/board" in page.url else f"{person.server.url}/board?weeks=4&rows=trainings")
        if page.locator(".board [data-training]").count():
            break
        page.click('[data-period="after"]')
    page.locator("td:has([data-training])").last.focus()
    return page


def test_keys_walk_carry_drop_and_take_back(person):
    page = at_a_training(person)
    said = page.locator("[data-board-said]")
    page.keyboard.press("m")
    page.wait_for_selector("[data-is]")
    assert "picked up" in said.inner_text()

    page.keyboard.press("ArrowRight")
    first = said.inner_text()
    page.keyboard.press("Escape")

    assert page.locator("[data-is]").count() == 0 and "back where it was" in said.inner_text()
    page.keyboard.press("m")
    page.wait_for_selector("[data-is]")
    for _ in range(27):
        page.keyboard.press("ArrowLeft")
        if page.evaluate("document.activeElement.dataset.is") in ("ok", "soft"):
            break
    assert said.inner_text() != first
    page.keyboard.press("Enter")
    page.wait_for_selector("#said [data-undo]")
    assert "/board" in page.url and page.evaluate("document.activeElement.tagName") == "TD"
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=Taken back")
    assert "/board" in page.url and person.said == []


def test_letters_work_on_the_board_alone(person):
    page = at_a_training(person)
    page.keyboard.press("?")
    assert page.locator("[data-keys-help]").is_visible()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")

    assert not page.locator("[data-keys-help]").is_visible()

"""The desk in a real browser: a focal point on a phone with a bad list, and a coordinator who decides on many."""

from __future__ import annotations

import pytest

from config import ROOT
from tests.browser.test_every_page import look

pytestmark = [pytest.mark.browser, pytest.mark.once]  # what scripts and styles do; the main job runs on both
ROSTERS = ROOT / "tests" / "data" / "rosters"


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_a_focal_point_mends_a_list_on_its_page(person, width, scheme):
    page = person.signs_in("partner", width, scheme)
    page.click("main >> text=Register people >> nth=0")
    page.click("main >> text=From a spreadsheet")
    page.set_input_files("#file", str(ROSTERS / "with-errors.xlsx"))
    page.click("text=Read the list")
    page.wait_for_selector("text=To look at")
    preview = page.url.removeprefix(person.server.url)
    look(person, preview)
    look(person, f"{preview}/columns")
    page.goto(person.server.url + preview)
    before = page.locator("text=Leave this row out").count()

    page.click("text=Leave this row out >> nth=0")
    page.wait_for_selector("text=To look at")

    assert page.locator("text=Leave this row out").count() == before - 1
    page.click("text=Discard this list")
    page.wait_for_selector("text=nothing was stored")
    assert person.said == []


def test_a_file_that_is_no_list_is_refused_beside_the_field(person):
    page = person.signs_in("partner", 360)
    page.click("main >> text=Register people >> nth=0")
    page.click("main >> text=From a spreadsheet")

    page.set_input_files(
        "#file", {"name": "list.xlsx", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 no list"}
    )
    page.click("text=Read the list")
    page.wait_for_selector("[role=alert]")

    assert "The content of the file does not match its name" in page.locator("[role=alert]").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_the_pages_of_a_coordinators_desk(person, width, scheme):
    page = person.signs_in("coordinator", width, scheme)
    page.click("main td.main a[href*='/decide'] >> nth=0")
    page.wait_for_load_state()
    decide = page.url.removeprefix(person.server.url)
    training = decide.replace("/registrations/for/", "/trainings/").removesuffix("/decide")
    look(person, training)
    look(person, decide)
    look(person, f"{training}/seats")
    look(person, f"{training}/seats/release")

    assert person.said == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_a_focal_point_keeps_drafts_and_picks_a_substitute(person, width, scheme):
    page = person.signs_in("partner", width, scheme)
    page.click("main >> text=Register people >> nth=0")
    free = page.locator("#pick [name=person]:not([disabled])")
    for number in range(2):
        free.nth(number).check()
    page.click("text=Keep as drafts")
    page.wait_for_selector("text=Discard all drafts")
    look(person, page.url.removeprefix(person.server.url))
    page.click("tr:has-text('draft') td.main a >> nth=0")
    page.wait_for_selector("text=Discard")
    look(person, page.url.removeprefix(person.server.url))
    page = person.signs_in("partner2", width, scheme)
    page.goto(f"{person.server.url}/registrations?state=confirmed")
    links = [one.get_attribute("href") for one in page.locator("#list td.main a").all()]
    for link in links:
        page.goto(person.server.url + link)
        if page.locator("main >> text=Replace").count():  # of a training that is not over
            break
    page.click("main >> text=Replace >> nth=0")
    page.wait_for_selector("[name=substitute]")
    look(person, page.url.removeprefix(person.server.url))
    picked = page.locator("[name=substitute]").first
    wanted = picked.get_attribute("value")
    picked.check()
    page.fill("[name=reason]", "On leave.")
    page.fill("#text", "nobody of this name")
    page.press("#text", "Enter")
    page.wait_for_selector("text=Nobody found")

    assert page.locator("[name=substitute]:checked").get_attribute("value") == wanted
    assert page.input_value("[name=reason]") == "On leave."
    assert person.said == []


def test_the_way_back_leaves_nobody_ticked_in_the_place_of_who_was(person):
    page = person.signs_in("partner", 360, "light")
    page.click("main >> text=Register people >> nth=1")
    address = page.url
    page.locator("#pick [name=person]:not([disabled])").nth(1).check()
    page.click("#pick button.btn-primary")
    page.wait_for_selector("text=Your people")
    page.wait_for_load_state()
    page.go_back()
    page.wait_for_selector("#pick [name=person]")

    assert page.url == address
    assert page.locator("#pick [name=person]:checked").count() == 0

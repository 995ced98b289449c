"""The zone of a training in a real browser: the venue that is picked brings it, unless somebody wrote another."""

from __future__ import annotations

import pytest

from tests.browser.test_every_page import look

pytestmark = [pytest.mark.browser, pytest.mark.once]  # what scripts do


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_a_venue_brings_its_zone_unless_another_was_written(person, width, scheme):
    page = person.signs_in("coordinator", width, scheme)
    page.goto(person.server.url + "/trainings/new")
    page.wait_for_selector("#zone-offered", state="attached")
    look(person, page.url.removeprefix(person.server.url))
    page.wait_for_selector("#zone-offered", state="attached")
    page.evaluate("for (const one of document.querySelectorAll('.fold')) one.open = true")
    options = page.locator("#venue option[data-zone]")
    zones = {one.get_attribute("data-zone"): one.get_attribute("value") for one in options.all()}
    (first, venue), (second, other) = list(zones.items())[:2]

    page.select_option("#venue", venue)
    assert page.input_value("#zone") == first
    page.select_option("#venue", other)
    assert page.input_value("#zone") == second
    page.fill("#zone", "Kyiv")
    page.select_option("#venue", venue)
    assert page.input_value("#zone") == "Kyiv"

    page.select_option("#country", "GE")
    assert page.locator("#zone-offered option >> nth=0").get_attribute("value") == "Asia/Tbilisi"
    assert person.said == []

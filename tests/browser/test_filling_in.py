"""What Chromium is told of fields about somebody else, because "off" alone does not keep it from filling them in."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.once]  # what scripts do; no database is asked
WORDS = "[...document.querySelectorAll('#email, #phone, #family_name')].map((one) => one.getAttribute('autocomplete'))"


def test_chromium_meets_a_word_that_stops_it_until_the_form_is_sent(person):
    page = person.signs_in("coordinator", 1280)
    page.goto(person.server.url + "/trainers/new")

    assert page.evaluate(WORDS) == ["none"] * 3

    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    page.click("main form button.btn-primary")

    assert page.evaluate(WORDS) == ["off"] * 3  # what was typed is not kept either


def test_one_s_own_account_is_filled_in(person):
    page = person.signs_in("coordinator", 1280)
    page.goto(person.server.url + "/account")

    assert page.get_attribute("#name", "autocomplete") == "name"
    assert page.get_attribute("#current", "autocomplete") == "current-password"

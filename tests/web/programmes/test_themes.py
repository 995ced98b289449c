"""The pages of areas: text in the reader's language, contact, what everybody sees and what staff alone see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import Make
from training import clock, policy
from training.models import Role, Theme, User
from training.services.programmes import themes

TEXTS = {"text_en": "First words.\n\nSecond words.", "text_fr": "Premiers mots.", "text_ru": ""}
CONTACT = {
    "contact_name": "Ann Example",
    "contact_function": "Head",
    "contact_email": "ann@example.org",
    "contact_phone": "+43 1 5550-100",
}


def describe(make: Make, theme: Theme, **wanted: str) -> None:
    names = {name: getattr(theme, name) for name in ("name_en", "name_fr", "name_ru")}
    details = themes.Details(**{**names, **TEXTS, **CONTACT, **wanted})
    themes.change(theme, by=make.user(), details=details)


def reader(make: Make, language: str, role: Role = Role.PARTNER) -> User:
    return make.user(role, language=language)


def test_the_text_is_in_the_readers_language_by_paragraphs(client, make: Make):
    describe(make, make.theme())

    english = client.sign_in(reader(make, "en")).get("/themes/BMV").text
    french = client.sign_in(reader(make, "fr")).get("/themes/BMV").text

    assert "<p>First words.</p><p>Second words.</p>" in english.replace("</p> <p>", "</p><p>")
    assert "<p>Premiers mots.</p>" in french
    assert "First words." not in french


def test_without_one_it_is_the_english_text_and_says_so(client, make: Make):
    describe(make, make.theme())

    page = client.sign_in(reader(make, "ru")).get("/themes/BMV").text

    assert '<p lang="en">First words.</p>' in page
    assert '<p lang="en">First words.</p>' in client.get("/themes").text


def test_a_text_in_one_language_alone_is_shown_to_everybody(client, make: Make):
    describe(make, make.theme(), text_en="", text_fr="", text_ru="Только по-русски.")

    assert '<p lang="ru">Только по-русски.</p>' in client.sign_in(reader(make, "en")).get("/themes/BMV").text
    describe(make, make.theme(), text_en="", text_fr="", text_ru="")
    assert client.get("/themes/BMV").status_code == 200


def test_what_was_typed_is_text_and_no_markup(client, make: Make):
    describe(make, make.theme(), text_en="<b>bold</b>\r\n\r\n<script>", contact_name="<i>Ann</i>")

    page = client.sign_in(reader(make, "en")).get("/themes/BMV").text

    assert "&lt;b&gt;bold" in page and "&lt;i&gt;Ann" in page
    assert "<i>Ann" not in page


@pytest.mark.parametrize("role", Role)
def test_everybody_sees_the_contact(role, client, make: Make):
    describe(make, make.theme())

    page = client.sign_in(reader(make, "en", role)).get("/themes/BMV").text

    assert "Ann Example" in page and "Head" in page
    assert 'href="mailto:ann@example.org"' in page
    assert 'href="tel:+4315550100"' in page


def test_a_wrong_number_and_a_wrong_address_are_said_beside_their_fields_and_nothing_is_lost(
    client, make: Make
):
    client.sign_in(make.user(Role.COORDINATOR))

    answer = client.save(
        "/themes/BMV/edit", {**TEXTS, **CONTACT, "contact_phone": "12", "contact_email": "nobody"}
    )

    assert answer.status_code == 422
    assert 'id="contact_phone-error"' in answer.text and 'id="contact_email-error"' in answer.text
    assert "Premiers mots." in answer.text


def test_who_looks_after_an_area_changes_its_text_and_not_its_names(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme()]))

    answer = client.save("/themes/BMV/edit", {**TEXTS, **CONTACT, "name_en": "Mine"})

    assert answer.status_code == 303
    assert make.theme().contact_name == "Ann Example"
    assert make.theme().name_en == "Border Management & Visa"
    assert client.get("/themes/ASY/edit").status_code == 404
    assert client.get("/themes/new").status_code == 403


def area(make: Make) -> None:
    """A training of the area that is to come, and an agency whose main field it is."""
    make.training(starts_on=clock.today() + timedelta(days=5), title="Soon there")
    make.agency(name="Border Agency", theme=make.theme())


STAFF_ALONE = ("Persons trained", "Trainings by type", "Border Agency", "Where its trainings take place")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.COORDINATOR])
def test_staff_see_figures_agencies_countries_and_kinds(role, client, make: Make):
    area(make)

    page = client.sign_in(make.user(role)).get("/themes/BMV").text

    assert [one for one in STAFF_ALONE if one not in page] == []
    assert "Soon there" in page


@pytest.mark.parametrize("role", [Role.PARTNER, Role.TRAINER])
def test_partners_and_trainers_see_no_figures_and_no_agencies(role, client, make: Make):
    area(make)

    page = client.sign_in(make.user(role)).get("/themes/BMV").text

    assert [one for one in STAFF_ALONE if one in page] == []
    assert ("Soon there" in page) is (role is Role.PARTNER)
    assert "/programmes/" not in page and "/agencies/" not in page


def test_a_partner_sees_no_training_that_is_not_offered_to_it(client, make: Make):
    make.training(title="Only a draft", is_open=False)
    kept = make.training(title="Kept for others", capacity=2)
    make.kept(kept, by=make.user(), seats=2, agency=make.agency())

    page = client.sign_in(make.user(Role.PARTNER)).get("/themes/BMV").text

    assert "Only a draft" not in page and "Kept for others" not in page
    assert "Kept for others" in client.sign_in(make.user()).get("/themes/BMV").text


def test_a_coordinator_of_other_areas_sees_no_figures(client, make: Make, monkeypatch):
    area(make)
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))

    assert "Persons trained" not in client.get("/themes/BMV").text
    monkeypatch.setitem(policy.POLICY[Role.COORDINATOR], policy.Action.THEME_FIGURES, policy.anything)
    assert "Persons trained" in client.get("/themes/BMV").text


def test_a_multi_thematic_programme_shows_its_trainings_under_whichever_tag(client, make: Make):
    programme = make.programme("MIEUX2")
    make.training(programme=programme, theme=make.theme("ASY"), title="Under an area")
    make.training(programme=programme, theme=make.theme("MIEUX2"), title="Under its own")
    client.sign_in(make.user())

    whole, of_area = client.get("/themes/MIEUX2").text, client.get("/themes/ASY").text

    assert "Under an area" in whole and "Under its own" in whole
    assert "Under an area" in of_area and "Under its own" not in of_area
    assert 'href="/themes/ASY"' in whole and 'href="/themes/MIEUX2"' in of_area


def test_the_list_has_the_areas_and_below_them_what_covers_them(client, make: Make):
    page = client.sign_in(make.user(Role.PARTNER)).get("/themes").text

    assert page.index("Legal Migration &amp; Integration") < page.index("MIEUX II")
    assert page.count('class="area-card') == 7
    assert page.count("theme-multi wide") == 1
    assert "/themes/new" not in page

"""A training as an agency reads it: about, who pays, who should come, when, own people, who answers; and what is not said."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from markupsafe import escape

from tests.forms import Sheet
from tests.make import Make
from training.db import atomic
from training.models import Role, Training, User
from training.services import visible_trainings
from training.services.accounts import users
from training.services.programmes import themes
from training.services.registrations import drafts
from training.services.schedule import sessions, visible

SECTIONS = ["About", "Programme and donor", "Who should come", "Timetable", "Your people", "Contact"]


def written(make: Make, **wanted: Any) -> Training:
    programme = make.programme(
        title="Borders that hold", donor="Fund for Borders", joint_owner="Sister Organisation",
        donor_block="Paid by the Fund", grant_reference="GRANT-77-SECRET", objectives="Objectives for the donor",
    )  # fmt: skip
    details = {
        "programme": programme, "venue": make.venue(name="Academy", city="Kyiv", country="UA", zone="Europe/Kyiv"),
        "zone": "", "description": "Three days about passports.", "target_group": "Officers of the second line",
        "prerequisites": "Two years at a border crossing", "languages": ["en", "ru"],
    }  # fmt: skip
    return make.training(**{**details, **wanted})


def page_of(client: Any, training: Training, user: User) -> str:
    client.sign_in(user)
    response = client.get(f"/trainings/{training.public_id}")
    assert response.status_code == 200
    return str(response.text)


def test_it_has_its_sections_in_this_order_and_each_is_led_to(client, make: Make):
    page = page_of(client, written(make), make.user(Role.PARTNER))

    assert re.findall(r"<header> ?<h2>([^<]+)</h2>", page) == SECTIONS
    leads = re.findall(r'<a href="#(\w+)">([^<]+)</a>', page[page.index('class="tabs"') :])
    assert [label for _, label in leads[:6]] == SECTIONS
    assert all(f'<section class="sheet" id="{name}">' in page for name, _ in leads[:6])


def test_it_says_what_it_is_who_pays_and_who_should_come(client, make: Make):
    page = page_of(client, written(make), make.user(Role.PARTNER))

    for said in ("Three days about passports.", "Academy, Kyiv, Ukraine", "Borders that hold", "Fund for Borders",
                 "Sister Organisation", "Paid by the Fund", "Officers of the second line",
                 "Two years at a border crossing", "English, Russian"):  # fmt: skip
        assert said in page, said


def test_what_is_for_staff_alone_is_not_on_it(client, make: Make):
    """Neither grant, objectives, trainers, reasons, places, nor anybody of another agency."""
    training, by = written(make, capacity=7), make.user()
    trainer = make.trainer(family_name="Trainerova", email="trainer-x@example.org")
    make.session(training, training.ends_on, trainers=[trainer], title="Last day")
    off = make.session(training, training.ends_on, title="Film")
    sessions.cancel(off, by=by, reason="The trainer is ill")
    make.known(training)
    foreign = make.registration(training)

    page = page_of(client, training, make.user(Role.PARTNER))

    for secret in ("GRANT-77-SECRET", "Objectives for the donor", "Trainerova", "trainer-x@example.org", "is ill",
                   foreign.trainee.family_name, foreign.agency_name, "Europe/Kyiv", "/programmes/", "/venues/",
                   "/registers/", "/sessions/", "/countries/", "/reports/", "/edit", " / 7"):  # fmt: skip
        assert secret not in page, secret
    assert "Film" in page and "called off" in page

    staff = page_of(client, training, by)
    assert "Trainerova" in staff and "is ill" in staff
    assert foreign.agency_name in client.get(f"/trainings/{training.public_id}?tab=registrations").text


def test_the_timetable_has_each_day_once_in_the_places_time(client, make: Make):
    training = written(make)
    for day in (training.starts_on, training.starts_on + timedelta(days=2)):
        starts = datetime.combine(day, time(14))
        make.session(
            training, starts_local=starts, ends_local=starts + timedelta(hours=2), title=f"Talk {day:%d}",
            is_compulsory=day == training.starts_on,
        )  # fmt: skip

    page = page_of(client, training, make.user(Role.PARTNER))

    part = page[page.index('id="timetable"') : page.index('id="people"')]
    assert "All times are Kyiv time." in part
    assert re.findall(r"<dt[^>]*>([\d:–]+)</dt>", part) == ["09:00–12:00", "14:00–16:00", "14:00–16:00"]
    assert len(re.findall(r"<h3>", part)) == 2 and part.count("optional") == 1
    closes = f"{training.registration_closes_local:%H:%M} (Kyiv time)."
    assert closes in page


def test_a_session_held_in_the_place_of_another_stands_alone(client, make: Make):
    training = make.training()
    [first] = visible.of(training)
    moved = make.change_session(
        first, by=make.user(), starts_local=first.starts_local + timedelta(days=1),
        ends_local=first.ends_local + timedelta(days=1),
    )  # fmt: skip
    make.known(training)

    page = page_of(client, training, make.user(Role.PARTNER))

    part = page[page.index('id="timetable"') : page.index('id="people"')]
    assert part.count("Morning") == 1 and f"{moved.starts_local:%Y}" in part


@pytest.mark.parametrize(("zone", "said"), [
    ("Europe/Kyiv", "Kyiv time"), ("Asia/Almaty", "Almaty time"), ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
    ("UTC", "UTC"),
])  # fmt: skip
def test_a_zone_is_said_as_a_places_time_on_every_page_of_it(zone: str, said: str, client, make: Make):
    training = make.training(zone=zone)

    for user in (make.user(Role.PARTNER), make.user(Role.COORDINATOR)):
        page = page_of(client, training, user)
        assert said in page and (zone == "UTC" or zone not in page)


def test_a_place_is_named_in_the_readers_language(client, make: Make):
    training = make.training(zone="Europe/Kyiv")

    assert "Киев" in page_of(client, training, make.user(Role.PARTNER, language="ru"))


def test_who_answers_is_named_as_letters_name_them(client, make: Make):
    coordinator, gone = make.user(Role.COORDINATOR), make.user(Role.COORDINATOR)
    training = make.training(programme=make.programme(coordinators=[coordinator, gone]))
    atomic(setattr)(training.theme, "contact_email", "borders@example.org")
    users.deactivate(gone, by=make.user())

    assert [one.email for one in visible_trainings.contacts(training)] == [
        "borders@example.org",
        coordinator.email,
    ]
    page = page_of(client, training, make.user(Role.PARTNER))

    assert "mailto:borders@example.org" in page and f"<dt>{escape(training.theme.name_en)}</dt>" in page
    assert coordinator.name in page and f"mailto:{coordinator.email}" in page
    assert gone.email not in page


def test_without_a_contact_the_organisation_answers_or_a_sentence_says_what_to_do(client, make: Make):
    training, partner = make.training(), make.user(Role.PARTNER)
    assert themes.by_code("BMV").contact_email == ""

    assert "No contact is named." in page_of(client, training, partner)


def test_a_training_of_which_nothing_is_written_says_so_and_leads_to_the_contact(client, make: Make):
    page = page_of(client, make.training(), make.user(Role.PARTNER))

    assert "The organisers have not written for whom this training is." in page
    assert "What they need" not in page and "Joint owner" not in page


def test_one_button_registers_and_the_spreadsheet_stands_behind_it(client, make: Make):
    training, partner = make.training(), make.user(Role.PARTNER)
    page = page_of(client, training, partner)

    [button] = re.findall(r'class="btn btn-primary" href="([^"]+)"', page)
    assert button == f"/registrations/for/{training.public_id}/new"
    assert "/imports/" not in page and f"/imports/for/{training.public_id}/new" in client.get(button).text


def test_own_people_stand_with_their_state_and_drafts_can_be_submitted(client, make: Make):
    training, partner = make.training(), make.user(Role.PARTNER)
    confirmed = make.registration(training, make.trainee(partner.agency))
    drafted = make.trainee(partner.agency)
    drafts.keep(training, by=partner, agency=partner.agency, people=[drafted])

    page = page_of(client, training, partner)

    part = page[page.index('id="people"') : page.index('id="contact"')]
    assert confirmed.trainee.family_name in part and drafted.family_name in part
    assert "Submit all drafts (1)" in part


def test_the_texts_for_partners_are_written_in_the_trainings_form(client, make: Make):
    training, by = make.training(), make.user(Role.COORDINATOR)
    client.sign_in(by)
    address = f"/trainings/{training.public_id}/edit"
    sheet = Sheet(client.get(address).text)

    refused = client.post(
        address, data=sheet.sent(target_group=["x" * 4001], prerequisites=["Bring a laptop"])
    )
    assert refused.status_code == 422 and "Bring a laptop" in refused.text
    saved = client.post(
        address, data=sheet.sent(target_group=["Case officers"], prerequisites=["Bring a laptop"])
    )

    assert saved.status_code == 303
    assert (training.target_group, training.prerequisites) == ("Case officers", "Bring a laptop")
    staff = client.get(f"/trainings/{training.public_id}?tab=about").text
    assert "Case officers" in staff and "Bring a laptop" in staff
    page = page_of(client, training, make.user(Role.PARTNER))
    assert "Case officers" in page and "not written for whom" not in page


def test_own_people_come_first_where_there_are_any(client, make: Make):
    """Whoever has registered somebody comes back to see how they stand."""
    training, user = written(make), make.user(Role.PARTNER)
    make.registration(training, make.trainee(user.agency))

    page = page_of(client, training, user)

    people_first = ["Your people", *[one for one in SECTIONS if one != "Your people"]]
    assert re.findall(r"<header> ?<h2>([^<]+)</h2>", page) == people_first
    leads = re.findall(r'<a href="#(\w+)"', page[page.index('class="tabs"') :])
    assert leads[:6] == ["people", "about", "programme", "audience", "timetable", "contact"]


def test_seats_are_said_in_one_way_wherever_an_agency_reads_of_them(client, make: Make):
    training, user = written(make), make.user(Role.PARTNER)
    make.kept(training, agency=user.agency, seats=5)
    make.registration(training, make.trainee(user.agency))
    client.sign_in(user)

    for path in (
        "/", f"/trainings/{training.public_id}", f"/registrations/for/{training.public_id}/new",
        f"/trainings/{training.public_id}/seats/ask",
    ):  # fmt: skip
        page = client.get(path).text
        assert "5 seats kept, 1 used, 4 free." in page, path
        assert not re.search(r"\bheld\b|\btaken\b", re.sub(r"<[^>]+>", " ", page)), path


def test_without_kept_seats_an_agency_reads_what_it_uses_and_whether_seats_are_free(client, make: Make):
    training, user = written(make, capacity=20), make.user(Role.PARTNER)
    client.sign_in(user)
    assert "Seats are free." in client.get("/").text
    make.registration(training, make.trainee(user.agency))

    assert "Your agency uses 1 seat. Seats are free." in client.get("/").text
    assert "Your agency uses 1 seat. Seats are free." in client.get(f"/trainings/{training.public_id}").text


def test_staff_read_what_is_free_as_a_sum(client, make: Make):
    training = written(make, capacity=25)
    make.kept(training, agency=make.agency(), seats=11)
    for _ in range(5):
        make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))

    page = client.get(f"/registrations/for/{training.public_id}/decide").text

    assert "20 of 25 are free: 11 kept, 9 for everybody else" in " ".join(page.split())
    for said in ("Seats", "Used", "Free", "Reserve"):
        assert f">{said}</th>" in page
    assert ">Held</th>" not in page and ">Kept</th>" not in page

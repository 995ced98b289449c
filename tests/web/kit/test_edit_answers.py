"""What an edit form answers besides: an old page, values that do not fit together, what is offered no more, whose name."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import Client
from tests.forms import Sheet
from tests.make import Make
from training.models import Role
from training.services.accounts import users
from training.services.directory import venues
from training.services.registrations import kept_seats
from training.services.trainees import records
from training.services.trainings import changes


@pytest.fixture
def ben(make: Make):
    return users.create(by=None, email="ben@example.org", name="Ben Smith", role=Role.ADMIN)


def opened(client: Client, path: str) -> Sheet:
    return Sheet(client.get(path).text)


def test_a_form_that_does_not_say_what_it_showed_writes_over_nothing(client: Client, make: Make):
    venue = make.venue(address="Ring 1")
    client.sign_in(make.user())
    path = f"/venues/{venue.public_id}/edit"
    sent = opened(client, path).sent(address=["Ring 2"])
    del sent["seen"]

    answer = client.post(path, data=sent)

    assert (answer.status_code, venue.address) == (409, "Ring 1")
    assert "Keep mine: Ring 2" in Sheet(answer.text).text and "Take theirs: Ring 1" in Sheet(answer.text).text
    assert client.post(path, data=Sheet(answer.text).sent()).status_code == 303
    assert venue.address == "Ring 2"


@pytest.mark.parametrize("forged", ["{", '{"address": "elsewhere"}', "null"])
def test_a_forged_one_is_no_better(forged: str, client: Client, make: Make):
    venue = make.venue(address="Ring 1")
    client.sign_in(make.user())
    path = f"/venues/{venue.public_id}/edit"

    answer = client.post(path, data={**opened(client, path).sent(address=["Ring 2"]), "seen": forged})

    assert (answer.status_code, venue.address) == (409, "Ring 1")


def test_lines_that_a_browser_breaks_in_its_own_way_are_no_change(client: Client, make: Make, ben):
    venue = make.venue(address="Ring 1\nVienna")
    client.sign_in(make.user())
    path = f"/venues/{venue.public_id}/edit"
    sent = opened(client, path).sent(address=["Ring 1\r\nVienna"], name=["Hall"])
    details = venues.Details(
        name=venue.name, city="Vienna", country="AT", zone=venue.zone, address="Ring 9\nVienna"
    )
    venues.change(venue, by=ben, details=details)

    assert client.post(path, data=sent).status_code == 303
    assert (venue.name, venue.address) == ("Hall", "Ring 9\nVienna")


def test_values_that_do_not_fit_together_show_what_is_stored_now(client: Client, make: Make, ben):
    training = make.training(is_open=False)
    client.sign_in(make.user())
    path = f"/trainings/{training.public_id}/edit"
    page = opened(client, path)
    first, last = training.starts_on, training.ends_on
    changes.change(training, by=ben, details=make.changed(training, starts_on=last, ends_on=last))

    answer = client.post(path, data=page.sent(ends_on=[str(first)]))

    shown = Sheet(answer.text)
    assert answer.status_code == 422 and "The end is before the start." in shown.text
    assert "Ben Smith changed “First day”" in shown.text
    assert (shown.values()["starts_on"], shown.values()["ends_on"]) == ([str(last)], [str(first)])


def test_what_is_offered_no_more_stays_until_somebody_picks_another(client: Client, make: Make):
    venue = make.venue()
    training = make.training(venue=venue, is_open=False)
    venues.retire(venue, by=make.user())
    client.sign_in(make.user())
    path = f"/trainings/{training.public_id}/edit"

    client.post(path, data=opened(client, path).sent(title=["Another title"]))

    assert (training.title, training.venue) == ("Another title", venue)


def test_an_agency_reads_that_staff_changed_it_but_no_name(client: Client, make: Make, ben):
    focal = make.user(Role.PARTNER)
    person = make.trainee(focal.agency)
    client.sign_in(focal)
    path = f"/trainees/{person.public_id}/edit"
    page = opened(client, path)
    records.change(person, by=ben, person=make.person(person, rank="Major"))

    client.post(path, data=page.sent(function=["Clerk"]))

    said = client.get(f"/trainees/{person.public_id}").text
    assert "Somebody else changed “Rank” to Major meanwhile." in said and "Ben Smith" not in said
    assert (person.rank, person.function) == ("Major", "Clerk")


def test_kept_seats_are_compared_with_the_table_that_the_page_showed(
    app: Flask, client: Client, make: Make, ben
):
    training, agency = make.training(capacity=20), make.agency()
    client.sign_in(make.user())
    path = f"/trainings/{training.public_id}/seats"
    page = opened(client, path)
    kept_seats.keep(training, by=ben, agency=agency, seats=5)

    answer = client.post(path, data=page.sent(agency=[agency.code], seats=["7"]))

    again = Sheet(answer.text)
    assert answer.status_code == 409 and "Take theirs: 5" in again.text
    assert kept_seats.now(training, agency, None).seats == 5
    assert client.post(path, data=again.sent()).status_code == 303
    assert kept_seats.now(training, agency, None).seats == 7
    page = opened(client, path)
    kept_seats.keep(training, by=ben, agency=agency, seats=6)
    answer = client.post(path, data=page.sent(agency=[agency.code], seats=["9"]))
    client.post(path, data=Sheet(answer.text).sent(**{"which-seats": ["theirs"]}))
    assert kept_seats.now(training, agency, None).seats == 6


def test_an_administrator_does_not_give_up_their_own_role(client: Client, make: Make):
    admin = make.user()
    client.sign_in(admin)
    path = f"/users/{admin.public_id}/edit"

    answer = client.post(path, data=opened(client, path).sent(role=["manager"]))

    assert (
        answer.status_code == 422 and "Another administrator has to take this role from you." in answer.text
    )
    assert admin.role is Role.ADMIN

"""Countries on the pages: who opens them, where their numbers lead, and what a confidential agency keeps."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from tests.make import Make
from tests.services.reports.cases import carried_out, planned
from training.db import db
from training.models import AuditEntry, Role

STAFF = (Role.ADMIN, Role.COORDINATOR, Role.MANAGER)


@pytest.mark.parametrize("role", Role)
def test_staff_open_them_and_nobody_else(role: Role, client, make: Make):
    client.sign_in(make.user(role))
    wanted = 200 if role in STAFF else 403

    assert {client.get(path).status_code for path in ("/countries", "/countries/AT")} == {wanted}
    assert ('href="/countries"' in client.get("/").text) == (role in STAFF)


@pytest.mark.parametrize("code", ["ZZ", "at", "AUT", "NOPE", "%2e%2e"])
def test_what_is_no_country_does_not_exist(code: str, client, make: Make):
    client.sign_in(make.user())

    assert client.get(f"/countries/{code}").status_code == 404


def test_the_numbers_lead_to_lists_that_hold_as_many(client, make: Make):
    agency = make.agency(country="FJ")
    for _ in range(2):
        make.trainee(agency, country="FJ")
    make.training(programme=make.programme(countries=["FJ"]), country="FJ")
    client.sign_in(make.user(Role.COORDINATOR))

    page = client.get("/countries/FJ").text
    stats = re.findall(r'class="stat" href="/(\w+)\?country=FJ"><span>[^<]+</span> <b>(\d+)', page)

    assert stats == [("agencies", "1"), ("trainees", "2"), ("trainings", "1")]
    for name, count in stats:
        assert f"1 to {count} of {count}" in client.get(f"/{name}?country=FJ").text
    assert "1 to 1 of 1" in client.get("/programmes?country=FJ").text


def test_the_years_figures_lead_to_a_report_of_the_same_figures(client, make: Make):
    case = planned(make, 1, country="KE")
    home = make.agency(country="FJ")
    people = [make.trainee(home, country="FJ"), make.trainee(home, country="FJ"), make.trainee(country="KE")]
    carried_out(case, "PP", "AA", "PP", people=people)
    client.sign_in(make.user(Role.MANAGER))

    for country, trained in (("FJ", ["1", "0"]), ("KE", ["1", "2"])):
        page = client.get(f"/countries/{country}").text
        figures = re.findall(
            r'class="stat" href="(/reports/attendance[^"]+)"><span>[^<]+</span> <b>(\d+)', page
        )
        assert [count for _, count in figures] == trained
        for (link, count), name in zip(figures, ("trainee_country", "country"), strict=True):
            assert f"{name}={country}" in link
            report = client.get(link.replace("&amp;", "&")).text
            assert f'data-figure="persons_trained">{count}<' in report


def test_the_page_says_whom_to_call(client, make: Make):
    agency = make.agency(
        country="FJ", name="Border Guard of Fiji", email="office@example.org", phone="+679 123456"
    )
    focal = make.user(Role.PARTNER, agency=agency, is_lead=True)
    other = make.agency(country="FJ", name="Asylum Office of Fiji", email="asylum@example.org")
    client.sign_in(make.user(Role.MANAGER))

    page = client.get("/countries/FJ").text

    for said in (
        agency.name,
        focal.name,
        f"mailto:{focal.email}",
        "+679 123456",
        other.name,
        "No account yet.",
    ):
        assert said in page
    assert "mailto:asylum@example.org" in page and "mailto:office@example.org" not in page


def test_a_confidential_agency_keeps_its_addresses_from_those_who_only_read(client, make: Make):
    agency = make.agency(
        country="FJ", name="Shelter", confidential=True, email="shelter@example.org", phone="+679 777777"
    )
    focal = make.user(Role.PARTNER, agency=agency)
    secrets = (focal.email, "+679 777777", "shelter@example.org")

    def told(role: Role) -> list[bool]:
        client.sign_in(make.user(role))
        page = client.get("/countries/FJ").text
        assert "Shelter" in page and "confidential" in page
        return [one in page for one in secrets]

    assert told(Role.MANAGER) == [False, False, False]
    assert told(Role.COORDINATOR) == [True, True, False]


def test_an_empty_country_says_what_to_do(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))
    assert "Nothing of this country yet" in client.get("/countries/FJ").text
    assert 'href="/agencies/new"' in client.get("/countries/FJ").text

    client.sign_in(make.user(Role.MANAGER))
    assert 'href="/agencies/new"' not in client.get("/countries/FJ").text


def test_the_list_is_searched_and_sorted(client, make: Make):
    for country, count in (("FJ", 2), ("KE", 1), ("DZ", 3)):
        agency = make.agency(country=country)
        for _ in range(count):
            make.trainee(agency, country=country)
    client.sign_in(make.user())

    def listed(query: str) -> list[str]:
        return re.findall(
            r'class="main"> ?<a href="/countries/(\w\w)">', client.get(f"/countries?{query}").text
        )

    assert listed("") == ["DZ", "FJ", "KE"], "by name: Algeria comes first"
    assert listed("sort=-name") == ["KE", "FJ", "DZ"]
    assert listed("sort=people") == ["KE", "FJ", "DZ"]
    assert listed("sort=-people") == ["DZ", "FJ", "KE"]
    assert listed("text=keny") == listed("text=ke") == ["KE"]
    assert listed("text=zzzz") == []
    assert "Nothing matches" in client.get("/countries?text=zzzz").text
    assert client.get("/countries?sort=password_hash").status_code == 200


def test_the_names_follow_the_readers_language(client, make: Make):
    make.agency(country="DZ")
    client.sign_in(make.user(language="fr"))

    assert "Algérie" in client.get("/countries").text
    assert "Algérie" in client.get("/countries/DZ").text
    assert 'href="/countries/DZ"' in client.get("/countries?text=alger").text


def test_a_countrys_name_elsewhere_leads_to_its_page_for_those_who_may_open_it(client, make: Make):
    agency, venue = make.agency(country="FJ"), make.venue(country="FJ")
    programme = make.programme(countries=["FJ"])
    training = make.training(programme=programme, venue=venue)
    pages = [f"/agencies/{agency.public_id}", f"/venues/{venue.public_id}",
             f"/programmes/{programme.public_id}", f"/trainings/{training.public_id}?tab=about"]  # fmt: skip
    client.sign_in(make.user(Role.MANAGER))
    assert ["/countries/FJ" in client.get(path).text for path in pages] == [True] * 4

    client.sign_in(make.user(Role.PARTNER, agency=agency))
    own = [client.get(path).text for path in (pages[0], pages[3])]
    assert ["Fiji" in one for one in own] == [True, True]
    assert ["/countries/" in one for one in own] == [False, False]


def test_the_list_leaves_as_it_is_shown(client, make: Make):
    """The same rows, search and order; a CSV goes by codes and a workbook by names; who took it is kept."""
    for code, people in (("FJ", 2), ("FI", 1), ("KE", 3)):
        agency = make.agency(country=code)
        for _ in range(people):
            make.trainee(agency, country=code)
    user = make.user(Role.MANAGER)
    client.sign_in(user)
    page = client.get("/countries?text=f&sort=-people").text
    [of_csv, of_book] = [
        html.unescape(one) for one in re.findall(r'href="(/countries\?[^"]+)" download', page)
    ]

    rows = list(csv.reader(io.StringIO(client.get(of_csv).get_data().decode("utf-8-sig"))))
    book = (
        CalamineWorkbook.from_filelike(io.BytesIO(client.get(of_book).data)).get_sheet_by_index(0).to_python()
    )

    assert rows == [
        ["Country", "Agencies", "People from there", "Trainings there", "Programmes"],
        ["FJ", "1", "2", "0", "0"],
        ["FI", "1", "1", "0", "0"],
    ]
    assert [str(line[0]) for line in book] == ["Country", "Fiji", "Finland"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "countries.csv")).one()
    assert entry.user_id == user.id and entry.changes["rows"] == 2


@pytest.mark.parametrize("kind", ("csv", "xlsx"))
def test_whoever_may_not_open_the_list_gets_no_file(kind: str, client, make: Make):
    for role in (Role.PARTNER, Role.TRAINER):
        client.sign_in(make.user(role))
        assert client.get(f"/countries?as={kind}").status_code == 403


def test_a_confidential_agency_is_counted_in_the_file_only_for_whoever_sees_it(client, make: Make):
    """The file holds what the page shows: the services count what the reader may see."""
    make.agency(country="FJ", confidential=True)
    for role in STAFF:
        client.sign_in(make.user(role))
        page = client.get("/countries").text
        assert ("Fiji" in page) == ("FJ,1," in client.get("/countries?as=csv").text), role

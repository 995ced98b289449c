"""The filters of the report do what they say: an unknown one is refused, and pages and files carry the same."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, planned
from training.errors import Invalid
from training.models import ActivityType, Role
from training.services.programmes import themes
from training.services.reports import notes, selection
from training.services.reports.selection import Filters

UNKNOWN = [
    "theme=NOPE",
    "programme=NOPE",
    "ends_from=2026-13-01",
    "country=ZZ",
    "trainee_country=ZZ",
    "sex=q",
    "activities=some",
    "state=gone",
    "themes=BMV",
    "theme=BMV&themme=THB",
    "theme=BMV&only=nope",
    "theme=THB&theme=BMV",
    "theme=&theme=BMV",
    "country=AT&country=FR",
    "sex=f&sex=m",
    "ends_from=2026-01-01&ends_from=2026-02-01",
    "period=last_year",
    "period=this_year_so_far",
    "period=2025",
    "period=any&period=2025",
    "period=any&shape=odd",
    "period=any&whole=nope",
]
REVERSED = "ends_from=2026-09-30&ends_to=2026-07-01"
ENDINGS = ("csv", "xlsx", "pdf", "json")


@pytest.fixture
def case(make: Make) -> Case:
    return carried_out(planned(make, 3), "PPPPPP", "PPPAPP", "L30PL30PAP", "AAAAAA")


@pytest.mark.parametrize("query", [*UNKNOWN, REVERSED])
def test_what_is_not_understood_gives_no_figures_and_no_files(query, client, make: Make, case):
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"/reports/attendance?{query}")

    assert page.status_code == 422
    assert "Please look at this again" in page.text
    assert "Person-hours" not in page.text and "attendance.csv" not in page.text
    for ending in ENDINGS:
        file = client.get(f"/reports/attendance.{ending}?{query}")
        assert (file.status_code, file.mimetype) == (422, "text/html"), ending
        assert "attended_minutes" not in file.text, ending


def test_a_reversed_period_says_so(client, make: Make):
    client.sign_in(make.user(Role.MANAGER))

    assert "The period ends before it begins." in client.get(f"/reports/attendance?{REVERSED}").text


def test_what_another_theme_has_is_answered_like_what_nobody_has(client, make: Make, case):
    coordinator = make.user(Role.COORDINATOR, themes=[make.theme("IMR")])
    client.sign_in(coordinator)
    asked = case.training.programme.code, "NOPE"

    pages = [client.get(f"/reports/attendance?programme={code}") for code in asked]

    assert [one.status_code for one in pages] == [422, 422]
    told = [re.search(r"There is no (\S+) here that you may see\.", one.text) for one in pages]
    assert [one and one[1] for one in told] == list(asked)


def test_the_address_says_the_filter_and_page_two_and_the_files_carry_it(client, make: Make, case):
    for _ in range(40):
        make.trainee()
    client.sign_in(make.user(Role.MANAGER))

    bare = client.get("/reports/attendance")

    assert bare.status_code == 302
    assert re.search(r"ends_from=\d{4}-01-01&ends_to=\d{4}-\d\d-\d\d$", bare.headers["Location"])
    assert client.get("/reports/attendance?page=2").headers["Location"].count("ends_from=") == 1
    for ending in ENDINGS:
        assert "ends_from=" in client.get(f"/reports/attendance.{ending}").headers["Location"]
    page = client.get(bare.headers["Location"]).text
    links = re.findall(r'href="(/reports/attendance\.\w+[^"]*)"', page)
    assert len(links) == 7 and all("ends_from=" in link for link in links)


def test_only_what_counts_as_training_counts_unless_all_is_asked_for(client, make: Make):
    mission = next(one for one in themes.activity_types() if not one.counts_as_training)
    assert isinstance(mission, ActivityType)
    case = carried_out(planned(make, 1, activity_type=mission), "PP", "PA")
    client.sign_in(make.user(Role.MANAGER))
    query = f"training={case.training.code}"

    counted = client.get(f"/reports/attendance.csv?{query}").get_data(as_text=True)
    everything = client.get(f"/reports/attendance.csv?{query}&activities=all").get_data(as_text=True)

    assert [len(list(csv.DictReader(io.StringIO(one)))) for one in (counted, everything)] == [0, 4]
    assert "everything, expert missions too" in client.get(f"/reports/attendance?{query}&activities=all").text


def test_a_name_that_is_no_filter_is_named_on_the_page(client, make: Make):
    client.sign_in(make.user(Role.MANAGER))

    assert "There is no filter themes." in client.get("/reports/attendance?themes=BMV").text


def test_an_address_of_before_that_asks_for_the_whole_programme_still_works(client, make: Make, case):
    client.sign_in(make.user(Role.MANAGER))

    assert client.get(f"/reports/attendance?theme={case.training.theme.code}&whole=y").status_code == 200


def test_a_file_has_the_shape_that_is_asked_for(client, make: Make, case):
    client.sign_in(make.user(Role.MANAGER))
    query = f"training={case.training.code}"

    rows = client.get(f"/reports/attendance.csv?{query}").data.decode("utf-8-sig")
    figures = client.get(f"/reports/attendance.csv?{query}&shape=figures").data.decode("utf-8-sig")
    whole = client.get(f"/reports/attendance.json?{query}").json
    array = client.get(f"/reports/attendance.json?{query}&shape=rows").json

    assert rows.startswith("programme_code,") and figures.startswith("table,row,figure,name,value,code")
    assert list(whole) == ["header", "notes", "figures", "table", "names", "definitions", "rows"]
    assert (whole["rows"], len(array)) == (array, 24)
    assert whole["header"]["definitions_version"].startswith("D")
    assert whole["header"]["filters"] == {"training": case.training.code}
    for ending in ENDINGS:
        assert client.get(f"/reports/attendance.{ending}?{query}&shape=odd").status_code == 422


def test_a_chip_that_is_removed_leads_to_all_time_and_not_to_a_refusal(client, make: Make):
    client.sign_in(make.user(Role.MANAGER))
    page = client.get("/reports/attendance?ends_from=2026-01-01").text
    [without] = re.findall(r'href="(/reports/attendance[?]period=any)"', page)

    answer = client.get(without)

    assert answer.status_code == 200
    assert client.get("/reports/attendance.csv?period=any").status_code == 200


def test_a_theme_alone_is_narrowed_by_yes_and_not_by_no(client, make: Make):
    """A multi-thematic programme with a training of one of its areas: it stands under the whole theme only."""
    programme = make.programme("MIEUX2")
    carried_out(planned(make, 1, programme=programme, theme=make.theme("THB")), "PP")
    client.sign_in(make.user(Role.MANAGER))

    for said, rows, narrowed in (
        ("", 2, None),
        ("&only=0", 2, None),
        ("&only=false", 2, None),
        ("&only=1", 0, True),
    ):
        told = client.get(f"/reports/attendance.json?theme=MIEUX2{said}").json
        assert (len(told["rows"]), told["header"]["filters"].get("only")) == (rows, narrowed), said


def test_without_a_theme_nothing_is_said_to_be_narrowed(client, make: Make, case):
    client.sign_in(make.user(Role.MANAGER))

    page = client.get("/reports/attendance?period=any&only=1")
    told = client.get("/reports/attendance.json?period=any&only=1").json

    assert page.status_code == 200 and 'data-header="filter.only"' not in page.text
    assert (told["header"]["filters"], len(told["rows"])) == ({}, 24)
    with pytest.raises(Invalid, match="Pick the theme"):
        Filters(only=True)


def test_the_donor_chooses_its_programmes_on_the_page_and_in_files(client, make: Make):
    paid, other = (
        carried_out(planned(make, 1, programme=make.programme(donor=name, grant_reference="G/1")), "PP")
        for name in ("Fund for Borders", "Other Trust")
    )
    client.sign_in(make.user(Role.MANAGER))

    page = client.get("/reports/attendance?donor=Fund+for+Borders").text
    file = client.get("/reports/attendance.csv?donor=Fund+for+Borders").get_data(as_text=True)

    code = paid.training.programme.code
    assert f"Donor: Fund for Borders, grant G/1, programme {code}" in page
    assert paid.training.code in file and other.training.code not in file
    both = client.get("/reports/attendance?period=any").text
    assert "Donor: Fund for Borders" not in both and "Donor: Other Trust" not in both
    assert client.get("/reports/attendance?donor=Fund").status_code == 422


def test_a_coordinator_is_offered_the_donors_of_the_own_themes_only(client, make: Make):
    for theme, donor in (("BMV", "Fund for Borders"), ("THB", "Other Trust")):
        make.training(programme=make.programme(theme, donor=donor))
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("BMV")]))

    page = client.get("/reports/attendance?period=any").text

    assert "Fund for Borders" in page and "Other Trust" not in page
    assert client.get("/reports/attendance?donor=Other+Trust").status_code == 422


def test_a_donor_that_no_programme_has_is_refused(make: Make):
    make.programme(donor="Fund for Borders")

    assert selection.donor_named(" Fund for Borders ") == "Fund for Borders"
    with pytest.raises(Invalid, match="No programme has the donor"):
        selection.donor_named("fund")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("theme=BMV&ends_from=2026-01-01&ends_to=2026-12-31", "attendance-BMV-2026-01-01-to-2026-12-31.csv"),
        ("theme=BMV&ends_to=2026-12-31", "attendance-BMV-2026-12-31.csv"),
        ("shape=figures&theme=BMV&ends_to=2026-12-31", "figures-BMV-2026-12-31.csv"),
    ],
)
def test_a_file_is_named_for_what_it_is_about(query, name, client, make: Make, case):
    client.sign_in(make.user(Role.MANAGER))

    file = client.get(f"/reports/attendance.csv?{query}")

    assert name in file.headers["Content-Disposition"]


def test_every_line_leads_to_the_report_of_the_same_figures(client, make: Make, case):
    other = carried_out(planned(make, 1, programme=make.programme("THB")), "PP")
    client.sign_in(make.user(Role.MANAGER))

    page = client.get("/reports/attendance?period=any").text

    links = [html.unescape(one) for one in re.findall(r'<a class="plain" href="([^"]+)"', page)]
    for wanted in (
        "theme=BMV",
        "theme=THB",
        "sex=",
        "trainee_country=AT",
        f"agency={case.registrations[0].agency.code}",
    ):
        assert any(wanted in one for one in links), wanted
    assert f"/trainings/{other.training.public_id}" in links
    (of_theme,) = [one for one in links if "theme=THB" in one]
    found = client.get(of_theme)
    assert found.status_code == 200
    assert (
        other.training.code in found.text
        and case.training.code not in found.text.partition("Participants")[2]
    )


def test_the_open_registers_are_a_link_to_them(client, make: Make):
    held = carried_out(planned(make, 2), "PPPP", closed=2)
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"/reports/attendance?programme={held.training.programme.code}").text

    (link,) = {html.unescape(one) for one in re.findall(r'href="(/sessions\?register=open[^"]*)"', page)}
    assert f"programme={held.training.programme.code}" in link
    assert held.training.code in client.get(link).text


def test_two_people_who_may_be_one_stand_on_one_line(client, make: Make):
    training, names = make.training(), {"family_name": "Okafor", "given_names": "Ada"}
    agency = make.agency()
    people = [make.trainee(agency, **names), make.trainee(agency, **{**names, "given_names": "Adah"})]
    rows = [
        notes.Row(training.id, make.registration(training, one).id, counts=one is people[0]) for one in people
    ]

    assert notes.together(rows, 12) == [((training.code,), ("Okafor, Ada", "Okafor, Adah"), ())]
    assert len(notes.together([one._replace(counts=True) for one in rows], 12)) == 2

"""A multi-thematic programme on the pages: lists and files hold all of it, and its own page says what it reached."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.forms import Sheet
from tests.make import Make
from tests.services.reports.cases import carried_out, planned
from training import clock
from training.models import Role, Training
from training.services.programmes import frames
from training.services.reports import definitions

LISTS = ["trainings", "sessions", "registrations", "trainees", "agencies", "trainers"]
SWITCH = "Only what carries its tag"
NARROWER = re.compile(f"{SWITCH}|Show only its own[.]")


@pytest.fixture
def two(make: Make) -> list[Training]:
    """A training that carries the tag of MIEUX II and one of the same programme that carries an area's, with people."""
    frame, found = make.programme("MIEUX2"), []
    for code in ("MIEUX2", "ASY"):
        trainer = make.trainer(themes=[make.theme(code)])
        training = make.training(programme=frame, theme=make.theme(code))
        make.session(training, training.ends_on, trainers=[trainer])
        make.registration(training, make.trainee(make.agency(theme=make.theme(code))))
        found.append(training)
    make.registration()
    return found


def rows(client: Any, address: str) -> int:
    file = client.get(f"{address}&as=csv")
    return len(list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))) - 1


@pytest.mark.parametrize("name", LISTS)
def test_a_list_and_its_file_hold_the_whole_programme_or_its_tag_alone(name: str, client, make: Make, two):
    client.sign_in(make.user(Role.MANAGER))
    whole = client.get(f"/{name}?theme=MIEUX2").text
    [link] = re.findall(rf'href="(/{name}\?[^"]+)">(?:{NARROWER.pattern})', whole)
    link = link.replace("&amp;", "&")

    only = client.get(link).text
    [back] = re.findall(rf'href="(/{name}\?[^"]+)">The whole programme', only)

    counts = [int(re.search(r"1 to \d+ of (\d+)", page)[1]) for page in (whole, only)]  # type: ignore[index]
    assert counts == [2 * counts[1], counts[1]]
    assert [rows(client, f"/{name}?theme=MIEUX2"), rows(client, link)] == counts
    assert "only=" in link and back == f"/{name}?theme=MIEUX2"


@pytest.mark.parametrize("name", [*LISTS, "calendar", "reports/attendance"])
def test_the_switch_stands_beside_a_multi_thematic_programme_alone(name: str, client, make: Make, two):
    client.sign_in(make.user(Role.MANAGER))

    assert NARROWER.search(client.get(f"/{name}?theme=MIEUX2").text)
    for query in (
        "theme=ASY",
        "theme=ASY&only=y",
        "text=x" if name != "reports/attendance" else "period=any",
    ):
        answer = client.get(f"/{name}?{query}")
        assert (answer.status_code, NARROWER.search(answer.text)) == (200, None), query
        assert "Tagged with the theme itself only" not in answer.text


@pytest.mark.parametrize("name", [*LISTS, "calendar"])
def test_the_chip_of_the_theme_takes_the_switch_along(name: str, client, make: Make, two):
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"/{name}?theme=MIEUX2&only=y").text

    assert re.findall(r'class="chip" href="([^"]+)"', page) == [f"/{name}", f"/{name}?theme=MIEUX2"]


def test_the_calendar_shows_the_whole_programme(client, make: Make, two):
    client.sign_in(make.user(Role.MANAGER))
    month = f"month={two[0].starts_on:%Y-%m}"

    def shown(query: str) -> list[bool]:
        page = client.get(f"/calendar?{month}&theme=MIEUX2{query}").text
        return [f"/trainings/{one.public_id}" in page for one in two]

    assert (shown(""), shown("&only=y")) == ([True, True], [True, False])


def test_a_partner_filters_the_own_trainings_by_the_programme(client, make: Make, two):
    """The theme is no secret; the agency's list holds what it may see."""
    client.sign_in(make.user(Role.PARTNER))

    assert "1 to 2 of 2" in client.get("/trainings?theme=MIEUX2").text
    assert "1 to 1 of 1" in client.get("/trainings?theme=MIEUX2&only=y").text


@pytest.mark.parametrize("name", LISTS)
def test_a_switch_that_is_off_narrows_nothing_and_nonsense_is_refused(name: str, client, make: Make, two):
    client.sign_in(make.user(Role.ADMIN))
    address = f"/{name}?theme=MIEUX2"

    whole, off, nonsense = (client.get(f"{address}{more}") for more in ("", "&only=0", "&only=nope"))

    assert "Only what carries its tag" in off.text and "This is only what carries" not in off.text
    assert (whole.status_code, off.status_code, nonsense.status_code) == (200, 200, 422)
    assert client.get(f"{address}&only=nope&as=csv").status_code == 422


def test_the_page_of_the_programme_says_what_it_covers_whom_it_reached_and_who_pays(client, make: Make):
    frame = make.programme(
        "MIEUX2", donor="Fund for All", joint_owner="Sister Organisation", countries=["FJ", "KE"]
    )
    case = planned(make, 1, programme=frame, theme=make.theme("ASY"), country="FJ")
    agency = make.agency(country="KE")
    carried_out(case, "PP", "PP", "AA", people=[make.trainee(agency, country="KE") for _ in range(3)])
    make.training(programme=frame, theme=make.theme("MIEUX2"))
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"/programmes/{frame.public_id}").text

    assert re.findall(r'class="stat"[^>]*><span>([^<]+)</span> <b>([\d,]+)', page) == [
        ("Trainings", "2"), ("Persons trained", "2"), ("Participations", "2"), ("Countries", "3"),
    ]  # fmt: skip
    shares = re.findall(
        r'(\w+)</span> <span class="theme-name">[^<]+</span></td> <td class="num"[^>]*>(\d+)<', page
    )
    assert [(code, count) for code, count in shares if count != "0"] == [("MIEUX2", "1"), ("ASY", "1")]
    assert page.count("50.0 %") == 2 and "Each training counts once, under the tag that it carries." in page
    assert "Fund for All" in page and "Sister Organisation" in page
    assert 'href="/themes/MIEUX2"' in page
    [link] = re.findall(r'href="(/reports/attendance\?[^"]*trainee_country=KE[^"]*)">2<', page)
    assert 'data-figure="participations">2<' in client.get(link.replace("&amp;", "&")).text


def test_the_theme_leads_to_its_programmes(client, make: Make):
    frame = make.programme("MIEUX2")
    client.sign_in(make.user(Role.MANAGER))

    assert f"/programmes/{frame.public_id}" in client.get("/themes/MIEUX2").text


def test_a_programme_of_one_area_says_nothing_of_areas_covered(client, make: Make):
    frame = make.programme("BMV")
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"/programmes/{frame.public_id}").text

    assert "Areas covered" not in page and "Joint owner" not in page


def test_a_coordinator_of_another_theme_reads_no_figures_of_people(client, make: Make):
    frame = make.programme("MIEUX2")
    carried_out(planned(make, 1, programme=frame, theme=make.theme("ASY")), "PP")
    said = "You see the figures of people for the trainings of your themes."

    def seen(*codes: str) -> tuple[list[str], bool]:
        client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme(code) for code in codes]))
        page = client.get(f"/programmes/{frame.public_id}").text
        return re.findall(r"<span>Persons trained</span> <b>(\d+)", page), said in page

    assert seen("BMV") == (["0"], True)
    assert seen("ASY") == (["1"], True)
    assert seen("MIEUX2") == (["1"], False)


def test_the_joint_owner_is_written_in_the_form(client, make: Make):
    frame = make.programme()
    client.sign_in(make.user())
    address = f"/programmes/{frame.public_id}"
    sheet = Sheet(client.get(f"{address}/edit").text)

    long, given = (
        client.post(f"{address}/edit", data=sheet.sent(joint_owner=[text])) for text in ("x" * 201, "Sister")
    )

    assert (long.status_code, given.status_code) == (422, 303)
    assert frame.joint_owner == "Sister" and "Sister" in client.get(address).text


def test_it_stands_on_the_managers_first_screen_with_the_figures_of_the_year(client, make: Make):
    starts = clock.today().replace(month=1, day=1)
    frame = make.programme("MIEUX2", title="Expertise on migration")
    case = planned(
        make, 1, programme=frame, theme=make.theme("ASY"), starts=max(starts, clock.today() - timedelta(20))
    )
    carried_out(case, "PP", "AA")
    carried_out(planned(make, 1), "PP")
    client.sign_in(make.user(Role.MANAGER))

    page = client.get("/").text
    card = page[page.index("<h2>MIEUX II</h2>") : page.index("<h2>By theme</h2>")]

    assert re.findall(r'<span class="soft">([^<]+) <strong>(\d+)', card) == [
        ("Persons trained", "1"), ("Participations", "1"), ("Trainings", "1"), ("Countries", "1"),
    ]  # fmt: skip
    assert f"/programmes/{frame.public_id}" in card and "theme=MIEUX2" in card
    assert definitions.BY_THEME.translated() in page


def test_a_programme_that_has_ended_long_ago_leaves_the_managers_first_screen(client, make: Make):
    frame = make.programme("MIEUX2")
    client.sign_in(make.user(Role.MANAGER))
    assert "<h2>MIEUX II</h2>" not in client.get("/").text, "it is planned, and nobody came yet"

    frames.change_state(frame, by=make.user(), name="activate")
    assert "<h2>MIEUX II</h2>" in client.get("/").text

    frames.change_state(frame, by=make.user(), name="close")
    assert "<h2>MIEUX II</h2>" not in client.get("/").text


def test_the_report_says_how_its_table_by_theme_adds_up(client, make: Make):
    carried_out(planned(make, 1), "PP")
    client.sign_in(make.user(Role.MANAGER))

    assert client.get("/reports/attendance?period=any").text.count(definitions.BY_THEME.translated()) == 2

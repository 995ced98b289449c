"""Every page opens, empty and full, says what it is, and asks the database as little with many rows as with one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.models import AttendanceStatus, Role
from training.services.attendance import registers
from training.services.directory import agencies
from training.services.letters import outbox
from training.services.schedule import visible

LISTS = (
    "/programmes", "/trainings", "/sessions", "/calendar", "/board", "/board?rows=rooms", "/board?rows=trainings", "/registrations", "/trainees", "/trainees/duplicates", "/agencies", "/trainers", "/countries", "/countries/AT",
    "/venues", "/themes", "/themes/BMV", "/reports/attendance?ends_from=", "/users", "/mail", "/audit", "/",
)  # fmt: skip

FORMS = (
    "/programmes/new", "/agencies/new", "/trainees/new", "/trainers/new", "/venues/new", "/users/new", "/themes/new",
    "/themes/BMV/edit", "/organisation", "/account", "/trainings/new", "/courses", "/courses/new",
)  # fmt: skip


def check(page: str) -> None:
    """What holds for every page."""
    assert page.count("<h1") == 1
    assert "<title>" in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    assert "style=" not in page
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
        if 'type="hidden"' in field or "aria-label" in field or re.search('type="(checkbox|radio)"', field):
            continue
        name = re.search(r'\sid="([^"]+)"', field)
        assert (name and f'for="{name[1]}"' in page) or 'name="reason"' in field or "substitute" in field, (
            field
        )


def fill(make: Make, count: int) -> dict[str, str]:
    """``count`` of everything, linked with each other; the addresses of one of each."""
    programme, trainer, venue = make.programme(), make.trainer(), make.venue()
    training = make.training(programme=programme, capacity=count * 2, venue=venue)
    for _ in range(count):
        agency = make.agency()
        registration = make.registration(training, make.trainee(agency))
        make.training(programme=programme, code=f"X-{agency.code}")
        make.programme()
        make.trainer()
        make.venue()
        make.session(
            training,
            training.ends_on,
            starts_local=_at(training, 9),
            ends_local=_at(training, 10),
            is_compulsory=False,  # only such sessions may overlap in time: they have neither room nor trainer
        )
        outbox.atomic(outbox.enqueue)(make.user(), kind="test", subject="Hello", body="…")
    session = visible.of(training)[0]
    with time_machine.travel(session.starts_at):
        registers.mark_rest(session, by=make.user(), status=AttendanceStatus.PRESENT)
    return {
        f"/programmes/{programme.public_id}": "", f"/programmes/{programme.public_id}/edit": "",
        f"/trainings/{training.public_id}": "", f"/trainings/{training.public_id}/edit": "",
        f"/trainings/{training.public_id}/seats": "", f"/sessions/of/{training.public_id}/plan": "",
        f"/sessions/of/{training.public_id}/new": "", f"/registrations/for/{training.public_id}/new": "",
        f"/imports/for/{training.public_id}/new": "", f"/sessions/{session.public_id}/register": "",
        f"/sessions/{session.public_id}/edit": "", f"/agencies/{agency.public_id}": "",
        f"/trainees/{registration.trainee.public_id}": "", f"/trainers/{trainer.public_id}": "",
        f"/venues/{venue.public_id}": "", f"/registrations/{registration.public_id}": "",
    }  # fmt: skip


def _at(training, hour):
    from datetime import datetime, time  # noqa: PLC0415 -- only this helper needs it

    return datetime.combine(training.ends_on, time(hour))


@pytest.mark.parametrize("path", LISTS + FORMS)
def test_pages_open_empty(path, client, make: Make):
    client.sign_in(make.user())

    response = client.get(path)

    assert response.status_code == 200
    check(response.text)


def test_pages_open_full_and_ask_as_little_with_many_rows_as_with_one(client, make: Make, queries):
    client.sign_in(make.user())
    counts: dict[str, list[int]] = {}
    for rows in (1, 5):
        pages = [*LISTS, *fill(make, rows)]
        for path in pages:
            queries.clear()
            response = client.get(path)
            assert response.status_code == 200, path
            check(response.text)
            key = re.sub(r"[0-9a-f-]{36}", "…", path)
            counts.setdefault(key, []).append(len(queries))
    too_many = {path: found for path, found in counts.items() if max(found) > MOST.get(path, 12)}
    growing = {path: found for path, found in counts.items() if found[-1] > found[0] + 1}
    assert growing == {}
    assert too_many == {}


MOST = {
    "/": 31,
    "/trainings/…": 18,
    "/reports/attendance?ends_from=": 29,
    "/countries/AT": 13,
    "/board": 16,
    "/board?rows=rooms": 16,
    "/board?rows=trainings": 16,
    "/themes/BMV": 16,
}
"""Pages that ask more, and as much whatever there is: each of the report's notes asks once, and so does what stands beside the participants; a country's page adds up
two reports, the board asks once for each thing that may stand on a day, the first screen asks once for each kind of work and eight times for what is to look at, and an area's page for each of its sections."""
ROLES = {
    Role.PARTNER: ("/", "/trainings", "/registrations", "/trainees", "/calendar"),
    Role.TRAINER: ("/", "/trainings", "/sessions", "/calendar"),
    Role.MANAGER: (
        "/",
        "/trainings",
        "/registrations",
        "/trainees",
        "/agencies",
        "/reports/attendance?ends_from=",
    ),
    Role.COORDINATOR: ("/", "/trainings", "/registrations", "/sessions", "/reports/attendance?ends_from="),
}


@pytest.mark.parametrize("role", ROLES)
def test_every_roles_lists_ask_as_little_with_many_rows_as_with_one(role, client, make: Make, queries):
    themes = {"themes": [make.theme("BMV")]} if role is Role.COORDINATOR else {}
    user, programme = make.user(role, **themes), make.programme()
    trainer = make.trainer(user=user) if role is Role.TRAINER else None
    client.sign_in(user)
    counts: dict[str, list[int]] = {}
    for rows in (1, 12):
        for number in range(rows):
            day = clock.today() + timedelta(days=10 + rows + number)
            training = make.training(programme=programme, starts_on=day)
            make.registration(training, make.trainee(user.agency or make.agency()))
            make.session(training, day, **({"trainers": [trainer]} if trainer else {}))
            programme = make.programme()
        with time_machine.travel(clock.now() + timedelta(minutes=1)):  # registrations are open
            for path in [*ROLES[role], f"/trainings/{training.public_id}"]:
                queries.clear()
                response = client.get(path)
                assert response.status_code == 200, path
                counts.setdefault(re.sub(r"[0-9a-f-]{36}", "…", path), []).append(len(queries))

    assert {
        path: found for path, found in counts.items() if found[0] != found[1] or found[1] > MOST.get(path, 13)
    } == {}


def test_a_form_shows_what_is_stored_and_saving_it_unchanged_changes_nothing(client, make: Make):
    training, trainer = (
        make.training(title="As it was"),
        make.trainer(languages=["fr"], themes=[make.theme("THB")]),
    )
    client.sign_in(make.user())

    page = client.get(f"/trainings/{training.public_id}/edit").text
    assert '<option selected value="BMV">' in page
    assert 'value="As it was"' in page
    assert re.search(r'value="en" checked', page)
    page = client.get(f"/trainers/{trainer.public_id}/edit").text
    assert re.search(r'value="THB" checked', page) and re.search(r'value="fr" checked', page)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PARTNER, Role.TRAINER, Role.MANAGER])
def test_each_role_has_its_first_screen(role, client, make: Make):
    fill(make, 1)
    client.sign_in(make.user(role))

    response = client.get("/")

    assert response.status_code == 200
    check(response.text)


def test_a_pages_further_weight_stays_small(client, make: Make):
    fill(make, 30)
    client.sign_in(make.user())

    for path in ("/trainings", "/registrations", "/trainees", "/agencies", "/"):
        response = client.get(path, headers={"Accept-Encoding": "br"})
        assert response.headers["Content-Encoding"] == "br"
        assert len(response.data) <= 20_000, path


def test_signed_in_pages_are_not_kept_and_carry_the_headers(client, make: Make):
    response = client.sign_in(make.user()).get("/trainings")

    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/trainings?page=0", "/trainings?page=99999999999", "/trainings?sort=password_hash",
     "/trainees?text=%25_%27%22--"],
)  # fmt: skip
def test_odd_addresses_never_break_a_page(path, client, make: Make):
    assert client.sign_in(make.user()).get(path).status_code == 200


NOT_UNDERSTOOD = [
    "/trainings?theme=NOPE", "/trainings?starts_from=0000-99-99", "/audit?outcome=drop", "/trainings?text=" + "x" * 3000,
    "/trainings?theme=THB&theme=IMR", "/registrations?state=gone", "/trainees?country=AT&country=FR", "/sessions?on=some",
    "/agencies?theme=&theme=THB",
]  # fmt: skip


@pytest.mark.parametrize("path", NOT_UNDERSTOOD)
def test_a_filter_that_is_not_understood_is_refused_and_widens_no_file(path, client, make: Make):
    client.sign_in(make.user())

    page, file = client.get(path), client.get(f"{path}&as=csv")

    assert page.status_code == 422 and 'class="error"' in page.text
    if not path.startswith("/audit"):
        assert (file.status_code, file.mimetype) == (422, "text/html")
    assert client.get(path.partition("?")[0]).status_code == 200


def test_a_filter_offers_a_suspended_agency_and_a_registration_does_not(client, make: Make):
    agency, training = make.agency(name="Agency of the past"), make.training()
    make.registration(training, make.trainee(agency))
    agencies.suspend(agency, by=make.user(), reason="closed down")
    client.sign_in(make.user())

    for path in ("/registrations", "/trainees", "/reports/attendance"):
        page = client.get(f"{path}?agency={agency.code}")
        assert page.status_code == 200 and f'value="{agency.code}"' in page.text, path
    assert agency.code not in client.get("/users/new").text


@pytest.mark.parametrize("path", ["/trainings?text=%00", "/trainings?text=a%00b"])
def test_a_nul_is_refused_with_a_page(path, client, make: Make):
    assert client.sign_in(make.user()).get(path).status_code == 400


def test_deadlines_of_the_past_close_registration(client, make: Make):
    training, user = make.training(), make.user(Role.PARTNER)
    with time_machine.travel(training.registration_closes_at + timedelta(minutes=1), tick=False):
        page = client.sign_in(user).get(f"/trainings/{training.public_id}").text
        assert clock.now() > training.registration_closes_at

    assert "Registration is closed." in page


@pytest.mark.parametrize(
    "path", ["/programmes", "/trainings", "/sessions", "/registrations", "/trainees", "/agencies", "/trainers", "/venues", "/users",
             "/mail", "/audit"]
)  # fmt: skip
def test_a_search_that_finds_nothing_says_so_and_not_that_there_is_nothing(path, client, make: Make):
    fill(make, 1)
    client.sign_in(make.user(Role.ADMIN))

    assert "Nothing matches" in client.get(f"{path}?text=zzzzqqqq").text
    assert "Nothing matches" not in client.get(path).text


@pytest.mark.parametrize(
    ("speaks", "said"), [("en", '<a href="#name">Name:</a>'), ("fr", '<a href="#name">Nom :</a>')]
)
def test_a_label_has_the_colon_of_its_language(speaks, said, client, make: Make):
    client.sign_in(make.user(Role.ADMIN, language=speaks))

    refused = client.post("/venues/new", data={"name": ""})

    assert refused.status_code == 422 and said in refused.text

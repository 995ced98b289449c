"""The board's page: rows, filters, empty states, what each role is told, and that it stays small."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.make import Make
from training.models import Role
from training.services.directory import trainers

DAY = timedelta(days=1)
MONDAY = date(2027, 3, 22)
HERE = "/board?from=2027-03-22&weeks=2"


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.COORDINATOR, 200), (Role.MANAGER, 200),
                                              (Role.PARTNER, 403), (Role.TRAINER, 403)])  # fmt: skip
def test_it_is_for_those_who_read_plans(client, make: Make, role: Role, status: int):
    client.sign_in(make.user(role))

    assert client.get("/board").status_code == status
    assert ('href="/board"' in client.get("/").text) is (status == 200)


@pytest.mark.parametrize("rows", ["trainers", "rooms", "trainings"])
def test_a_training_is_a_link_on_its_line(client, make: Make, rows: str):
    from training.services.directory import venues  # noqa: PLC0415 -- one test alone

    training = make.training(starts_on=MONDAY, ends_on=MONDAY + DAY)
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=40))
    make.session(training, MONDAY + DAY, room=room, trainers=[make.trainer()])
    client.sign_in(make.user())

    page = client.get(f"{HERE}&rows={rows}").text

    assert f'href="/trainings/{training.public_id}"' in page
    assert page.count("<td") == 14 * page.count("data-row=")


def test_a_foreign_area_says_code_and_hours_only(client, make: Make):
    training = make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY, title="Canary title")
    make.session(training, MONDAY, trainers=[make.trainer()])
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))

    for rows in ("trainers", "trainings"):
        page = client.get(f"{HERE}&rows={rows}").text
        assert training.code in page and "09:00–12:00" in page
        assert "Canary title" not in page and "data-training" not in page


def test_filters_are_chips_and_the_empty_state_says_what_to_do(client, make: Make):
    make.trainer(themes=[make.theme("ASY")])
    client.sign_in(make.user())

    page = client.get("/board?theme=BMV").text

    assert "No trainer teaches this" in page and "Clear the filters" in page
    assert "Remove the filter Theme" in page


def test_what_makes_no_sense_is_refused_beside_this_period(client, make: Make):
    client.sign_in(make.user())

    for query in ("from=x", "from=9999-12-31", "from=0001-01-01", "weeks=99", "rows=x"):
        refused = client.get(f"/board?{query}")
        assert refused.status_code == 422 and f"There is no filter {query}." in refused.text
    assert client.get("/board?page=x").status_code == 200
    assert client.get("/board?theme=NONE").status_code == 422
    assert client.get("/board?rows=rooms&city=Nowhere").status_code == 422


def test_a_filter_of_other_lines_waits_in_the_address(client, make: Make):
    client.sign_in(make.user())

    assert client.get("/board?rows=rooms&theme=BMV&language=ru").status_code == 200


def test_days_that_nobody_has_are_hatched_and_said(client, make: Make):
    admin, eva = make.user(), make.trainer(country="AT")
    trainers.add_absence(eva, by=admin, starts_on=MONDAY, ends_on=MONDAY + DAY, note="")
    client.sign_in(admin)

    page = client.get(HERE).text

    assert page.count("<i>away</i>") == 2
    assert "weekend" in page and "Easter Monday" in page


def test_what_waits_and_what_is_not_announced_stand_on_top(client, make: Make):
    draft = make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY)
    training = make.training(starts_on=MONDAY, ends_on=MONDAY)
    make.session(training, MONDAY, is_known=False)
    client.sign_in(make.user())

    page = client.get(HERE).text

    assert "1 training not announced" in page and f"/trainings/{training.public_id}/announce" in page
    assert "Drafts without sessions" in page and draft.code in page

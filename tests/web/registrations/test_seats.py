"""Seats asked for, given back and released, as the pages show and take them."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.web.registrations.test_desk import END_OF_TIME, YEAR_ONE
from training import clock
from training.models import RegistrationState, Role
from training.rules import walltime
from training.services.registrations import kept_seats, seat_requests, seats

S = RegistrationState


def test_an_agency_asks_for_seats_and_reads_the_answer(client, make: Make):
    training, user, coordinator = (
        make.training(capacity=5),
        make.user(Role.PARTNER),
        make.user(Role.COORDINATOR),
    )
    address = f"/trainings/{training.public_id}/seats"
    client.sign_in(user)
    assert (
        client.post(f"{address}/ask", data={"what": "more", "seats": "2", "sentence": ""}).status_code == 422
    )
    asked = {"what": "more", "seats": "2", "sentence": "Two officers wait."}
    assert client.post(f"{address}/ask", data=asked).status_code == 303
    wish = seat_requests.of(training, user)[0]

    client.sign_in(coordinator)
    assert "Two officers wait." in client.get(address).text
    granted = client.post(
        f"/trainings/seat-requests/{wish.public_id}/answer", data={"seats": "1", "answer": "One."}
    )
    assert granted.status_code == 303

    client.sign_in(user)
    page = client.get(f"{address}/ask").text
    assert "One." in page and "granted: 1 of 2" in page
    assert "1 seat kept, 0 used, 1 free." in page
    given = client.post(
        f"{address}/ask", data={"what": "return", "seats": "1", "sentence": "Nobody can come."}
    )
    assert given.status_code == 303
    assert client.get(f"{address}/ask").text.count("granted") == 1  # what was given back needs no answer
    assert seats.for_agency([training], user.agency)[training.id].kept is None


def shown_in(page: str) -> str:
    """What the page carries of the seats that it showed."""
    return html.unescape(re.search(r'name="seen" value="([^"]*)"', page)[1])


def test_the_release_names_who_moves_up_first(client, make: Make):
    training = make.training(capacity=1)
    kept = str(make.kept(training, by=None, seats=1, agency=make.agency()).public_id)
    waiting = make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainings/{training.public_id}/seats/release"

    assert waiting.trainee.family_name not in client.get(address).text  # it was promised without a deadline
    page = client.get(f"{address}?ticked=1&allocation={kept}").text

    assert waiting.trainee.family_name in page
    ticked = {"allocation": kept, "seen": shown_in(page)}
    nobody = client.post(address, data=ticked)
    assert nobody.status_code == 409 and "look again at who moves up" in nobody.text
    assert client.post(address, data={**ticked, "moving_up": str(waiting.public_id)}).status_code == 303
    assert waiting.state is S.CONFIRMED


def test_the_preview_of_a_release_follows_the_ticks(client, make: Make):
    training = make.training(capacity=2)
    early, late = make.agency(name="Early Agency"), make.agency(name="Late Agency")
    past, ahead = (walltime.now(training.zone) + timedelta(days=days) for days in (-1, 9))
    first = make.kept(training, by=None, seats=1, agency=early, release_local=past).public_id
    second = make.kept(training, by=None, seats=1, agency=late, release_local=ahead).public_id
    one, two = (make.registration(training) for _ in range(2))
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainings/{training.public_id}/seats/release"

    def ticked(page: str) -> list[bool]:
        return [f'value="{number}" checked' in page for number in (first, second)]

    page = client.get(address).text
    assert ticked(page) == [True, False]
    assert "(Vienna time)" in page
    assert one.trainee.family_name in page and two.trainee.family_name not in page

    looked = client.post(address, data={"look": "1", "allocation": [str(first), str(second)]})
    page = client.get(looked.headers["Location"]).text
    assert ticked(page) == [True, True] and two.trainee.family_name in page

    nothing = client.get(client.post(address, data={"look": "1"}).headers["Location"]).text
    assert ticked(nothing) == [False, False] and "Nothing is ticked" in nothing
    assert "Tick at least one agency or country." in client.post(address, data={}).text

    sent = {"allocation": str(second), "moving_up": str(one.public_id), "seen": shown_in(page)}
    assert client.post(address, data=sent).status_code == 303
    assert (one.state, two.state) == (S.CONFIRMED, S.RESERVE)
    assert ticked(client.get(address).text) == [True, False]


@pytest.mark.parametrize("what", ["number", "deadline", "unused", "all taken", "released"])
def test_seats_that_somebody_changed_meanwhile_are_not_released(what: str, client, make: Make):
    training, agency, by = make.training(capacity=12), make.agency(), make.user(Role.COORDINATOR)
    past = walltime.now(training.zone) - timedelta(days=1)
    ahead = past + timedelta(days=200)
    kept = make.kept(training, by=None, seats=2, agency=agency, release_local=past)
    other = make.kept(training, by=None, seats=1, agency=make.agency(), release_local=past)
    client.sign_in(by)
    address = f"/trainings/{training.public_id}/seats/release"
    form = {
        "allocation": [str(kept.public_id), str(other.public_id)],
        "seen": shown_in(client.get(address).text),
    }
    match what:
        case "number":
            make.kept(training, by=None, seats=9, agency=agency, release_local=past)
        case "deadline":
            make.kept(training, by=None, seats=2, agency=agency, release_local=ahead)
        case "released":
            kept_seats.release(training, by=make.user(), picked=[kept.public_id])
        case _:
            for _ in range(1 if what == "unused" else 2):
                make.registration(training, make.trainee(agency))
    released = kept.released_at

    answer = client.post(address, data=form)

    assert answer.status_code == 409 and "Somebody has changed these seats meanwhile" in answer.text
    assert (kept.released_at, other.released_at) == (released, None)
    assert f'value="{kept.public_id}" checked' not in answer.text
    assert f'value="{other.public_id}" checked' in answer.text
    if what == "number":
        assert ">9</td>" in answer.text
    again = {"allocation": str(other.public_id), "seen": shown_in(answer.text)}
    assert client.post(address, data=again).status_code == 303 and other.released_at is not None
    assert kept.released_at == released


def test_without_comparing_what_was_shown_a_promise_would_be_taken_back(client, make: Make, monkeypatch):
    monkeypatch.setattr(kept_seats, "changed", lambda training, picked, seen: set())

    with pytest.raises(AssertionError):
        test_seats_that_somebody_changed_meanwhile_are_not_released("deadline", client, make)


def test_a_deadline_of_kept_seats_is_shown_with_its_zone_and_is_due_once_it_is_over(client, make: Make):
    user, by = make.user(Role.PARTNER), make.user(Role.COORDINATOR)
    training, other = make.training(zone="Europe/Kyiv"), make.training(title="Not due", zone="Europe/Kyiv")
    when = walltime.now(training.zone).replace(hour=12, minute=34) + timedelta(days=2)
    for one in (training, other):
        make.kept(one, by=None, seats=3, agency=user.agency, release_local=when)
    make.registration(training, make.trainee(user.agency))
    deadline = "12:34 (Kyiv time)"

    client.sign_in(user)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        for path in ("/", f"/trainings/{training.public_id}", f"/trainings/{training.public_id}/seats/ask"):
            assert deadline in client.get(path).text, path
    client.sign_in(by)
    assert "Kept seats to release" not in client.get("/").text
    for path in (f"/trainings/{training.public_id}?tab=seats", f"/trainings/{training.public_id}/seats"):
        assert deadline in client.get(path).text, path
    make.kept(other, by=None, seats=3, agency=user.agency, release_local=when + timedelta(days=9))
    with time_machine.travel(clock.now() + timedelta(days=3)):
        client.sign_in(by)
        page = client.get("/").text
        assert f"/trainings/{training.public_id}/seats/release" in page and "2 unused" in page
        assert f"/trainings/{other.public_id}/seats/release" not in page


def test_a_refused_answer_to_a_request_keeps_what_was_typed(client, make: Make):
    training, user = make.training(capacity=5), make.user(Role.PARTNER)
    make.kept(training, by=None, seats=2, agency=user.agency)
    wish = seat_requests.ask(training, by=user, agency=user.agency, seats=1, sentence="One more.")
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainings/seat-requests/{wish.public_id}/answer"

    for seats_typed, sentence in (
        ("0", "Write a number from 1 to 10000."),
        ("many", "Write a whole number."),
        ("7", "You can give at most 3 seats now."),
    ):
        page = client.post(address, data={"seats": seats_typed, "answer": "Come all."})
        assert page.status_code == 422
        # the page's other form must not answer the request
        assert f'action="/trainings/{training.public_id}/seats"' in page.text
        assert f'value="{seats_typed}"' in page.text and 'value="Come all."' in page.text
        assert sentence in page.text
    unsaid = client.post(address, data={"seats": "0", "decline": "1"})
    assert unsaid.status_code == 422 and "Say why" in unsaid.text

    declined = client.post(address, data={"seats": "0", "answer": "No seats.", "decline": "1"})
    assert declined.status_code == 303
    again = client.post(address, data={"seats": "1", "answer": "Yes."})
    assert again.status_code == 422 and "answered already" in again.text


@pytest.mark.parametrize("typed", [YEAR_ONE, END_OF_TIME])
def test_a_year_out_of_bounds_is_refused_beside_its_field(typed, client, make: Make):
    training = make.training()
    at, day = f"/trainings/{training.public_id}", typed[:10]
    session = make.session(training)
    client.sign_in(make.user())
    details = {
        "code": training.code, "title": training.title, "theme": training.theme.code, "languages": "en",
        "activity_type": training.activity_type.code, "starts_on": str(training.starts_on),
        "ends_on": str(training.ends_on), "zone": "Europe/Vienna", "modality": "in_person", "country": "AT",
        "capacity": "20", "admission": "first_come", "completion_percent": "80", "reserve_order": "rank",
        "promotion": "automatic", "offer_hours": "48", "promotion_ends_days": "0",
        "registration_opens_local": "2020-01-01T00:00", "registration_closes_local": "2020-01-02T00:00",
    }  # fmt: skip
    programme, new = training.programme, {**details, "code": "T-BOUNDS"}
    frame = {
        "code": "P-BOUNDS", "title": "Frame", "theme": "BMV", "starts_on": str(programme.starts_on),
        "ends_on": str(programme.ends_on), "completion_percent": "80", "day_basis": "hours",
        "day_minutes": "360", "deduction_minutes": "15", "retention_months": "60",
    }  # fmt: skip
    one = {"title": "S", "theme": "BMV", "break_minutes": "0",
           "starts_local": str(session.starts_local), "ends_local": str(session.ends_local)}  # fmt: skip
    pattern = {"first_day": str(training.starts_on), "last_day": str(training.ends_on), "break_minutes": "0"}
    kept = {"country": "AT", "seats": "1"}
    away = {"starts_on": "2026-01-01", "ends_on": "2026-01-02"}
    trainer = make.trainer()
    for path, data, names, value in (
        (f"{at}/seats", kept, ["release_local"], typed),
        (f"{at}/edit", details, ["registration_opens_local", "registration_closes_local"], typed),
        (f"/trainings/new?programme={programme.code}", new, ["starts_on"], day),
        (f"/sessions/{session.public_id}/edit", one, ["starts_local", "ends_local"], typed),
        (f"/sessions/of/{training.public_id}/plan", pattern, ["first_day", "last_day"], day),
        ("/programmes/new", frame, ["starts_on", "ends_on"], day),
        (f"/trainers/{trainer.public_id}/absences", away,
         ["starts_on", "ends_on"], day),
    ):  # fmt: skip
        for name in names:
            sent = {**data, name: value}
            response = (
                client.save(path, sent) if data in (kept, details, one) else client.post(path, data=sent)
            )
            assert response.status_code in (400, 422), (path, name, response.status_code)
            if data in (kept, frame, away) or name.startswith("registration"):
                assert "Use a day from the year 1990 to the year 2100." in response.text, (path, name)
                assert f'id="{name}-error"' in response.text, (path, name)
    assert client.get(f"/sessions?on={day}").status_code == 200

"""The registration desk in the browser's terms: deciding on many, seats asked for, given back and released."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from tests.make import Make
from training import clock
from training.db import db
from training.models import Admission, OutgoingMail, RegistrationState, Role
from training.rules import walltime
from training.services.registrations import drafts, reserve_list, seat_requests, seats, submissions, visible
from training.services.trainings import moves

S = RegistrationState


def test_a_coordinator_decides_on_many_and_reads_what_was_refused(client, make: Make):
    training = make.training(admission=Admission.APPROVAL, capacity=2)
    chosen = [make.registration(training) for _ in range(3)]
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/registrations/for/{training.public_id}/decide"
    data = {"registration": [str(one.public_id) for one in chosen], "verb": "confirm", "reason_code": "other"}

    response = client.post(address, data=data)

    assert response.status_code == 200
    assert "2 done, 1 refused." in response.text
    assert "All 2 seats are held" in response.text
    assert [one.state for one in chosen] == [S.CONFIRMED, S.CONFIRMED, S.SUBMITTED]
    again = client.post(address, data={**data, "registration": data["registration"][2:], "verb": "decline"})
    assert again.status_code == 422
    assert "Say why" in again.text
    assert "checked" in again.text
    data |= {"registration": data["registration"][2:], "verb": "decline", "reason": "No seat."}
    assert client.post(address, data=data).status_code == 303


@pytest.mark.parametrize(
    "data", [{}, {"registration": "x"}, {"verb": "explode"}, {"verb": "confirm", "reason_code": "zz"}]
)
def test_nonsense_is_answered_with_a_sentence(data, client, make: Make):
    training = make.training(admission=Admission.APPROVAL)
    one = make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))
    sent = {"registration": str(one.public_id), "reason_code": "other", **data}

    response = client.post(f"/registrations/for/{training.public_id}/decide", data=sent)

    assert response.status_code == 422
    assert 'role="alert"' in response.text


def test_three_hundred_submissions_are_decided_in_one_step(client, make: Make):
    training, agency = make.training(admission=Admission.APPROVAL, capacity=250), make.agency()
    chosen = [make.registration(training, make.trainee(agency)) for _ in range(300)]
    client.sign_in(make.user(Role.COORDINATOR))

    response = client.post(
        f"/registrations/for/{training.public_id}/decide",
        data={
            "registration": [str(one.public_id) for one in chosen],
            "verb": "confirm",
            "reason_code": "other",
        },
    )

    assert "250 done, 50 refused." in response.text
    assert "<summary>50 people</summary>" in response.text
    assert (
        f'href="/trainings/{training.public_id}/seats"' in response.text.partition("Those that are done")[0]
    )


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
    assert "1 seats, 0 used, 1 free." in page
    given = client.post(
        f"{address}/ask", data={"what": "return", "seats": "1", "sentence": "Nobody can come."}
    )
    assert given.status_code == 303
    assert client.get(f"{address}/ask").text.count("granted") == 1  # what was given back needs no answer
    assert seats.for_agency([training], user.agency)[training.id].kept is None


def test_the_release_names_who_moves_up_first(client, make: Make):
    training = make.training(capacity=1)
    kept = str(make.kept(training, by=None, seats=1, agency=make.agency()).public_id)
    waiting = make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainings/{training.public_id}/seats/release"

    page = client.get(address).text

    assert waiting.trainee.family_name in page
    ticked = {"allocation": kept}
    nobody = client.post(address, data=ticked)
    assert nobody.status_code == 422 and "look again at who moves up" in nobody.text
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
    assert "Europe/Vienna" in page
    assert one.trainee.family_name in page and two.trainee.family_name not in page

    looked = client.post(address, data={"look": "1", "allocation": [str(first), str(second)]})
    page = client.get(looked.headers["Location"]).text
    assert ticked(page) == [True, True] and two.trainee.family_name in page

    nothing = client.get(client.post(address, data={"look": "1"}).headers["Location"]).text
    assert ticked(nothing) == [False, False] and "Nothing is ticked" in nothing
    assert "Tick whose unused seats are released." in client.post(address, data={}).text

    done = client.post(address, data={"allocation": str(second), "moving_up": str(one.public_id)})
    assert done.status_code == 303
    assert (one.state, two.state) == (S.CONFIRMED, S.RESERVE)
    assert ticked(client.get(address).text) == [True, False]


def test_a_deadline_of_kept_seats_is_shown_with_its_zone_and_is_due_once_it_is_over(client, make: Make):
    user, by = make.user(Role.PARTNER), make.user(Role.COORDINATOR)
    training, other = make.training(zone="Europe/Kyiv"), make.training(title="Not due", zone="Europe/Kyiv")
    when = walltime.now(training.zone).replace(hour=12, minute=34) + timedelta(days=2)
    for one in (training, other):
        make.kept(one, by=None, seats=3, agency=user.agency, release_local=when)
    make.registration(training, make.trainee(user.agency))
    deadline = "12:34 Europe/Kyiv"

    client.sign_in(user)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        for path in ("/", f"/trainings/{training.public_id}", f"/trainings/{training.public_id}/seats/ask"):
            assert deadline in client.get(path).text, path
    client.sign_in(by)
    assert "Kept seats to release" not in client.get("/").text
    for path in (f"/trainings/{training.public_id}", f"/trainings/{training.public_id}/seats"):
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
        ("7", "Seats that can be given now: 3;"),
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


YEAR_ONE, END_OF_TIME = "0001-01-01T00:00", "9999-12-31T23:59"


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
    programme = training.programme
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
        (f"{at}/edit", details, ["starts_on", "ends_on"], day),
        (f"/sessions/{session.public_id}/edit", one, ["starts_local", "ends_local"], typed),
        (f"/sessions/of/{training.public_id}/plan", pattern, ["first_day", "last_day"], day),
        ("/programmes/new", frame, ["starts_on", "ends_on"], day),
        (f"/trainers/{trainer.public_id}/absences", away,
         ["starts_on", "ends_on"], day),
    ):  # fmt: skip
        for name in names:
            response = client.post(path, data={**data, name: value})
            assert response.status_code in (400, 422), (path, name, response.status_code)
            if data in (kept, frame, away) or name.startswith("registration"):
                assert "Use a day from the year 1990 to the year 2100." in response.text, (path, name)
                assert f'id="{name}-error"' in response.text, (path, name)
    assert client.get(f"/sessions?on={day}").status_code == 200


def test_a_partner_reads_its_rank_and_the_rule_and_nothing_of_the_others(client, make: Make):
    training, user = make.training(capacity=1), make.user(Role.PARTNER)
    held = make.registration(training)
    make.registration(training)
    make.registration(training, make.trainee(user.agency))
    client.sign_in(user)

    page = client.get(f"/trainings/{training.public_id}").text

    assert "number 1 of your agency" in page
    assert "All seats are held. The person moves up when one becomes free." in page
    assert "A free seat goes to the next in line at once" in page
    assert held.trainee.family_name not in page
    assert "rank 2" not in page


def test_the_first_page_names_who_asks_for_seats(client, make: Make):
    training, user = make.training(capacity=5), make.user(Role.PARTNER)
    client.sign_in(user)
    asked = {"what": "more", "seats": "2", "sentence": "Two officers wait."}
    client.post(f"/trainings/{training.public_id}/seats/ask", data=asked)

    client.sign_in(make.user(Role.COORDINATOR))
    assert f"/trainings/{training.public_id}/seats" in client.get("/").text


def test_what_was_submitted_is_decided_on_first(client, make: Make):
    training = make.training(admission=Admission.APPROVAL)
    returned, waits, new = (make.registration(training) for _ in range(3))
    submissions.return_for_correction(returned, by=make.user(), reason="which rank?")
    reserve_list.reserve(waits, by=make.user())
    client.sign_in(make.user(Role.COORDINATOR))
    home, address = client.get("/").text, f"/registrations/for/{training.public_id}/decide"

    first, everybody = client.get(address).text, client.get(f"{address}?state=all").text
    reserve_list.confirm(new, by=make.user())
    nothing_new = client.get(address).text

    assert f'href="{address}"' in home
    assert new.name in first and returned.name not in first and waits.name not in first
    assert everybody.index(new.name) < everybody.index(returned.name) < everybody.index(waits.name)
    assert returned.name in nothing_new and waits.name in nothing_new


def test_the_first_page_of_a_coordinator_says_when_all_free_seats_are_kept(client, make: Make):
    training = make.training(capacity=2)
    make.kept(training, by=None, seats=2, agency=make.agency())
    make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))

    kept = client.get("/").text
    make.kept(training, by=None, seats=1, agency=seats.allocations(training)[0].agency)

    assert "2 free" in kept and "All free seats are kept; 1 wait." in kept
    assert f"/trainings/{training.public_id}/seats/release" in kept
    assert "All free seats are kept" not in client.get("/").text


def test_the_first_page_of_a_focal_point_leads_to_what_waits_for_the_agency(client, make: Make):
    training, focal = make.training(admission=Admission.APPROVAL), make.user(Role.PARTNER)
    client.sign_in(focal)
    quiet = client.get("/").text
    returned, theirs, offered = (
        make.registration(training, make.trainee(agency))
        for agency in (focal.agency, make.agency(), focal.agency)
    )
    for one in (returned, theirs):
        submissions.return_for_correction(one, by=make.user(), reason="which rank?")
    reserve_list.offer(reserve_list.reserve(offered, by=make.user()), by=make.user())

    home = client.get("/").text

    assert 'class="stat"' not in quiet
    assert re.findall(r"state=(\w+)\"><span>([^<]+)</span> <b>(\d+)", home) == [
        ("returned", "Returned: to correct", "1"),
        ("offered", "Seats offered: to take", "1"),
    ]


def test_what_was_returned_leads_to_its_correction_and_back(client, make: Make):
    training, focal = make.training(admission=Admission.APPROVAL), make.user(Role.PARTNER)
    one = make.registration(training, make.trainee(focal.agency))
    submissions.return_for_correction(one, by=make.user(), reason="Which rank?")
    client.sign_in(focal)
    address = f"/registrations/{one.public_id}"
    correct = f"/trainees/{one.trainee.public_id}/edit?registration={one.public_id}"

    shown, listed = client.get(address).text, client.get(f"/trainings/{training.public_id}").text
    sent = {"family_name": "Amber", "given_names": "Ada", "rank": "Major", "sex": "f", "country": "AM"}
    saved = client.post(correct, data=sent)
    client.post(f"{address}/resubmit")

    assert "Returned for correction.</strong> Which rank?" in shown and correct in shown
    assert "Correct and submit again" in listed
    assert (saved.status_code, saved.location) == (303, address)
    assert (one.state, one.rank) == (S.SUBMITTED, "Major")
    assert client.get(f"{correct[:-36]}nonsense").status_code == 200


def test_another_rank_is_given_where_the_reserve_list_is_read(client, make: Make):
    training = make.training(capacity=1)
    make.registration(training)
    first, second = make.registration(training), make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))
    page = client.get(f"/registrations/for/{training.public_id}/decide?state=reserve").text
    address = f"/registrations/{second.public_id}/reserve?back=decide"
    assert address in page
    steps, letters = len(visible.history(second)), _letters()

    moved = client.post(address, data={"rank": "1"})

    assert moved.location.endswith("/decide?state=reserve")
    assert (second.reserve_rank, first.reserve_rank) == (1, 2)
    assert (len(visible.history(second)), _letters()) == (steps, letters)


def test_a_registration_says_why_it_waits(client, make: Make):
    training, user = make.training(capacity=1), make.user(Role.PARTNER)
    make.registration(training)
    waiting = make.registration(training, make.trainee(user.agency))
    client.sign_in(user)

    page = client.get(f"/registrations/{waiting.public_id}").text

    assert "number 1 of your agency" in page
    assert "All seats are held." in page


@pytest.mark.parametrize(("name", "value"), [("email", "not an address"), ("phone", "abc")])
def test_a_new_person_has_an_address_and_a_number_or_none(name, value, client, make: Make):
    training, user = make.training(), make.user(Role.PARTNER)
    client.sign_in(user)
    sent = {
        "family_name": "Norden", "given_names": "Ada", "sex": "f", "country": user.agency.country,
        "agency": user.agency.code, name: value,
    }  # fmt: skip

    response = client.post(f"/registrations/for/{training.public_id}/new", data=sent)

    assert response.status_code == 422
    assert "Correct it or leave it empty." in response.text


def test_a_new_person_who_came_back_stands_above_the_list(client, make: Make):
    focal, training = make.user(Role.PARTNER), make.training()
    make.trainee(focal.agency)
    client.sign_in(focal)
    address, list_, form = f"/registrations/for/{training.public_id}/new", 'id="pick"', 'id="new-person"'

    fresh, back = client.get(address).text, client.post(address, data={"family_name": "Amber"}).text

    assert 'href="#a-new-person"' in fresh and fresh.index(list_) < fresh.index(form)
    assert back.index(form) < back.index(list_) and back.count(form) == 1
    assert 'value="Amber"' in back


def test_ticks_stay_when_somebody_else_is_searched(client, make: Make):
    training, user = make.training(), make.user(Role.PARTNER)
    ticked, foreign = make.trainee(user.agency), make.trainee()
    client.sign_in(user)
    address = f"/registrations/for/{training.public_id}/new?text=zzz&person="

    assert f'value="{ticked.public_id}" checked' in client.get(f"{address}{ticked.public_id}").text
    assert client.get(f"{address}{foreign.public_id}").status_code == 404


def _letters() -> int:
    return db.session.scalar(select(func.count(OutgoingMail.id))) or 0


def test_a_focal_point_takes_a_seat_that_is_offered(client, make: Make):
    training, focal = make.training(admission=Admission.APPROVAL, capacity=1), make.user(Role.PARTNER)
    mine = reserve_list.reserve(make.registration(training, make.trainee(focal.agency)), by=make.user())
    reserve_list.offer(mine, by=make.user())
    client.sign_in(focal)

    page = client.get(f"/registrations/{mine.public_id}").text
    taken = client.post(f"/registrations/{mine.public_id}/accept")
    again = client.post(f"/registrations/{mine.public_id}/accept")

    assert "Take the seat" in page
    assert (taken.status_code, again.status_code) == (303, 409)
    assert mine.state is RegistrationState.CONFIRMED


def test_what_was_returned_is_submitted_again_by_a_coordinator_after_the_deadline(client, make: Make):
    training, staff = make.training(admission=Admission.APPROVAL), make.user(Role.COORDINATOR)
    one = make.registration(training)
    submissions.return_for_correction(one, by=staff, reason="Which function?")
    address = f"/registrations/{one.public_id}/resubmit"

    with time_machine.travel(training.registration_closes_at + timedelta(minutes=5)):
        client.sign_in(make.user(Role.PARTNER, agency=one.agency))
        late = client.post(address)
        client.sign_in(staff)
        done = client.post(address)

    assert (late.status_code, done.status_code) == (409, 303)
    assert "Who can help: the coordinator. (too_late)" in late.text
    assert one.state is S.SUBMITTED


@pytest.mark.parametrize("rank", ["-1", "0", "1.5", "²", "first", "123456"])
def test_a_rank_that_is_none_is_refused_and_nobody_is_moved(rank, client, make: Make):
    training = make.training(admission=Admission.APPROVAL)
    first, second = (reserve_list.reserve(make.registration(training), by=make.user()) for _ in range(2))
    client.sign_in(make.user(Role.COORDINATOR))

    refused = client.post(f"/registrations/{first.public_id}/reserve", data={"rank": rank})

    assert refused.status_code == 400 and "A rank is a whole number from 1." in refused.text
    assert (first.reserve_rank, second.reserve_rank) == (1, 2)


def test_an_offer_says_until_when_in_the_trainings_zone(client, make: Make):
    training = make.training(admission=Admission.APPROVAL, offer_hours=4, zone="Asia/Tbilisi")
    one = reserve_list.reserve(make.registration(training), by=make.user())
    client.sign_in(make.user(Role.COORDINATOR))

    assert client.post(f"/registrations/{one.public_id}/offer").status_code == 303
    page = client.get(f"/registrations/{one.public_id}").text

    until = one.offer_expires_at.astimezone(ZoneInfo("Asia/Tbilisi"))
    assert until - clock.now() < timedelta(hours=5)
    assert f"A seat is offered, until {until:%-d %b %Y, %H:%M} Asia/Tbilisi." in page


@pytest.mark.parametrize("name", ["open", "confirmed", "running"])
def test_people_are_added_at_the_door_from_the_first_day_whoever_forgot_to_start_it(name, client, make: Make):
    training, agency, staff = make.training(), make.agency(), make.user(Role.COORDINATOR)
    make.trainee(agency)
    for step in {"open": [], "confirmed": ["confirm"], "running": ["confirm", "start"]}[name]:
        with time_machine.travel(datetime.combine(training.starts_on, time(8)).astimezone()):
            moves.change_state(training, by=staff, name=step)
    address = f"/registrations/for/{training.public_id}/new?for={agency.code}"

    client.sign_in(staff)
    assert "They are at the door" not in client.get(address).text
    with time_machine.travel(datetime.combine(training.starts_on, time(10)).astimezone()):
        client.sign_in(staff)
        assert "They are at the door" in client.get(address).text


def test_who_comes_instead_is_searched_for_and_picked(client, make: Make):
    training, focal = make.training(), make.user(Role.PARTNER)
    one = make.registration(training, make.trainee(focal.agency))
    wanted, other = (make.trainee(focal.agency, family_name=name) for name in ("Sokolova", "Miller"))
    client.sign_in(focal)
    address = f"/registrations/{one.public_id}/replace"
    assert address in client.get(f"/registrations/{one.public_id}").text

    found = client.get(f"{address}?text=соколова").text
    nobody = client.post(address, data={"reason": "ill"})
    silent = client.post(address, data={"substitute": str(wanted.public_id)})
    neither = client.post(address, data={}).text
    kept = client.get(f"{address}?text=miller&substitute={wanted.public_id}").text
    done = client.post(address, data={"substitute": str(wanted.public_id), "reason": "ill"})

    assert wanted.name in found and other.name not in found
    assert (nobody.status_code, silent.status_code, done.status_code) == (422, 422, 303)
    assert "Pick the person who comes instead." in nobody.text and 'value="ill"' in nobody.text
    assert "Reason</a>: This is needed." in silent.text and "checked" in silent.text
    assert "Pick the person who comes instead." in neither and "Reason</a>: This is needed." in neither
    assert kept.index(wanted.name) < kept.index(other.name) and kept.count('" checked') == 1
    assert one.state is S.REPLACED


def test_an_agency_keeps_drafts_submits_them_together_and_throws_one_away(client, make: Make):
    training, focal = make.training(admission=Admission.APPROVAL), make.user(Role.PARTNER)
    people = [make.trainee(focal.agency) for _ in range(3)]
    address, new = f"/trainings/{training.public_id}", f"/registrations/for/{training.public_id}/new"
    client.sign_in(focal)
    sent = {"person": [str(one.public_id) for one in people], "draft": "1"}
    assert "Keep as drafts" in client.get(new).text

    assert client.post(new, data=sent).status_code == 303
    page = client.get(address).text
    one, *rest = drafts.of(training, focal.agency)
    own = client.get(f"/registrations/{one.public_id}").text
    thrown = client.post(f"{new[:-3]}drafts/discard", data={"registration": str(one.public_id)})
    done = client.post(
        f"{new[:-3]}drafts/submit", data={"registration": [str(draft.public_id) for draft in rest]}
    )

    assert "Submit all drafts (3)" in page and "Throw all drafts away" in page
    assert "Throw away" in own and "Withdraw" not in own
    assert (thrown.status_code, done.status_code) == (303, 303)
    assert [draft.state for draft in rest] == [S.SUBMITTED, S.SUBMITTED]
    assert client.get(f"/registrations/{one.public_id}").status_code == 404
    assert client.get("/registrations").status_code == 200


def test_staff_see_no_drafts_and_keep_none(client, make: Make):
    training, focal = make.training(), make.user(Role.PARTNER)
    [draft] = drafts.keep(training, by=focal, agency=focal.agency, people=[make.trainee(focal.agency)])
    for role in (Role.COORDINATOR, Role.ADMIN, Role.MANAGER):
        client.sign_in(make.user(role))
        for path in (f"/trainings/{training.public_id}", "/registrations", "/registrations?as=csv"):
            assert draft.trainee_name.split(",")[0] not in client.get(path).text
        assert client.get(f"/registrations/{draft.public_id}").status_code == 404
        ids = {"registration": str(draft.public_id)}
        assert (
            client.post(f"/registrations/for/{training.public_id}/drafts/submit", data=ids).status_code == 403
        )
    assert draft.state is S.DRAFT


def test_before_registration_opens_the_page_takes_drafts_alone(client, make: Make):
    training, focal = make.training(), make.user(Role.PARTNER)
    make.trainee(focal.agency)

    with time_machine.travel(training.registration_opens_at - timedelta(days=1)):
        client.sign_in(focal)
        shown = client.get(f"/trainings/{training.public_id}").text
        page = client.get(f"/registrations/for/{training.public_id}/new").text

    assert "Prepare drafts" in shown
    assert "Keep as drafts" in page and "Register the ticked people" not in page
    assert "Add and keep as draft" in page and "Add and register" not in page
    assert "Registration opens on" in page


def test_the_list_of_people_to_register_finds_other_spellings(client, make: Make):
    agency, training = make.agency(), make.training()
    make.trainee(agency, family_name="Shevchenko", given_names="Olha")
    client.sign_in(make.user(Role.PARTNER, agency=agency))

    for path in (f"/registrations/for/{training.public_id}/new", "/trainees"):
        assert "Shevchenko, Olha" in client.get(f"{path}?text=Chevtchenko").text

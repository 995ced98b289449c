"""The registration desk in the browser's terms: deciding on one and on many, ranks, offers, and what was returned."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from tests.make import Make
from training import clock
from training.db import db
from training.models import Admission, OutgoingMail, RegistrationState, Role
from training.services.registrations import reserve_list, submissions, visible

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
    assert "All 2 seats are used" in response.text
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
    people = [make.trainee(agency) for _ in range(300)]
    chosen = submissions.submit_many(training, by=None, agency=agency, people=people, override=True)
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


YEAR_ONE, END_OF_TIME = "0001-01-01T00:00", "9999-12-31T23:59"


def test_a_partner_reads_its_rank_and_the_rule_and_nothing_of_the_others(client, make: Make):
    training, user = make.training(capacity=1), make.user(Role.PARTNER)
    held = make.registration(training)
    make.registration(training)
    make.registration(training, make.trainee(user.agency))
    client.sign_in(user)

    page = client.get(f"/trainings/{training.public_id}").text

    assert "number 1 of your agency" in page
    assert "No seat is free. The person moves up when one becomes free." in page
    assert "a free seat goes to the next in line at once" in page
    assert held.trainee.family_name not in page
    assert "rank 2" not in page


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


def test_what_was_returned_leads_to_its_correction_and_back(client, make: Make):
    training, focal = make.training(admission=Admission.APPROVAL), make.user(Role.PARTNER)
    one = make.registration(training, make.trainee(focal.agency))
    submissions.return_for_correction(one, by=make.user(), reason="Which rank?")
    client.sign_in(focal)
    address = f"/registrations/{one.public_id}"
    correct = f"/trainees/{one.trainee.public_id}/edit?registration={one.public_id}"

    shown, listed = client.get(address).text, client.get(f"/trainings/{training.public_id}").text
    sent = {"family_name": "Amber", "given_names": "Ada", "rank": "Major", "sex": "f", "country": "AM"}
    saved = client.save(correct, sent)
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
    assert "No seat is free." in page


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
    assert "Who can help: the coordinator." in late.text and "too_late" not in late.text
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
    assert f"A seat is offered, until {until:%-d %b %Y, %H:%M} (Tbilisi time)." in page


def test_a_decision_asks_for_all_that_it_needs_at_once_and_then_names_the_people(client, make: Make):
    training = make.training(admission=Admission.APPROVAL, capacity=5)
    one, other = (
        make.registration(training, make.trainee(family_name=name)) for name in ("Okafor", "Lindqvist")
    )
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/registrations/for/{training.public_id}/decide"
    chosen = {"registration": [str(one.public_id), str(other.public_id)]}

    refused = client.post(address, data={**chosen, "verb": "decline"})

    assert refused.status_code == 422
    assert "Pick the reason why they are declined." in refused.text and "Say why" in refused.text
    done = client.post(address, data={**chosen, "verb": "confirm"})
    assert "Confirmed: Okafor, Pat; Lindqvist, Pat." in client.get(done.headers["Location"]).text

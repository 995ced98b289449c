"""The registration desk in the browser's terms: deciding on many, seats asked for, given back and released."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import db
from training.models import Admission, OutgoingMail, RegistrationState, Role
from training.services import registrations, reserve_list, seat_requests, seats

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
    assert "One." in page
    assert "1 seats, 0 used, 1 free." in page
    given = client.post(
        f"{address}/ask", data={"what": "return", "seats": "1", "sentence": "Nobody can come."}
    )
    assert given.status_code == 303
    assert seats.for_agency([training], user.agency)[training.id].kept is None


def test_the_release_names_who_moves_up_first(client, make: Make):
    training = make.training(capacity=1)
    seats.allocate(training, by=None, seats=1, agency=make.agency())
    waiting = make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/trainings/{training.public_id}/seats/release"

    page = client.get(address).text

    assert waiting.trainee.family_name in page
    assert client.post(address, data={}).status_code == 409
    assert client.post(address, data={"moving_up": str(waiting.public_id)}).status_code == 303
    assert waiting.state is S.CONFIRMED


def test_a_partner_reads_its_rank_and_the_rule_and_nothing_of_the_others(client, make: Make):
    training, user = make.training(capacity=1), make.user(Role.PARTNER)
    held = make.registration(training)
    make.registration(training)
    make.registration(training, make.trainee(user.agency))
    client.sign_in(user)

    page = client.get(f"/trainings/{training.public_id}").text

    assert "number 1 of your agency" in page
    assert "All seats are held. It moves up when one becomes free." in page
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


def test_another_rank_is_given_where_the_reserve_list_is_read(client, make: Make):
    training = make.training(capacity=1)
    make.registration(training)
    first, second = make.registration(training), make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))
    page = client.get(f"/registrations/for/{training.public_id}/decide?state=reserve").text
    address = f"/registrations/{second.public_id}/reserve?back=decide"
    assert address in page
    steps, letters = len(registrations.history(second)), _letters()

    moved = client.post(address, data={"rank": "1"})

    assert moved.location.endswith("/decide?state=reserve")
    assert (second.reserve_rank, first.reserve_rank) == (1, 2)
    assert (len(registrations.history(second)), _letters()) == (steps, letters)


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


def test_who_comes_instead_is_searched_for_in_any_spelling(client, make: Make):
    agency = make.agency()
    registration = make.registration(trainee=make.trainee(agency))
    make.trainee(agency, family_name="Shevchenko", given_names="Olha")
    client.sign_in(make.user(Role.PARTNER, agency=agency))
    page = f"/registrations/{registration.public_id}"

    few, found, nobody = (client.get(page + query).text for query in ("", "?text=Шевченко", "?text=Zzz"))

    assert 'form="find"' not in few and "Shevchenko, Olha</option>" in few
    assert '<details class="drop" open>' in found and "Shevchenko, Olha</option>" in found
    assert "Nobody found" in nobody and "Shevchenko" not in nobody


def test_the_list_of_people_to_register_finds_other_spellings(client, make: Make):
    agency, training = make.agency(), make.training()
    make.trainee(agency, family_name="Shevchenko", given_names="Olha")
    client.sign_in(make.user(Role.PARTNER, agency=agency))

    for path in (f"/registrations/for/{training.public_id}/new", "/trainees"):
        assert "Shevchenko, Olha" in client.get(f"{path}?text=Chevtchenko").text

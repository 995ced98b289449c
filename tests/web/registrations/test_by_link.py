"""The registered person's own page: a signed link, no account, no cookie, nothing of anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.conftest import SECRET
from tests.make import Make
from tests.papers import text_of
from training.db import atomic, db
from training.models import Admission, OutgoingMail, ReasonCode, Registration, RegistrationState, Role
from training.services.accounts import sign_ins
from training.services.imports import confirming, staging, undoing
from training.services.registrations import reserve_list, submissions, visible
from training.services.trainees import records
from training.texts import links


@pytest.fixture
def person(make: Make):
    """A registered person of an agency with a focal point; the link to their page."""
    focal = make.user(Role.PARTNER)
    trainee = make.trainee(focal.agency, family_name="Petrova", given_names="Anna", email="a@example.org",
                           phone="+43 1 5550100", function="Inspector")  # fmt: skip
    registration = make.registration(make.training(capacity=1), trainee)
    return {"focal": focal, "registration": registration, "url": link(registration)}


def link(registration) -> str:
    token = links.token(registration.public_id, registration.trainee.public_id, secret_key=SECRET)
    return f"/my/{token}"


def post(client, url, **data):
    """As a form of the page posts: without any token but the link."""
    return client.post(url, data=data, csrf=False)


def test_the_page_says_whose_it_is_for_what_and_nothing_else_of_them(person, client):
    response = client.get(person["url"])

    assert response.status_code == 200
    assert "Petrova, Anna" in response.text and "Detection of forged documents" in response.text
    for hidden in (
        "a@example.org",
        "5550100",
        "Inspector",
        person["focal"].name,
        person["focal"].agency.name,
    ):
        assert hidden not in response.text
    assert "Your data and your rights" in response.text


def test_who_is_confirmed_fetches_the_confirmation_on_paper_in_their_language(person, client, make: Make):
    trainee, other = person["registration"].trainee, make.registration(person["registration"].training)
    make.session(person["registration"].training, person["registration"].training.starts_on)
    atomic(setattr)(trainee, "language", "ru")

    page, paper = client.get(person["url"]), client.get(f"{person['url']}/confirmation.pdf")
    text = text_of(paper.data)
    waiting = client.get(link(other)).text, client.get(f"{link(other)}/confirmation.pdf")

    assert "/confirmation.pdf" in page.text
    assert (
        paper.headers["Content-Type"] == "application/pdf"
        and "attachment" in paper.headers["Content-Disposition"]
    )
    assert "Petrova, Anna" in text and "Detection of forged documents" in text and "09:00" in text
    assert other.name not in text
    assert "/confirmation.pdf" not in waiting[0]
    assert waiting[1].status_code == 409


def test_the_address_is_not_passed_on_not_indexed_not_kept_and_sets_no_cookie(person, client):
    for url in (person["url"], f"{person['url']}/decline", "/my/nonsense"):
        response = client.get(url)
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers
        assert "<script" not in response.text and "Main menu" not in response.text


def test_the_person_confirms_and_a_second_time_changes_nothing(person, client):
    assert post(client, f"{person['url']}/confirm").status_code == 303
    at = person["registration"].acknowledged_at
    assert at is not None
    assert post(client, f"{person['url']}/confirm").status_code == 303

    assert person["registration"].acknowledged_at == at
    assert "You have confirmed this registration." in client.get(person["url"]).text


def test_a_person_takes_a_seat_that_is_offered_by_their_own_link(client, make: Make):
    training = make.training(admission=Admission.APPROVAL, capacity=1)
    waiting = reserve_list.reserve(make.registration(training), by=make.user())
    reserve_list.offer(waiting, by=make.user())

    page = client.get(link(waiting)).text
    taken = post(client, f"{link(waiting)}/confirm")

    assert "A seat is offered, until" in page and "Take the seat" in page
    assert (taken.status_code, waiting.state) == (303, RegistrationState.CONFIRMED)
    assert waiting.acknowledged_at is not None
    step = visible.history(waiting)[-1]
    assert (step.reason_code, step.by_name) == (ReasonCode.TRAINEE, waiting.trainee.name)


def test_an_offer_that_is_over_says_so_and_stays_as_it_is(client, make: Make):
    training = make.training(admission=Admission.APPROVAL, capacity=1)
    waiting = reserve_list.reserve(make.registration(training), by=make.user())
    reserve_list.offer(waiting, by=make.user())

    with time_machine.travel(waiting.offer_expires_at + timedelta(minutes=1)):
        late = post(client, f"{link(waiting)}/confirm")

    assert late.status_code == 409 and "The time to take this seat is over" in late.text
    assert (waiting.state, waiting.acknowledged_at) == (RegistrationState.OFFERED, None)


def test_opening_the_page_changes_nothing(person, client):
    before = (person["registration"].state, person["registration"].acknowledged_at)
    for path in ("", "/decline"):
        client.get(person["url"] + path)

    assert (person["registration"].state, person["registration"].acknowledged_at) == before
    assert client.get(person["url"] + "/confirm").status_code == 405


def test_a_correction_is_kept_as_a_step_and_told_to_agency_and_coordinator(person, client, make: Make):
    coordinator = make.user(Role.COORDINATOR)

    response = post(client, person["url"], text="My name is written Petrovа")

    assert response.status_code == 303
    step = visible.history(person["registration"])[-1]
    assert (step.reason, step.reason_code, step.by_name) == (
        "My name is written Petrovа",
        ReasonCode.TRAINEE,
        "Petrova, Anna",
    )
    told = db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "correction")).all()
    assert {row.user_id for row in told} == {person["focal"].id, coordinator.id}
    assert all("My name is written" in row.body for row in told)
    client.sign_in(person["focal"])
    page = client.get(f"/registrations/{person['registration'].public_id}").text
    assert "My name is written" in page


def test_the_history_says_in_the_readers_language_that_somebody_declined_by_the_link(person, client):
    atomic(setattr)(person["focal"], "language", "fr")
    post(client, f"{person['url']}/decline", text="")
    client.sign_in(person["focal"])

    page = client.get(f"/registrations/{person['registration'].public_id}").text

    assert "a décliné au moyen du lien reçu" in page and "has declined" not in page


def test_an_empty_correction_is_shown_again_and_a_fourth_a_day_is_refused(person, client):
    assert post(client, person["url"], text=" ").status_code == 422
    assert [post(client, person["url"], text=f"No. {n}").status_code for n in range(4)] == [
        303,
        303,
        303,
        429,
    ]


def test_declining_asks_first_and_gives_the_seat_to_the_next_in_line(person, client, make: Make):
    training = person["registration"].training
    waiting = make.registration(training)
    assert waiting.state is RegistrationState.RESERVE

    asked = client.get(f"{person['url']}/decline")
    assert "Do you want to decline?" in asked.text
    done = post(client, f"{person['url']}/decline", text="", anything="x")

    assert done.status_code == 200 and "You have declined." in done.text
    assert person["registration"].state is RegistrationState.WITHDRAWN
    assert visible.history(person["registration"])[-1].reason_code is ReasonCode.TRAINEE
    assert waiting.state is RegistrationState.CONFIRMED
    assert client.get(person["url"]).status_code == 410
    assert post(client, f"{person['url']}/confirm").status_code == 410


def test_nobody_declines_once_the_training_has_begun(person, client):
    training = person["registration"].training
    with time_machine.travel(training.starts_on, tick=False):
        assert "I cannot or do not want to come" not in client.get(person["url"]).text
        assert post(client, f"{person['url']}/decline").status_code == 409

    assert person["registration"].state is RegistrationState.CONFIRMED


def test_the_link_stops_when_the_registration_ends_or_the_person_is_another(person, client, make: Make):
    assert client.get(person["url"]).status_code == 200
    merged = make.registration(person["registration"].training, make.trainee(person["focal"].agency))
    url = link(merged)
    atomic(lambda: setattr(merged, "trainee", make.trainee(person["focal"].agency)))()
    submissions.withdraw(person["registration"], by=None, reason="x")

    for stopped, why in ((person["url"], "This registration has ended"), (url, "You may have a newer one")):
        response = client.get(stopped)
        assert response.status_code == 410
        assert why in response.text and "Petrova" not in response.text


def test_the_link_stops_while_the_person_is_with_another_agency(person, client, make: Make):
    trainee, by = person["registration"].trainee, make.user()
    records.transfer(trainee, by=by, agency=make.agency())
    records.change(trainee, by=by, person=make.person(trainee, family_name="Newsecret"))

    for answer in (client.get(person["url"]), client.get(f"{person['url']}/confirmation.pdf"),
                   post(client, f"{person['url']}/confirm"), post(client, f"{person['url']}/decline")):  # fmt: skip
        assert answer.status_code == 410
        assert "Please ask your agency" in answer.text and "Newsecret" not in answer.text
    assert person["registration"].acknowledged_at is None
    records.transfer(trainee, by=by, agency=person["focal"].agency)
    assert client.get(person["url"]).status_code == 200


def test_the_link_of_an_undone_import_says_that_the_registration_was_taken_back(client, make: Make):
    training, agency, by = make.training(), make.agency(), make.user()
    content = b"Family name,Given names,E-mail\nAmber,Ada,ada@example.org\n"
    batch = staging.stage(training, by=by, agency=agency, content=content, file_name="a.csv")
    confirming.confirm(batch, by=by)
    url = link(db.session.scalars(select(Registration)).one())
    undoing.undo(batch, by=by)

    answer = client.get(url)

    assert answer.status_code == 410 and "This registration was taken back" in answer.text
    assert "not valid" not in answer.text


def test_a_refusal_speaks_the_persons_language(client, make: Make):
    registration = make.registration(trainee=make.trainee(language="ru", email="r@example.org"))
    url = link(registration)
    answers = [post(client, url, text=f"No. {n}") for n in range(4)]
    submissions.withdraw(registration, by=None, reason="x")
    answers.append(client.get(url))

    assert [answer.status_code for answer in answers[3:]] == [429, 410]
    assert answers[3].headers["Retry-After"]
    for answer in answers[3:]:
        assert '<html lang="ru"' in answer.text
        assert "has ended" not in answer.text and "several times" not in answer.text


def test_the_link_expires_thirty_days_after_the_training(person, client):
    ends_on = person["registration"].training.ends_on
    with time_machine.travel(ends_on + timedelta(days=30), tick=False):
        assert client.get(person["url"]).status_code == 200
    with time_machine.travel(ends_on + timedelta(days=32), tick=False):
        assert client.get(person["url"]).status_code == 410


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%F0%9F%98%80", "ImEi.abc", "..%2f", "null"])
def test_what_is_no_link_is_a_plain_sentence(token, client):
    response = client.get(f"/my/{token}")

    assert response.status_code in (404, 308)


def test_a_link_signed_for_another_registration_or_by_another_key_opens_nothing(person, client):
    registration = person["registration"]
    forged = links.token(registration.public_id, registration.trainee.public_id, secret_key="y" * 40)

    assert client.get(f"/my/{forged}").status_code == 404
    assert client.get(person["url"][:-1]).status_code == 404


def test_links_that_are_none_are_counted_by_address_like_tries_to_sign_in(person, client, monkeypatch):
    monkeypatch.setattr(sign_ins, "MOST_TRIES_PER_ADDRESS", 3)

    answers = [client.get("/my/nonsense").status_code for _ in range(4)]

    assert answers == [404, 404, 404, 429]
    assert client.get(person["url"]).status_code == 429


def test_the_page_speaks_the_persons_language(client, make: Make):
    registration = make.registration(trainee=make.trainee(language="fr", email="f@example.org"))

    page = client.get(link(registration)).text

    assert '<html lang="fr"' in page and "Vos données et vos droits" in page

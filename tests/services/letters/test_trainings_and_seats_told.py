"""Who is told that a training opens, changes or is off, and what becomes of the seats asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.make import Make
from tests.services.letters.mailed import forget, kinds, kinds_of, written
from training.db import atomic
from training.models import (
    MailState,
    Role,
)
from training.services.registrations import (
    kept_seats,
    seat_requests,
)
from training.services.schedule import several, shift
from training.services.trainings import changes, moves


def test_a_training_opened_is_told_to_the_agencies_that_may_register(make: Make):
    kept_for, of_country, neither = (
        make.user(Role.PARTNER, agency=make.agency(country=country)) for country in ("AT", "FR", "DE")
    )
    training = make.training(is_open=False, capacity=4)
    make.session(training)
    make.kept(training, by=None, seats=2, agency=kept_for.agency)
    make.kept(training, by=None, seats=2, country="FR")

    moves.change_state(training, by=None, name="open")

    assert [kinds_of(user) for user in (kept_for, of_country, neither)] == [["opened"], ["opened"], []]


def test_opening_asks_the_database_as_little_for_many_agencies_as_for_few(make: Make, queries):
    counts = []
    for more in (2, 20):
        for _ in range(more):
            make.user(Role.PARTNER)
        training = make.training(is_open=False)
        make.session(training)
        queries.clear()
        moves.change_state(training, by=None, name="open")
        counts.append(len(queries))

    assert counts[1] <= counts[0] <= 32


def test_changed_dates_postponing_and_cancelling_are_told_with_the_own_people(desk, make: Make):
    training, focal = desk["training"], desk["focal"]
    registration = make.registration(training, make.trainee(desk["agency"]))
    forget()
    details = make.changed(training)

    changes.change(training, by=desk["coordinator"], details=replace(details, description="only words"))
    assert written(focal) == []
    several.move(training, by=desk["coordinator"], move=shift.Move(days=1))
    make.announced(training, by=desk["coordinator"])
    assert registration.trainee.name in written(focal)[0].body
    assert kinds(focal) == ["changed"]
    moves.change_state(training, name="cancel", by=desk["coordinator"], reason="No room")
    (letter,) = written(focal)
    assert letter.kind == "cancelled"
    assert "No room" in letter.body and registration.trainee.name in letter.body


def test_an_answer_about_seats_reaches_the_agency(desk):
    asked = {"by": desk["focal"], "agency": desk["agency"], "seats": 1, "sentence": "One more, please."}
    seat_requests.decline(seat_requests.ask(desk["training"], **asked), by=desk["coordinator"], answer="Full")
    assert kinds(desk["focal"]) == ["seats_refused"]
    forget()

    seat_requests.grant(seat_requests.ask(desk["training"], **asked), by=desk["coordinator"], seats=1)

    assert kinds(desk["focal"]) == ["seats_given"]


@pytest.mark.parametrize(
    ("language", "asked", "returned"),
    [
        ("en", "asks for more seats", "has given back"),
        ("fr", "demande davantage", "a rendu des places"),
        ("ru", "просит дополнительные", "возвращает места"),
    ],
)
def test_the_coordinators_concerned_are_told_what_an_agency_does_with_its_seats(
    language, asked, returned, desk, make: Make
):
    training, agency = desk["training"], desk["agency"]
    reader = make.user(Role.COORDINATOR, themes=[make.theme("BMV")], language=language)
    elsewhere = make.user(Role.COORDINATOR, themes=[make.theme("ASY")])
    make.kept(training, by=None, seats=2, agency=agency)
    forget()

    doing = {"by": desk["focal"], "agency": agency, "seats": 1}
    seat_requests.give_back(training, **doing, sentence="One is ill.\nBcc: x@example.org")
    seat_requests.ask(training, **doing, sentence="One more, please.")

    first, second = written(reader)
    assert (first.kind, second.kind) == ("coordinator_seats_returned", "coordinator_seats_asked")
    assert first.state is MailState.QUEUED and first.agency_id is None
    assert f"{agency.name} {returned}" in first.body and "One is ill. Bcc: x@example.org" in first.body
    assert f"{agency.name} {asked}" in second.body and ": 1\n" in second.body
    assert "One more, please." in second.body and training.title in second.subject
    assert len(written(desk["coordinator"])) == 2
    assert written(elsewhere) == [] and written(desk["focal"]) == []


@pytest.mark.parametrize("kept", [0, 2])
def test_seats_refused_says_how_many_are_kept_and_not_how_many_were_asked_for(kept, desk):
    if kept:
        kept_seats.keep(desk["training"], by=desk["coordinator"], seats=kept, agency=desk["agency"])
    request = seat_requests.ask(
        with_room(desk["training"]), by=desk["focal"], agency=desk["agency"], seats=7, sentence="More"
    )

    seat_requests.decline(request, by=desk["coordinator"], answer="Full")

    (letter,) = [row for row in written(desk["focal"]) if row.kind == "seats_refused"]
    assert f"kept for your agency stays: {kept}\n" in letter.body


def with_room(training):
    atomic(lambda: setattr(training, "capacity", 20))()
    return training

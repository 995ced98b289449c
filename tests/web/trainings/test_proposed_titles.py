"""A title that the product proposed is read in the reader's language: on pages, in letters and on papers. A typed one stays as it is."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from tests.papers import text_of
from training.db import db
from training.models import OutgoingMail, Role, Training, TrainingSession, User
from training.rules import half_days
from training.services.locked_trainings import live_sessions
from training.services.papers import confirmations
from training.texts import letters, proposed

TYPED = "Matin des visas"
"""A title that begins like a proposed one."""


@pytest.mark.parametrize("language", letters.LANGUAGES)
@pytest.mark.parametrize("written", letters.LANGUAGES)
def test_what_is_proposed_in_a_language_is_known_in_all(written: str, language: str):
    for place in range(4):
        for day in (1, 7, 12):
            title = proposed.of_day(day, place, written)
            assert proposed.said(title, language) == proposed.of_day(day, place, language)
    for part in (proposed.Part.MORNING, proposed.Part.AFTERNOON):
        assert proposed.said(proposed.alone(part, written), language) == proposed.alone(part, language)


def test_each_language_has_words_of_its_own():
    assert set(proposed.OF_A_DAY) == set(proposed.ALONE) == set(half_days.DAY) == set(letters.LANGUAGES)
    every = [word for words in (*proposed.OF_A_DAY.values(), *proposed.ALONE.values()) for word in words]
    assert len(every) == len(set(every)), "a word of two languages would be translated at random"


@pytest.mark.parametrize(
    "title",
    (TYPED, "morning", "Day 0, morning", "Day 1, matin", "Day 1, morning: visas", "Day one, morning", "Day 1",
     "Tag 1, morning", "Day 1000, morning", "", "Morning "),
)  # fmt: skip
def test_what_somebody_typed_stays_as_it_is(title: str):
    for language in letters.LANGUAGES:
        assert proposed.said(title, language) == title


def planned(make: Make, **wanted) -> tuple[Training, User]:
    """A training with a proposed title and a typed one, and a focal point who reads French."""
    training = make.training(**wanted)
    make.session(training, training.ends_on, title="Day 2, morning")
    make.session(training, training.ends_on, title=TYPED)
    make.known(training)
    return training, make.user(Role.PARTNER, language="fr")


def proposed_of(training: Training) -> TrainingSession:
    [found] = [one for one in live_sessions(training) if one.title == "Day 2, morning"]
    return found


def test_partner_and_trainer_read_it_in_their_language(client, make: Make):
    training, focal = planned(make)
    user = make.user(Role.TRAINER, language="ru")
    taught = make.session(
        training,
        training.starts_on + timedelta(days=2),
        title="Jour 2, après-midi",
        trainers=[make.trainer(user=user)],
    )
    path = f"/trainings/{training.public_id}"

    client.sign_in(focal)
    page = client.get(path).text
    assert "Jour 2, matin" in page and "Day 2, morning" not in page and TYPED in page
    client.sign_in(user)
    for address in (path, "/", "/sessions", f"/sessions/{taught.public_id}/register"):
        page = client.get(address).text
        assert "День 2, после полудня" in page, address
        assert "Jour 2" not in page, address


def test_whoever_plans_reads_and_changes_the_title_that_is_stored(client, make: Make):
    training, _ = planned(make)
    session = make.session(training, training.starts_on + timedelta(days=2), title="Day 2, evening")
    client.sign_in(make.user(Role.COORDINATOR, language="fr"))

    assert 'value="Day 2, evening"' in client.get(f"/sessions/{session.public_id}/edit").text


def test_attendance_of_the_own_people_says_it_too(client, make: Make):
    training, focal = planned(make)
    registration = make.registration(training, make.trainee(focal.agency))

    with time_machine.travel(datetime.combine(training.ends_on + timedelta(days=1), time(9)), tick=False):
        client.sign_in(focal)
        page = client.get(f"/registrations/{registration.public_id}").text

    assert "Jour 2, matin" in page and "Day 2, morning" not in page


def test_a_confirmation_is_in_the_persons_language(make: Make):
    training, focal = planned(make)
    person = make.trainee(focal.agency, email="p@example.org", language="ru")

    paper = confirmations.confirmation(make.registration(training, person), reader=None, demo=False)

    said = text_of(paper)
    assert "День 2, до полудня" in said and TYPED in said and "morning" not in said


def test_letters_say_it_in_the_language_of_each_reader(make: Make):
    training, focal = planned(make)
    person = make.trainee(focal.agency, email="p@example.org", language="ru")
    make.registration(training, person)
    session = proposed_of(training)

    make.change_session(session, by=make.user(), starts_local=session.starts_local + timedelta(minutes=30))
    make.announced(training)

    bodies = {
        to: "\n".join(
            row.body for row in db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_email == to))
        )
        for to in (focal.email, "p@example.org")
    }
    assert "– Jour 2, matin: " in bodies[focal.email] and "morning" not in bodies[focal.email]
    assert "– День 2, до полудня: " in bodies["p@example.org"] and "morning" not in bodies["p@example.org"]


def test_a_proposed_title_in_another_language_is_no_change_to_a_reader(make: Make):
    training, focal = planned(make)
    make.registration(training, make.trainee(focal.agency))
    session = proposed_of(training)

    make.change_session(
        session, by=make.user(), title="Jour 2, matin", starts_local=session.starts_local + timedelta(hours=1)
    )
    make.announced(training)

    [letter] = [
        row
        for row in db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_email == focal.email))
        if "Jour 2" in row.body and "→" in row.body
    ]
    assert letters.OF_SESSION["fr"]["title"] not in letter.body


def test_without_knowing_titles_the_partner_reads_the_planners_language(client, make: Make, monkeypatch):
    training, focal = planned(make)
    monkeypatch.setattr(proposed, "said", lambda title, language: title)
    client.sign_in(focal)

    assert "Day 2, morning" in client.get(f"/trainings/{training.public_id}").text

"""What is not announced although it is near: who plans reads it at once, and is written to at 48 h and at 24 h."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.make import Make
from tests.services.letters.mailed import forget
from tests.services.racing import at_once, get, of_training
from training.db import db
from training.models import OutgoingMail, Role, Training, TrainingSession
from training.services.announcing import differences, overtaken
from training.services.schedule import sessions
from training.services.trainings import changes, moves

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def planner(make: Make):
    return make.user(Role.COORDINATOR, themes=[make.theme("BMV")])


@pytest.fixture
def training(make: Make, planner) -> Training:
    """An open training whose session is an hour later than people know."""
    training = make.training()
    shift(make, make.session(training, title="Profiling"), HOUR)
    forget()
    return training


def shift(make: Make, session: TrainingSession, by: timedelta) -> TrainingSession:
    later = {"starts_local": session.starts_local + by, "ends_local": session.ends_local + by}
    return make.change_session(session, by=make.user(), **later)


def before(training: Training, left: timedelta) -> time_machine.travel:
    """The moment so long before the next session that differs begins, as it was announced."""
    return time_machine.travel(differences.of(training).starts[0] - left, tick=False)


def said(user) -> list[tuple[str, int, int]]:
    return [(one.training.code, one.changes, one.days) for one in overtaken.search(user)]


def written() -> list[OutgoingMail]:
    return list(db.session.scalars(db.select(OutgoingMail).order_by(OutgoingMail.id)))


def test_the_first_screen_says_it_from_seven_days_before(training, planner):
    for left, expected in (
        (8 * DAY, []),
        (7 * DAY - HOUR, [(training.code, 1, 7)]),
        (HOUR, [(training.code, 1, 0)]),
    ):
        with before(training, left):
            assert said(planner) == expected


def test_what_people_were_told_of_a_day_that_is_over_is_said_too(planner, make: Make):
    training = make.training()
    shift(make, make.session(training, title="Exam"), 2 * DAY)
    with before(training, -4 * HOUR):
        [one] = overtaken.search(planner)
        assert one.has_begun


def test_only_what_the_user_looks_after_is_said(training, make: Make):
    with before(training, DAY):
        assert said(make.user(Role.COORDINATOR, themes=[make.theme("ASY")])) == []
        assert len(said(make.user())) == 1


def test_nothing_is_said_of_a_draft_or_of_what_everybody_knows(training, planner, make: Make):
    draft = make.training(is_open=False)
    make.session(draft)
    with before(training, DAY):
        make.announced(training)
        assert said(planner) == [] and overtaken.queue_due() == 0
    assert {one.kind for one in written()} <= {"changed", "trainee_changed"}


def test_a_change_of_a_later_day_is_said_a_week_before_that_day(make: Make, planner):
    training = make.training()
    with_change = make.session(training, training.starts_on + 2 * DAY, title="Exam")
    sessions.cancel(with_change, by=make.user(), reason="not needed")
    with before(training, 8 * DAY):
        assert said(planner) == []
    with before(training, 6 * DAY):
        assert len(said(planner)) == 1


def test_another_place_concerns_the_first_session_to_come(make: Make, planner):
    training = make.training()
    changes.change(training, by=make.user(), details=make.changed(training, venue=make.venue()))
    with time_machine.travel(differences.of(training).starts[0] - 3 * DAY, tick=False):
        assert said(planner) == [(training.code, 1, 3)]


def test_the_first_screen_asks_once_whatever_there_is(training, planner, make: Make, queries):
    for _ in range(3):
        other = make.training()
        shift(make, make.session(other, trainers=[make.trainer()]), HOUR)
    planner.themes  # noqa: B018 -- loaded by who is signed in
    with before(training, DAY):
        queries.clear()
        assert len(said(planner)) == 4
        assert len(queries) == 1


def test_the_worker_writes_at_48_and_at_24_hours_and_never_twice(training, planner, make: Make):
    make.registration(training, make.trainee(email="ada@example.org"))
    make.user(Role.COORDINATOR, themes=[make.theme("ASY")])
    forget()
    for left, letters in (
        (49 * HOUR, 0),
        (47 * HOUR, 1),
        (46 * HOUR, 1),
        (25 * HOUR, 1),
        (23 * HOUR, 2),
        (HOUR, 2),
    ):
        with before(training, left):
            overtaken.queue_due()
        assert len(written()) == letters, left
    assert {one.user_id for one in written()} == {planner.id}
    assert {one.kind for one in written()} == {"coordinator_not_announced"}
    assert differences.of(training), "nothing is announced by itself"


def test_a_worker_that_was_away_writes_one_letter(training, planner):
    with before(training, 20 * HOUR):
        assert (overtaken.queue_due(), overtaken.queue_due()) == (1, 0)
    with before(training, -1 * HOUR):
        assert overtaken.queue_due() == 0
    [one] = written()
    assert "Profiling" in one.body and f"page:/trainings/{training.public_id}/announce" in one.body
    assert "Changes that are not announced: 1" in one.body


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_the_letter_names_what_differs_in_each_language(language, training, make: Make):
    reader = make.user(Role.COORDINATOR, all_themes=True, language=language)
    with before(training, DAY):
        overtaken.warn(training)
    body = next(one for one in written() if one.user_id == reader.id).body
    assert "Profiling" in body and "$" not in body


@pytest.mark.real_commit
def test_two_workers_write_one_letter(raced: Flask):
    with raced.app_context():
        make = Make()
        make.user(Role.COORDINATOR, all_themes=True)
        training = make.training()
        shift(make, make.session(training), HOUR)
        number, begins = training.id, differences.of(training).starts[0]
        db.session.remove()

    def warn() -> None:
        overtaken.warn(get(Training, number))

    with time_machine.travel(begins - DAY, tick=False):
        refusals = at_once(raced, of_training(number), warn, warn)

    with raced.app_context():
        told = db.select(db.func.count(OutgoingMail.id)).where(OutgoingMail.kind == overtaken.KIND)
        assert (refusals, db.session.scalar(told)) == ([], 1)
        db.session.remove()


def test_without_the_letter_as_a_sign_it_would_be_written_twice(training, planner, monkeypatch):
    monkeypatch.setattr(overtaken, "_was_written", lambda *_: False)
    with before(training, DAY):
        assert overtaken.queue_due() + overtaken.queue_due() == 2


def test_of_a_training_that_is_postponed_nothing_is_overtaken(training, planner, make: Make):
    with before(training, DAY):
        moves.change_state(training, by=make.user(), name="postpone", reason="elections")
        assert said(planner) == [] and overtaken.queue_due() == 0

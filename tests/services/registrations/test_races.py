"""Two at once, with real commits: what was read before the training's lock is not believed after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.make import Make
from tests.services.racing import at_once, db_is_sqlite, get, of_training
from training import clock
from training.db import db
from training.errors import Conflict, DomainError
from training.models import (
    Admission,
    ImportBatch,
    Registration,
    RegistrationState,
    Trainee,
    Training,
    TrainingState,
    User,
)
from training.services import locked_trainings
from training.services.imports import confirming, staging
from training.services.registrations import late_changes, reserve_list, steps, submissions

pytestmark = pytest.mark.real_commit
S = RegistrationState


def states(app: Flask, training_id: int) -> list[RegistrationState]:
    with app.app_context():
        found = db.select(Registration.state).where(Registration.training_id == training_id)
        return sorted(db.session.scalars(found))


def replaced_while_withdrawn(app: Flask) -> tuple[list[DomainError], list[RegistrationState]]:
    with app.app_context():
        make = Make()
        training, by = make.training(capacity=1), make.user().id
        held = make.registration(training)
        make.registration(training)  # waits
        substitute, held, training = make.trainee(held.agency).id, held.id, training.id
        db.session.remove()
    refusals = at_once(
        app, of_training(training),
        lambda: submissions.withdraw(get(Registration, held), by=get(User, by), reason="ill"),
        lambda: late_changes.replace(
            get(Registration, held), by=get(User, by), substitute=get(Trainee, substitute), reason="ill"
        ),
    )  # fmt: skip
    return refusals, states(app, training)


def test_a_seat_that_was_withdrawn_meanwhile_is_not_given_to_a_substitute_too(raced):
    refusals, found = replaced_while_withdrawn(raced)

    assert found == [S.CONFIRMED, S.WITHDRAWN]
    assert [refusal.code for refusal in refusals] == ["state"]


def test_without_reading_again_after_the_lock_it_would_be_oversold(raced, monkeypatch):
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    monkeypatch.setattr(steps, "lock", lambda registration: locked_trainings.lock(registration.training))

    _, found = replaced_while_withdrawn(raced)

    assert found.count(S.CONFIRMED) == 2


def registered_while_the_training_changes(
    app: Flask, change: Callable[[Training], None]
) -> tuple[list[DomainError], list[RegistrationState]]:
    with app.app_context():
        make = Make()
        training = make.training(capacity=2)
        make.registration(training)
        trainee, training = make.trainee().id, training.id
        db.session.remove()
    refusals = at_once(
        app, of_training(training),
        lambda: change(get(Training, training)),
        lambda: submissions.submit(get(Training, training), by=None, trainee=get(Trainee, trainee)),
    )  # fmt: skip
    return refusals, states(app, training)


def _one_seat_less(training: Training) -> None:
    training.capacity = 1


def _cancelled(training: Training) -> None:
    training.state = TrainingState.CANCELLED


def test_a_seat_that_was_taken_away_meanwhile_is_not_given(raced):
    refusals, found = registered_while_the_training_changes(raced, _one_seat_less)

    assert (refusals, found) == ([], [S.CONFIRMED, S.RESERVE])


def test_nobody_is_registered_for_a_training_that_was_cancelled_meanwhile(raced):
    refusals, found = registered_while_the_training_changes(raced, _cancelled)

    assert (len(refusals), found) == (1, [S.CONFIRMED])


def test_with_a_lock_that_reads_nothing_the_seat_would_be_given(raced, monkeypatch):
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")

    def holds_only(training: Training) -> None:
        db.session.execute(db.select(Training.id).where(Training.id == training.id).with_for_update())

    monkeypatch.setattr(locked_trainings, "lock", holds_only)

    _, found = registered_while_the_training_changes(raced, _one_seat_less)

    assert found == [S.CONFIRMED, S.CONFIRMED]


def test_an_offer_that_expired_meanwhile_is_not_taken(raced):
    with raced.app_context():
        make = Make()
        by, training = make.user(), make.training(capacity=1, admission=Admission.APPROVAL)
        late, waiting = (reserve_list.reserve(make.registration(training), by=by) for _ in range(2))
        reserve_list.offer(late, by=by)
        late, training, by = late.id, training.id, by.id
        db.session.remove()

    with time_machine.travel(clock.now() + timedelta(hours=49)):
        at_once(
            raced, of_training(training), reserve_list.expire_offers,
            lambda: reserve_list.confirm(get(Registration, late), by=get(User, by)),
        )  # fmt: skip

    assert states(raced, training) == [S.CONFIRMED, S.RESERVE]
    assert waiting is not None


def test_a_seat_given_meanwhile_is_not_taken_back_by_returning(raced):
    with raced.app_context():
        make = Make()
        by, training = make.user().id, make.training(admission=Admission.APPROVAL)
        one, training = make.registration(training).id, training.id
        db.session.remove()

    refusals = at_once(
        raced, of_training(training),
        lambda: reserve_list.confirm(get(Registration, one), by=get(User, by)),
        lambda: submissions.return_for_correction(get(Registration, one), by=get(User, by), reason="rank?"),
    )  # fmt: skip

    assert states(raced, training) == [S.CONFIRMED]
    assert [refusal.code for refusal in refusals] == ["state"]


def test_a_file_confirmed_twice_at_once_registers_its_people_once(raced):
    with raced.app_context():
        make = Make()
        training = make.training()
        content = b"Family name,Given names\nAmber,Ada\nBirch,Ben\nCedar,Cy\n"
        batch = staging.stage(training, by=None, agency=make.agency(), content=content, file_name="a.csv").id
        training = training.id
        db.session.remove()

    def confirm() -> None:
        confirming.confirm(get(ImportBatch, batch), by=None)

    refusals = at_once(raced, of_training(training), confirm, confirm)

    assert states(raced, training) == [S.CONFIRMED] * 3
    assert [type(refusal) for refusal in refusals] == [Conflict]

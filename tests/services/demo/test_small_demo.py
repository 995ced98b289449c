"""The small demo keeps what the services keep, though its rows are made in bulk, and an id is given once."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import Base, db
from training.errors import Conflict
from training.models import (
    HOLDS_SEAT,
    LIVE,
    Registration,
    RegistrationState,
    RegistrationStep,
    SessionTrainer,
    Training,
    TrainingSession,
    TrainingState,
)
from training.services import seat_counts
from training.services.demo import build

S = RegistrationState


def test_the_small_demo_keeps_every_promise_about_seats_people_and_sessions(app):
    accounts = build.make("small")

    assert [one.role for one in accounts] == [
        "admin",
        "coordinator",
        "partner",
        "partner",
        "trainer",
        "manager",
    ]
    assert len({one.password for one in accounts}) == len(accounts)
    trainings = {one.id: one for one in db.session.scalars(select(Training))}
    assert {one.state for one in trainings.values()} == set(TrainingState)
    everybody = db.session.scalars(select(Registration)).all()
    held = Counter(one.training_id for one in everybody if one.state in HOLDS_SEAT)
    assert held.total() > 500
    assert {n: count for n, count in held.items() if count > trainings[n].capacity} == {}
    for number, counted in seat_counts.counts(list(trainings.values())).items():
        assert counted.least_capacity <= trainings[number].capacity, "what is kept can be given"
    live = Counter((one.training_id, one.trainee_id) for one in everybody if one.state in LIVE)
    assert max(live.values()) == 1, "nobody is registered twice"
    assert {
        one.training_id
        for one in everybody
        if one.state in LIVE and trainings[one.training_id].state == "cancelled"
    } == set()
    _history_ends_where_registrations_stand(everybody)
    _nobody_and_no_room_is_at_two_places()


def _history_ends_where_registrations_stand(everybody) -> None:
    last: dict[int, RegistrationState] = {}
    for step in db.session.scalars(select(RegistrationStep).order_by(RegistrationStep.id)):
        last[step.registration_id] = step.to_state
    assert {one.id: one.state for one in everybody if one.state is not S.DRAFT} == {
        one.id: last.get(one.id) for one in everybody if one.state is not S.DRAFT
    }


def _nobody_and_no_room_is_at_two_places() -> None:
    held = db.session.scalars(
        select(TrainingSession)
        .where(TrainingSession.cancelled_at.is_(None))
        .order_by(TrainingSession.starts_at)
    ).all()
    busy: dict[tuple[str, int | None], object] = {}
    for session in held:
        teaching = db.session.scalars(
            select(SessionTrainer.trainer_id).where(SessionTrainer.session_id == session.id)
        )
        for key in [("room", session.room_id), *[("trainer", n) for n in teaching]]:
            assert key[1] is None or key not in busy or busy[key] <= session.starts_at, f"{key} at two places"
            busy[key] = session.ends_at


def test_a_database_that_is_not_empty_takes_no_demo(make: Make):
    make.programme()

    with pytest.raises(Conflict, match="new one only"):
        build.make("small")


def test_what_is_stored_after_the_demo_gets_ids_of_its_own(make: Make):
    build.make("small")
    before = db.session.scalar(select(func.max(Registration.id)))

    registration = make.registration(make.training(), make.trainee(make.agency()))

    assert registration.id > before
    for table in Base.metadata.sorted_tables:
        if "public_id" in table.c:
            ids = db.session.scalars(select(table.c.public_id)).all()
            assert len(ids) == len(set(ids)), table.name

"""The small demo keeps what the services keep, though its rows are made in bulk, and an id is given once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import Base, db
from training.errors import Conflict
from training.models import (
    HOLDS_SEAT,
    LIVE,
    Agency,
    Announcement,
    AttendanceRecord,
    MailState,
    Modality,
    OutgoingMail,
    Programme,
    RegisterState,
    Registration,
    RegistrationState,
    RegistrationStep,
    SessionTrainer,
    Theme,
    Trainee,
    Training,
    TrainingSession,
    TrainingState,
)
from training.services import seat_counts
from training.services.announcing import differences
from training.services.demo import build, past_trainings
from training.services.demo import days as days_of_demo
from training.services.programmes import frames
from training.texts import invented_courses

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
    _it_is_true_to_life(list(trainings.values()))
    _history_ends_where_registrations_stand(everybody)
    _nobody_and_no_room_is_at_two_places()


def _it_is_true_to_life(trainings: list[Training]) -> None:
    """Programmes have aims, trainings say what they are, and only what is held online has no place."""
    for programme in db.session.scalars(select(Programme)):
        assert programme.objectives and len(frames.targets(programme)) == 3
    for training in trainings:
        is_online = training.activity_type.code in invented_courses.ONLINE
        assert training.description
        assert (training.modality is Modality.ONLINE) is is_online is (training.venue is None)
    assert {one.modality for one in trainings} == {Modality.ONLINE, Modality.IN_PERSON}
    for model in (Agency, Trainee):
        own = select(func.count(model.id)).join(Theme, Theme.id == model.theme_id)
        assert db.session.scalar(own.where(Theme.code == "MIEUX2")), model
    marked = func.count(AttendanceRecord.status)
    filled = (
        select(TrainingSession.training_id, marked)
        .join(AttendanceRecord, AttendanceRecord.session_id == TrainingSession.id)
        .where(TrainingSession.register_state == RegisterState.OPEN, TrainingSession.cancelled_at.is_(None))
        .group_by(TrainingSession.id, TrainingSession.training_id)
    )
    expected = Counter(
        db.session.scalars(select(Registration.training_id).where(Registration.state.in_(HOLDS_SEAT)))
    )
    half = db.session.execute(filled).all()
    assert half and all(0.3 < count / expected[number] < 0.7 for number, count in half)


@pytest.mark.parametrize("scale", build.SCALES)
def test_nobody_is_trained_on_weekends_nor_between_christmas_and_new_year(scale: str):
    made = build.SCALES[scale]
    for number in range(0, 800, 3):
        today = date(2026, 6, 1) + timedelta(days=number)
        for n in range(60):
            shape = past_trainings.Shape.of(n, made, today)
            assert len(shape.held_on) == shape.days
            assert [day for day in shape.held_on if days_of_demo.is_off(day)] == [], (today, n)
            if shape.state == "completed":
                assert shape.ends_on < today
            if n % 15 == 1 and n > 1:
                assert shape.starts_on < today <= shape.ends_on, "it runs, and some of it is over"


def test_a_day_off_is_a_weekend_or_a_day_between_the_years():
    days = [date(2026, 12, 20) + timedelta(days=number) for number in range(16)]

    assert [day.day for day in days if not days_of_demo.is_off(day)] == [21, 22, 23, 4]


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


def test_the_demo_shows_a_change_that_was_announced_and_one_that_was_not(app):
    build.make("small")

    changed = [one for one in db.session.scalars(select(Training)) if differences.of(one)]
    made = db.session.scalars(select(Announcement).where(Announcement.number > 1)).all()
    assert len(changed) == 1 and changed[0].announcement.number == 1
    assert [(one.number, bool(one.withdrawn_at)) for one in made] == [(2, True), (3, False)]
    assert made[0].training.announcement_id == made[1].id and made[0].training is not changed[0]
    letters = db.session.scalars(select(OutgoingMail)).all()
    assert letters and {one.announcement_id for one in letters} == {made[1].id}
    assert {one.state for one in letters} <= {MailState.SENT}, "the demo writes to nobody"

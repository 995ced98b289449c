"""A session called off is free and keeps its reason; a new zone moves instants and keeps wall times, or is refused."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from tests.make import Make
from tests.services.logged import entries
from tests.services.schedule.planned import skipped, with_room_and_trainer
from training.db import db
from training.errors import Conflict, Invalid
from training.models import AuditEntry
from training.rules import walltime
from training.services import audit
from training.services.schedule import sessions
from training.services.trainings import changes


def test_a_session_called_off_by_its_door_is_free_and_kept_with_the_reason(make: Make):
    training, other = make.training(), make.training()
    session, by = with_room_and_trainer(make, training), make.user()

    sessions.cancel(session, by=by, reason=" ill ")

    assert (session.is_cancelled, session.cancel_reason) == (True, "ill")
    assert [entry.is_off for entry in session.session_trainers] == [True]
    again = make.session(
        other, room=session.room, starts_local=session.starts_local, ends_local=session.ends_local
    )
    assert again.room is session.room
    (entry,) = db.session.scalars(audit.about(session).where(AuditEntry.action == "session.cancel"))
    assert entry.user_id == by.id
    with pytest.raises(Conflict, match="called off already"):
        sessions.cancel(session, by=by, reason="ill")


def test_a_new_zone_moves_the_instants_of_sessions_and_of_their_trainers(make: Make):
    training = make.training()
    session = with_room_and_trainer(make, training)

    changes.change(training, by=make.user(), details=make.changed(training, zone="Asia/Tashkent"))

    assert session.starts_local.time() == time(14)
    assert session.starts_at == walltime.instant(session.starts_local, "Asia/Tashkent", "zone")
    (entry,) = session.session_trainers
    assert (entry.starts_at, entry.ends_at) == (session.starts_at, session.ends_at)


def test_a_zone_that_skips_the_time_of_a_session_is_refused_and_all_stays_as_it_was(make: Make):
    at = skipped("America/New_York")
    training = make.training(starts_on=at.date())
    first = with_room_and_trainer(make, training)  # its instants are derived before the refusal
    make.session(training, starts_local=at, ends_local=at + timedelta(hours=2))
    before, was_at = entries(), first.starts_at

    with pytest.raises(Invalid) as refused:
        changes.change(
            training,
            by=None,
            details=make.changed(training, zone="America/New_York", title="Another", capacity=9),
        )

    assert refused.value.field == "zone"
    assert (training.zone, training.title, training.capacity) == (
        "Europe/Vienna",
        "Detection of forged documents",
        20,
    )
    assert (first.starts_at, [entry.starts_at for entry in first.session_trainers]) == (was_at, [was_at])
    assert entries() == before

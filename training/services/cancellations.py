"""Cancelling a training: its rooms and trainers are set free, and its registrations end by the organiser."""

from __future__ import annotations

from sqlalchemy import select

from training.db import atomic, db
from training.models import (
    LIVE,
    ReasonCode,
    Registration,
    Training,
    User,
)
from training.services import audit, locked_trainings, training_moves
from training.services import registration_steps as steps
from training.services.registration_steps import S


@atomic
def end_registrations(training: Training, *, by: User, reason: str) -> int:
    """End every live registration of a cancelled training, by the organiser; returns how many."""
    locked_trainings.lock(training)
    live = db.session.scalars(
        select(Registration)
        .where(Registration.training_id == training.id, Registration.state.in_(LIVE))
        .order_by(Registration.id)  # in which order the letters name them, on every database
    ).all()
    steps.end_many(live, S.WITHDRAWN, by, ReasonCode.ORGANISER, reason, told=True)
    drafts = select(Registration).where(
        Registration.training_id == training.id, Registration.state == S.DRAFT
    )
    steps.end_many(db.session.scalars(drafts).all(), S.WITHDRAWN, by, ReasonCode.AGENCY, reason)
    audit.record(
        by=by, action="training.end_registrations", thing=training, changes={"registrations": len(live)}
    )
    return len(live)


@atomic
def cancel(training: Training, *, by: User, reason: str) -> Training:
    """Cancel a training and end its registrations, by the organiser."""
    training_moves.move(training, by=by, name="cancel", reason=reason)
    end_registrations(training, by=by, reason=reason)
    return training

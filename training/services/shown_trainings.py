"""Which trainings somebody may see: the pages ask it, and the outbox before it sends."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from training.db import db
from training.models import (
    Agency,
    Registration,
    Role,
    SeatAllocation,
    SessionTrainer,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
    User,
)

OFFERED_TO_PARTNERS = (TrainingState.OPEN, TrainingState.CONFIRMED, TrainingState.RUNNING)


def in_scope(user: User) -> ColumnElement[bool]:
    """Whether a training is of a coordinator's themes; nobody else is limited by it, nor who has all themes."""
    if user.role is not Role.COORDINATOR or user.all_themes:
        return true()
    mine = [theme.id for theme in user.themes]
    return or_(Training.theme_id.in_(mine), Training.programme_theme_id.in_(mine))


def visible_to(user: User) -> Select[Training]:
    """The trainings that ``user`` may see.

    A partner sees those that it may register for (seats are kept for it or its country, or some are kept for nobody)
    and those for which it has registrations; a trainer sees those with a session that they give.
    """
    found = select(Training)
    match user.role:
        case Role.PARTNER:
            return found.where(
                or_(_offered_to(user), _has_registrations_of(user)), Training.state != TrainingState.DRAFT
            )
        case Role.TRAINER:
            return found.where(_taught_by(user))
    return found


def may_register(training: Training) -> list[int]:
    """The active agencies that may register for it: seats are kept for them or their country, or for nobody."""
    kept = db.session.scalars(select(SeatAllocation).where(SeatAllocation.training_id == training.id)).all()
    found = select(Agency.id).where(Agency.is_active)
    if sum(one.seats for one in kept if one.released_at is None) >= training.capacity:
        found = found.where(
            Agency.id.in_([one.agency_id for one in kept if one.agency_id])
            | Agency.country.in_([one.country for one in kept if one.country])
        )
    return list(db.session.scalars(found.order_by(Agency.id)))


def _offered_to(user: User):  # type: ignore[no-untyped-def]
    """Seats are kept for the partner's agency or country, or there are some that are kept for nobody."""
    kept = (
        select(func.coalesce(func.sum(SeatAllocation.seats), 0))
        .where(SeatAllocation.training_id == Training.id, SeatAllocation.released_at.is_(None))
        .correlate(Training)
        .scalar_subquery()
    )
    country = user.agency.country if user.agency else ""
    own = exists().where(
        SeatAllocation.training_id == Training.id,
        or_(SeatAllocation.agency_id == user.agency_id, SeatAllocation.country == country),
    )
    return and_(Training.state.in_(OFFERED_TO_PARTNERS), or_(own, kept < Training.capacity))


def _has_registrations_of(user: User):  # type: ignore[no-untyped-def]
    return exists().where(Registration.training_id == Training.id, Registration.agency_id == user.agency_id)


def _taught_by(user: User):  # type: ignore[no-untyped-def]
    return exists().where(
        TrainingSession.training_id == Training.id,
        SessionTrainer.session_id == TrainingSession.id,
        SessionTrainer.trainer_id == Trainer.id,
        Trainer.user_id == user.id,
    )

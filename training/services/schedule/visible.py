"""Which sessions somebody may open, and what the pages read of them."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Select, exists, false, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from training import clock
from training.db import db
from training.errors import NotFound
from training.models import (
    Programme,
    RegisterState,
    Role,
    Room,
    SessionTrainer,
    Theme,
    Trainer,
    Training,
    TrainingSession,
    User,
    When,
)


def visible_to(user: User) -> Select[TrainingSession]:
    """The sessions that ``user`` may open: staff all, a trainer those that they give, a partner none."""
    found = select(TrainingSession)
    match user.role:
        case Role.PARTNER:
            return found.where(false())
        case Role.TRAINER:
            mine = exists().where(
                SessionTrainer.session_id == TrainingSession.id,
                SessionTrainer.trainer_id == Trainer.id,
                Trainer.user_id == user.id,
            )
            return found.where(mine)
    return found


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    only: bool = False,
    programme: Programme | None = None,
    register: RegisterState | None = None,
    on: date | None = None,
    when: When | None = None,
    upcoming: bool = False,
    sort: str = "starts_at",
    descending: bool = True,
) -> Select[TrainingSession]:
    """Sessions with their trainings, rooms and trainers.

    A multi-thematic programme means all sessions of its trainings, unless ``only`` their own tag counts.
    """
    found = (
        visible_to(user)
        .join(TrainingSession.training)
        .options(
            contains_eager(TrainingSession.training),
            joinedload(TrainingSession.theme),
            joinedload(TrainingSession.room).joinedload(Room.venue),
            selectinload(TrainingSession.session_trainers).joinedload(SessionTrainer.trainer),
        )
    )
    for word in text.split():
        found = found.where(
            Training.code.icontains(word, autoescape=True)
            | Training.title.icontains(word, autoescape=True)
            | TrainingSession.title.icontains(word, autoescape=True)
        )
    if theme:
        own = TrainingSession.theme_id == theme.id
        found = found.where(own if only else or_(own, Training.programme_theme_id == theme.id))
    if programme:
        found = found.where(Training.programme_id == programme.id)
    if register:
        found = found.where(
            TrainingSession.register_state == register,
            TrainingSession.ends_at < clock.now(),
            TrainingSession.is_held,
        )
    if on:
        found = found.where(
            TrainingSession.starts_local >= datetime.combine(on, time()),
            TrainingSession.starts_local <= datetime.combine(on, time.max),
        )
    if when is When.UPCOMING:
        found = found.where(TrainingSession.ends_at >= clock.now())
    elif when is When.PAST:
        found = found.where(TrainingSession.ends_at < clock.now())
    if upcoming:
        found = found.where(TrainingSession.ends_at >= clock.now(), TrainingSession.is_held)
    column = TrainingSession.starts_at
    return found.order_by(column.desc() if descending else column, TrainingSession.id)


def get(user: User, public_id: UUID) -> TrainingSession:
    """The session with this id among those that ``user`` may open, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(TrainingSession.public_id == public_id)
        .options(
            joinedload(TrainingSession.training).options(
                joinedload(Training.programme).joinedload(Programme.theme), joinedload(Training.theme)
            ),
            joinedload(TrainingSession.theme),
            joinedload(TrainingSession.room).joinedload(Room.venue),
            selectinload(TrainingSession.session_trainers).joinedload(SessionTrainer.trainer),
        )
    )
    if found is None:
        raise NotFound
    return found


def of(training: Training, *, user: User | None = None) -> list[TrainingSession]:
    """A training's sessions in order. If ``user`` is a trainer, only those that they give."""
    found = visible_to(user) if user is not None and user.role is Role.TRAINER else select(TrainingSession)
    listed = list(
        db.session.scalars(
            found.where(TrainingSession.training_id == training.id)
            .options(
                joinedload(TrainingSession.theme),
                joinedload(TrainingSession.room).joinedload(Room.venue),
                selectinload(TrainingSession.session_trainers).joinedload(SessionTrainer.trainer),
            )
            .order_by(TrainingSession.starts_at, TrainingSession.id)
        )
    )
    for session in listed:  # else the database would be asked for the training once a session
        set_committed_value(session, "training", training)
    return listed


def timetable(training: Training) -> dict[date, list[TrainingSession]]:
    """The sessions of a training by day, for those who come to it. It says nothing of trainers, registers and reasons.

    A session that was called off is among them, unless another one is held in its place. One that sleeps is not.
    """
    other = aliased(TrainingSession)
    is_replaced = exists().where(other.replaces_id == TrainingSession.id, other.is_held)
    found = (
        select(TrainingSession)
        .where(TrainingSession.training_id == training.id, TrainingSession.is_held | ~is_replaced)
        .where(TrainingSession.suspended_at.is_(None))
        .options(joinedload(TrainingSession.room), joinedload(TrainingSession.theme))
        .order_by(TrainingSession.starts_local, TrainingSession.id)
    )
    days: dict[date, list[TrainingSession]] = {}
    for session in db.session.scalars(found):
        days.setdefault(session.on_date, []).append(session)
    return days


def given_by(trainer: Trainer) -> Select[TrainingSession]:
    """The sessions of a trainer, latest first."""
    return (
        select(TrainingSession)
        .join(SessionTrainer, SessionTrainer.session_id == TrainingSession.id)
        .where(SessionTrainer.trainer_id == trainer.id)
        .options(
            joinedload(TrainingSession.training), joinedload(TrainingSession.room).joinedload(Room.venue)
        )
        .order_by(TrainingSession.starts_at.desc(), TrainingSession.id)
    )


def chain(session: TrainingSession) -> list[TrainingSession]:
    """The session and all that were planned in its place, or in whose place it was, move by move, by id.

    At most one of them is held.
    """
    own = select(TrainingSession).where(TrainingSession.training_id == session.training_id)
    found = {one.id: one for one in db.session.scalars(own.order_by(TrainingSession.id))}

    def first(one: TrainingSession) -> int:
        while one.replaces_id is not None:
            one = found[one.replaces_id]
        return one.id

    return [one for one in found.values() if first(one) == first(session)]


def instead_of(session: TrainingSession) -> list[TrainingSession]:
    """The sessions that are held in the place of one that was called off, by whichever move."""
    return [one for one in chain(session) if one is not session and one.is_held]

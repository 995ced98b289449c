"""Which sessions somebody may open, and what the pages read of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from training import clock
from training.db import db
from training.errors import NotFound
from training.models import (
    AnnouncedSession,
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
from training.services import announced


def visible_to(user: User) -> Select[TrainingSession]:
    """The sessions that ``user`` may open: staff all, a partner none.

    A trainer may open those that they give: as announced or, once they have begun, as planned. ``policy.teaches`` agrees.
    """
    found = select(TrainingSession)
    match user.role:
        case Role.PARTNER:
            return found.where(false())
        case Role.TRAINER:
            told = exists().where(
                AnnouncedSession.session_id == TrainingSession.id,
                AnnouncedSession.announcement_id == Training.announcement_id,
                Training.id == TrainingSession.training_id,
                announced.names_trainer(user),
            )
            is_known = (
                exists()
                .where(Training.id == TrainingSession.training_id, Training.announcement_id.is_not(None))
                .correlate(TrainingSession)
            )
            return found.where(or_(told, and_(is_known, _stands_in(user))))
    return found


def _stands_in(user: User) -> ColumnElement[bool]:
    """Whether the session has begun and the plan names the user's trainer, as a condition in SQL."""
    named = (
        exists()
        .where(
            SessionTrainer.session_id == TrainingSession.id,
            SessionTrainer.trainer_id == Trainer.id,
            Trainer.user_id == user.id,
        )
        .correlate(TrainingSession)
    )
    return and_(TrainingSession.starts_at <= clock.now(), named)


class Filters(TypedDict, total=False):
    """What narrows a list of sessions. A multi-thematic programme means all sessions of its trainings, unless ``only``
    their own tag counts.
    """

    text: str
    theme: Theme | None
    only: bool
    programme: Programme | None
    register: RegisterState | None
    on: date | None
    when: When | None
    upcoming: bool


def search(
    user: User, *, sort: str = "starts_at", descending: bool = True, **wanted: Unpack[Filters]
) -> Select[TrainingSession]:
    """Sessions with their trainings, rooms and trainers."""
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
    column = TrainingSession.starts_at
    found = found.where(*_narrowing(TrainingSession, wanted))
    return found.order_by(column.desc() if descending else column, TrainingSession.id)


def as_announced(
    user: User, *, sort: str = "starts_at", descending: bool = True, **wanted: Unpack[Filters]
) -> Select[AnnouncedSession]:
    """``search`` for a trainer: their own sessions, as they were announced to them."""
    copy = AnnouncedSession
    found = (
        select(copy)
        .join(Training, Training.announcement_id == copy.announcement_id)
        .join(TrainingSession, TrainingSession.id == copy.session_id)
        .where(or_(announced.names_trainer(user), _stands_in(user)))
        .options(
            joinedload(copy.announcement),
            joinedload(copy.room).joinedload(Room.venue),
            contains_eager(copy.session).options(
                joinedload(TrainingSession.training),
                joinedload(TrainingSession.theme),
                selectinload(TrainingSession.session_trainers).joinedload(SessionTrainer.trainer),
            ),
        )
        .where(*_narrowing(copy, wanted))
    )
    return found.order_by(copy.starts_at.desc() if descending else copy.starts_at, copy.session_id)


def _narrowing(
    of: type[TrainingSession] | type[AnnouncedSession], wanted: Filters
) -> Iterator[ColumnElement[bool]]:
    """The conditions of a list of sessions, by their titles and hours ``of`` the plan or as they were announced."""
    for word in wanted.get("text", "").split():
        yield (
            Training.code.icontains(word, autoescape=True)
            | Training.title.icontains(word, autoescape=True)
            | of.title.icontains(word, autoescape=True)
        )
    if theme := wanted.get("theme"):
        own = TrainingSession.theme_id == theme.id
        yield own if wanted.get("only") else or_(own, Training.programme_theme_id == theme.id)
    if programme := wanted.get("programme"):
        yield Training.programme_id == programme.id
    if register := wanted.get("register"):
        yield and_(TrainingSession.register_state == register, of.ends_at < clock.now(), of.is_held)
    if on := wanted.get("on"):
        yield of.starts_local.between(datetime.combine(on, time()), datetime.combine(on, time.max))
    if wanted.get("when") is When.UPCOMING:
        yield of.ends_at >= clock.now()
    elif wanted.get("when") is When.PAST:
        yield of.ends_at < clock.now()
    if wanted.get("upcoming"):
        yield and_(of.ends_at >= clock.now(), of.is_held)


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


def of(training: Training) -> list[TrainingSession]:
    """A training's sessions in order, as planned."""
    listed = list(
        db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id == training.id)
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

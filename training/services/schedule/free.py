"""Who and what is free for some sessions of a training: rooms and trainers, the fit and free ones first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from training.db import db
from training.models import Room, SessionTrainer, Trainer, Training, TrainingSession, Venue
from training.rules.recurrence import IsFree
from training.rules.timetable import NOWHERE
from training.services.timetables import clash_facts, slots
from training.text import Message, msg

T = TypeVar("T")
MOST = 40
"""How many are offered."""


@dataclass(frozen=True)
class Offer(Generic[T]):
    """A room or a trainer, what speaks for or against it, and whether it is free."""

    thing: T
    remarks: Sequence[Message]
    is_free: bool


def is_free_day(training: Training) -> IsFree:
    """Which days are a weekend or a holiday at the training's place."""
    where = slots.frame(training).where or NOWHERE
    known: dict[date, bool] = {}

    def is_free(day: date) -> bool:
        if day not in known:
            known[day] = clash_facts.is_day_off(where, day)
        return known[day]

    return is_free


def rooms(training: Training, sessions: Sequence[TrainingSession]) -> list[Offer[Room]]:
    """The rooms of the training's venue, else all: the smallest one that is free and large enough comes first."""
    found = (
        select(Room).join(Room.venue).where(Room.is_active, Venue.is_active).options(joinedload(Room.venue))
    )
    if training.venue_id is not None:
        found = found.where(Room.venue_id == training.venue_id)
    taken = _taken_rooms(sessions)
    everywhere = db.session.scalars(found).all()
    closed = _closed(everywhere, sessions)
    offers = [_room(room, training, taken.get(room.id), room.id in closed) for room in everywhere]
    offers.sort(key=lambda one: (not one.is_free, *_size(one.thing, training), one.thing.name))
    return offers[:MOST]


def _size(room: Room, training: Training) -> tuple[bool, int]:
    is_small = room.capacity < training.capacity
    return is_small, -room.capacity if is_small else room.capacity


def _room(room: Room, training: Training, taken_by: str | None, is_closed: bool) -> Offer[Room]:
    seats = msg("%(count)s seats", count=room.capacity)
    if is_closed:
        return Offer(room, [seats, msg("closed then")], is_free=False)
    if taken_by:
        return Offer(room, [seats, msg("taken by %(training)s", training=taken_by)], is_free=False)
    small = (
        [msg("too small for %(count)s", count=training.capacity)] if room.capacity < training.capacity else []
    )
    return Offer(room, [seats, *small], is_free=True)


def _taken_rooms(sessions: Sequence[TrainingSession]) -> dict[int, str]:
    if not sessions:
        return {}
    held = select(TrainingSession.room_id, Training.code).join(
        Training, Training.id == TrainingSession.training_id
    )
    taken = held.where(
        TrainingSession.room_id.is_not(None),
        TrainingSession.is_held,
        TrainingSession.id.not_in([one.id for one in sessions]),
        or_(
            *(
                and_(TrainingSession.starts_at < one.ends_at, TrainingSession.ends_at > one.starts_at)
                for one in sessions
            )
        ),
    )
    return {room_id: code for room_id, code in db.session.execute(taken) if room_id is not None}


def teachers(
    training: Training, sessions: Sequence[TrainingSession], *, but: Trainer | None = None
) -> list[Offer[Trainer]]:
    """Active trainers: those who are free in all of the sessions and fit come first. Who teaches in them is left out."""
    teaching = {entry.trainer_id for one in sessions for entry in one.session_trainers}
    teaching |= {but.id} if but else set()
    found = select(Trainer).where(Trainer.is_active).options(selectinload(Trainer.themes))
    everybody = [
        one for one in db.session.scalars(found.order_by(Trainer.search_key)) if one.id not in teaching
    ]
    busy, away = _busy(sessions), _away(everybody, sessions)
    offers = [_teacher(one, training, busy.get(one.id), one.id in away) for one in everybody]
    offers.sort(key=lambda offer: (not offer.is_free, len(offer.remarks)))
    return offers[:MOST]


def _teacher(trainer: Trainer, training: Training, busy_in: str | None, is_away: bool) -> Offer[Trainer]:
    against = []
    if busy_in:
        against.append(msg("teaches in %(training)s then", training=busy_in))
    if is_away:
        against.append(msg("is away then"))
    if training.theme_id not in {theme.id for theme in trainer.themes}:
        against.append(msg("does not teach %(theme)s", theme=training.theme.code))
    if not set(trainer.language_codes) & set(training.language_codes):
        against.append(msg("does not teach in the training's languages"))
    return Offer(trainer, against, is_free=busy_in is None)


def _busy(sessions: Sequence[TrainingSession]) -> dict[int, str]:
    if not sessions:
        return {}
    found = (
        select(SessionTrainer.trainer_id, Training.code)
        .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
        .join(Training, Training.id == TrainingSession.training_id)
        .where(
            ~SessionTrainer.is_off,
            SessionTrainer.session_id.not_in([one.id for one in sessions]),
            or_(
                *(
                    and_(SessionTrainer.starts_at < one.ends_at, SessionTrainer.ends_at > one.starts_at)
                    for one in sessions
                )
            ),
        )
    )
    return dict(db.session.execute(found).all())


def _away(everybody: Sequence[Trainer], sessions: Sequence[TrainingSession]) -> set[int]:
    if not sessions:
        return set()
    known = clash_facts.closed((), [one.id for one in everybody], *_span(sessions)).absences
    hours = [(one.starts_local, one.ends_local) for one in sessions]
    return {
        number
        for number, absences in known.items()
        if any(absence.covers_hours(*during) for absence in absences for during in hours)
    }


def _closed(rooms: Sequence[Room], sessions: Sequence[TrainingSession]) -> set[int]:
    if not sessions:
        return set()
    known = clash_facts.closed([slots.room(one) for one in rooms], (), *_span(sessions)).blocks
    return {
        number
        for number, blocks in known.items()
        if any(
            block.starts_at < one.ends_at and one.starts_at < block.ends_at
            for block in blocks
            for one in sessions
        )
    }


def _span(sessions: Sequence[TrainingSession]) -> tuple[datetime, datetime]:
    return min(one.starts_at for one in sessions), max(one.ends_at for one in sessions)

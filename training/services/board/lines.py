"""The lines of the board: the trainers, rooms or trainings that somebody asks for, with what is said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from training.db import db
from training.models import (
    Room,
    SessionTrainer,
    Theme,
    Trainer,
    Training,
    TrainingSession,
    User,
    Venue,
)
from training.rules.timetable import NOWHERE, Where
from training.services import visible_trainings
from training.services.directory import trainers, venues
from training.services.timetables import slots
from training.services.timetables.slots import among

A_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What the lines of a board are."""

    TRAINERS = "trainers"
    ROOMS = "rooms"
    TRAININGS = "trainings"


@dataclass(frozen=True)
class Period:
    """The days that a board shows, the first and the last one included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """All of its days."""
        return [self.first + n * A_DAY for n in range((self.last - self.first).days + 1)]

    @property
    def begins(self) -> datetime:
        """When its first day begins on the clock."""
        return datetime.combine(self.first, time())

    @property
    def ends(self) -> datetime:
        """When its last day is over on the clock."""
        return datetime.combine(self.last + A_DAY, time())

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Instants around it, whatever the zone: none is a day from UTC, and no session is longer than a day."""
        reach = 2 * A_DAY
        return self.begins.replace(tzinfo=UTC) - reach, self.ends.replace(tzinfo=UTC) + reach


@dataclass(frozen=True)
class Asked:
    """Which lines somebody asks for. ``free`` leaves out those on which anything stands in the period."""

    theme: Theme | None = None
    only: bool = False
    language: str | None = None
    city: str | None = None
    free: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the board. ``where`` is the place whose weekends and holidays it keeps. ``thing`` is what it is about."""

    kind: Kind
    thing: Trainer | Room | Training
    name: str
    said: Sequence[str]
    where: Where

    @property
    def id(self) -> int:
        """The id of its thing."""
        return self.thing.id

    @property
    def public_id(self) -> UUID:
        """The name of its thing in addresses."""
        return self.thing.public_id


def of_thing(thing: Trainer | Room | Training) -> Line:
    """The line of a trainer, a room or a training."""
    if isinstance(thing, Trainer):
        said = [*(theme.code for theme in thing.themes), *thing.language_codes]
        return Line(
            Kind.TRAINERS, thing, thing.name, said, Where("", thing.country) if thing.country else NOWHERE
        )
    if isinstance(thing, Room):
        venue = thing.venue
        said = [f"{venue.name}, {venue.city}", str(thing.capacity)]
        where = Where(venue.city, venue.country, venue.subdivision)
        return Line(Kind.ROOMS, thing, thing.name, said, where)
    said = [thing.theme.code, *([thing.venue.city] if thing.venue else [])]
    return Line(Kind.TRAININGS, thing, thing.code, said, slots.frame(thing).where or NOWHERE)


def get(user: User, kind: Kind, public_id: UUID) -> Line:
    """The line with this id among those that ``user`` may see, or ``NotFound``."""
    match kind:
        case Kind.TRAINERS:
            return of_thing(trainers.get(user, public_id))
        case Kind.ROOMS:
            return of_thing(venues.get_room(user, public_id))
    return of_thing(visible_trainings.get(user, public_id))


def held_in(period: Period) -> tuple[Any, ...]:
    """The conditions of sessions that are held and meet the period by the clock there. The instants have an index."""
    begins, ends = period.instants
    return (
        TrainingSession.is_held,
        TrainingSession.starts_at > begins,
        TrainingSession.starts_at < ends,
        TrainingSession.starts_local < period.ends,
        TrainingSession.ends_local > period.begins,
    )


def of(user: User, kind: Kind, period: Period, asked: Asked) -> list[Line]:
    """The lines that ``user`` asks for, by few statements: those in use first, then by name.

    Who is retired, and a room that is closed for good, still has a line while something stands on it.
    """
    match kind:
        case Kind.TRAINERS:
            return _trainers(user, period, asked)
        case Kind.ROOMS:
            return _rooms(user, period, asked)
    return _trainings(user, period, asked)


def busy(kind: Kind, period: Period) -> set[int]:
    """The ids of trainers or rooms on which sessions stand in the period, by one statement."""
    if kind is Kind.ROOMS:
        found: Any = select(TrainingSession.room_id).where(TrainingSession.room_id.is_not(None))
    else:
        found = (
            select(SessionTrainer.trainer_id)
            .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
            .where(~SessionTrainer.is_off)
        )
    return set(db.session.scalars(found.where(*held_in(period)).distinct()))


def _trainers(user: User, period: Period, asked: Asked) -> list[Line]:
    found = trainers.search(user, theme=asked.theme, only=asked.only, language=asked.language)
    teaching = busy(Kind.TRAINERS, period)
    used = or_(Trainer.is_active, among(Trainer.id, teaching)) if teaching else Trainer.is_active
    lines = [
        of_thing(one) for one in db.session.scalars(found.where(used)) if one.is_active or one.id in teaching
    ]
    return _in_order(lines, teaching, asked)


def _rooms(user: User, period: Period, asked: Asked) -> list[Line]:
    found = (
        select(Room)
        .join(Room.venue)
        .where(Venue.id.in_(venues.visible_to(user).with_only_columns(Venue.id)))
        .options(joinedload(Room.venue))
        .order_by(Venue.city, Venue.name, Room.name, Room.id)
    )
    if asked.city:
        found = found.where(Venue.city == asked.city)
    taken = busy(Kind.ROOMS, period)
    lines = [
        of_thing(one)
        for one in db.session.scalars(found)
        if (one.is_active and one.venue.is_active) or one.id in taken
    ]
    return _in_order(lines, taken, asked)


def _trainings(user: User, period: Period, asked: Asked) -> list[Line]:
    held = select(TrainingSession.training_id).where(*held_in(period))
    found = (
        visible_trainings.visible_to(user)
        .where(Training.id.in_(held))
        .outerjoin(Venue, Venue.id == Training.venue_id)
        .options(
            joinedload(Training.theme),
            joinedload(Training.programme),
            joinedload(Training.venue),
            joinedload(Training.announcement),
        )
        .order_by(Training.starts_on, Training.code, Training.id)
    )
    if asked.theme:
        found = found.where(visible_trainings.of_theme(asked.theme, asked.only))
    if asked.language:
        found = found.where(("," + Training.languages + ",").contains(f",{asked.language},", autoescape=True))
    if asked.city:
        found = found.where(Venue.city == asked.city)
    return [of_thing(one) for one in db.session.scalars(found)]


def _in_order(lines: list[Line], used: set[int], asked: Asked) -> list[Line]:
    """Those on which something stands first, because a page shows so many only."""
    if asked.free:
        return [one for one in lines if one.id not in used]
    return sorted(lines, key=lambda one: one.id not in used) if len(lines) > MOST else lines


MOST = 60
"""How many lines a page shows."""


def cities() -> list[str]:
    """The cities in which there are rooms, by name."""
    found = select(Venue.city).where(Venue.is_active).distinct().order_by(Venue.city)
    return list(db.session.scalars(found))

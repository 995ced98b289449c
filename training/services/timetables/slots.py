"""Sessions read as slots: plain data that the rules about clashes compare (``rules/timetable``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from training.db import db
from training.models import (
    Modality,
    Programme,
    Room,
    SessionTrainer,
    Theme,
    ThemeKind,
    Trainer,
    Training,
    TrainingSession,
    Venue,
    trainer_theme,
)
from training.models.columns import listed
from training.rules import timetable
from training.rules.timetable import Frame, Slot, Teacher, Where

MOST_NAMED = 400
"""How many ids a statement names. For more than that it reads all that stands in the time."""
Home = aliased(Venue, name="home")


def frame(training: Training) -> Frame:
    """The training as the rules see it."""
    venue = training.venue
    where = (
        Where(venue.city, venue.country, venue.subdivision) if venue else Where("", training.country or "")
    )
    return _frame(
        training.id,
        training.code,
        training.zone,
        training.capacity,
        training.languages,
        training.modality,
        where,
        training.programme.starts_on,
        training.programme.ends_on,
    )


def _frame(
    number: int,
    code: str,
    zone: str,
    capacity: int,
    languages: str,
    modality: Modality,
    where: Where,
    first: date,
    last: date,
) -> Frame:
    return Frame(
        number,
        code,
        zone,
        capacity,
        frozenset(listed(languages)),
        modality is not Modality.IN_PERSON,
        modality is not Modality.ONLINE,
        where if where.country else None,
        first,
        last,
    )


def room(one: Room) -> timetable.Room:
    """The room as the rules see it."""
    venue = one.venue
    where = Where(venue.city, venue.country, venue.subdivision)
    return timetable.Room(one.id, one.name, venue.name, one.capacity, where, venue.zone)


def needs(theme: Theme, programme_theme_id: int) -> frozenset[int]:
    """The themes of which a trainer has to teach one. In a session of several areas anybody may teach."""
    return frozenset() if theme.is_multi_thematic else frozenset({theme.id, programme_theme_id})


def teachers(ids: Collection[int]) -> dict[int, Teacher]:
    """The trainers with these ids as the rules see them, by one statement."""
    if not ids:
        return {}
    rows = db.session.execute(
        select(
            Trainer.id,
            Trainer.given_names,
            Trainer.family_name,
            Trainer.is_active,
            Trainer.languages,
            Trainer.most_days_a_month,
            trainer_theme.c.theme_id,
        )
        .outerjoin(trainer_theme, trainer_theme.c.trainer_id == Trainer.id)
        .where(among(Trainer.id, ids))
    ).all()
    themes: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.theme_id is not None:
            themes[row.id].add(row.theme_id)
    return {
        row.id: Teacher(
            row.id,
            f"{row.given_names} {row.family_name}".strip(),
            row.is_active,
            frozenset(themes[row.id]),
            frozenset(listed(row.languages)),
            row.most_days_a_month,
        )
        for row in rows
    }


def among(column: InstrumentedAttribute[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """Whether the column holds one of these ids; anything, if they are too many to name."""
    return column.in_(ids) if len(ids) <= MOST_NAMED else true()


def wide() -> Any:
    """All that a slot is made of, in one row a session."""
    return (
        select(
            TrainingSession.id,
            TrainingSession.title,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
            TrainingSession.starts_local,
            TrainingSession.ends_local,
            TrainingSession.break_minutes,
            TrainingSession.scheduled_minutes,
            TrainingSession.is_compulsory,
            TrainingSession.theme_id,
            Theme.code.label("theme_code"),
            Theme.kind.label("theme_kind"),
            Training.id.label("training_id"),
            Training.code,
            Training.zone,
            Training.capacity,
            Training.languages,
            Training.modality,
            Training.country.label("training_country"),
            Training.programme_theme_id,
            Programme.starts_on,
            Programme.ends_on,
            Home.city.label("home_city"),
            Home.country.label("home_country"),
            Home.subdivision.label("home_part"),
            Room.id.label("room_id"),
            Room.name.label("room_name"),
            Room.capacity.label("seats"),
            Venue.name.label("venue_name"),
            Venue.city.label("room_city"),
            Venue.country.label("room_country"),
            Venue.subdivision.label("room_part"),
            Venue.zone.label("room_zone"),
        )
        .join(Training, Training.id == TrainingSession.training_id)
        .join(Theme, Theme.id == TrainingSession.theme_id)
        .join(Programme, Programme.id == Training.programme_id)
        .outerjoin(Home, Home.id == Training.venue_id)
        .outerjoin(Room, Room.id == TrainingSession.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .where(TrainingSession.is_held)
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )


def of_rows(rows: Iterable[Row[Any]], taught_by: Mapping[int, Sequence[Teacher]]) -> list[Slot]:
    """The slots of rows of ``wide``, with the trainers of each."""
    frames: dict[int, Frame] = {}
    rooms: dict[int, timetable.Room] = {}
    found = []
    for row in rows:
        if row.training_id not in frames:
            home = Where(
                row.home_city or "", row.home_country or row.training_country or "", row.home_part or ""
            )
            frames[row.training_id] = _frame(
                row.training_id,
                row.code,
                row.zone,
                row.capacity,
                row.languages,
                row.modality,
                home,
                row.starts_on,
                row.ends_on,
            )
        if row.room_id is not None and row.room_id not in rooms:
            where = Where(row.room_city, row.room_country, row.room_part)
            rooms[row.room_id] = timetable.Room(
                row.room_id, row.room_name, row.venue_name, row.seats, where, row.room_zone
            )
        has_any = row.theme_kind is ThemeKind.MULTI_THEMATIC
        here = tuple(taught_by.get(row.id, ()))
        found.append(
            Slot(
                row.id,
                frames[row.training_id],
                row.title,
                row.starts_at,
                row.ends_at,
                row.starts_local,
                row.ends_local,
                row.break_minutes,
                row.scheduled_minutes,
                frozenset() if has_any else frozenset({row.theme_id, row.programme_theme_id}),
                row.theme_code,
                rooms.get(row.room_id),
                here,
                row.is_compulsory,
                frozenset(one.id for one in here),
            )
        )
    return found


def stored(*conditions: ColumnElement[bool]) -> list[Slot]:
    """The sessions that are held and meet these conditions, in the order of their start, by three statements."""
    rows = db.session.execute(wide().where(*conditions)).all()
    links = db.session.execute(
        select(SessionTrainer.session_id, SessionTrainer.trainer_id)
        .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
        .join(Training, Training.id == TrainingSession.training_id)
        .where(~SessionTrainer.is_off, TrainingSession.is_held, *conditions)
        .order_by(SessionTrainer.id)
    ).all()
    known = teachers({trainer_id for _, trainer_id in links})
    taught_by: defaultdict[int, list[Teacher]] = defaultdict(list)
    for session_id, trainer_id in links:
        taught_by[session_id].append(known[trainer_id])
    return of_rows(rows, taught_by)

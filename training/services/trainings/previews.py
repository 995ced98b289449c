"""What a new training would be before it is stored: its half-days, what speaks against them, and who and what is free.

Nothing is stored here. The clash rules are asked by one function (``_asked``). What was shown is known by its digest, so
that nobody stores what has changed since it was shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from training.db import db
from training.models import (
    Programme,
    Room,
    SessionTrainer,
    Theme,
    Trainer,
    TrainerAbsence,
    Training,
    TrainingSession,
    Venue,
)
from training.rules import rest_days, walltime
from training.rules.findings import Finding as Said
from training.rules.names import fold
from training.services.directory import venues
from training.services.schedule import shift
from training.services.trainings import changes, timetables
from training.services.trainings.timetables import HeldHalfDay, Timetable
from training.text import Message, msg

MOST_TRAINERS = 12
"""How many trainers are offered besides those who are picked."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What the rules must know of the training that is planned."""

    zone: str
    country: str
    capacity: int
    theme: Theme | None = None
    languages: Sequence[str] = ()
    venue: Venue | None = None
    programme: Programme | None = None


@dataclass(frozen=True)
class Remedy:
    """What would help, and how a form asks for it."""

    label: Message
    do: str


@dataclass
class Finding:
    """What speaks against some half-days, said once. ``keys`` are those that it is about."""

    message: Message
    is_hard: bool
    keys: list[str] = field(default_factory=list)
    first: datetime | None = None
    remedies: list[Remedy] = field(default_factory=list)

    @property
    def fact(self) -> str:
        """By which it is known again."""
        return f"{str(self.message)}|{self.is_hard}"


@dataclass(frozen=True)
class Preview:
    """The half-days, what speaks against them, and what stands for all of it."""

    rows: list[HeldHalfDay]
    findings: list[Finding]
    first_day: date
    last_day: date

    @property
    def held(self) -> list[HeldHalfDay]:
        """The half-days that are held."""
        return timetables.held(self.rows)

    @property
    def minutes(self) -> int:
        """Their contact time."""
        return sum(one.pattern.half_day.minutes for one in self.held)

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be stored so."""
        return any(one.is_hard for one in self.findings)

    @property
    def clashes(self) -> int:
        """How many hard findings there are."""
        return sum(one.is_hard for one in self.findings)

    @property
    def notes(self) -> int:
        """How many soft findings there are."""
        return len(self.findings) - self.clashes

    @property
    def shown(self) -> str:
        """What a form carries of what it showed: a digest of the half-days, and one of each finding."""
        rows = [
            [one.key, one.details.starts_local.isoformat(), one.details.ends_local.isoformat(), one.is_held]
            for one in self.rows
        ]
        return json.dumps([_digest(rows), [_digest(one.fact) for one in self.findings]])


def is_stale(preview: Preview, shown: str, *, is_same_wish: bool) -> bool:
    """Whether the answer would differ now from what a form showed. A form that showed nothing is never stale.

    A finding that was not shown makes it stale. So do other half-days, where the wish is the same: somebody has
    changed the course meanwhile.
    """
    try:
        rows, findings = json.loads(shown)
        known = set(findings)
    except (ValueError, TypeError):
        return False
    now_rows, now_findings = json.loads(preview.shown)
    return bool(set(now_findings) - known) or (is_same_wish and rows != now_rows)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:16]


def preview(frame: Frame, table: Timetable) -> Preview:
    """The half-days of a timetable with what speaks against them.

    Raises ``Invalid`` for half-days that make no sense, such as a time that the zone's clocks skip.
    """
    rows = timetables.laid_out(table)
    held = timetables.held(rows)
    days = [one.details.starts_local.date() for one in held] or [table.first_day]
    found: dict[str, Finding] = {}
    for row, caution in _asked(frame, held, min(days), max(days)):
        one = found.setdefault(str(caution.message), Finding(caution.message, caution.is_hard))
        if row.key not in one.keys:
            one.keys.append(row.key)
            one.first = one.first or row.details.starts_local
    findings = sorted(found.values(), key=lambda one: (not one.is_hard, one.first))
    _add_remedies(frame, held, findings)
    return Preview(rows, findings, min(days), max(days))


def _asked(
    frame: Frame, held: Sequence[HeldHalfDay], first_day: date, last_day: date
) -> Iterable[tuple[HeldHalfDay, Said]]:
    """What the clash rules say of the half-days, as if the training stood there."""
    if frame.programme is None:
        return
    sketch = changes.sketch(
        frame.programme,
        theme=frame.theme or frame.programme.theme,
        zone=frame.zone,
        country=frame.country,
        capacity=frame.capacity,
        starts_on=first_day,
        ends_on=last_day,
        venue=frame.venue,
        languages=frame.languages,
    )
    for one in shift.looked_at(sketch, [one.details for one in held]):
        for said in one.warnings:
            yield from ((held[-key - 1], said) for key in said.slots if key < 0)


def _add_remedies(frame: Frame, held: Sequence[HeldHalfDay], findings: Sequence[Finding]) -> None:
    """What would help against each finding, where one click can do it."""
    rows = {one.key: one for one in held}
    free = None
    for one in findings:
        said = one.message.params
        concerned = [rows[key] for key in one.keys]
        if "trainer" in said:
            planned = [trainer for row in concerned for trainer in row.details.trainers]
            who = next((trainer for trainer in planned if trainer.name == said["trainer"]), None)
            if who is not None:
                keys = ",".join(one.keys)
                one.remedies.append(
                    Remedy(msg("Without %(who)s there", who=who.name), f"without:{who.public_id}:{keys}")
                )
                other = _first_free(frame, held, concerned)
                if other is not None:
                    one.remedies.append(
                        Remedy(
                            msg("%(who)s instead", who=other.name),
                            f"swap:{who.public_id}:{other.public_id}",
                        )
                    )
        elif "room" in said and frame.venue is not None:
            free = free if free is not None else rooms_free(frame.venue, held, frame.zone)
            large = [room for room, taken in free if taken is None and room.capacity >= frame.capacity]
            one.remedies += [
                Remedy(
                    msg("Take %(room)s (%(seats)s)", room=room.name, seats=room.capacity),
                    f"room:{room.public_id}",
                )
                for room in large[:2]
            ]
        elif "day" in said and not one.is_hard and one.first is not None:
            following = rest_days.next_working_day(frame.country, one.first.date())
            if one.first.date() == min(row.details.starts_local.date() for row in held):
                one.remedies.append(Remedy(msg("Start on %(day)s", day=following), f"starts:{following}"))
            else:
                one.remedies.append(Remedy(msg("Leave these out"), f"leave:{','.join(one.keys)}"))


def _first_free(
    frame: Frame, held: Sequence[HeldHalfDay], concerned: Sequence[HeldHalfDay]
) -> Trainer | None:
    """The first trainer of the ranked list who is free in all half-days and not among those planned."""
    planned = {trainer.id for row in held for trainer in row.details.trainers}
    return next(
        (
            one.trainer
            for one in trainers_ranked(frame, held)
            if one.is_free and one.is_fit and one.trainer.id not in planned
        ),
        None,
    )


@dataclass(frozen=True)
class Taken:
    """What else a room or a trainer has then."""

    code: str
    on: date


def rooms_free(venue: Venue, held: Sequence[HeldHalfDay], zone: str) -> list[tuple[Room, Taken | None]]:
    """The rooms of the venue, the smallest first, each with what it is taken by in one of these half-days."""
    rooms = sorted(venues.rooms(venue), key=lambda room: (room.capacity, room.name))
    spans = _spans(held, zone)
    if not spans or not rooms:
        return [(room, None) for room in rooms]
    found = db.session.execute(
        select(
            TrainingSession.room_id,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
            TrainingSession.starts_local,
            Training.code,
        )
        .join(Training)
        .where(
            TrainingSession.room_id.in_([room.id for room in rooms]),
            *_in_window(TrainingSession.starts_at, TrainingSession.ends_at, spans),
            TrainingSession.is_held,
        )
        .order_by(TrainingSession.starts_at)
    )
    taken = _first_taken(found, spans)
    return [(room, taken.get(room.id)) for room in rooms]


@dataclass(frozen=True)
class Candidate:
    """A trainer with why they fit, or why they do not."""

    trainer: Trainer
    is_free: bool
    is_fit: bool
    reasons: list[Message]


def trainers_ranked(frame: Frame, held: Sequence[HeldHalfDay], text: str = "") -> list[Candidate]:
    """Trainers in use, by name in any script if ``text`` is given: who is free and fits first, then who is free."""
    wanted = select(Trainer).where(Trainer.is_active).options(selectinload(Trainer.themes))
    for word in fold(text).split():
        wanted = wanted.where(Trainer.search_key.contains(word, autoescape=True))
    found = list(db.session.scalars(wanted.order_by(Trainer.search_key)))
    taken = _taken_trainers(held, frame.zone)
    away = _away(held)
    ranked = [_candidate(frame, one, taken.get(one.id), away.get(one.id)) for one in found]
    return sorted(ranked, key=lambda one: (not one.is_free, not one.is_fit))


def _candidate(frame: Frame, trainer: Trainer, taken: Taken | None, away: date | None) -> Candidate:
    reasons = []
    if taken is not None:
        reasons.append(msg("%(training)s on %(day)s", training=taken.code, day=taken.on))
    if away is not None:
        reasons.append(msg("away on %(day)s", day=away))
    is_fit = True
    theme = frame.theme
    if theme and not theme.is_multi_thematic and all(one.id != theme.id for one in trainer.themes):
        is_fit = False
        reasons.append(msg("does not teach %(theme)s", theme=theme.code))
    spoken = set(trainer.language_codes)
    if spoken and frame.languages and spoken.isdisjoint(frame.languages):
        is_fit = False
        reasons.append(msg("other languages"))
    return Candidate(trainer, taken is None and away is None, is_fit, reasons)


def _taken_trainers(held: Sequence[HeldHalfDay], zone: str) -> dict[int, Taken]:
    spans = _spans(held, zone)
    if not spans:
        return {}
    found = db.session.execute(
        select(
            SessionTrainer.trainer_id,
            SessionTrainer.starts_at,
            SessionTrainer.ends_at,
            TrainingSession.starts_local,
            Training.code,
        )
        .join(SessionTrainer.training_session)
        .join(TrainingSession.training)
        .where(*_in_window(SessionTrainer.starts_at, SessionTrainer.ends_at, spans), ~SessionTrainer.is_off)
        .order_by(SessionTrainer.starts_at)
    )
    return _first_taken(found, spans)


def _away(held: Sequence[HeldHalfDay]) -> dict[int, date]:
    """The first day of these on which each trainer is away, by the trainer's id."""
    days = sorted({one.details.starts_local.date() for one in held})
    if not days:
        return {}
    found: dict[int, date] = {}
    absences = select(TrainerAbsence).where(
        TrainerAbsence.starts_on <= days[-1], TrainerAbsence.ends_on >= days[0]
    )
    for one in db.session.scalars(absences):
        missed = [day for day in days if one.starts_on <= day <= one.ends_on]
        if missed:
            found.setdefault(one.trainer_id, missed[0])
    return found


def _spans(held: Sequence[HeldHalfDay], zone: str) -> list[tuple[datetime, datetime]]:
    """The instants of the half-days. A time that the zone's clocks skip is refused elsewhere."""
    return [
        (walltime.reached(one.details.starts_local, zone), walltime.reached(one.details.ends_local, zone))
        for one in held
    ]


def _in_window(starts: Any, ends: Any, spans: Sequence[tuple[datetime, datetime]]) -> tuple[Any, Any]:
    return starts < max(end for _, end in spans), ends > min(start for start, _ in spans)


def _first_taken(found: Iterable[Any], spans: Sequence[tuple[datetime, datetime]]) -> dict[int, Taken]:
    taken: dict[int, Taken] = {}
    for number, starts, ends, local, code in found:
        if number not in taken and any(starts < end and ends > start for start, end in spans):
            taken[number] = Taken(code, local.date())
    return taken


def room_proposed(frame: Frame, held: Sequence[HeldHalfDay]) -> Room | None:
    """The smallest room of the venue that is free in all half-days and holds the seats, if there is one."""
    if frame.venue is None:
        return None
    found = rooms_free(frame.venue, held, frame.zone)
    return next((room for room, taken in found if taken is None and room.capacity >= frame.capacity), None)

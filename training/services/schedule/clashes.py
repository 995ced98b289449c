"""What speaks against a session before it is stored: clashes of room or trainer, absences, small rooms, holidays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

import holidays
from sqlalchemy import and_, select

from training.db import db
from training.errors import Invalid
from training.models import (
    Room,
    SessionTrainer,
    Trainer,
    Training,
    TrainingSession,
)
from training.rules import walltime
from training.services.directory import trainers
from training.text import Message, msg


@dataclass(frozen=True)
class Slot:
    """A part of the day in a pattern, in wall time."""

    title: str
    starts: time
    ends: time
    break_minutes: int = 0


@dataclass(frozen=True)
class Caution:
    """What a coordinator should know before saving. A session with an ``is_hard`` one is refused."""

    message: Message
    is_hard: bool = False


@dataclass
class Planned:
    """A session as it would be stored, with its warnings. The instants are derived from the wall time."""

    title: str
    starts_local: datetime
    ends_local: datetime
    break_minutes: int
    room: Room | None
    trainers: list[Trainer]
    starts_at: datetime
    ends_at: datetime
    warnings: list[Caution] = field(default_factory=list)

    @property
    def is_blocked(self) -> bool:
        """Whether one of its warnings is hard, so that it is refused."""
        return any(caution.is_hard for caution in self.warnings)

    @property
    def minutes(self) -> int:
        """Contact minutes: the time of the session without its breaks."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60 - self.break_minutes


def warnings(training: Training, one: Planned, *, but: TrainingSession | None = None) -> list[Caution]:
    """What speaks against a planned session: clashes (hard), absences, a small room, a holiday.

    ``but`` is the stored session that ``one`` would replace. It does not count as a clash.
    """
    found = _clashes(one, but)
    on = one.starts_local.date()
    found += [
        Caution(msg("%(trainer)s is away on that day.", trainer=trainer.name))
        for trainer in trainers.away(one.trainers, on=on)
    ]
    if one.room is not None and one.room.capacity < training.capacity:
        found.append(
            Caution(
                msg(
                    "%(room)s seats %(seats)s, and the training has %(capacity)s.",
                    room=one.room.name,
                    seats=one.room.capacity,
                    capacity=training.capacity,
                )
            )
        )
    holiday = _holiday(one.room.venue.country if one.room else training.country, on)
    if holiday:
        found.append(Caution(msg("%(day)s is a holiday there: %(name)s.", day=on, name=holiday)))
    return found


def _clashes(one: Planned, but: TrainingSession | None) -> list[Caution]:
    overlaps = and_(
        TrainingSession.starts_at < one.ends_at,
        TrainingSession.ends_at > one.starts_at,
        TrainingSession.cancelled_at.is_(None),
        TrainingSession.id != (but.id if but else -1),
    )
    found = []
    if one.room is not None:
        taken = db.session.execute(
            select(Training.code)
            .join(TrainingSession)
            .where(overlaps, TrainingSession.room_id == one.room.id)
        ).scalars()
        found += [
            Caution(
                msg("%(room)s is taken by %(training)s at that time.", room=one.room.name, training=code),
                True,
            )
            for code in taken
        ]
    if one.trainers:
        busy = db.session.execute(
            select(SessionTrainer.trainer_id, Training.code)
            .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
            .join(Training)
            .where(overlaps, SessionTrainer.trainer_id.in_([trainer.id for trainer in one.trainers]))
        )
        names = {trainer.id: trainer.name for trainer in one.trainers}
        found += [
            Caution(
                msg("%(trainer)s teaches in %(training)s at that time.", trainer=names[who], training=code),
                True,
            )
            for who, code in busy
        ]
    return found


def warn_of_overlap(planned: Sequence[Planned]) -> None:
    """Add a hard warning to each session that begins before the previous one of the same plan ends."""
    ordered = sorted(planned, key=lambda one: one.starts_at)
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        if later.starts_at < earlier.ends_at:
            later.warnings.append(
                Caution(msg("It overlaps with another session of this pattern."), is_hard=True)
            )


def _holiday(country: str, on: date) -> str:
    try:
        return holidays.country_holidays(country, years=on.year).get(on, "") if country else ""
    except NotImplementedError:
        return ""


def planned(
    training: Training,
    title: str,
    starts_local: datetime,
    ends_local: datetime,
    break_minutes: int,
    room: Room | None,
    trainers: Sequence[Trainer],
) -> Planned:
    """A session as it would be stored. Raises ``Invalid`` for times that make no sense."""
    if not training.starts_on <= starts_local.date() <= ends_local.date() <= training.ends_on:
        raise Invalid(
            msg(
                "The training runs from %(first)s to %(last)s: its sessions must lie within.",
                first=training.starts_on,
                last=training.ends_on,
            ),
            field="starts_local",
        )
    one = Planned(
        title,
        starts_local,
        ends_local,
        break_minutes,
        room,
        list(trainers),
        walltime.instant(starts_local, training.zone, "starts_local"),
        walltime.instant(ends_local, training.zone, "ends_local"),
    )
    if one.ends_at <= one.starts_at:
        raise Invalid(msg("The end is before the start."), field="ends_local")
    if one.minutes <= 0:
        raise Invalid(msg("The breaks take up the whole session."), field="break_minutes")
    return one


MORNING, AFTERNOON = (time(9), time(12, 30)), (time(13, 30), time(17))
"""The usual half-days."""


def first_slot(day: date) -> tuple[datetime, datetime]:
    """The morning of a day, in wall time."""
    return datetime.combine(day, MORNING[0]), datetime.combine(day, MORNING[1])

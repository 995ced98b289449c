"""What speaks against a session before it is stored.

Hard: a room or a trainer is taken, or the training's people are in another of its sessions at that time. To know:
absences, small rooms, holidays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

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
from training.rules.minutes import Slot
from training.services.directory import trainers
from training.text import Message, msg


@dataclass(frozen=True)
class HalfDay:
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
    slot: Slot
    is_compulsory: bool = True
    warnings: list[Caution] = field(default_factory=list)

    @property
    def starts_at(self) -> datetime:
        """The instant at which it starts."""
        return self.slot.starts_at

    @property
    def ends_at(self) -> datetime:
        """The instant at which it ends."""
        return self.slot.ends_at

    @property
    def is_blocked(self) -> bool:
        """Whether one of its warnings is hard, so that it is refused."""
        return any(caution.is_hard for caution in self.warnings)

    @property
    def minutes(self) -> int:
        """Contact minutes: the time of the session without its break."""
        return self.slot.contact

    @property
    def when(self) -> str:
        """Its hours on the clock there, such as "09:00–12:30"."""
        return f"{self.starts_local:%H:%M}–{self.ends_local:%H:%M}"


def warnings(training: Training, one: Planned, *, but: Collection[int] = ()) -> list[Caution]:
    """What speaks against a planned session: clashes (hard), absences, a small room, a holiday.

    ``but`` are the ids of stored sessions that change together with it. They do not count as clashes.
    """
    found = hard(training, one, but=but)
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
    name = holiday(one.room.venue.country if one.room else training.country, on)
    if name:
        found.append(Caution(msg("%(day)s is a holiday there: %(name)s.", day=on, name=name)))
    return found


def hard(training: Training, one: Planned, *, but: Collection[int] = ()) -> list[Caution]:
    """The clashes of a planned session with what stands already. ``but`` is as in ``warnings``."""
    overlaps = and_(
        TrainingSession.starts_at < one.ends_at,
        TrainingSession.ends_at > one.starts_at,
        TrainingSession.is_held,
        TrainingSession.id.not_in(but),
    )
    found = []
    if one.is_compulsory:
        same = select(TrainingSession).where(
            overlaps, TrainingSession.training_id == training.id, TrainingSession.is_compulsory
        )
        for other in db.session.scalars(same.order_by(TrainingSession.starts_at)):
            is_same = (other.starts_local, other.ends_local) == (one.starts_local, one.ends_local)
            when = f"{other.starts_local:%H:%M}–{other.ends_local:%H:%M}"
            found.append(_twice(other.title, other.on_date, when, is_same))
    if one.room is not None:
        taken = db.session.execute(
            select(Training.code)
            .join(TrainingSession)
            .where(overlaps, TrainingSession.room_id == one.room.id)
        ).scalars()
        found += [_taken(one.room, code) for code in taken]
    if one.trainers:
        busy = db.session.execute(
            select(SessionTrainer.trainer_id, Training.code)
            .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
            .join(Training)
            .where(overlaps, SessionTrainer.trainer_id.in_([trainer.id for trainer in one.trainers]))
        )
        names = {trainer.id: trainer.name for trainer in one.trainers}
        found += [_teaches(names[who], code) for who, code in busy]
    return found


def _twice(title: str, on: date, when: str, is_same: bool) -> Caution:
    if is_same:
        return Caution(
            msg(
                "This training has a session then already: %(title)s, %(day)s, %(when)s.",
                title=title,
                day=on,
                when=when,
            ),
            True,
        )
    return Caution(
        msg(
            "It overlaps with %(title)s, %(day)s, %(when)s: nobody can be in both. "
            "Choose other hours, or make one of them optional.",
            title=title,
            day=on,
            when=when,
        ),
        True,
    )


def _taken(room: Room, code: str) -> Caution:
    return Caution(
        msg("%(room)s is taken by %(training)s at that time.", room=room.name, training=code), True
    )


def _teaches(name: str, code: str) -> Caution:
    return Caution(
        msg("%(trainer)s teaches in %(training)s at that time.", trainer=name, training=code), True
    )


def warn_of_each_other(training: Training, planned: Sequence[Planned]) -> None:
    """Add hard warnings to sessions of one plan that cannot be held at the same time."""
    ordered = sorted(planned, key=lambda one: one.starts_at)
    for place, earlier in enumerate(ordered):
        for later in ordered[place + 1 :]:
            if later.starts_at >= earlier.ends_at:
                break
            if earlier.is_compulsory and later.is_compulsory:
                is_same = (earlier.starts_local, earlier.ends_local) == (later.starts_local, later.ends_local)
                on = earlier.starts_local.date()
                later.warnings.append(_twice(earlier.title, on, earlier.when, is_same))
            if later.room is not None and later.room is earlier.room:
                later.warnings.append(_taken(later.room, training.code))
            both = [trainer for trainer in later.trainers if trainer in earlier.trainers]
            later.warnings += [_teaches(trainer.name, training.code) for trainer in both]


def is_weekend(country: str, on: date) -> bool:
    """Whether people of the country rest on that day of the week."""
    try:
        weekend = holidays.country_holidays(country).weekend if country else {5, 6}
    except NotImplementedError:
        weekend = {5, 6}
    return on.weekday() in weekend


def holiday(country: str, on: date) -> str:
    """The name of the public holiday on that day, or an empty text."""
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
    break_starts: time | None = None,
) -> Planned:
    """A session as it would be stored. Raises ``Invalid`` for times that make no sense."""
    one = Planned(
        title,
        starts_local,
        ends_local,
        break_minutes,
        room,
        list(trainers),
        Slot(
            walltime.instant(starts_local, training.zone, "starts_local"),
            walltime.instant(ends_local, training.zone, "ends_local"),
            training.zone,
            break_minutes,
            break_starts if break_minutes else None,
        ),
    )
    if one.ends_at <= one.starts_at:
        raise Invalid(msg("The end is before the start."), field="ends_local")
    if one.minutes <= 0:
        raise Invalid(msg("The breaks take up the whole session."), field="break_minutes")
    if one.slot.break_starts and not one.slot.holds_break:
        raise Invalid(msg("The break must begin and end within the session."), field="break_starts")
    if one.ends_at - one.starts_at > LONGEST:
        raise Invalid(msg("A session lasts a day at most. Plan one for each day."), field="ends_local")
    return one


LONGEST = timedelta(days=1)
MORNING, AFTERNOON = (time(9), time(12, 30)), (time(13, 30), time(17))
"""The usual half-days."""


def first_slot(day: date) -> tuple[datetime, datetime]:
    """The morning of a day, in wall time."""
    return datetime.combine(day, MORNING[0]), datetime.combine(day, MORNING[1])

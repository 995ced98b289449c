"""What speaks against a session before it is stored, and how a session is planned.

The rules stand in ``rules/clashes``. Here they are asked about sessions as somebody wants them to be: the moved ones
replace their rows. Findings that are hard are refused, and the database has the last word for rooms and trainers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from training.errors import Invalid
from training.models import Room, Theme, Trainer, Training, TrainingSession
from training.rules import clashes as rules
from training.rules import minutes, walltime
from training.rules.findings import Finding
from training.rules.timetable import Slot
from training.services.timetables import clash_facts, slots
from training.text import msg


@dataclass(frozen=True)
class HalfDay:
    """A part of the day in a pattern, in wall time."""

    title: str
    starts: time
    ends: time
    break_minutes: int = 0


@dataclass
class Planned:
    """A session as it would be stored, with its warnings. The instants are derived from the wall time.

    ``stored`` is the session that it changes. A ``theme`` of None is the training's own.
    """

    title: str
    starts_local: datetime
    ends_local: datetime
    break_minutes: int
    room: Room | None
    trainers: list[Trainer]
    slot: minutes.Slot
    is_compulsory: bool = True
    theme: Theme | None = None
    stored: TrainingSession | None = None
    warnings: list[Finding] = field(default_factory=list)

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
        return any(finding.is_hard for finding in self.warnings)

    @property
    def minutes(self) -> int:
        """Contact minutes: the time of the session without its break."""
        return self.slot.contact

    @property
    def when(self) -> str:
        """Its hours on the clock there, such as "09:00–12:30"."""
        return f"{self.starts_local:%H:%M}–{self.ends_local:%H:%M}"


def look(training: Training, planned: Sequence[Planned], *, but: Collection[int] = ()) -> None:
    """Write to each planned session what speaks against it: with what stands already, and with each other.

    ``but`` are the ids of stored sessions that will not stand there any more.
    """
    asked = as_slots(training, planned)
    by_key = dict(zip((slot.key for slot in asked), planned, strict=True))
    for finding in rules.found(asked, clash_facts.load(asked, but=but)):
        by_key[finding.slots[0]].warnings.append(finding)


def hard(training: Training, planned: Sequence[Planned], *, but: Collection[int] = ()) -> list[Finding]:
    """What is refused of these sessions, the first rule first. ``but`` is as in ``look``."""
    asked = as_slots(training, planned)
    return rules.hard(asked, clash_facts.load(asked, but=but))


def as_slots(training: Training, planned: Sequence[Planned]) -> list[Slot]:
    """The planned sessions as the rules see them, in their order. One that is not stored has a key below 0."""
    frame = slots.frame(training)
    known = slots.teachers({trainer.id for one in planned for trainer in one.trainers})
    found = []
    for number, one in enumerate(planned, 1):
        theme = one.theme or training.theme
        found.append(
            Slot(
                one.stored.id if one.stored is not None else -number,
                frame,
                one.title,
                one.starts_at,
                one.ends_at,
                one.starts_local,
                one.ends_local,
                one.break_minutes,
                one.minutes,
                slots.needs(theme, training.programme_theme_id),
                theme.code,
                slots.room(one.room) if one.room is not None else None,
                tuple(known[trainer.id] for trainer in one.trainers),
                one.is_compulsory,
                frozenset(entry.trainer_id for entry in one.stored.session_trainers)
                if one.stored is not None
                else frozenset(),
            )
        )
    return found


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
        minutes.Slot(
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

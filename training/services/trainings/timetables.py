"""The half-days of a training that is not stored yet: on which days they fall, in which room, with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from training.errors import Invalid
from training.models import AgendaItem, Course, Room, Theme, Trainer, Training
from training.rules import half_days, rest_days, walltime
from training.rules.half_days import HalfDay
from training.services.programmes import courses
from training.services.schedule import visible
from training.services.schedule.plan import Details
from training.services.schedule.sessions import MOST_SESSIONS
from training.text import msg
from training.texts import proposed


@dataclass(frozen=True)
class Pattern:
    """A half-day as a course, another training or the hours of a day give it. A theme of None is the training's."""

    half_day: HalfDay
    theme: Theme | None = None
    room: Room | None = None
    trainers: tuple[Trainer, ...] | None = None
    agenda: tuple[AgendaItem, ...] = ()

    @property
    def key(self) -> str:
        """By which a form names it: its day and its start."""
        return f"{self.half_day.day}-{self.half_day.starts:%H%M}"


@dataclass(frozen=True, kw_only=True)
class Other:
    """How one half-day differs from the others: its hours, its room, who is not there."""

    hours: tuple[time, time] | None = None
    room: Room | None = None
    without: frozenset[int] = frozenset()
    """The ids of trainers who are not there."""


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """When a training is held: its half-days from a first day on, and what differs."""

    first_day: date
    patterns: Sequence[Pattern]
    country: str = ""
    rests: bool = True
    """Whether weekends and holidays are left out after the first day."""
    room: Room | None = None
    trainers: Sequence[Trainer] = ()
    left_out: frozenset[str] = frozenset()
    """The keys of the half-days that are not held."""
    others: Mapping[str, Other] = field(default_factory=dict)


@dataclass(frozen=True)
class HeldHalfDay:
    """A half-day on its date, as it would be stored. One that is not held is shown only."""

    pattern: Pattern
    details: Details
    is_held: bool

    @property
    def key(self) -> str:
        """By which a form names it."""
        return self.pattern.key


def of_course(course: Course) -> list[Pattern]:
    """The half-days of a course."""
    return [
        Pattern(courses.as_half_day(one), theme=one.theme, agenda=tuple(one.agenda))
        for one in course.half_days
    ]


def of_hours(days: int, hours: Sequence[tuple[time, time]], language: str) -> list[Pattern]:
    """The same hours on each of these days, with proposed titles."""
    found = []
    for day in range(1, days + 1):
        for number, (starts, ends) in enumerate(hours):
            title = proposed.of_day(day, number, language)
            found.append(Pattern(HalfDay(day, title, starts, ends, _usual_break(starts, ends))))
    return found


def _usual_break(starts: time, ends: time) -> int:
    """A half-day of three hours and more has a break of half an hour."""
    return 30 if (ends.hour - starts.hour) * 60 + ends.minute - starts.minute >= 180 else 0


def at_hours(found: Sequence[Pattern], hours: Sequence[tuple[time, time]]) -> list[Pattern]:
    """The half-days at other hours: the first of each day at the first hours, and so on. What has no hours keeps its own."""
    places: dict[int, int] = {}
    changed = []
    for one in sorted(found, key=lambda pattern: (pattern.half_day.day, pattern.half_day.starts)):
        place = places.get(one.half_day.day, 0)
        places[one.half_day.day] = place + 1
        starts, ends = hours[place] if place < len(hours) else (one.half_day.starts, one.half_day.ends)
        changed.append(replace(one, half_day=replace(one.half_day, starts=starts, ends=ends)))
    return changed


def of_training(training: Training, agendas: Mapping[int, Sequence[AgendaItem]]) -> list[Pattern]:
    """The half-days of another training. A day's number counts working days, so that a pause stays one."""
    held = [one for one in visible.of(training) if not one.is_cancelled]
    if not held:
        return []
    ordered = sorted({one.on_date for one in held})
    numbers = {ordered[0]: 1}
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        between = rest_days.days_from(earlier, 1 + (later - earlier).days, training.country)
        numbers[later] = numbers[earlier] + max(1, sum(earlier < day <= later for day in between))
    return [
        Pattern(
            HalfDay(
                numbers[one.on_date],
                one.title,
                one.starts_local.time(),
                one.ends_local.time(),
                one.break_minutes,
                one.is_compulsory,
            ),
            theme=one.theme if one.theme_id != training.theme_id else None,
            room=one.room,
            trainers=tuple(entry.trainer for entry in one.session_trainers),
            agenda=tuple(agendas.get(one.id, ())),
        )
        for one in held
        if one.starts_local.date() == one.ends_local.date()
    ]


def laid_out(table: Timetable) -> list[HeldHalfDay]:
    """The half-days on their dates, in order. Raises ``Invalid`` for more of them than anybody plans at once."""
    if len(table.patterns) > MOST_SESSIONS:
        raise Invalid(msg("Plan at most %(most)s sessions at once.", most=MOST_SESSIONS), field="days")
    walltime.check_day(datetime.combine(table.first_day, time()), "starts_on")
    length = max((one.half_day.day for one in table.patterns), default=0)
    days = rest_days.days_from(table.first_day, length, table.country, rests=table.rests)
    found = [_on_its_day(table, one, days[one.half_day.day - 1]) for one in table.patterns]
    return sorted(found, key=lambda one: one.details.starts_local)


def _on_its_day(table: Timetable, pattern: Pattern, day: date) -> HeldHalfDay:
    half_day, other = pattern.half_day, table.others.get(pattern.key, Other())
    starts, ends = other.hours or (half_day.starts, half_day.ends)
    teaching = list(table.trainers)
    if pattern.trainers is not None:
        own = {trainer.id for trainer in pattern.trainers}
        known = {trainer.id for one in table.patterns for trainer in one.trainers or ()}
        # who teaches some half-days of the other training teaches these; who is new teaches all
        teaching = [trainer for trainer in teaching if trainer.id in own or trainer.id not in known]
    details = Details(
        title=half_day.title,
        starts_local=datetime.combine(day, starts),
        ends_local=datetime.combine(day, ends),
        break_minutes=half_day.break_minutes,
        room=other.room or table.room,
        trainers=[trainer for trainer in teaching if trainer.id not in other.without],
        theme=pattern.theme,
        is_compulsory=half_day.is_compulsory,
    )
    return HeldHalfDay(pattern, details, pattern.key not in table.left_out)


def held(found: Sequence[HeldHalfDay]) -> list[HeldHalfDay]:
    """Those that are held."""
    return [one for one in found if one.is_held]


def as_text(patterns: Sequence[Pattern], language: str = "en") -> str:
    """The half-days as a course's text."""
    return half_days.written([one.half_day for one in patterns], language)


def with_agenda(pattern: Pattern) -> Pattern:
    """The half-day with its agenda in its values, as a course keeps it."""
    items = tuple(half_days.Item(one.title, one.starts, one.ends, one.who) for one in pattern.agenda)
    return replace(pattern, half_day=replace(pattern.half_day, agenda=items))

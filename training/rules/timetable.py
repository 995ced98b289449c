"""Sessions and what stands around them, as plain data: what the rules about clashes compare.

A slot is a session as it is, or as somebody wants it to be. Nothing here knows the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

NOON = time(13)
"""When the second half of a day begins."""


class Where(NamedTuple):
    """A place on the map. ``country`` is a code, ``subdivision`` a part of it that keeps holidays of its own."""

    city: str
    country: str
    subdivision: str = ""


NOWHERE = Where("", "")
"""No place is known, so no country's days off are either."""


@dataclass(frozen=True)
class Room:
    """A room with its seats, in a venue."""

    id: int
    name: str
    venue: str
    seats: int
    where: Where
    zone: str


@dataclass(frozen=True)
class Teacher:
    """A trainer with what they can teach. Nothing said of themes or languages means that nobody knows."""

    id: int
    name: str
    is_active: bool = True
    themes: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    most_days: int | None = None


@dataclass(frozen=True)
class Frame:
    """The training of a slot: what all of its sessions share. ``where`` is None if nobody said where it is held."""

    id: int
    code: str
    zone: str
    capacity: int
    languages: frozenset[str]
    is_online: bool
    """Whether people join from where they are."""
    has_place: bool
    """Whether people come together in a room."""
    where: Where | None
    first: date
    last: date
    """The days of its programme."""


@dataclass(frozen=True)
class Slot:
    """A session. ``key`` is its id, or below 0 if it is not stored yet. ``kept`` are trainers whom it has already.

    A trainer of one of the themes that it ``needs`` can teach it; anybody, if it names none.
    """

    key: int
    frame: Frame
    title: str
    starts_at: datetime
    ends_at: datetime
    starts_local: datetime
    ends_local: datetime
    break_minutes: int
    contact: int
    needs: frozenset[int] = frozenset()
    theme_code: str = ""
    room: Room | None = None
    teachers: tuple[Teacher, ...] = ()
    is_compulsory: bool = True
    kept: frozenset[int] = frozenset()

    @property
    def day(self) -> date:
        """The day on which it begins, on the calendar there."""
        return self.starts_local.date()

    @property
    def hours(self) -> str:
        """Its hours on the clock there, such as "09:00–12:30"."""
        return f"{self.starts_local:%H:%M}–{self.ends_local:%H:%M}"

    @property
    def where(self) -> Where | None:
        """Where people are for it: None if they join from where they are, or nobody said."""
        if self.room is not None:
            return self.room.where
        return self.frame.where if self.frame.has_place else None

    def meets(self, other: Slot) -> bool:
        """Whether both hold an instant in common."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def shifted(self, by: timedelta) -> Slot:
        """The same session some time later."""
        return replace(
            self,
            starts_at=self.starts_at + by,
            ends_at=self.ends_at + by,
            starts_local=self.starts_local + by,
            ends_local=self.ends_local + by,
        )


@dataclass(frozen=True)
class Absence:
    """Days on which a trainer is away. With ``half``, one half of each: "am" is before 13:00, "pm" after it."""

    first: date
    last: date
    half: str = ""
    note: str = ""

    def covers(self, slot: Slot) -> bool:
        """Whether the trainer is away during a part of the slot, by the calendar there."""
        return self.covers_hours(slot.starts_local, slot.ends_local)

    def covers_hours(self, begins: datetime, ends: datetime) -> bool:
        """Whether the trainer is away during a part of these hours on the clock."""
        if not (self.first <= ends.date() and begins.date() <= self.last):
            return False
        if begins.date() != ends.date() or not self.half:
            return True
        return begins.time() < NOON if self.half == "am" else ends.time() > NOON


class Block(NamedTuple):
    """Hours in which a room is closed."""

    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str


class Elsewhere(NamedTuple):
    """A person of a training who has a seat in another one, and a session of that one. ``key`` is the session's id.

    ``agency_id`` is the agency that put them forward there.
    """

    person: int
    name: str
    key: int
    code: str
    starts_at: datetime
    ends_at: datetime
    agency_id: int = 0


@dataclass(frozen=True)
class People:
    """How many people have a seat in a training, by the country in which they live, and by their agency's."""

    homes: Mapping[str, int] = field(default_factory=dict)
    agencies: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many people have a seat."""
        return sum(self.homes.values())


def never(where: Where, day: date) -> str:
    """No day is off."""
    return ""


def no_weekend(where: Where, day: date) -> bool:
    """No day is of a weekend."""
    return False


@dataclass(frozen=True)
class Facts:
    """What stands in the time of the slots that somebody asks about, by the ids of trainers, rooms and trainings.

    ``others`` are sessions with the same rooms, trainers or trainings, without those that somebody asks about.
    ``taught`` are all days on which a trainer teaches in the months concerned, by the sessions' ids.
    """

    others: Sequence[Slot] = ()
    taught: Mapping[int, Mapping[int, date]] = field(default_factory=dict)
    absences: Mapping[int, Sequence[Absence]] = field(default_factory=dict)
    blocks: Mapping[int, Sequence[Block]] = field(default_factory=dict)
    elsewhere: Mapping[int, Sequence[Elsewhere]] = field(default_factory=dict)
    people: Mapping[int, People] = field(default_factory=dict)
    holiday: Callable[[Where, date], str] = never
    """The name of a day off there, or an empty text."""
    is_weekend: Callable[[Where, date], bool] = no_weekend
    country: Callable[[str], str] = str
    """The name of a country in the reader's language."""
    zones: Callable[[str], Sequence[str]] = lambda code: ()
    """The zones of a country."""
    nights_between_cities: int = 1
    days_between_countries: int = 1


def pairs(
    asked: Sequence[Slot],
    others: Iterable[Slot],
    holds: Callable[[Slot], Iterable[int]],
    margin: timedelta = timedelta(0),
) -> Iterator[tuple[Slot, Slot, int]]:
    """Each slot asked about with each other that holds the same thing less than ``margin`` from it; and the thing.

    Two that are both asked about come twice, each once as the first. A sweep over the starts: the cost grows with
    what meets, not with the square of all.
    """
    wanted = {one.key for one in asked}
    by_thing: dict[int, list[Slot]] = {}
    for one in (*asked, *others):
        for thing in holds(one):
            by_thing.setdefault(thing, []).append(one)
    for thing, slots in by_thing.items():
        if len(slots) < 2:
            continue
        slots.sort(key=lambda one: (one.starts_at, one.key))
        for place, first in enumerate(slots):
            for second in slots[place + 1 :]:
                if second.starts_at >= first.ends_at + margin:
                    break
                if first.key in wanted:
                    yield first, second, thing
                if second.key in wanted:
                    yield second, first, thing


def neighbours(
    asked: Sequence[Slot], others: Iterable[Slot], holds: Callable[[Slot], Iterable[int]]
) -> Iterator[tuple[Slot, Slot, int]]:
    """Each slot asked about with the one before it and the one after it that holds the same thing, the earlier first."""
    wanted = {one.key for one in asked}
    by_thing: dict[int, list[Slot]] = {}
    for one in (*asked, *others):
        for thing in holds(one):
            by_thing.setdefault(thing, []).append(one)
    for thing, slots in by_thing.items():
        slots.sort(key=lambda one: (one.starts_at, one.key))
        for first, second in zip(slots, slots[1:], strict=False):
            if first.key in wanted or second.key in wanted:
                yield first, second, thing

"""Where a training could go: each line and day of a board is free, has something to know, or is refused, and why.

The same rules answer as when it is put there (``rules/clashes``), so a place is refused here if and only if
``plan.apply`` refuses it. What stands around all places is read at once, and each rule is asked once for what it looks at:
the time, the rooms, the place on the map, or one trainer. What holds wherever the training goes, because it holds
already, is not said again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from itertools import combinations
from typing import Any, TypeVar

from training.db import db
from training.errors import Conflict, DomainError
from training.models import Room, Trainer, Training, TrainingSession
from training.rules import clashes as rules
from training.rules import walltime
from training.rules.findings import Finding
from training.rules.overlaps import TURN_OVER
from training.rules.timetable import Facts, Slot, Teacher, Where
from training.rules.timetable import Room as RoomSeen
from training.services.board.lines import Kind, Line, Period
from training.services.schedule import clashes, plan, sessions, several, shift, visible
from training.services.schedule.clashes import Planned
from training.services.timetables import clash_facts, slots
from training.text import Message, msg

TIME = ("own_overlap", "no_such_time", "outside_programme", "participant_twice", "night_online", "too_long")
"""Rules that look at the hours alone, wherever and by whom a session is given."""
SIZE = ("room_small", "other_place")
ROOMS = ("room_twice", "room_blocked", "turn_over", *SIZE)
PLACES = ("holiday", "weekend")
FIT = ("trainer_unfit",)
TRAINERS = ("trainer_twice", "trainer_away", *FIT, "trainer_load", "travel_gap", "turn_over")
"""Rules that look at one trainer and at no other one. ``turn_over`` looks at rooms and at trainers."""
WHEREVER = ("room_small", "other_place", "trainer_unfit", "night_online", "too_long")
"""Rules whose findings may be the same on every day."""
BY_NAME = {rule.name: rule for rule in rules.RULES}
PLACE_OF = {rule.name: place for place, rule in enumerate(rules.RULES)}
T = TypeVar("T")


class Is(StrEnum):
    """What a place is for the training: its own, free, free with something to know, or refused."""

    HERE = "here"
    OK = "ok"
    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True)
class Verdict:
    """What is said of a place: the first finding, and how many others there are."""

    is_: Is
    said: Message
    more: int = 0


HERE, FREE = Verdict(Is.HERE, msg("It is here.")), Verdict(Is.OK, msg("free"))


def of(
    training: Training, here: Sequence[Line], period: Period, *, instead: Trainer | None = None
) -> dict[int, list[Verdict]]:
    """What each day of the period is for the training, by the line's id. Of trainings only its own line is there.

    ``instead`` is the trainer whose sessions another line's trainer would take over. Raises ``Conflict`` for a training
    whose sessions stay as they are.
    """
    wanted = check_movable(training)
    with db.session.no_autoflush:
        asked = _Asked(training, wanted, here, period, instead)
        if asked.base:
            asked.load()
        return {
            line.id: [asked.verdict(line, day) for day in period.days]
            for line in here
            if line.kind is not Kind.TRAININGS or line.id == training.id
        }


def check_movable(training: Training) -> list[TrainingSession]:
    """The sessions that would be moved, with all that is asked of them. Raises ``Conflict`` if there are none."""
    visible.of(training)  # so that rooms and trainers are there
    sessions.check_plannable(training)
    wanted = several.movable(training)
    if not wanted:
        raise Conflict(several.NOTHING, "gone")
    return wanted


@dataclass(frozen=True)
class _Held:
    """The rooms, the places and the trainers of the sessions, in their order; and which of them each trainer gives."""

    rooms: tuple[int, ...]
    places: tuple[Where | None, ...]
    given: tuple[frozenset[int], ...]
    taught: Mapping[int, tuple[int, ...]]


class _Asked:
    """The training with all places where it could go, and what stands around them."""

    def __init__(
        self,
        training: Training,
        wanted: Sequence[TrainingSession],
        here: Sequence[Line],
        period: Period,
        instead: Trainer | None,
    ) -> None:
        self.training, self.wanted, self.here, self.instead = training, wanted, here, instead
        self.first = min(one.on_date for one in wanted)
        self.refused: dict[date, Message] = {}
        self.base: dict[date, list[Slot]] = {}
        self.teachers: dict[int, Teacher] = {}
        self.rooms: dict[int, RoomSeen] = {}
        self.facts = Facts()
        self.by_trainer: defaultdict[int, list[Slot]] = defaultdict(list)
        self.by_room: defaultdict[int, list[Slot]] = defaultdict(list)
        self.own: list[Slot] = []
        self.reach = timedelta()
        self.known: dict[object, Any] = {}
        stored: list[Slot] = []
        for day in dict.fromkeys((self.first, *period.days)):
            try:
                stored = self._on(day, stored)
            except DomainError as refusal:
                self.refused[day] = refusal.explained

    def _on(self, day: date, stored: Sequence[Slot]) -> list[Slot]:
        """The sessions as they would be held if the first one lay on this day. Raises as ``plan.apply`` does."""
        moved = shift.moved_to(self.training, self.wanted, shift.Move(first_day=day))
        planned: list[Planned] = []
        for session, details in moved:
            one = plan.as_planned(self.training, details)
            one.stored = session
            planned.append(one)
        if not stored:
            self.base[day] = clashes.as_slots(self.training, planned)
            return self.base[day]
        self.base[day] = [
            replace(
                slot,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                starts_local=one.starts_local,
                ends_local=one.ends_local,
                contact=one.minutes,
            )
            for slot, one in zip(stored, planned, strict=True)
        ]
        return list(stored)

    def load(self) -> None:
        """Read what stands around all places, by as many statements as for one."""
        every = [slot for day in (min(self.base), max(self.base)) for slot in self.base[day]]
        self.rooms = {slot.room.id: slot.room for slot in every if slot.room is not None}
        self.rooms |= {
            one.thing.id: slots.room(one.thing) for one in self.here if isinstance(one.thing, Room)
        }
        self.teachers = {one.id: one for slot in every for one in slot.teachers}
        new = {one.thing.id for one in self.here if isinstance(one.thing, Trainer)} - self.teachers.keys()
        self.teachers |= slots.teachers(new)
        everybody = tuple(self.teachers.values())
        probes = [replace(slot, teachers=everybody) for slot in every]
        probes += [replace(every[0], room=room) for room in self.rooms.values()]
        self.facts = clash_facts.load(probes, but=[one.id for one in self.wanted])
        self.reach = timedelta(
            days=max(self.facts.nights_between_cities, self.facts.days_between_countries) + 2
        )
        for other in self.facts.others:
            for teacher in other.teachers:
                self.by_trainer[teacher.id].append(other)
            if other.room is not None:
                self.by_room[other.room.id].append(other)
            if other.frame.id == self.training.id:
                self.own.append(other)

    # A place

    def verdict(self, line: Line, day: date) -> Verdict:
        """What a day of a line is for the training."""
        if day in self.refused:
            return Verdict(Is.HARD, self.refused[day])
        held = self._held_on(line)
        changed = self._changed(held, day)
        if not changed:
            return HERE
        found = self._findings(held, day)
        if not found:
            return FREE
        hard = [one for one in found if one.is_hard and one.slots[0] in changed]
        soft = [] if hard else [one for one in found if not one.is_hard and not self._holds_already(one)]
        said = list(dict.fromkeys((one.rule, one.fact) for one in hard or soft))
        if not said:
            return FREE
        first = min(hard or soft, key=lambda one: PLACE_OF[one.rule])
        return Verdict(Is.HARD if hard else Is.SOFT, first.message, len(said) - 1)

    def _held_on(self, line: Line | None) -> _Held:
        """The rooms and the trainers of the sessions on a line, on whichever day, as ``shift.placed`` gives them."""
        return self._once(("held", line.id if line else 0), partial(self._held, line))

    def _held(self, line: Line | None) -> _Held:
        some = next(iter(self.base.values()))
        rooms, given = [], []
        for slot in some:
            room = slot.room.id if slot.room is not None else 0
            rooms.append(line.id if line and line.kind is Kind.ROOMS else room)
            now = [one.id for one in slot.teachers]
            given.append(self._teaching(now, line.id) if line and line.kind is Kind.TRAINERS else now)
        taught: defaultdict[int, list[int]] = defaultdict(list)
        for number, teachers in enumerate(given):
            for one in teachers:
                taught[one].append(number)
        places = tuple(
            (self.rooms[room].where if room else slot.where) for room, slot in zip(rooms, some, strict=True)
        )
        return _Held(
            tuple(rooms),
            places,
            tuple(frozenset(one) for one in given),
            {one: tuple(numbers) for one, numbers in taught.items()},
        )

    def _teaching(self, now: list[int], new: int) -> list[int]:
        if new in now:
            return now
        if self.instead is None:
            return [new]
        return [new if one == self.instead.id else one for one in now]

    def _changed(self, held: _Held, day: date) -> set[int]:
        """The keys of the sessions that would not be as they are."""
        some, now = self.base[day], self._held_on(None)
        if day != self.first:
            return {one.key for one in some}
        return {
            one.key
            for number, one in enumerate(some)
            if (held.rooms[number], held.given[number]) != (now.rooms[number], now.given[number])
        }

    def _findings(self, held: _Held, day: date) -> list[Finding]:
        """What all rules say of the sessions on that day."""
        found = [
            *self._once(("time", day), partial(self._of_time, day)),
            *self._once(("rooms", day, held.rooms), partial(self._of_rooms, held, day)),
            *self._once(("size", held.rooms), partial(self._of_size, held, day)),
            *self._once(("places", day, held.places), partial(self._of_places, held, day)),
        ]
        for teacher, numbers in held.taught.items():
            key = ("trainer", day, teacher, numbers, held.places)
            found += self._once(key, partial(self._of_trainer, teacher, numbers, held, day))
            found += self._once(("fit", teacher, numbers), partial(self._of_fit, teacher, numbers, held, day))
        return found

    def _of_time(self, day: date) -> list[Finding]:
        return self._ask(TIME, self.base[day], self.own)

    def _of_rooms(self, held: _Held, day: date) -> list[Finding]:
        """What the rules say of the rooms at that time. A rule is not asked if nothing is there that it compares."""
        others = {one.key: one for room in set(held.rooms) for one in self.by_room[room]}
        near = self._near(others.values(), self.base[day], TURN_OVER)
        names: list[str] = []
        if near or self._meets(day):
            names += ["room_twice", "turn_over"]
        if any(self.facts.blocks.get(room) for room in set(held.rooms)):
            names += ["room_blocked"]
        return self._ask(names, self._without_trainers(held, day), near) if names else []

    def _of_size(self, held: _Held, day: date) -> list[Finding]:
        return self._ask(SIZE, self._without_trainers(held, day), ())

    def _without_trainers(self, held: _Held, day: date) -> list[Slot]:
        return [_with(one, teachers=()) for one in self._in_rooms(held, day)]

    def _of_places(self, held: _Held, day: date) -> list[Finding]:
        return self._ask(PLACES, self._in_rooms(held, day), ())

    def _of_fit(self, teacher: int, numbers: Sequence[int], held: _Held, day: date) -> list[Finding]:
        return self._ask(FIT, self._alone(teacher, numbers, held, day), ())

    def _of_trainer(self, teacher: int, numbers: Sequence[int], held: _Held, day: date) -> list[Finding]:
        """What the rules say of one trainer in these sessions. A rule is not asked if nothing is there that it compares.

        Where the trainer is taken, no other rule of theirs is asked: the place is refused.
        """
        then = [self.base[day][number] for number in numbers]
        others = self._near(self.by_trainer[teacher], then, self.reach)
        close = self._near(others, then, TURN_OVER)
        alone, names = self._alone(teacher, numbers, held, day), []
        if close or self._meets(day):
            if twice := self._ask(("trainer_twice",), alone, close):
                return twice
            names += ["turn_over"]
        places = {held.places[number] for number in numbers}
        if len(places | {one.where for one in others}) > 1:
            names += ["travel_gap"]
        if self.facts.absences.get(teacher):
            names += ["trainer_away"]
        if self.teachers[teacher].most_days is not None:
            names += ["trainer_load"]
        found = self._ask(names, alone, others) if names else []
        return [one for one in found if one.trainer == teacher]

    def _meets(self, day: date) -> bool:
        """Whether some of the training's sessions are at the same time."""
        pairs = combinations(self.base[day], 2)
        return self._once(("meet", day), lambda: any(one.meets(other) for one, other in pairs))

    def _in_rooms(self, held: _Held, day: date) -> list[Slot]:
        return self._once(
            ("in rooms", held.rooms, day),
            lambda: [
                _with(one, room=self.rooms[room]) if room else one
                for room, one in zip(held.rooms, self.base[day], strict=True)
            ],
        )

    def _alone(self, teacher: int, numbers: Sequence[int], held: _Held, day: date) -> list[Slot]:
        """Some of the sessions, as if this trainer gave them alone."""
        then = self._in_rooms(held, day)
        return [_with(then[number], teachers=(self.teachers[teacher],)) for number in numbers]

    @staticmethod
    def _near(others: Iterable[Slot], then: Sequence[Slot], reach: timedelta) -> list[Slot]:
        """The sessions that are within ``reach`` of these."""
        begins = min(one.starts_at for one in then) - reach
        ends = max(one.ends_at for one in then) + reach
        return [one for one in others if one.starts_at < ends and one.ends_at > begins]

    def _ask(self, names: Collection[str], then: Sequence[Slot], others: Sequence[Slot]) -> list[Finding]:
        facts = replace(self.facts, others=others)
        return [finding for name in names for finding in BY_NAME[name].check(then, facts)]

    def _holds_already(self, finding: Finding) -> bool:
        """Whether the same holds where the training is now, so that it speaks against no place."""
        if finding.rule not in WHEREVER or self.first not in self.base:
            return False
        known = self._once(
            ("now",),
            lambda: {(one.rule, one.fact) for one in self._findings(self._held_on(None), self.first)},
        )
        return (finding.rule, finding.fact) in known

    def _once(self, key: object, work: Callable[[], T]) -> T:
        if key not in self.known:
            self.known[key] = work()
        found: T = self.known[key]
        return found


def _with(slot: Slot, **values: object) -> Slot:
    """The slot with other values, as ``dataclasses.replace`` makes it: a board has thousands of them."""
    made = object.__new__(Slot)
    made.__dict__.update(slot.__dict__, **values)
    return made


def one(training: Training, line: Line, day: date, *, instead: Trainer | None = None) -> Verdict:
    """What one place is for the training. Raises as ``of`` does."""
    walltime.check_day(day, "day")
    return of(training, [line], Period(day, day), instead=instead)[line.id][0]


def place_of(line: Line, day: date, instead: Trainer | None = None) -> shift.Place:
    """The place that a line and a day are, for the act that puts a training there."""
    thing = line.thing
    return shift.Place(
        first_day=day,
        room=thing if isinstance(thing, Room) else None,
        trainer=thing if isinstance(thing, Trainer) else None,
        instead=instead,
    )


def said(
    found: Mapping[int, Sequence[Verdict]], here: Sequence[Line]
) -> dict[str, list[tuple[str, str, int]]]:
    """The verdicts in the reader's language, by the line's public id."""
    messages = {id(one.said): one.said for verdicts in found.values() for one in verdicts}
    words = {number: message.translated() for number, message in messages.items()}
    return {
        str(line.public_id): [(one.is_.value, words[id(one.said)], one.more) for one in found[line.id]]
        for line in here
        if line.id in found
    }

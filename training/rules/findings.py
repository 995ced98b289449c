"""What a rule says of sessions: a finding, refused or only good to know, with what it compares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from training.rules.timetable import Facts, Slot, Where
from training.text import Message


class Severity(StrEnum):
    """Whether a finding is refused, is something to know, or says what is missing."""

    HARD = "hard"
    SOFT = "soft"
    GAP = "gap"


class Name(StrEnum):
    """What the rules are called."""

    OWN_OVERLAP = "own_overlap"
    ROOM_TWICE = "room_twice"
    TRAINER_TWICE = "trainer_twice"
    ROOM_BLOCKED = "room_blocked"
    NO_SUCH_TIME = "no_such_time"
    OUTSIDE_PROGRAMME = "outside_programme"
    PARTICIPANT_TWICE = "participant_twice"
    TRAINER_AWAY = "trainer_away"
    TRAINER_UNFIT = "trainer_unfit"
    TRAINER_LOAD = "trainer_load"
    TRAVEL_GAP = "travel_gap"
    TURN_OVER = "turn_over"
    ROOM_SMALL = "room_small"
    OTHER_PLACE = "other_place"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    NIGHT_ONLINE = "night_online"
    TOO_LONG = "too_long"
    NO_ROOM = "no_room"
    NO_TRAINER = "no_trainer"


@dataclass(frozen=True)
class Finding:
    """What a rule says of one slot, or of several for the same reason. ``slots`` are their keys.

    ``fact`` is what was compared: ids and numbers, the same in every language. ``trainer`` is whom it is about, and
    ``of`` how many sessions of the training were looked at.
    """

    rule: str
    severity: Severity
    training: int
    slots: tuple[int, ...]
    message: Message
    fact: tuple[str | int, ...] = ()
    trainer: int | None = None
    of: int = 1

    @property
    def is_hard(self) -> bool:
        """Whether it is refused."""
        return self.severity is Severity.HARD

    @property
    def key(self) -> str:
        """A hash of the sessions and of what was compared: 26 people instead of 24 is another finding."""
        said = json.dumps([self.rule, self.training, sorted(self.slots), self.fact])
        return hashlib.sha256(said.encode()).hexdigest()


def of_slot(
    rule: str, severity: Severity, slot: Slot, message: Message, *fact: str | int, trainer: int | None = None
) -> Finding:
    """A finding about one slot."""
    return Finding(rule, severity, slot.frame.id, (slot.key,), message, fact, trainer)


def room_of(slot: Slot) -> Iterable[int]:
    """The id of its room, if it has one."""
    return (slot.room.id,) if slot.room is not None else ()


def teachers_of(slot: Slot) -> Iterable[int]:
    """The ids of its trainers."""
    return [one.id for one in slot.teachers]


def name_of(slot: Slot, trainer: int) -> str:
    """The name of one of its trainers."""
    return next(one.name for one in slot.teachers if one.id == trainer)


def town(where: Where, facts: Facts) -> str:
    """A place in words: its city, or else its country."""
    return where.city or facts.country(where.country)

"""Sessions that get new instants all at once: which must be written together, and which lose a room or a trainer by it.

A session that moves may pass through where another one stands until that one has moved too. So trainings whose
sessions meet, before or after, are written as one. Where two sessions of one room or trainer still meet afterwards, the
one that was made later loses it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """From one instant to another."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: Span) -> bool:
        """Whether both hold an instant in common."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class Held(NamedTuple):
    """A room or a trainer that a session holds."""

    kind: str
    number: int


@dataclass(frozen=True)
class Place:
    """A session in time, before and now, and what it holds. ``number`` is its id: a later one was made later."""

    number: int
    training_id: int
    before: Span
    now: Span
    holds: frozenset[Held]
    is_over: bool = False

    @property
    def has_moved(self) -> bool:
        """Whether it gets other instants."""
        return self.before != self.now


@dataclass(frozen=True)
class Loss:
    """The session ``number`` loses what it held, because the session ``to`` has it."""

    number: int
    held: Held
    to: int


def groups(places: Iterable[Place]) -> list[list[int]]:
    """The ids of trainings with a session that moves, those together that must be written together. All are in order.

    A training that does not move is in a group too if one that moves meets it.
    """
    found = list(places)
    parent = {one.training_id: one.training_id for one in found}

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    for one, other in _pairs(found):
        spans = [(a, b) for a in (one.before, one.now) for b in (other.before, other.now)]
        if any(a.meets(b) for a, b in spans):
            low, high = sorted((root(one.training_id), root(other.training_id)))
            parent[high] = low
    together: defaultdict[int, list[int]] = defaultdict(list)
    for number in sorted(parent):
        together[root(number)].append(number)
    moving = {root(one.training_id) for one in found if one.has_moved}
    return [together[number] for number in sorted(moving)]


def losses(places: Iterable[Place]) -> list[Loss]:
    """What sessions lose when all of ``places`` stand where they are now. What is over keeps what it had."""
    kept: defaultdict[Held, list[Place]] = defaultdict(list)
    found = []
    for one in sorted(places, key=lambda place: (not place.is_over, place.number)):
        for held in sorted(one.holds):
            winner = next((other for other in kept[held] if other.now.meets(one.now)), None)
            if winner is None:
                kept[held].append(one)
            else:
                found.append(Loss(one.number, held, winner.number))
    return found


def _pairs(places: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """Two sessions of one room or trainer of which one moves, and that are near each other in time."""
    by_held: defaultdict[Held, list[Place]] = defaultdict(list)
    for place in places:
        for held in place.holds:
            by_held[held].append(place)
    for of_one in by_held.values():
        if not any(place.has_moved for place in of_one):
            continue
        ordered = sorted(of_one, key=_first)
        for at, one in enumerate(ordered):
            for other in ordered[at + 1 :]:
                if _first(other) >= max(one.before.ends_at, one.now.ends_at):
                    break
                if one.has_moved or other.has_moved:
                    yield one, other


def _first(place: Place) -> datetime:
    return min(place.before.starts_at, place.now.starts_at)

"""The arithmetic of seats: who may take how many. Pure, so that every path and every preview counts alike.

Seats kept for an agency, or for a country, bound those who come from there; the pool, which is the rest, serves those
for whom nothing is kept. What an agency held before seats were kept for it counts against what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kept:
    """Seats kept for one agency (by its id), or for the agencies of one country that have none of their own."""

    seats: int
    agency_id: int | None = None
    country: str | None = None


@dataclass(slots=True)
class SeatCount:
    """A training's seats at one moment. ``held`` is (country, seats held) of each agency, by its id."""

    capacity: int
    kept: list[Kept] = field(default_factory=list)
    held: dict[int, tuple[str, int]] = field(default_factory=dict)

    def share_of(self, agency_id: int, country: str) -> Kept | None:
        """What is kept for the agency: its own seats, else its country's, else none."""
        own = next((kept for kept in self.kept if kept.agency_id == agency_id), None)
        return own or next((kept for kept in self.kept if kept.country == country), None)

    def used_of(self, kept: Kept | None, counted: dict[int, tuple[str, int]] | None = None) -> int:
        """How many seats are held out of ``kept`` (None is the pool); ``counted`` counts others than seats held."""
        numbers = self.held if counted is None else counted
        return sum(
            count for agency_id, (country, count) in numbers.items()
            if self.share_of(agency_id, country) == kept
        )  # fmt: skip

    @property
    def all_held(self) -> int:
        """Seats held by anybody."""
        return sum(count for _, count in self.held.values())

    @property
    def free_in_all(self) -> int:
        """Capacity less the seats held; never counts what is kept."""
        return self.capacity - self.all_held

    @property
    def pool(self) -> int:
        """Seats for those for whom nothing is kept: capacity less what is kept, or held beyond it."""
        return self.capacity - sum(max(kept.seats, self.used_of(kept)) for kept in self.kept)

    def free_of(self, kept: Kept | None) -> int:
        """How many more seats may be taken out of ``kept`` (None is the pool); negative where more are held."""
        share = self.pool if kept is None else kept.seats
        return min(self.free_in_all, share - self.used_of(kept))

    def free_for(self, agency_id: int, country: str) -> int:
        """How many more seats the agency may take: the smaller of what is free in all and in its share."""
        return self.free_of(self.share_of(agency_id, country))

    def take(self, agency_id: int, country: str, seats: int = 1) -> None:
        """Count ``seats`` more as held by the agency; negative gives some back."""
        at, held = self.held.get(agency_id, (country, 0))
        self.held[agency_id] = (at, held + seats)

    def most_to_keep(self, kept: Kept, others: Iterable[Kept]) -> int:
        """How many seats can be kept at most by ``kept`` beside ``others``, so that every promise can be met."""
        planned = SeatCount(self.capacity, [*others, kept], self.held)
        promised = sum(max(other.seats, planned.used_of(other)) for other in planned.kept if other != kept)
        return self.capacity - promised - planned.used_of(None)

"""The arithmetic of seats: who may take how many. Every step and every preview counts with these functions.

Seats may be kept for an agency or a country. Its people may take these seats and no others. The pool is the
rest of the seats: it serves everybody without kept seats. Seats that an agency held before some were kept for
it count as taken out of the kept ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Origin = tuple[int, str]
"""Where a registration comes from: its agency's id, and the agency's country as it was that day."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Seats kept for one agency (by its id), or for the agencies of one country that have none of their own."""

    seats: int
    agency_id: int | None = None
    country: str | None = None


@dataclass(slots=True)
class SeatCount:
    """A training's seats at one moment. ``held`` says how many each origin holds."""

    capacity: int
    kept: list[Kept] = field(default_factory=list)
    held: dict[Origin, int] = field(default_factory=dict)

    def share_of(self, origin: Origin) -> Kept | None:
        """The kept seats that serve the origin: its agency's own, else its country's, else None (the pool).

        An entry of 0 seats keeps nothing.
        """
        agency_id, country = origin
        some = [kept for kept in self.kept if kept.seats]
        own = next((kept for kept in some if kept.agency_id == agency_id), None)
        return own or next((kept for kept in some if kept.country == country), None)

    def used_of(self, kept: Kept | None, counted: dict[Origin, int] | None = None) -> int:
        """How many seats are held out of ``kept`` (None is the pool).

        With ``counted``, these numbers are summed in place of the held seats.
        """
        numbers = self.held if counted is None else counted
        return sum(count for origin, count in numbers.items() if self.share_of(origin) == kept)

    @property
    def free_in_all(self) -> int:
        """Capacity less the seats held. Kept seats do not matter here."""
        return self.capacity - sum(self.held.values())

    @property
    def promised(self) -> int:
        """Seats that the pool cannot have: those kept, and those held beyond the kept ones."""
        return sum(max(kept.seats, self.used_of(kept)) for kept in self.kept)

    @property
    def pool(self) -> int:
        """The seats for everybody without kept seats."""
        return self.capacity - self.promised

    @property
    def least_capacity(self) -> int:
        """The smallest capacity at which everybody keeps their seat and every promise can be met."""
        return self.promised + self.used_of(None)

    def free_of(self, kept: Kept | None) -> int:
        """How many more seats may be taken out of ``kept`` (None is the pool).

        Negative when too many are held.
        """
        share = self.pool if kept is None else kept.seats
        return min(self.free_in_all, share - self.used_of(kept))

    def free_for(self, origin: Origin) -> int:
        """How many more seats the origin may take: those free in its share, at most those free in all."""
        return self.free_of(self.share_of(origin))

    def take(self, origin: Origin, seats: int = 1) -> None:
        """Count ``seats`` more as held."""
        self.held[origin] = self.held.get(origin, 0) + seats

    def most_to_keep(self, kept: Kept, others: Iterable[Kept]) -> int:
        """The most seats that ``kept`` can keep beside ``others`` while every promise can still be met.

        At most 0 when the people of ``kept`` already hold more seats than that, some of them promised to
        others.
        """
        planned = SeatCount(self.capacity, [*others, kept], self.held)
        promised = sum(max(other.seats, planned.used_of(other)) for other in planned.kept if other != kept)
        most = self.capacity - promised - planned.used_of(None)
        return most if most >= planned.used_of(kept) else min(most, 0)

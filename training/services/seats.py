"""Seats: what is kept for whom, what is held, what is free. The one place that counts them.

Seats kept for an agency, or for a country, bound those who come from there until they are released; the pool, which
is the rest, serves agencies for which nothing is kept. Call with the training locked when a seat is to be given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import HOLDS_SEAT, Agency, Registration, SeatAllocation, Training, User
from training.services import audit, trainings
from training.text import msg


class PoolState(StrEnum):
    """All that a partner is told of the seats that are not its own."""

    OPEN = "open"
    FEW = "few"
    FULL = "full"


@dataclass(frozen=True)
class AgencySeats:
    """What a partner sees of a training's seats: its own exactly, of the pool only open, few or full."""

    kept: int | None
    held: int
    waiting: int
    free: int
    pool: PoolState


def allocations(training: Training) -> list[SeatAllocation]:
    """What is kept for whom, those released too."""
    return list(
        db.session.scalars(
            select(SeatAllocation)
            .where(SeatAllocation.training_id == training.id)
            .options(joinedload(SeatAllocation.agency))
            .order_by(SeatAllocation.id)
        )
    )


def held_by_agency(training: Training) -> dict[int, tuple[str, int]]:
    """(country, seats held) of each agency that holds some, by the agency's id."""
    rows = db.session.execute(
        select(Registration.agency_id, Registration.agency_country, func.count())
        .where(Registration.training_id == training.id, Registration.state.in_(HOLDS_SEAT))
        .group_by(Registration.agency_id, Registration.agency_country)
    )
    held: dict[int, tuple[str, int]] = {}
    for agency_id, country, count in rows:
        held[agency_id] = (country, held.get(agency_id, ("", 0))[1] + count)
    return held


def free_in_all(training: Training) -> int:
    """Capacity less the seats held; never counts what is kept."""
    return training.capacity - trainings.held_counts([training]).get(training.id, 0)


def free_for(training: Training, agency: Agency) -> int:
    """How many more seats the agency may take: the smaller of what is free in all and in its share."""
    return _free_for(training, agency, _kept(training), held_by_agency(training))


def check_free(training: Training, agency: Agency) -> None:
    """Raise ``Conflict`` unless a seat is free for the agency."""
    check_total(training)
    if free_for(training, agency) <= 0:
        raise Conflict(
            msg(
                "The seats kept for %(agency)s are used up. The coordinator can keep more for it.",
                agency=agency.name,
            ),
            "agency_full",
        )


def check_total(training: Training) -> None:
    """Raise ``Conflict`` unless a seat is free at all."""
    if free_in_all(training) <= 0:
        raise Conflict(
            msg("All %(seats)s seats are held. The reserve list is open.", seats=training.capacity), "full"
        )


def for_agency(training: Training, agency: Agency) -> AgencySeats:
    """The seats as the agency's focal points see them."""
    kept, held = _kept(training), held_by_agency(training)
    own = next((a.seats for a in kept if a.agency_id == agency.id), None)
    total_free = training.capacity - sum(count for _, count in held.values())
    waiting = db.session.scalar(
        select(func.count(Registration.id)).where(
            Registration.training_id == training.id, Registration.agency_id == agency.id,
            Registration.state.in_(["submitted", "returned", "reserve"]),
        )
    )  # fmt: skip
    few = max(2, training.capacity // 10)
    pool = PoolState.FULL if total_free <= 0 else PoolState.FEW if total_free <= few else PoolState.OPEN
    return AgencySeats(
        own,
        held.get(agency.id, ("", 0))[1],
        waiting or 0,
        max(0, _free_for(training, agency, kept, held)),
        pool,
    )


@atomic
def allocate(
    training: Training,
    *,
    by: User | None,
    seats: int,
    agency: Agency | None = None,
    country: str | None = None,
    release_local: datetime | None = None,
) -> SeatAllocation:
    """Keep ``seats`` for an agency or a country; for one that has some already the number is set anew."""
    trainings.lock(training)
    if (agency is None) == (country is None):
        raise Invalid(msg("Pick an agency or a country."), field="agency")
    known = allocations(training)
    allocation = next(
        (a for a in known if (agency and a.agency_id == agency.id) or (country and a.country == country)),
        None,
    )
    others = sum(a.seats for a in known if a is not allocation and a.released_at is None)
    if others + seats > training.capacity:
        raise Invalid(
            msg("Only %(left)s of %(capacity)s seats are not kept for others.",
                left=training.capacity - others, capacity=training.capacity),
            field="seats",
        )  # fmt: skip
    if allocation is None:
        allocation = SeatAllocation(training=training, agency=agency, country=country, seats=seats)
        db.session.add(allocation)
    before = allocation.seats
    allocation.seats, allocation.release_local, allocation.released_at = seats, release_local, None
    audit.record(
        by=by, action="seats.allocate", thing=training,
        changes={"for": agency.code if agency else country, "seats": [before, seats]},
    )  # fmt: skip
    return allocation


@atomic
def release(training: Training, *, by: User | None) -> int:
    """Give the unused kept seats back to everybody; returns how many. Who gets them is the next in line."""
    trainings.lock(training)
    held = held_by_agency(training)
    freed = 0
    for allocation in _kept(training):
        freed += max(0, allocation.seats - _held_of(allocation, _kept(training), held))
        allocation.released_at = clock.now()
    audit.record(by=by, action="seats.release", thing=training, changes={"seats": freed})
    return freed


def _kept(training: Training) -> list[SeatAllocation]:
    return [allocation for allocation in allocations(training) if allocation.released_at is None]


def _held_of(
    allocation: SeatAllocation, kept: Sequence[SeatAllocation], held: dict[int, tuple[str, int]]
) -> int:
    """How many seats are held out of what this allocation keeps."""
    if allocation.agency_id is not None:
        return held.get(allocation.agency_id, ("", 0))[1]
    with_their_own = {a.agency_id for a in kept if a.agency_id is not None}
    return sum(
        count for number, (country, count) in held.items()
        if country == allocation.country and number not in with_their_own
    )  # fmt: skip


def _free_for(
    training: Training, agency: Agency, kept: Sequence[SeatAllocation], held: dict[int, tuple[str, int]]
) -> int:
    total = training.capacity - sum(count for _, count in held.values())
    own = next((a for a in kept if a.agency_id == agency.id), None) or next(
        (a for a in kept if a.country == agency.country), None
    )
    if own is not None:
        return min(total, own.seats - _held_of(own, kept, held))
    agencies = {a.agency_id for a in kept}
    countries = {a.country for a in kept}
    in_pool = sum(
        count
        for number, (country, count) in held.items()
        if number not in agencies and country not in countries
    )
    return min(total, training.capacity - sum(a.seats for a in kept) - in_pool)


@dataclass(frozen=True)
class SeatLine:
    """A line of the seats' table; ``name`` is empty for the pool."""

    allocation: SeatAllocation | None
    kept: int
    held: int
    waiting: int

    @property
    def free(self) -> int:
        """Seats of this line that nobody holds."""
        return max(0, self.kept - self.held)


def table(training: Training) -> list[SeatLine]:
    """Kept, held, free and waiting per allocation, and for the pool as the last line."""
    known, held = allocations(training), held_by_agency(training)
    kept = [allocation for allocation in known if allocation.released_at is None]
    waiting: dict[int, tuple[str, int]] = {
        number: (country, count)
        for number, country, count in db.session.execute(
            select(Registration.agency_id, func.min(Registration.agency_country), func.count())
            .where(Registration.training_id == training.id, Registration.state == "reserve")
            .group_by(Registration.agency_id)
        )
    }
    lines = [SeatLine(a, a.seats, _held_of(a, kept, held), _held_of(a, kept, waiting)) for a in kept]
    pool = training.capacity - sum(line.kept for line in lines)
    all_held, all_waiting = (sum(count for _, count in found.values()) for found in (held, waiting))
    rest = SeatLine(
        None,
        pool,
        all_held - sum(line.held for line in lines),
        all_waiting - sum(line.waiting for line in lines),
    )
    return [*lines, rest]

"""Seats: who may take one, why a seat is refused, and what pages show of seats.

A caller that gives a seat holds the training's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from training.db import db
from training.errors import Conflict
from training.models import (
    HOLDS_SEAT,
    Agency,
    Registration,
    RegistrationState,
    SeatAllocation,
    Training,
)
from training.rules import walltime
from training.rules.seats import Kept, SeatCount
from training.services.seat_counts import (
    allocations,
    as_kept,
    by_agency,
    count,
    counts,
    on_reserve,
    origin_of,
)
from training.text import msg, nmsg


class PoolState(StrEnum):
    """All that a partner is told of the seats that are not its own."""

    OPEN = "open"
    FEW = "few"
    FULL = "full"


@dataclass(frozen=True)
class AgencySeats:
    """What a partner sees of a training's seats: its own in numbers, the pool only as open, few or full.

    ``kept`` and ``free`` are None if nothing is kept for the agency itself. ``kept_until`` is in the
    training's zone.
    """

    kept: int | None
    held: int
    waiting: int
    free: int | None
    pool: PoolState
    kept_until: datetime | None = None


def take_free(registration: Registration, counted: SeatCount) -> None:
    """Count a free seat as taken by the registration. Raises ``Conflict`` if no seat is free for it."""
    check_total(registration.training, counted)
    origin = origin_of(registration)
    if counted.free_for(origin) > 0:
        counted.take(origin)
        return
    if counted.share_of(origin) is None:
        raise Conflict(
            msg(
                "The seats that are free are kept for others. Keep some for %(agency)s, or release unused ones.",
                agency=registration.agency_name,
            ),
            "kept_for_others",
        )
    raise Conflict(
        msg(
            "The seats kept for %(agency)s are used up. The coordinator can keep more for it.",
            agency=registration.agency_name,
        ),
        "agency_full",
    )


def check_total(training: Training, counted: SeatCount | None = None) -> None:
    """Raise ``Conflict`` if all seats of the training are held."""
    if (counted or count(training)).free_in_all <= 0:
        raise Conflict(
            nmsg(
                "Its one seat is used. The reserve list is open.",
                "All %(num)s seats are used. The reserve list is open.",
                training.capacity,
            ),
            "full",
        )


def free_now(training: Training, agency: Agency) -> int:
    """How many seats the agency's new registrations may take now: 0 while others wait for these seats."""
    counted = count(training)
    share = counted.share_of(origin_of(agency))
    free = counted.free_of(share)
    if free <= 0 or counted.used_of(share, on_reserve(training)):
        return 0
    return free


WAITING = (RegistrationState.SUBMITTED, RegistrationState.RETURNED, RegistrationState.RESERVE)


def for_agency(found: Sequence[Training], agency: Agency) -> dict[int, AgencySeats]:
    """The seats of each training, by its id, as the agency's focal points see them."""
    waiting: dict[int, int] = {}
    for number, agency_id, _, people in by_agency([training.id for training in found], WAITING):
        if agency_id == agency.id:
            waiting[number] = waiting.get(number, 0) + people
    seen, until = {}, _kept_until([training.id for training in found], agency)
    for number, counted in counts(found).items():
        share = counted.share_of(origin_of(agency))
        free = counted.free_of(share)
        own = share if share and share.agency_id else None
        in_pool = counted.free_in_all if own else free
        seen[number] = AgencySeats(
            own.seats if own else None,
            sum(seats for (agency_id, _), seats in counted.held.items() if agency_id == agency.id),
            waiting.get(number, 0),
            max(0, free) if own else None,
            pool_state(in_pool, counted.capacity),
            until.get(number) if own else None,
        )
    return seen


def pool_state(free: int, capacity: int) -> PoolState:
    """What a partner is told of ``free`` seats that are not its own."""
    if free <= 0:
        return PoolState.FULL
    return PoolState.FEW if free <= max(2, capacity // 10) else PoolState.OPEN


def _kept_until(ids: Sequence[int], agency: Agency) -> dict[int, datetime | None]:
    rows = db.session.execute(
        select(SeatAllocation.training_id, SeatAllocation.release_local).where(
            SeatAllocation.training_id.in_(ids),
            SeatAllocation.agency_id == agency.id,
            SeatAllocation.released_at.is_(None),
        )
    )
    return dict(rows.all())


def most_to_keep(training: Training, wanted: Kept) -> int:
    """How many seats can be kept at most for ``wanted``, in place of the number kept for it now."""
    whom = (wanted.agency_id, wanted.country)
    others = [as_kept(one) for one in allocations(training) if one.released_at is None]
    return count(training).most_to_keep(wanted, [o for o in others if (o.agency_id, o.country) != whom])


def unused(training: Training, counted: SeatCount) -> list[tuple[SeatAllocation, int]]:
    """The allocations with seats that nobody holds, each with the number of these seats."""
    live = [one for one in allocations(training) if one.released_at is None]
    found = [(one, one.seats - counted.used_of(as_kept(one))) for one in live]
    return [(one, seats) for one, seats in found if seats > 0]


def is_due(allocation: SeatAllocation) -> bool:
    """Whether a release picks it by default: its deadline has passed. Seats kept without a deadline are a promise."""
    until = allocation.release_local
    return until is not None and until <= walltime.now(allocation.training.zone)


@dataclass(frozen=True)
class SeatLine:
    """A line of the seats' table; ``allocation`` is None for the pool."""

    allocation: SeatAllocation | None
    kept: int
    held: int
    free: int
    waiting: int


def table(training: Training) -> list[SeatLine]:
    """The numbers kept, held, free and waiting of each allocation. The last line is the pool."""
    live = [(one, as_kept(one)) for one in allocations(training) if one.released_at is None]
    counted, reserve = SeatCount(training.capacity, [kept for _, kept in live]), on_reserve(training)
    for _, agency_id, country, seats in by_agency([training.id], HOLDS_SEAT):
        counted.take((agency_id, country), seats)
    return [
        SeatLine(
            allocation,
            max(0, counted.pool) if kept is None else kept.seats,
            counted.used_of(kept),
            max(0, counted.free_of(kept)),
            counted.used_of(kept, reserve),
        )
        for allocation, kept in [*live, (None, None)]
    ]

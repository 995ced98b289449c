"""Seats: what is kept for whom, what is held, what is free. The one place that counts them (``seat_count`` adds up).

Seats stay kept until they are released. Call with the training locked when a seat is to be given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    HOLDS_SEAT,
    Agency,
    Registration,
    RegistrationState,
    SeatAllocation,
    Training,
    User,
)
from training.seat_count import Kept, SeatCount
from training.services import audit, trainings
from training.text import msg


class PoolState(StrEnum):
    """All that a partner is told of the seats that are not its own."""

    OPEN = "open"
    FEW = "few"
    FULL = "full"


@dataclass(frozen=True)
class AgencySeats:
    """What a partner sees of a training's seats: its own exactly, of the pool only open, few or full.

    ``kept`` and ``free`` are None where nothing is kept for the agency itself.
    """

    kept: int | None
    held: int
    waiting: int
    free: int | None
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


def counts(found: Sequence[Training]) -> dict[int, SeatCount]:
    """The seats of each training, by its id, in two statements however many there are."""
    ids = [training.id for training in found]
    counted = {training.id: SeatCount(training.capacity) for training in found}
    live = select(SeatAllocation).where(
        SeatAllocation.training_id.in_(ids), SeatAllocation.released_at.is_(None)
    )
    for allocation in db.session.scalars(live.order_by(SeatAllocation.id)):
        counted[allocation.training_id].kept.append(as_kept(allocation))
    for number, agency_id, country, seats in _by_agency(ids, HOLDS_SEAT):
        counted[number].take(agency_id, country, seats)
    return counted


def count(training: Training) -> SeatCount:
    """The training's seats now; under its lock where one is to be given."""
    return counts([training])[training.id]


def as_kept(allocation: SeatAllocation) -> Kept:
    """The allocation as the arithmetic takes it."""
    return Kept(allocation.seats, allocation.agency_id, allocation.country)


def _by_agency(ids: Sequence[int], states: Iterable[RegistrationState]) -> Iterable[Row[int, int, str, int]]:
    """(training's id, agency's id, its country as copied, registrations in these states)."""
    return db.session.execute(
        select(Registration.training_id, Registration.agency_id, func.min(Registration.agency_country), func.count())
        .where(Registration.training_id.in_(ids), Registration.state.in_(states))
        .group_by(Registration.training_id, Registration.agency_id)
    )  # fmt: skip


def check_free(training: Training, agency: Agency) -> None:
    """Raise ``Conflict`` unless a seat is free for the agency."""
    counted = count(training)
    check_total(training, counted)
    if counted.free_for(agency.id, agency.country) > 0:
        return
    if counted.share_of(agency.id, agency.country) is None:
        raise Conflict(
            msg("The seats that are free are kept for others. Keep some for %(agency)s, or release unused ones.",
                agency=agency.name),
            "kept_for_others",
        )  # fmt: skip
    raise Conflict(
        msg(
            "The seats kept for %(agency)s are used up. The coordinator can keep more for it.",
            agency=agency.name,
        ),
        "agency_full",
    )


def check_total(training: Training, counted: SeatCount | None = None) -> None:
    """Raise ``Conflict`` unless a seat is free at all."""
    if (counted or count(training)).free_in_all <= 0:
        raise Conflict(
            msg("All %(seats)s seats are held. The reserve list is open.", seats=training.capacity), "full"
        )


def free_now(training: Training, agency: Agency) -> int:
    """How many seats a new registration of the agency may take at once: none while others wait for the same seats."""
    counted = count(training)
    share = counted.share_of(agency.id, agency.country)
    free = counted.free_of(share)
    if free <= 0 or counted.used_of(share, _on_reserve(training)):
        return 0
    return free


def _on_reserve(training: Training) -> dict[int, tuple[str, int]]:
    """(country, people on the reserve list) of each agency, by its id."""
    return {
        agency_id: (country, people)
        for _, agency_id, country, people in _by_agency([training.id], [RegistrationState.RESERVE])
    }


WAITING = (RegistrationState.SUBMITTED, RegistrationState.RETURNED, RegistrationState.RESERVE)


def for_agency(found: Sequence[Training], agency: Agency) -> dict[int, AgencySeats]:
    """The seats of each training, by its id, as the agency's focal points see them."""
    waiting = {
        number: seats
        for number, agency_id, _, seats in _by_agency([training.id for training in found], WAITING)
        if agency_id == agency.id
    }
    seen = {}
    for number, counted in counts(found).items():
        share = counted.share_of(agency.id, agency.country)
        free = counted.free_for(agency.id, agency.country)
        own = share if share and share.agency_id else None
        in_pool = counted.free_in_all if own else free
        few = max(2, counted.capacity // 10)
        seen[number] = AgencySeats(
            own.seats if own else None,
            counted.held.get(agency.id, ("", 0))[1],
            waiting.get(number, 0),
            max(0, free) if own else None,
            PoolState.FULL if in_pool <= 0 else PoolState.FEW if in_pool <= few else PoolState.OPEN,
        )
    return seen


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
    wanted = Kept(seats, agency.id if agency else None, country)
    others = [as_kept(a) for a in known if a is not allocation and a.released_at is None]
    most = count(training).most_to_keep(wanted, others)
    if seats > most:
        raise Invalid(
            msg("Seats that can be kept here: %(most)s; the others of the %(capacity)s are kept or held already.",
                most=max(0, most), capacity=training.capacity),
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
    counted, freed = count(training), 0
    for allocation in allocations(training):
        if allocation.released_at is None:
            freed += max(0, allocation.seats - counted.used_of(as_kept(allocation)))
            allocation.released_at = clock.now()
    audit.record(by=by, action="seats.release", thing=training, changes={"seats": freed})
    return freed


@dataclass(frozen=True)
class SeatLine:
    """A line of the seats' table; ``allocation`` is None for the pool."""

    allocation: SeatAllocation | None
    kept: int
    held: int
    free: int
    waiting: int


def table(training: Training) -> list[SeatLine]:
    """Kept, held, free and on the reserve list per allocation, and for the pool as the last line."""
    live = [(one, as_kept(one)) for one in allocations(training) if one.released_at is None]
    counted, reserve = SeatCount(training.capacity, [kept for _, kept in live]), _on_reserve(training)
    for _, agency_id, country, seats in _by_agency([training.id], HOLDS_SEAT):
        counted.take(agency_id, country, seats)
    return [
        SeatLine(
            allocation,
            counted.pool if kept is None else kept.seats,
            counted.used_of(kept),
            max(0, counted.free_of(kept)),
            counted.used_of(kept, reserve),
        )
        for allocation, kept in [*live, (None, None)]
    ]

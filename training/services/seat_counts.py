"""Reads seats for the arithmetic of ``rules.seats``: which are kept, which are held, and who waits first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from training.db import db
from training.models import (
    HOLDS_SEAT,
    Agency,
    Registration,
    RegistrationState,
    ReserveOrder,
    SeatAllocation,
    Training,
)
from training.rules.seats import Kept, Origin, SeatCount


def allocations(training: Training) -> list[SeatAllocation]:
    """The training's allocations, released ones too.

    They are read again: before the lock they may have changed.
    """
    return list(
        db.session.scalars(
            select(SeatAllocation)
            .where(SeatAllocation.training_id == training.id)
            .options(joinedload(SeatAllocation.agency))
            .order_by(SeatAllocation.id)
            .execution_options(populate_existing=True)
        )
    )


def counts(found: Sequence[Training]) -> dict[int, SeatCount]:
    """The seats of each training, by its id. It takes two statements for any number of trainings."""
    ids = [training.id for training in found]
    counted = {training.id: SeatCount(training.capacity) for training in found}
    live = select(
        SeatAllocation.training_id, SeatAllocation.seats, SeatAllocation.agency_id, SeatAllocation.country
    ).where(SeatAllocation.training_id.in_(ids), SeatAllocation.released_at.is_(None))
    for number, seats, agency_id, country in db.session.execute(live.order_by(SeatAllocation.id)):
        counted[number].kept.append(Kept(seats, agency_id, country))
    for number, agency_id, country, seats in by_agency(ids, HOLDS_SEAT):
        counted[number].take((agency_id, country), seats)
    return counted


def count(training: Training) -> SeatCount:
    """The training's seats now. Hold its lock before you count in order to give one."""
    return counts([training])[training.id]


def as_kept(allocation: SeatAllocation) -> Kept:
    """The allocation in the form that ``rules.seats`` works with."""
    return Kept(allocation.seats, allocation.agency_id, allocation.country)


def origin_of(thing: Registration | Agency) -> Origin:
    """Where a registration comes from. With an agency, where a new registration of it would come from."""
    if isinstance(thing, Registration):
        return thing.agency_id, thing.agency_country
    return thing.id, thing.country


def on_reserve(training: Training) -> dict[Origin, int]:
    """How many people of each origin wait on the reserve list."""
    rows = by_agency([training.id], [RegistrationState.RESERVE])
    return {(agency_id, country): people for _, agency_id, country, people in rows}


def by_agency(ids: Sequence[int], states: Iterable[RegistrationState]) -> Iterable[Row[int, int, str, int]]:
    """Rows: training's id, agency's id, its country as copied, number of registrations in these states."""
    return db.session.execute(
        select(Registration.training_id, Registration.agency_id, Registration.agency_country, func.count())
        .where(Registration.training_id.in_(ids), Registration.state.in_(states))
        .group_by(Registration.training_id, Registration.agency_id, Registration.agency_country)
    )


def in_order(training: Training) -> list[Any]:
    """The columns that sort the training's reserve list."""
    if training.reserve_order is ReserveOrder.SUBMITTED:
        return [func.coalesce(Registration.let_pass_at, Registration.submitted_at), Registration.id]
    return [Registration.reserve_rank, Registration.submitted_at, Registration.id]


def own_ranks(waiting: Sequence[Registration]) -> dict[int, int]:
    """Each person's rank within their own agency, by the registration's id; ``waiting`` is of one training.

    For example, the tenth on the list is the second of their agency if only one colleague stands higher.
    """
    if not waiting:
        return {}
    training = waiting[0].training
    rows = db.session.execute(
        select(Registration.agency_id, Registration.id)
        .where(
            Registration.training_id == training.id,
            Registration.state == RegistrationState.RESERVE,
            Registration.agency_id.in_({one.agency_id for one in waiting}),
        )
        .order_by(*in_order(training))
    )
    seen: dict[int, int] = {}
    ranks = {}
    for agency_id, number in rows:
        seen[agency_id] = ranks[number] = seen.get(agency_id, 0) + 1
    return ranks

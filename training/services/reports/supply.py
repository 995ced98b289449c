"""What was offered: trainings that took place, their days and seats, and the seats kept in them for agencies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import case, distinct, func, select

from training import clock
from training.db import db
from training.models import (
    AttendanceRecord,
    Registration,
    SeatAllocation,
    Theme,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.rules.indicators import Supply
from training.services.attendance import expected
from training.services.reports.participations import Listed
from training.services.reports.selection import Filters, of_people, of_trainings


class Offered(NamedTuple):
    """A training with a compulsory session that has ended. ``days`` are those on which somebody was there.

    ``kept`` are the seats kept for agencies, by the agency's id, whether they were released later or not.
    """

    training_id: int
    theme: str
    training: str
    seats: int
    days: int
    kept: dict[int, int]


def of_selection(filters: Filters, *, user: User | None) -> list[Offered]:
    """The trainings of the selection of which something has taken place."""
    somebody = (
        select(AttendanceRecord.id)
        .where(AttendanceRecord.session_id == TrainingSession.id, AttendanceRecord.minutes > 0)
        .correlate(TrainingSession)
    )
    if filters.choose_people:
        somebody = somebody.join(Registration).join(Trainee, Trainee.id == Registration.trainee_id)
        somebody = of_people(somebody, filters)
    day = case((somebody.exists(), func.date(TrainingSession.starts_local)))
    label = Training.code + " " + Training.title
    found = (
        select(Training.id, Theme.code, label, Training.capacity, func.count(distinct(day)))
        .join(Theme, Theme.id == Training.theme_id)
        .join(TrainingSession, TrainingSession.training_id == Training.id)
        .where(expected.is_in_figures(), TrainingSession.ends_at <= clock.now())
        .group_by(Training.id, Theme.id)
    )
    rows = db.session.execute(of_trainings(found, filters, user)).all()
    kept = _kept(filters, user) if rows else {}
    return [Offered(*row, kept.get(row[0], {})) for row in rows]


def _kept(filters: Filters, user: User | None) -> dict[int, dict[int, int]]:
    found = (
        select(SeatAllocation.training_id, SeatAllocation.agency_id, SeatAllocation.seats)
        .join(Training, Training.id == SeatAllocation.training_id)
        .where(SeatAllocation.agency_id.is_not(None), SeatAllocation.seats > 0)
    )
    kept: dict[int, dict[int, int]] = {}
    for training_id, agency_id, seats in db.session.execute(of_trainings(found, filters, user)):
        if agency_id is not None:
            kept.setdefault(training_id, {})[agency_id] = seats
    return kept


Kept = dict[int, dict[int, int]]
"""The seats kept for agencies: by the agency's id, and the training's."""


def kept_for(offered: Iterable[Offered]) -> Kept:
    """The seats that were kept in these trainings."""
    found: Kept = {}
    for one in offered:
        for agency_id, seats in one.kept.items():
            found.setdefault(agency_id, {})[one.training_id] = seats
    return found


def of_trainings_with(found: Iterable[Listed], offered: Sequence[Offered], filters: Filters) -> Supply:
    """The supply of these trainings, to which these people came.

    Where the filters choose people, seats are not theirs alone, so that nothing is said of them. Kept seats are those
    of the agency asked for.
    """
    came = [one for one in found if one.participation.attended > 0]
    kept = kept_for(offered)
    if filters.agency:
        kept = {number: seats for number, seats in kept.items() if number == filters.agency.id}
    ids = {one.training_id for one in offered}
    return Supply(
        activities=sum(1 for one in offered if one.days),
        training_days=sum(one.days for one in offered),
        seats=None if filters.choose_people else sum(one.seats for one in offered),
        came=sum(1 for one in came if one.participation.training_id in ids),
        kept=None if filters.split_agencies else sum(sum(own.values()) for own in kept.values()),
        came_on_kept=_used(came, kept),
    )


def of_agency(found: Sequence[Listed], kept: Kept, filters: Filters) -> Supply:
    """What was kept for the agency of these people; of other supply nothing can be said."""
    own = kept.get(found[0].agency[1])
    if filters.split_agencies or own is None:
        return Supply()
    came = [one for one in found if one.participation.attended > 0]
    return Supply(kept=sum(own.values()), came_on_kept=_used(came, kept))


def _used(came: Iterable[Listed], kept: Kept) -> int:
    """The participations by agencies for which seats were kept in the training."""
    return sum(1 for one in came if one.participation.training_id in kept.get(one.agency[1], {}))

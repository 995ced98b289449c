"""What stands beside the participations: what was offered, who is registered for what is to come, optional hours.

What was offered are trainings that took place, their days and seats, and the seats kept in them for agencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, case, distinct, func, not_, or_, select

from training import clock
from training.db import db
from training.models import (
    LIVE,
    Agency,
    AttendanceRecord,
    Registration,
    RegistrationState,
    SeatAllocation,
    Theme,
    Trainee,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules.indicators import Supply
from training.services.attendance import expected, standing
from training.services.reports.participations import Listed, plain
from training.services.reports.selection import Cells, Filters, of_all, of_people, of_trainings

NOT_HELD = (TrainingState.DRAFT, TrainingState.POSTPONED, TrainingState.CANCELLED)
"""States of trainings of which no session is due or to come."""


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


def of_agency(found: Sequence[Listed], agency_id: int, kept: Kept, filters: Filters) -> Supply:
    """What was kept for this agency, of which these people are; of other supply nothing can be said."""
    own = kept.get(agency_id)
    if filters.split_agencies or own is None:
        return Supply()
    came = [one for one in found if one.participation.attended > 0]
    return Supply(kept=sum(own.values()), came_on_kept=_used(came, kept))


def _used(came: Iterable[Listed], kept: Kept) -> int:
    """The participations by agencies for which seats were kept in the training."""
    return sum(1 for one in came if one.participation.training_id in kept.get(one.agency[1], {}))


class Beside(NamedTuple):
    """One person in one training, with what no participation says, and with what tables split it by, as in ``Listed``.

    ``to_come`` is 1 where the person is registered for a training that has not begun. ``optional`` are the minutes
    attended in optional sessions.
    """

    agency: tuple[str, int, str]
    agency_type: str
    country: str
    theme: str
    training: str
    sex: str
    to_come: int = 0
    optional: int = 0


SPLIT_BY = (
    Agency.name,
    Agency.id,
    Agency.code,
    Registration.agency_type_code,
    Registration.trainee_country,
    Theme.code,
    Training.code + " " + Training.title,
    plain(Trainee.sex),
)
"""The columns that ``Beside`` is made of."""


def beside(filters: Filters, found: Sequence[Listed], *, user: User | None) -> list[Beside]:
    """Who is registered for what is to come, and who attended optional sessions. ``found`` are the participants."""
    return [*_registered_to_come(filters, user), *_in_optional_sessions(filters, found, user)]


def _registered_to_come(filters: Filters, user: User | None) -> list[Beside]:
    """The confirmed people of trainings whose first compulsory session has not begun: there are no participants yet."""
    planned = select(TrainingSession.training_id).where(expected.is_in_figures())
    begun = planned.where(TrainingSession.starts_at <= clock.now())
    wanted = select(*SPLIT_BY).select_from(Registration)
    wanted = _with_what_splits(wanted).where(
        Registration.state == RegistrationState.CONFIRMED,
        Training.state.not_in(NOT_HELD),
        Training.id.in_(planned),
        Training.id.not_in(begun),
    )
    return [_beside(row, to_come=1) for row in db.session.execute(of_all(wanted, filters, user))]


def _in_optional_sessions(filters: Filters, found: Sequence[Listed], user: User | None) -> list[Beside]:
    """The minutes of each person, who stands in the training as in the other figures.

    They are those of the rows that do not count: two registrations of one person count a session once.
    """
    wanted = (
        select(
            Registration.trainee_id,
            Registration.training_id,
            TrainingSession.id,
            AttendanceRecord.minutes,
            Registration.state.in_(LIVE),
            Registration.id,
            *SPLIT_BY,
        )
        .select_from(TrainingSession)
        .join(AttendanceRecord, AttendanceRecord.session_id == TrainingSession.id)
        .join(Registration, Registration.id == AttendanceRecord.registration_id)
    )
    wanted = _with_what_splits(wanted).where(
        not_(TrainingSession.is_compulsory),
        TrainingSession.is_held,
        AttendanceRecord.minutes > 0,
        expected.stands(),
        or_(TrainingSession.starts_at <= clock.now(), standing.takes_part()),
    )
    attended: dict[tuple[int, int], dict[int, int]] = {}
    by_itself: dict[tuple[int, int], tuple[bool, int, Sequence[Any]]] = {}
    for trainee_id, training_id, session_id, long, is_live, number, *row in db.session.execute(
        of_all(wanted, filters, user)
    ):
        pair = trainee_id, training_id
        own = attended.setdefault(pair, {})
        own[session_id] = max(long, own.get(session_id, 0))
        candidate = not is_live, number, row
        by_itself[pair] = min(candidate, by_itself.get(pair, candidate), key=lambda it: it[:2])
    if not attended:
        return []
    participants = {one.participation[:2]: one for one in found}
    return [
        _beside(by_itself[pair][2], like=participants.get(pair), optional=sum(own.values()))
        for pair, own in attended.items()
    ]


def _with_what_splits(found: Select[*Cells]) -> Select[*Cells]:
    return (
        found.join(Training, Training.id == Registration.training_id)
        .join(Trainee, Trainee.id == Registration.trainee_id)
        .join(Agency, Agency.id == Registration.agency_id)
        .join(Theme, Theme.id == Training.theme_id)
    )


def _beside(row: Sequence[Any], *, like: Listed | None = None, to_come: int = 0, optional: int = 0) -> Beside:
    name, agency_id, code, *rest = row
    if like:
        found = like.agency, like.agency_type, like.country, like.theme, like.training, like.sex
    else:
        found = (name, agency_id, code), *rest
    return Beside._make((*found, to_come, optional))

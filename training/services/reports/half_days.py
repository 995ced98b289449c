"""Half-days that were attended, for the days on which sessions and half-days are not the same number.

On most days each session lies in a half of its own, so that counting sessions counts half-days. On the other days a
session lasts over 13:00, or two lie in one half. Only the marks of those days are looked at one by one, and those of
people who attended several trainings on one day: each half of a day counts once for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, distinct, extract, func, not_, or_, select

from training.db import MOST_PARAMETERS, db
from training.models import AttendanceRecord, Registration, Trainee, Training, TrainingSession, User
from training.rules import minutes
from training.rules.minutes import HalfDay, Slot
from training.services.attendance import expected
from training.services.reports.selection import Filters, of_all, of_trainings, sum_if

OddDays = dict[int, tuple[int, int]]
"""For a registration: the sessions of odd days that it attended, and the half-days that these are."""
Attended = Mapping[int, Sequence[int]]
"""The ids of the trainings that a person attended, by the person's id."""
COLUMNS: tuple[Any, ...] = (
    TrainingSession.starts_at,
    TrainingSession.ends_at,
    Training.zone,
    TrainingSession.break_minutes,
    TrainingSession.break_starts,
    AttendanceRecord.arrived,
    AttendanceRecord.left,
)
"""What ``of_mark`` takes."""
NOON = minutes.NOON.hour * 60 + minutes.NOON.minute


def of_mark(
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    break_minutes: int,
    break_starts: time | None,
    arrived: time | None,
    left: time | None,
) -> frozenset[HalfDay]:
    """The half-days of somebody who came at ``arrived`` and went at ``left``. A time that nobody recorded is None."""
    slot = Slot(starts_at, ends_at, zone, break_minutes, break_starts)
    came, gone = (slot.moment(shown) if shown else None for shown in (arrived, left))
    return minutes.half_days(slot, came, gone)


def of_odd_days(filters: Filters, *, user: User | None) -> OddDays:
    """The sessions and half-days that each registration attended on odd days; who attended none is left out."""
    odd = _odd_days(filters, user)
    if not db.session.scalar(select(func.count()).select_from(odd)):
        return {}
    found = (
        select(Registration.id, *COLUMNS)
        .select_from(odd)
        .join(TrainingSession, TrainingSession.training_id == odd.c.training_id)
        .join(Training, Training.id == TrainingSession.training_id)
        .join(AttendanceRecord, AttendanceRecord.session_id == TrainingSession.id)
        .join(Registration, and_(Registration.training_id == Training.id, expected.join_on()))
        .join(Trainee, Trainee.id == Registration.trainee_id)
        .where(
            expected.is_in_figures(),
            AttendanceRecord.minutes > 0,
            func.date(TrainingSession.starts_local) == odd.c.day,
        )
    )
    known: dict[tuple[object, ...], frozenset[HalfDay]] = {}
    attended: dict[int, tuple[int, frozenset[HalfDay]]] = {}
    for number, *mark in db.session.execute(of_all(found, filters, user)):
        key = tuple(mark)
        if key not in known:
            known[key] = of_mark(*mark)
        sessions, halves = attended.get(number, (0, frozenset()))
        attended[number] = sessions + 1, halves | known[key]
    return {number: (sessions, len(halves)) for number, (sessions, halves) in attended.items()}


def with_overlapping_trainings(attended: Attended, filters: Filters, user: User | None) -> list[int]:
    """The ids of the people who attended trainings whose days overlap."""
    several = {number: trainings for number, trainings in attended.items() if len(trainings) > 1}
    if not several:
        return []
    first, last = func.min(TrainingSession.starts_local), func.max(TrainingSession.ends_local)
    query = select(TrainingSession.training_id, func.date(first), func.date(last))
    query = query.join(Training, Training.id == TrainingSession.training_id).where(expected.is_in_figures())
    query = query.group_by(TrainingSession.training_id)
    spans = {number: span for number, *span in db.session.execute(of_trainings(query, filters, user))}
    return [
        number for number, trainings in several.items() if _overlap(sorted(spans[one] for one in trainings))
    ]


def _overlap(spans: Sequence[Any]) -> bool:
    return any(other[0] <= one[1] for one, other in zip(spans, spans[1:], strict=False))


def shared(
    attended: Attended, filters: Filters, user: User | None
) -> dict[tuple[int, int], frozenset[HalfDay]]:
    """By (person, training): the half-days that the person attended in another training too. Most have none."""
    people = with_overlapping_trainings(attended, filters, user)
    counted: dict[tuple[int, int, int], tuple[int, frozenset[HalfDay]]] = {}
    for at in range(0, len(people), MOST_PARAMETERS):
        found = (
            select(
                Registration.trainee_id,
                Registration.training_id,
                TrainingSession.id,
                AttendanceRecord.minutes,
                *COLUMNS,
            )
            .join(Training, Training.id == Registration.training_id)
            .join(Trainee, Trainee.id == Registration.trainee_id)
            .join(TrainingSession, TrainingSession.training_id == Training.id)
            .join(AttendanceRecord, expected.join_on())
            .where(
                Registration.trainee_id.in_(people[at : at + MOST_PARAMETERS]),
                expected.is_in_figures(),
                expected.stands(),
                AttendanceRecord.minutes > 0,
            )
        )
        for trainee_id, training_id, session_id, long, *mark in db.session.execute(
            of_all(found, filters, user)
        ):
            key = trainee_id, training_id, session_id
            counted[key] = max(counted.get(key, (0, frozenset())), (long, of_mark(*mark)), key=_minutes)
    own: dict[tuple[int, int], set[HalfDay]] = {}
    for (trainee_id, training_id, _), (_, halves) in counted.items():
        own.setdefault((trainee_id, training_id), set()).update(halves)
    times = Counter((pair[0], half) for pair, halves in own.items() for half in halves)
    return {
        pair: frozenset(half for half in halves if times[pair[0], half] > 1) for pair, halves in own.items()
    }


def _minutes(mark: tuple[int, frozenset[HalfDay]]) -> int:
    return mark[0]


def _odd_days(filters: Filters, user: User | None) -> Subquery:
    """(training_id, day) on which not every session lies in a half of its own."""
    day = func.date(TrainingSession.starts_local)
    begins, ends = _minute_of(TrainingSession.starts_local), _minute_of(TrainingSession.ends_local)
    is_afternoon = begins >= NOON
    is_morning = and_(func.date(TrainingSession.ends_local) == day, ends <= NOON)
    found = (
        select(TrainingSession.training_id, day.label("day"))
        .join(Training, Training.id == TrainingSession.training_id)
        .where(expected.is_in_figures())
        .group_by(TrainingSession.training_id, day)
        .having(
            or_(
                func.count() > func.count(distinct(case((is_afternoon, 1), else_=0))),
                sum_if(not_(or_(is_afternoon, is_morning))) > 0,
            )
        )
    )
    return of_trainings(found, filters, user).subquery()


def _minute_of(wall: Any) -> ColumnElement[int]:
    return extract("hour", wall) * 60 + extract("minute", wall)

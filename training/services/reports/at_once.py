"""People who were marked as there in two sessions at one time: one of the marks cannot be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased

from training.db import MOST_PARAMETERS, db
from training.models import AttendanceRecord, Registration, Trainee, Training, TrainingSession, User
from training.rules.minutes import Slot
from training.services.attendance import expected
from training.services.reports import half_days
from training.services.reports.participations import Listed, attended_by
from training.services.reports.selection import Filters, of_all, of_trainings


class Presence(NamedTuple):
    """Somebody in a session, from when until when."""

    trainee_id: int
    came: datetime
    gone: datetime
    session_id: int
    training_id: int
    registration_id: int
    title: str


def presences(
    filters: Filters, found: Sequence[Listed], *, user: User | None
) -> list[tuple[Presence, Presence]]:
    """Two sessions at which one person was at once, for each such person. Of three sessions the first two are named.

    Only the marks of people are looked at who came to two trainings that overlap, or to one with parallel sessions.
    """
    overlapping = []
    for _, own in groupby(
        _marks(_candidates(filters, found, user), filters, user), key=lambda one: one.trainee_id
    ):
        if pair := _first_overlap(list(own)):
            overlapping.append(pair)
    return overlapping


def _first_overlap(own: list[Presence]) -> tuple[Presence, Presence] | None:
    own.sort(key=lambda one: (one.came, one.gone, one.session_id))
    last = own[0]
    for one in own[1:]:
        if one.came < last.gone and one.session_id != last.session_id:
            return last, one
        last = max(last, one, key=lambda it: it.gone)
    return None


def _candidates(filters: Filters, found: Sequence[Listed], user: User | None) -> list[int]:
    """The ids of the people whose trainings overlap, or have parallel sessions."""
    attended, parallel = attended_by(found), _with_parallel_sessions(filters, user)
    overlapping = half_days.with_overlapping_trainings(attended, filters, user)
    if not parallel:
        return overlapping
    return sorted(
        {*overlapping, *(number for number, own in attended.items() if not parallel.isdisjoint(own))}
    )


def _with_parallel_sessions(filters: Filters, user: User | None) -> set[int]:
    other = aliased(TrainingSession)
    found = (
        select(TrainingSession.training_id)
        .join(Training, Training.id == TrainingSession.training_id)
        .join(other, other.training_id == TrainingSession.training_id)
        .where(
            expected.is_in_figures(),
            other.is_compulsory,
            other.is_held,
            other.id > TrainingSession.id,
            other.starts_at < TrainingSession.ends_at,
            other.ends_at > TrainingSession.starts_at,
        )
    )
    return set(db.session.scalars(of_trainings(found.distinct(), filters, user)))


def _marks(people: Sequence[int], filters: Filters, user: User | None) -> Iterator[Presence]:
    """The sessions that these people attended, person by person."""
    for at in range(0, len(people), MOST_PARAMETERS):
        found = (
            select(
                Registration.trainee_id,
                TrainingSession.id,
                Registration.training_id,
                Registration.id,
                TrainingSession.title,
                *half_days.COLUMNS,
            )
            .select_from(Registration)
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
            .order_by(Registration.trainee_id)
        )
        yield from _as_presences(db.session.execute(of_all(found, filters, user)))


def _as_presences(rows: Iterable[Sequence[Any]]) -> Iterator[Presence]:
    for trainee_id, session_id, training_id, number, title, *span, arrived, left in rows:
        slot = Slot(*span)
        came, gone = (slot.moment(shown) if shown else None for shown in (arrived, left))
        yield Presence(
            trainee_id, came or slot.starts_at, gone or slot.ends_at, session_id, training_id, number, title
        )

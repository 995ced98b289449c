"""The attendance of one registration: its agency and staff read it once a register is closed.

While a register is open, its marks may still change. Until then only trainers and coordinators see them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from training import clock
from training.db import db
from training.models import (
    AttendanceRecord,
    RegisterState,
    Registration,
    RegistrationState,
    TrainingSession,
)
from training.services.attendance import expected, standing


@dataclass(frozen=True)
class Line:
    """A session for which the person was expected.

    ``record`` is None while nothing is recorded, and while the register is open.
    """

    session: TrainingSession
    record: AttendanceRecord | None


@dataclass(frozen=True)
class Share:
    """Attended minutes and due minutes, as the report counts them, of the sessions whose registers are closed."""

    attended: int
    scheduled: int


_MINUTES = (func.coalesce(func.sum(AttendanceRecord.minutes), 0), func.sum(TrainingSession.scheduled_minutes))
"""The columns of a share."""


def of(registration: Registration) -> list[Line]:
    """The sessions that have begun and whose register lists the registration, in order.

    One that became part of another registration is shown with its own marks, as they were.
    """
    rows = db.session.execute(
        select(TrainingSession, AttendanceRecord)
        .join(Registration, Registration.training_id == TrainingSession.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(
            Registration.id == registration.id,
            TrainingSession.is_held,
            TrainingSession.starts_at <= clock.now(),
            expected.was_listed(),
        )
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return [Line(session, record if _is_closed(session, record) else None) for session, record in rows]


def shares(registrations: Sequence[Registration]) -> dict[int, Share]:
    """The share of each participant in the closed registers, by the registration's id.

    It is what the report says of them: optional sessions count in neither, and a session that ended without somebody
    who joined later, or had left before, was missed. Where somebody came back, the registration that stands for the
    person has all of it, and another of its agency has none. What another agency's person attended stays its history.
    """
    own = {one.id: one for one in registrations}
    rows = db.session.execute(
        select(
            Registration.id,
            Registration.trainee_id,
            Registration.training_id,
            expected.stands(),
            func.sum(case((expected.was_listed(), 1), else_=0)),
            *_MINUTES,
        )
        .join(TrainingSession, TrainingSession.training_id == Registration.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(
            Registration.trainee_id.in_({one.trainee_id for one in registrations}),
            Registration.training_id.in_({one.training_id for one in registrations}),
            expected.is_in_figures(),
            TrainingSession.register_state != RegisterState.OPEN,
        )
        .group_by(Registration.id)
    ).all()
    found = {
        number: Share(attended, scheduled)
        for number, _, _, _, listed, attended, scheduled in rows
        if listed and number in own
    }
    times = Counter((trainee, training) for _, trainee, training, stands, *_ in rows if stands)
    several = [one for one in registrations if times[one.trainee_id, one.training_id] > 1]
    return _joined(found, several) if several else found


def _joined(found: dict[int, Share], several: Sequence[Registration]) -> dict[int, Share]:
    """The shares, where some of the registrations are of people who have several for one training."""
    whole = aliased(Registration)
    rows = db.session.execute(
        select(whole.id, whole.trainee_id, whole.training_id, whole.agency_id, *_MINUTES)
        .join(
            Registration,
            and_(Registration.trainee_id == whole.trainee_id, Registration.training_id == whole.training_id),
        )
        .join(TrainingSession, TrainingSession.training_id == Registration.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(
            whole.trainee_id.in_({one.trainee_id for one in several}),
            whole.training_id.in_({one.training_id for one in several}),
            standing.takes_part(whole),
            standing.is_first(whole),
            standing.takes_part(),
            standing.counts(),
            expected.is_in_figures(),
            TrainingSession.register_state != RegisterState.OPEN,
        )
        .group_by(whole.id)
    )
    stands = {row[1:3]: row for row in rows}
    shares = dict(found)
    for one in several:
        row = stands.get((one.trainee_id, one.training_id))
        if row is None or one.state is RegistrationState.JOINED:
            continue
        number, _, _, agency_id, attended, scheduled = row
        if one.id == number:
            shares[number] = Share(attended, scheduled)
        elif one.agency_id == agency_id:
            shares.pop(one.id, None)
    return shares


def _is_closed(session: TrainingSession, record: AttendanceRecord | None) -> bool:
    return (
        session.register_state is not RegisterState.OPEN and record is not None and record.status is not None
    )

"""The attendance of one registration: its agency and staff read it once a register is closed.

While a register is open, its marks may still change. Until then only trainers and coordinators see them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from training import clock
from training.db import db
from training.models import AttendanceRecord, RegisterState, Registration, TrainingSession
from training.services.attendance import expected


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
    who joined later, or had left before, was missed.
    """
    listed = func.sum(case((expected.was_listed(), 1), else_=0))
    rows = db.session.execute(
        select(
            Registration.id,
            func.coalesce(func.sum(AttendanceRecord.minutes), 0),
            func.sum(TrainingSession.scheduled_minutes),
        )
        .join(TrainingSession, TrainingSession.training_id == Registration.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(
            Registration.id.in_([one.id for one in registrations]),
            expected.is_in_figures(),
            TrainingSession.register_state != RegisterState.OPEN,
        )
        .group_by(Registration.id)
        .having(listed > 0)
    )
    return {number: Share(attended, scheduled) for number, attended, scheduled in rows}


def _is_closed(session: TrainingSession, record: AttendanceRecord | None) -> bool:
    return (
        session.register_state is not RegisterState.OPEN and record is not None and record.status is not None
    )

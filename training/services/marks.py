"""What a mark is worth, and marks derived anew when what they follow from has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import db
from training.errors import Invalid
from training.models import (
    AttendanceCorrection,
    AttendanceRecord,
    AttendanceStatus,
    Registration,
    TrainingSession,
    User,
)
from training.rules.minutes import Slot, attended
from training.text import msg

WITH_TIMES = (AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY)


def slot_of(session: TrainingSession) -> Slot:
    """The session in time."""
    return Slot(session.starts_at, session.ends_at, session.training.zone, session.break_minutes)


class Marked(Protocol):
    """What a mark says, whether it is stored already or not."""

    @property
    def status(self) -> AttendanceStatus | None: ...
    @property
    def arrived(self) -> time | None: ...
    @property
    def left(self) -> time | None: ...
    @property
    def also_left_early(self) -> bool: ...


def minutes_of(session: TrainingSession, mark: Marked, deduction: int) -> tuple[int, bool]:
    """(attended minutes, whether they are estimated) of a mark.

    Present gives the contact time, excused and absent give none. Late and left early give the contact time between the
    recorded times. A time that was not recorded costs ``deduction`` minutes instead, which the programme sets. Raises
    ``Invalid`` for a time outside the session, and for leaving before arriving.
    """
    if mark.status is AttendanceStatus.PRESENT:
        return session.scheduled_minutes, False
    if mark.status not in WITH_TIMES:
        return 0, False
    slot = slot_of(session)
    late = mark.status is AttendanceStatus.LATE
    early = mark.status is AttendanceStatus.LEFT_EARLY or mark.also_left_early
    came, gone = _moment(session, slot, mark.arrived, "arrived"), _moment(session, slot, mark.left, "left")
    if came and gone and gone < came:
        raise Invalid(msg("Left before arriving."), field="left")
    unknown = (late and came is None) + (early and gone is None)
    minutes = attended(
        slot, came if late else None, gone if early else None, unknown=unknown, deduction=deduction
    )
    return minutes, unknown > 0


def _moment(session: TrainingSession, slot: Slot, shown: time | None, field: str) -> datetime | None:
    if shown is None:
        return None
    found = slot.moment(shown)
    if found is None:
        raise Invalid(
            msg(
                "%(time)s lies outside the session (%(starts)s to %(ends)s).",
                time=f"{shown:%H:%M}",
                starts=f"{session.starts_local:%H:%M}",
                ends=f"{session.ends_local:%H:%M}",
            ),
            field=field,
        )
    return found


def derive(session: TrainingSession, *, by: User | None, reason: str, deduction: int) -> int:
    """The single step of deriving a session's marks anew; returns how many have other minutes now.

    Each change is kept as a correction with ``reason``. Where a mark's times do not fit the session any more,
    ``Invalid`` names the people, and nothing is changed: somebody who was there must say what is right.
    """
    found = db.session.scalars(
        select(AttendanceRecord)
        .where(AttendanceRecord.session_id == session.id, AttendanceRecord.status.is_not(None))
        .options(joinedload(AttendanceRecord.registration).joinedload(Registration.trainee))
        .order_by(AttendanceRecord.id)
    ).all()
    derived = _all_of(session, found, deduction)
    changed = 0
    for record, (minutes, is_estimated) in zip(found, derived, strict=True):
        if (record.minutes, record.is_estimated) == (minutes, is_estimated):
            continue
        db.session.add(
            AttendanceCorrection(
                record_id=record.id,
                old_status=record.status,
                old_minutes=record.minutes,
                new_status=record.status,
                new_minutes=minutes,
                reason=reason,
                at=clock.now(),
                by=by,
                by_name=by.name if by else "",
            )
        )
        record.minutes, record.is_estimated = minutes, is_estimated
        record.version += 1
        changed += 1
    return changed


def _all_of(
    session: TrainingSession, records: Sequence[AttendanceRecord], deduction: int
) -> list[tuple[int, bool]]:
    derived, left = [], []
    for one in records:
        try:
            derived.append(minutes_of(session, one, deduction))
        except Invalid:
            times = "–".join(f"{at:%H:%M}" for at in (one.arrived, one.left) if at)
            left.append(f"{one.registration.name} ({times})")
    if left:
        raise Invalid(
            msg(
                "The register says times that the session would not have any more: %(people)s. "
                "Correct these marks first, or choose other times.",
                people="; ".join(left),
            ),
            field="ends_local",
        )
    return derived

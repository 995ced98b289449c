"""What a mark is worth, and marks derived anew when what they follow from has changed.

Single steps: whoever changes a session reads its marks, derives them for the new times, lowers them, stores the session
and then corrects them. The database holds that no mark is longer than its session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from training import clock
from training.db import db
from training.errors import Invalid
from training.models import (
    AttendanceCorrection,
    AttendanceRecord,
    AttendanceStatus,
    Programme,
    Registration,
    RegistrationState,
    Training,
    TrainingSession,
    User,
)
from training.rules.minutes import Slot, attended
from training.text import msg

WITH_TIMES = (AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY)
EARLY = timedelta(minutes=60)
"""How long before its session starts somebody may be marked in it."""


def slot_of(session: TrainingSession) -> Slot:
    """The session in time."""
    return Slot(
        session.starts_at, session.ends_at, session.training.zone, session.break_minutes, session.break_starts
    )


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


def minutes_of(slot: Slot, mark: Marked, deduction: int) -> tuple[int, bool]:
    """(attended minutes, whether they are estimated) of a mark in a session that lies in ``slot``.

    Present gives the contact time, excused and absent give none. Late and left early give the contact time between the
    recorded times. A time that was not recorded costs ``deduction`` minutes instead, which the programme sets. Raises
    ``Invalid`` for a time outside the session, and for leaving before arriving.
    """
    if mark.status is AttendanceStatus.PRESENT:
        return slot.contact, False
    if mark.status not in WITH_TIMES:
        return 0, False
    late = mark.status is AttendanceStatus.LATE
    early = mark.status is AttendanceStatus.LEFT_EARLY or mark.also_left_early
    came, gone = _moment(slot, mark.arrived, "arrived"), _moment(slot, mark.left, "left")
    if came and gone and gone < came:
        raise Invalid(msg("Left before arriving."), field="left")
    unknown = (late and came is None) + (early and gone is None)
    minutes = attended(
        slot, came if late else None, gone if early else None, unknown=unknown, deduction=deduction
    )
    return minutes, unknown > 0


def _moment(slot: Slot, shown: time | None, field: str) -> datetime | None:
    if shown is None:
        return None
    found = slot.moment(shown)
    if found is None:
        starts, ends = (at.astimezone(ZoneInfo(slot.zone)) for at in (slot.starts_at, slot.ends_at))
        raise Invalid(
            msg(
                "%(time)s lies outside the session (%(starts)s to %(ends)s).",
                time=f"{shown:%H:%M}",
                starts=f"{starts:%H:%M}",
                ends=f"{ends:%H:%M}",
            ),
            field=field,
        )
    return found


def count(session: TrainingSession) -> int:
    """How many people the session's register says something of. Marks that a merge joined into others are history."""
    found = (
        select(func.count(AttendanceRecord.status))
        .join(AttendanceRecord.registration)
        .where(AttendanceRecord.session_id == session.id, Registration.state != RegistrationState.JOINED)
    )
    return db.session.scalar(found) or 0


def marked_in(training: Training) -> set[int]:
    """The ids of the training's sessions in which somebody is marked."""
    found = (
        select(AttendanceRecord.session_id)
        .join(TrainingSession, TrainingSession.id == AttendanceRecord.session_id)
        .where(TrainingSession.training_id == training.id, AttendanceRecord.status.is_not(None))
    )
    return set(db.session.scalars(found.distinct()))


def are_kept(session: TrainingSession) -> bool:
    """Whether anything was ever marked in the session. A mark that was cleared is history too."""
    found = select(AttendanceRecord.id).where(AttendanceRecord.session_id == session.id).limit(1)
    return db.session.scalar(found) is not None


def of(session: TrainingSession) -> Sequence[AttendanceRecord]:
    """The marks of a session, each with its person. Cells that were cleared are none."""
    return db.session.scalars(
        select(AttendanceRecord)
        .where(AttendanceRecord.session_id == session.id, AttendanceRecord.status.is_not(None))
        .options(joinedload(AttendanceRecord.registration).joinedload(Registration.trainee))
        .order_by(AttendanceRecord.id)
        .execution_options(populate_existing=True)
    ).all()


def sessions_with_estimates(programme: Programme) -> Sequence[TrainingSession]:
    """The programme's sessions with a mark whose time nobody recorded, and held until their unit of work ends."""
    is_estimated = exists().where(
        AttendanceRecord.session_id == TrainingSession.id, AttendanceRecord.is_estimated
    )
    return db.session.scalars(
        select(TrainingSession)
        .join(TrainingSession.training)
        .where(Training.programme_id == programme.id, is_estimated)
        .options(contains_eager(TrainingSession.training))
        .order_by(TrainingSession.id)
        .with_for_update(of=TrainingSession)
        .execution_options(populate_existing=True)
    ).all()


@dataclass(frozen=True)
class Derived:
    """A mark as it follows from its session's new times. ``was`` are its minutes before they were lowered."""

    status: AttendanceStatus | None
    arrived: time | None
    left: time | None
    also_left_early: bool
    was: int
    minutes: int = 0
    is_estimated: bool = False


def derived(
    slot: Slot, records: Sequence[AttendanceRecord], deduction: int, *, along: timedelta | None = None
) -> list[Derived]:
    """The marks as they would be in a session that lies in ``slot``; nothing is stored.

    With ``along``, the times of arriving and leaving move by so much. Where a mark's times do not fit, ``Invalid`` names
    the people: somebody who was there must say what is right.
    """
    found, left = [], []
    for one in records:
        times = (_moved(one.arrived, along), _moved(one.left, along))
        mark = Derived(one.status, *times, one.also_left_early, one.minutes)
        try:
            minutes, is_estimated = minutes_of(slot, mark, deduction)
        except Invalid:
            if one.registration.state is RegistrationState.JOINED:  # history: nobody can correct it
                found.append(_cut(one, slot))
                continue
            said = "–".join(f"{at:%H:%M}" for at in times if at)
            left.append(f"{one.registration.name} ({said})")
            continue
        found.append(Derived(one.status, *times, one.also_left_early, one.minutes, minutes, is_estimated))
    if left:
        raise Invalid(
            msg(
                "The register says times that the session would not have any more: %(people)s. "
                "Correct these marks first, or choose other times.",
                people="; ".join(left),
            ),
            field="ends_local",
        )
    return found


def _cut(record: AttendanceRecord, slot: Slot) -> Derived:
    """The mark as it is, but not longer than the session."""
    minutes = min(record.minutes, slot.contact)
    times = (record.arrived, record.left, record.also_left_early)
    return Derived(record.status, *times, record.minutes, minutes, record.is_estimated)


def _moved(shown: time | None, along: timedelta | None) -> time | None:
    if shown is None or along is None:
        return shown
    return (datetime.combine(date(2000, 1, 2), shown) + along).time()


def correct(
    records: Sequence[AttendanceRecord], derived: Sequence[Derived], *, by: User | None, reason: str
) -> int:
    """The single step of storing derived marks; returns how many have changed.

    Each change is kept as a correction with ``reason``.
    """
    changed = 0
    for record, new in zip(records, derived, strict=True):
        is_same_time = (record.arrived, record.left) == (new.arrived, new.left)
        if is_same_time and (new.was, record.is_estimated) == (new.minutes, new.is_estimated):
            continue
        record.arrived, record.left = new.arrived, new.left
        record.minutes, record.is_estimated = new.minutes, new.is_estimated
        record.version += 1
        keep_correction(record, (record.status, new.was), by=by, reason=reason)
        changed += 1
    return changed


def keep_correction(
    record: AttendanceRecord, old: tuple[AttendanceStatus | None, int], *, by: User | None, reason: str
) -> AttendanceCorrection:
    """The single step of keeping that a stored mark said something else before: ``old`` is its status and minutes."""
    kept = AttendanceCorrection(
        record_id=record.id,
        old_status=old[0],
        old_minutes=old[1],
        new_status=record.status,
        new_minutes=record.minutes,
        reason=reason.strip(),
        at=clock.now(),
        by=by,
        by_name=by.name if by else "",
    )
    db.session.add(kept)
    return kept

"""Attendance registers: how they are marked, closed and locked.

Two people at one register never lose each other's marks.

A cell without a record, or with a cleared one, is not recorded. This is not the same as absent. Every cell has a
version, which is 0 without a record. A mark that was made on an older version is not stored. It is
shown beside what stands in the cell now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    AttendanceCorrection,
    AttendanceMethod,
    AttendanceRecord,
    AttendanceStatus,
    RegisterState,
    Registration,
    Trainee,
    TrainingSession,
    User,
)
from training.services import audit, locked_trainings, marks, reasons
from training.services.attendance import expected
from training.text import msg

EARLY = marks.EARLY
"""How long before its session starts a register may be begun."""


@dataclass(frozen=True)
class Mark:
    """What somebody wants one cell to say.

    ``version`` is the version of the cell that they saw. A ``status`` of None clears the cell.
    """

    registration_id: UUID
    status: AttendanceStatus | None
    version: int
    arrived: time | None = None
    left: time | None = None
    also_left_early: bool = False


@dataclass(frozen=True)
class Clash:
    """A mark that met another version of its cell. ``mine`` was not stored, ``theirs`` stands."""

    registration: Registration
    mine: Mark
    theirs: AttendanceRecord | None


@dataclass(frozen=True)
class Row:
    """One line of a register."""

    registration: Registration
    record: AttendanceRecord | None

    @property
    def version(self) -> int:
        """The cell's version."""
        return self.record.version if self.record else 0


@dataclass(frozen=True)
class Tally:
    """How far a register is: people listed, cells recorded, people with attended minutes (``present``)."""

    listed: int
    recorded: int
    present: int

    @property
    def missing(self) -> int:
        """Cells that are not recorded."""
        return self.listed - self.recorded


def _lines(session: TrainingSession, *which: ColumnElement[bool]) -> Select[Registration, AttendanceRecord]:
    """The registrations of the session's training that fit, each with its record, by family name."""
    return (
        select(Registration, AttendanceRecord)
        .join(TrainingSession, TrainingSession.training_id == Registration.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .join(Registration.trainee)
        .where(TrainingSession.id == session.id, *which)
        .options(contains_eager(Registration.trainee))
        .order_by(Trainee.search_key, Registration.id)
    )


def opens_at(session: TrainingSession) -> datetime:
    """From when on somebody may be marked."""
    return session.starts_at - EARLY


def rows_of(session: TrainingSession) -> Select[Registration, AttendanceRecord]:
    """The register's lines, by family name."""
    return _lines(session, expected.is_listed())


def register(session: TrainingSession, *, first: int = 0, most: int | None = None) -> list[Row]:
    """The register's lines, or ``most`` of them from the ``first`` on."""
    found = rows_of(session).offset(first).limit(most) if most is not None else rows_of(session)
    return [Row(registration, record) for registration, record in db.session.execute(found)]


def others(session: TrainingSession) -> list[Row]:
    """People of the training whom the register does not list, by family name: whoever came anyway can be marked.

    For example somebody who was confirmed on the second day, and sat in the room on the first.
    """
    found = _lines(session, Registration.confirmed_at.is_not(None), expected.stands(), ~expected.is_listed())
    return [Row(registration, record) for registration, record in db.session.execute(found)]


def tallies(sessions: Sequence[TrainingSession]) -> dict[int, Tally]:
    """How far the registers are, by the session's id."""
    rows = db.session.execute(
        select(
            TrainingSession.id,
            func.count(Registration.id),
            func.count(AttendanceRecord.status),
            func.count(AttendanceRecord.id).filter(AttendanceRecord.minutes > 0),
        )
        .join(Registration, TrainingSession.training_id == Registration.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(TrainingSession.id.in_([session.id for session in sessions]), expected.is_listed())
        .group_by(TrainingSession.id)
    )
    return {number: Tally(listed, recorded, present) for number, listed, recorded, present in rows}


def tally(session: TrainingSession) -> Tally:
    """How far one register is."""
    return tallies([session]).get(session.id, Tally(0, 0, 0))


def corrections(session: TrainingSession) -> list[AttendanceCorrection]:
    """What was changed after closing, latest first."""
    return list(
        db.session.scalars(
            select(AttendanceCorrection)
            .join(AttendanceCorrection.record)
            .join(AttendanceRecord.registration)
            .join(Registration.trainee)
            .where(AttendanceRecord.session_id == session.id)
            .options(
                contains_eager(AttendanceCorrection.record)
                .contains_eager(AttendanceRecord.registration)
                .contains_eager(Registration.trainee)
            )
            .order_by(AttendanceCorrection.id.desc())
        )
    )


@atomic
def save(
    session: TrainingSession,
    *,
    by: User | None,
    marks: Sequence[Mark],
    reason: str = "",
    method: AttendanceMethod = AttendanceMethod.ROLL_CALL,
) -> list[Clash]:
    """Store the marks, and return those that met another version. These are not stored.

    Once the register is closed, a ``reason`` is needed and every change is kept as a correction. So is every mark that
    says something else after the register was opened again. Raises ``Conflict`` if the register cannot be marked. Raises ``Invalid`` for times outside the session, for a
    person who is not listed, and for a missing reason.
    """
    locked_trainings.hold_sessions([session.id])
    _check_markable(session, reason)
    rows = {row.registration.public_id: row for row in (*register(session), *others(session))}
    clashes, changed = [], 0
    for mark in marks:
        row = rows.get(mark.registration_id)
        if row is None:
            raise Invalid(msg("Somebody in this list is no longer expected. Load the page again."))
        if _says_the_same(row.record, mark):
            continue
        if row.version != mark.version:
            clashes.append(Clash(row.registration, mark, row.record))
            continue
        _store(session, row, mark, by, reason, method)
        changed += 1
    if changed:
        audit.record(
            by=by, action="register.mark", thing=session, changes={"cells": changed, "reason": reason.strip()}
        )
    return clashes


def put_on(session: TrainingSession, registration: Registration, *, by: User) -> None:
    """The single step of listing somebody whom the register would not list: they came in after the session.

    Their cell is not recorded yet. The caller holds the training's lock.
    """
    db.session.flush()  # the query below asks for the registration's id
    if db.session.execute(rows_of(session).where(Registration.id == registration.id)).first():
        return
    cell = _cell(session, registration)
    cell.version, cell.recorded_at, cell.recorded_by, cell.recorded_by_name = 1, clock.now(), by, by.name
    db.session.add(cell)


@atomic
def mark_rest(session: TrainingSession, *, by: User, status: AttendanceStatus) -> int:
    """Give every cell that is not recorded the same status, and return how many there were.

    So all can be marked present, or the rest absent. Raises ``Conflict`` if the register is closed.
    """
    locked_trainings.hold_sessions([session.id])
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(
            msg("This register is closed. Corrections are made one by one, with a reason."), "register_closed"
        )
    _check_markable(session, "")
    missing = [row for row in register(session) if row.record is None or row.record.status is None]
    for row in missing:
        mark = Mark(row.registration.public_id, status, row.version)
        _store(session, row, mark, by, "", AttendanceMethod.ROLL_CALL)
    audit.record(
        by=by, action=f"register.rest_{status.value}", thing=session, changes={"cells": len(missing)}
    )
    return len(missing)


@atomic
def close(session: TrainingSession, *, by: User | None) -> None:
    """Sign it off. Raises ``Conflict`` before the session has ended, and while somebody is not recorded."""
    locked_trainings.hold_sessions([session.id])
    if session.is_cancelled:
        raise Conflict(msg("This session was called off: it has no register."), "cancelled")
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(msg("This register is closed already."), "register_closed")
    if session.ends_at > clock.now():
        raise Conflict(msg("The session has not ended yet."), "not_ended")
    missing = tally(session).missing
    if missing:
        raise Conflict(
            msg("%(count)s people are not recorded yet. Mark them, or mark the rest absent.", count=missing),
            "missing",
        )
    session.register_state, session.closed_by = RegisterState.CLOSED, by
    session.closed_at = session.closed_at or clock.now()
    audit.record(by=by, action="register.close", thing=session)


@atomic
def lock(session: TrainingSession, *, by: User) -> None:
    """Lock a closed register. Nothing in it changes any more, unless it is reopened."""
    locked_trainings.hold_sessions([session.id])
    if session.register_state is not RegisterState.CLOSED:
        raise Conflict(msg("Only a closed register can be locked."), "not_closed")
    session.register_state, session.locked_at = RegisterState.LOCKED, clock.now()
    audit.record(by=by, action="register.lock", thing=session)


@atomic
def reopen(session: TrainingSession, *, by: User, reason: str) -> None:
    """Open a closed or locked register again, for a reason that is kept.

    When it was closed first stays known: what is changed from then on is corrected after closing.
    """
    locked_trainings.hold_sessions([session.id])
    if session.register_state is RegisterState.OPEN:
        raise Conflict(msg("This register is open already."), "register_open")
    reasons.check(reason)
    session.register_state, session.locked_at, session.closed_by = RegisterState.OPEN, None, None
    audit.record(by=by, action="register.reopen", thing=session, changes={"reason": reason.strip()})


def open_work(user_sessions: Select[TrainingSession]) -> Select[TrainingSession]:
    """The sessions among these that have ended and still have an open register."""
    return user_sessions.where(
        TrainingSession.ends_at < clock.now(),
        TrainingSession.register_state == RegisterState.OPEN,
        TrainingSession.is_held,
    )


def _check_markable(session: TrainingSession, reason: str) -> None:
    if session.is_cancelled:
        raise Conflict(msg("This session was called off: it has no register."), "cancelled")
    if session.register_state is RegisterState.LOCKED:
        raise Conflict(
            msg("This register is locked. A coordinator can reopen it with a reason."), "register_locked"
        )
    if session.register_state is RegisterState.CLOSED and not reason.strip():
        raise Invalid(msg("This register is closed: say why it is corrected."), field="reason")
    if opens_at(session) > clock.now():
        raise Conflict(msg("This session has not begun yet."), "not_begun")


def _says_the_same(record: AttendanceRecord | None, mark: Mark) -> bool:
    if record is None:
        return mark.status is None
    return (record.status, record.arrived, record.left, record.also_left_early) == (
        mark.status,
        mark.arrived,
        mark.left,
        mark.also_left_early,
    )


def take_over(
    taken: AttendanceRecord,
    own: AttendanceRecord | None,
    registration: Registration,
    *,
    by: User,
    reason: str,
) -> tuple[AttendanceRecord, int | None]:
    """The single step by which a registration gets a mark that was made for another one of the same person.

    ``own`` is its cell so far. Who marked when stays as it was. A register that is not open any more keeps a correction;
    returns the mark, and the id of the correction.
    """
    session = taken.training_session
    record = own or _cell(session, registration)
    old = (record.status, record.minutes or 0)
    record.status, record.minutes, record.is_estimated = taken.status, taken.minutes, taken.is_estimated
    record.arrived, record.left, record.also_left_early = taken.arrived, taken.left, taken.also_left_early
    record.version += 1
    record.method, record.recorded_at = taken.method, taken.recorded_at
    record.recorded_by_id, record.recorded_by_name = taken.recorded_by_id, taken.recorded_by_name
    db.session.add(record)
    db.session.flush()  # whoever takes this back names the record's id
    if session.register_state is RegisterState.OPEN:
        return record, None
    correction = marks.keep_correction(record, old, by=by, reason=reason)
    db.session.flush()  # and the correction's id
    return record, correction.id


def _cell(session: TrainingSession, registration: Registration) -> AttendanceRecord:
    """A new cell, which says nothing yet."""
    return AttendanceRecord(
        session_id=session.id,
        of_minutes=session.scheduled_minutes,
        registration_id=registration.id,
        version=0,
    )


def _store(
    session: TrainingSession, row: Row, mark: Mark, by: User | None, reason: str, method: AttendanceMethod
) -> None:
    try:
        deduction = session.training.programme.deduction_minutes
        minutes, estimated = marks.minutes_of(marks.slot_of(session), mark, deduction)
    except Invalid as refusal:
        raise Invalid(refusal.message, field=f"{refusal.field}-{mark.registration_id}") from None
    record = row.record or _cell(session, row.registration)
    old = (record.status, record.minutes or 0)
    record.status, record.minutes, record.is_estimated = mark.status, minutes, estimated
    record.arrived, record.left, record.also_left_early = mark.arrived, mark.left, mark.also_left_early
    record.version += 1
    record.method, record.recorded_at, record.recorded_by = method, clock.now(), by
    record.recorded_by_name = by.name if by else ""
    db.session.add(record)
    was_said = session.closed_at is not None and old[0] is not None
    if session.register_state is RegisterState.CLOSED or was_said:
        db.session.flush()  # the correction names the record's id
        why = reason.strip() or msg("The register was opened again.").translated()
        marks.keep_correction(record, old, by=by, reason=why)

"""Who is expected at a session, and whom its register lists: conditions in SQL over both and the outer-joined record."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_

from training.models import (
    AttendanceRecord,
    Registration,
    RegistrationSource,
    RegistrationState,
    TrainingSession,
)

One = type[Registration]
"""The registration that is asked about: ``Registration`` itself, or an alias of it."""
Record = type[AttendanceRecord]


def is_listed(one: One = Registration, record: Record = AttendanceRecord) -> ColumnElement[bool]:
    """A condition in SQL: whether a session's register lists a registration. The record is outer-joined.

    A register lists people who were confirmed when the session started, people added at the door, and
    everybody who has a record, also a cleared one. A registration that became part of another one stands nowhere a
    second time.
    """
    return and_(stands(one), was_listed(one, record))


def stands(one: One = Registration) -> ColumnElement[bool]:
    """A condition in SQL: whether the registration stands by itself, and is not part of another one."""
    return one.state != RegistrationState.JOINED


def was_listed(one: One = Registration, record: Record = AttendanceRecord) -> ColumnElement[bool]:
    """``is_listed``, also for a registration that has become part of another one since: its own history."""
    return or_(record.id.is_not(None), is_expected(one))


def is_expected(one: One = Registration) -> ColumnElement[bool]:
    """A condition in SQL: whether the person held a seat when the session started, or came in while it ran.

    Somebody who is added at the door on the third day is not expected in the sessions of the first two.
    """
    return and_(
        one.confirmed_at.is_not(None),
        or_(one.released_at.is_(None), one.released_at > TrainingSession.starts_at),
        or_(
            one.confirmed_at <= TrainingSession.starts_at,
            and_(
                one.source == RegistrationSource.WALK_IN,
                one.confirmed_at < TrainingSession.ends_at,
            ),
        ),
    )


def is_in_figures() -> ColumnElement[bool]:
    """A condition in SQL: whether figures are made of a session. It is compulsory, and was not called off."""
    return and_(TrainingSession.is_compulsory, TrainingSession.is_held)


def join_on(one: One = Registration, record: Record = AttendanceRecord) -> ColumnElement[bool]:
    """How a record belongs to a registration and a session."""
    return and_(record.registration_id == one.id, record.session_id == TrainingSession.id)

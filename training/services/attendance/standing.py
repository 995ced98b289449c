"""Who takes part in a training, and which of a person's registrations for it stands for the person.

A person has several after giving a seat up and being registered again, perhaps by another agency. First their cells are
joined, and only then the person is filtered by an agency or a country: that of the registration that stands. It is the live one,
else the one with more minutes, else the older one.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import Tuple

from training import clock
from training.models import LIVE, AttendanceRecord, AttendanceStatus, Registration, TrainingSession
from training.services.attendance import expected
from training.services.attendance.expected import One, Record


def takes_part(one: One = Registration, *, optional: bool = False) -> ColumnElement[bool]:
    """A condition in SQL: whether a register of a session that has begun lists the registration.

    Only sessions count of which figures are made; with ``optional`` also the others, for whoever has a record there.
    """
    counts = expected.is_in_figures()
    if optional:
        counts = or_(counts, and_(TrainingSession.is_held, AttendanceRecord.id.is_not(None)))
    return (
        select(TrainingSession.id)
        .outerjoin(AttendanceRecord, expected.join_on(one))
        .where(
            TrainingSession.training_id == one.training_id,
            counts,
            TrainingSession.starts_at <= clock.now(),
            expected.is_listed(one),
        )
        .correlate(one)
        .exists()
    )


def is_first(one: One = Registration) -> ColumnElement[bool]:
    """A condition in SQL: whether no other registration of the person for the training goes before this one."""
    other = aliased(Registration)
    return not_(
        select(other.id)
        .where(is_other(other, one), takes_part(other, optional=True), _rank(other) > _rank(one))
        .correlate(one)
        .exists()
    )


def of(*, agency: int | None = None, country: str | None = None) -> ColumnElement[bool]:
    """A condition in SQL: whether a registration is of a person who stands in the training for this agency or country.

    It holds for all registrations of that person that take part. One that does not take part stands for itself.
    """
    own, one = aliased(Registration), aliased(Registration)
    is_of_it = or_(
        and_(takes_part(own), is_first(own), takes_part(one)),
        and_(one.id == own.id, not_(takes_part(own))),
    )
    is_same = and_(one.trainee_id == own.trainee_id, one.training_id == own.training_id)
    found = select(one.id).join(own, is_same).where(is_of_it).correlate(None)
    if agency is not None:
        found = found.where(own.agency_id == agency)
    if country is not None:
        found = found.where(own.trainee_country == country)
    return Registration.id.in_(found)


def is_other(other: One, one: One) -> ColumnElement[bool]:
    """A condition in SQL: whether both are registrations of one person for one training."""
    return and_(other.trainee_id == one.trainee_id, other.training_id == one.training_id, other.id != one.id)


def cell_goes_before(other: One, mark: Record) -> ColumnElement[bool]:
    """A condition in SQL: whether of two registrations in a session the other one's cell counts.

    ``indicators.of_cells`` says the same: the mark, the larger one, the excused one, the one that is awaited.
    """
    return _cell_rank(other, mark) > _cell_rank(Registration, AttendanceRecord)


def counts() -> ColumnElement[bool]:
    """A condition in SQL: whether no other registration of the person has the cell that counts in a session."""
    other, mark = aliased(Registration), aliased(AttendanceRecord)
    return not_(
        select(other.id)
        .outerjoin(mark, expected.join_on(other, mark))
        .where(is_other(other, Registration), takes_part(other), cell_goes_before(other, mark))
        .correlate(Registration, TrainingSession, AttendanceRecord)
        .exists()
    )


def _rank(one: One) -> Tuple:
    attended = (
        select(func.coalesce(func.sum(AttendanceRecord.minutes), 0))
        .join(TrainingSession, TrainingSession.id == AttendanceRecord.session_id)
        .where(AttendanceRecord.registration_id == one.id, expected.is_in_figures())
        .correlate(one)
        .scalar_subquery()
    )
    return tuple_(_number(takes_part(one)), _number(one.state.in_(LIVE)), attended, -one.id)


def _cell_rank(one: One, record: Record) -> Tuple:
    is_marked = record.status.is_not(None)
    return tuple_(
        _number(is_marked),
        case((is_marked, record.minutes), else_=0),
        _number(record.status == AttendanceStatus.EXCUSED),
        _number(expected.is_listed(one, record)),
        -one.id,
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)

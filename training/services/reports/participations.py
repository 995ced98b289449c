"""Who took part in what, and for how long: one row for each person and training, counted from the registers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Select, String, and_, func, or_, select, type_coerce
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training import clock
from training.db import db
from training.models import (
    LIVE,
    Agency,
    AttendanceRecord,
    AttendanceStatus,
    DayBasis,
    Programme,
    RegisterState,
    Registration,
    RegistrationState,
    Theme,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.rules.indicators import Cell, Participation, Verdict, judged, of_cells
from training.services.attendance import expected, standing
from training.services.merging import joins
from training.services.reports import half_days
from training.services.reports.selection import Filters, of_all, sum_if

Cells = TypeVarTuple("Cells")
"""What the columns of a query hold."""


class Listed(NamedTuple):
    """One person in one training, with what the tables of the summary split it by.

    ``registration_id`` is the registration that stands for the person: the live one, else the one with more minutes,
    else the older one. A person has several after giving a seat up and being registered again. ``agency`` is its name,
    id and code: two may bear one name.
    """

    participation: Participation
    registration_id: int
    agency: tuple[str, int, str]
    agency_type: str
    country: str
    theme: str
    training: str
    programme: str
    is_confidential: bool
    was_confirmed: bool
    verdict: Verdict

    @property
    def sex(self) -> str:
        """The person's sex, as a table of the summary splits by it."""
        return self.participation.sex


def of_selection(filters: Filters, *, user: User | None) -> list[Listed]:
    """Every participant of the selection, one row per person and training.

    A participant was expected at, or marked in, a compulsory session that has begun. Nobody is one of a training that
    has not begun.
    """
    now = clock.now()
    span = (
        select(
            TrainingSession.training_id,
            func.min(TrainingSession.starts_at).label("first"),
            func.date(func.max(TrainingSession.starts_local)).label("last_day"),
        )
        .where(expected.is_in_figures())
        .group_by(TrainingSession.training_id)
        .subquery()
    )
    recorded, is_listed = AttendanceRecord.status.is_not(None), expected.is_listed()
    has_ended, is_open = TrainingSession.ends_at <= now, TrainingSession.register_state == RegisterState.OPEN
    is_excused = AttendanceRecord.status == AttendanceStatus.EXCUSED
    is_not_recorded = and_(~recorded, has_ended, is_listed, is_open)
    is_due = or_(recorded, and_(has_ended, ~and_(is_listed, is_open)))
    minutes = TrainingSession.scheduled_minutes
    is_last_day = func.date(TrainingSession.starts_local) == span.c.last_day
    found = (
        select(
            Registration.trainee_id,
            Registration.training_id,
            sum_if(is_due, minutes),
            sum_if(recorded, AttendanceRecord.minutes),
            sum_if(is_excused, minutes),
            sum_if(AttendanceRecord.minutes > 0),
            func.sum(minutes),
            sum_if(recorded),
            sum_if(is_excused),
            sum_if(is_not_recorded),
            sum_if(and_(~recorded, ~has_ended, is_listed)),
            sum_if(and_(recorded, is_last_day), AttendanceRecord.minutes),
            and_(
                Registration.confirmed_at.is_not(None),
                Registration.confirmed_at > span.c.first,
                ~_was_there_before(span.c.first),
            ),
            Registration.released_at.is_not(None),
            Training.completion_percent,
            sum_if(AttendanceRecord.is_estimated),
            sum_if(and_(~recorded, has_ended, is_listed, ~is_open)),
            Programme.day_minutes,
            Programme.day_basis == DayBasis.HALF_DAYS,
            plain(Trainee.sex),
            Registration.id,
            Registration.state.in_(LIVE),
            Agency.name,
            Agency.id,
            Agency.code,
            Registration.agency_type_code,
            Registration.trainee_country,
            Theme.code,
            Training.code + " " + Training.title,
            Programme.code,
            Agency.confidential,
            Registration.confirmed_at.is_not(None),
        )
        .select_from(Training)
        .join(span, span.c.training_id == Training.id)
        .join(TrainingSession, TrainingSession.training_id == Training.id)
        .join(Registration, Registration.training_id == Training.id)
        .join(Trainee, Trainee.id == Registration.trainee_id)
        .join(Agency, Agency.id == Registration.agency_id)
        .join(Theme, Theme.id == Training.theme_id)
        .join(Programme, Programme.id == Training.programme_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(expected.is_in_figures(), may_take_part())
        .group_by(
            Registration.id,
            Trainee.id,
            Training.id,
            Theme.id,
            Agency.id,
            Programme.id,
            span.c.first,
            span.c.last_day,
        )
        .having(sum_if(and_(is_listed, TrainingSession.starts_at <= now)) > 0)
    )
    rows = db.session.execute(of_all(found, filters, user)).all()
    people = _one_per_person(rows, half_days.of_odd_days(filters, user=user))
    shared = half_days.shared(attended_by(people), filters, user)
    return [
        one._replace(participation=one.participation._replace(shared=halves))
        if (halves := shared.get(one.participation[:2]))
        else one
        for one in people
    ]


def attended_by(found: Iterable[Listed]) -> dict[int, list[int]]:
    """The ids of the trainings to which each person came, by the person's id."""
    attended: dict[int, list[int]] = {}
    for one in found:
        if one.participation.attended > 0:
            attended.setdefault(one.participation.trainee_id, []).append(one.participation.training_id)
    return attended


def may_take_part() -> ColumnElement[bool]:
    """Registrations that had a seat once, or have a record: of the others no session knows anything.

    One that became part of another registration counts nowhere: what was true of it stands with the other.
    """
    marked = (
        select(AttendanceRecord.id)
        .where(AttendanceRecord.registration_id == Registration.id)
        .correlate(Registration)
        .exists()
    )
    return and_(expected.stands(), or_(Registration.confirmed_at.is_not(None), marked))


def _was_there_before(first: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a registration that was joined into this one had its seat when the first session began.

    It is looked for among the joined ones of the training. By ``joined_into_id`` alone a database that knows that this is
    nearly always empty (after ANALYZE) would rather read the whole table, once for each participant.
    """
    part = aliased(Registration)
    had = select(part.id).where(
        part.training_id == Registration.training_id,
        part.state == RegistrationState.JOINED,
        part.joined_into_id == Registration.id,
        part.confirmed_at <= first,
    )
    return had.correlate_except(part).exists()


PARTICIPATION = Participation._fields.index("shared")
"""How many fields of a participation the query gives."""
Pair = tuple[int, int]
"""The ids of a person and a training."""


def _one_per_person(rows: Sequence[Any], odd: half_days.OddDays) -> list[Listed]:
    """A row for each person and training. Where two registrations are one person's, their cells are joined.

    The rows count each session that was attended as a half-day, which ``odd`` puts right.
    """
    alike: dict[Pair, list[tuple[bool, Listed]]] = {}
    for row in rows:
        number, is_live, name, agency_id, code, *rest = row[PARTICIPATION:]
        participation = Participation(*row[:PARTICIPATION])
        if number in odd:
            sessions, halves = odd[number]
            participation = participation._replace(half_days=participation.half_days - sessions + halves)
        one = Listed._make((participation, number, (name, agency_id, code), *rest, judged(participation)))
        alike.setdefault(row[:2], []).append((is_live, one))
    joined = _joined({pair: [one for _, one in same] for pair, same in alike.items() if len(same) > 1})
    found = []
    for pair, same in alike.items():
        _, one = min(same, key=lambda it: (not it[0], -it[1].participation.attended, it[1].registration_id))
        if pair in joined:
            one = one._replace(participation=joined[pair], verdict=judged(joined[pair]))
        found.append(one)
    return found


def _joined(several: dict[Pair, list[Listed]]) -> dict[Pair, Participation]:
    """The participations of people with several registrations for one training."""
    if not several:
        return {}
    cells: dict[Pair, list[Cell]] = {}
    found = (
        select(
            Registration.trainee_id,
            Registration.training_id,
            *half_days.COLUMNS,
            TrainingSession.id,
            TrainingSession.scheduled_minutes,
            func.date(TrainingSession.starts_local),
            AttendanceRecord.minutes,
            plain(AttendanceRecord.status),
            expected.is_listed(),
            TrainingSession.ends_at <= clock.now(),
            TrainingSession.register_state == RegisterState.OPEN,
            AttendanceRecord.is_estimated,
        )
        .join(TrainingSession, TrainingSession.training_id == Registration.training_id)
        .join(Training, Training.id == Registration.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(
            Registration.id.in_([one.registration_id for same in several.values() for one in same]),
            expected.is_in_figures(),
        )
    )
    most = len(half_days.COLUMNS) + 2
    for row in db.session.execute(found):
        cell = Cell._make((*row[most:], half_days.of_mark(*row[2:most])))
        cells.setdefault(row[:2], []).append(cell)
    return {pair: of_cells(cells[pair], _as_one(same)) for pair, same in several.items()}


def _as_one(same: list[Listed]) -> Participation:
    """What does not follow from cells: a person joined late, or left, if all registrations of them did."""
    every = [one.participation for one in same]
    return every[0]._replace(
        joined_late=all(one.joined_late for one in every), is_released=all(one.is_released for one in every)
    )


def plain(column: Any) -> Any:
    """The column as the driver gives it: a million rows need no enumeration members."""
    return type_coerce(column, String)


def people(filters: Filters, *, user: User | None) -> Select[Registration]:
    """The registrations behind the numbers, by training and name, for a page or a sheet of participants."""
    listed = and_(standing.takes_part(optional=True), standing.is_first())
    found = select(Registration).join(Training).join(Trainee)
    found = found.options(
        contains_eager(Registration.training),
        contains_eager(Registration.trainee),
        joinedload(Registration.agency),
    )
    wanted = or_(listed, _also(filters.state)) if filters.state else listed
    return (
        of_all(found, filters, user)
        .where(wanted)
        .order_by(Training.ends_on, Training.id, Trainee.search_key, Registration.id)
    )


def joined_with_differing_marks(filters: Filters, *, user: User | None) -> Select[Registration]:
    """Registrations into which a duplicate was joined whose marks of a session differ, for the notes on the figures.

    One row for each person and training. Only sessions count of which figures are made.
    """
    part, own, other = aliased(Registration), aliased(AttendanceRecord), aliased(AttendanceRecord)
    differs = or_(*(getattr(own, name).is_distinct_from(getattr(other, name)) for name in joins.SAYS))
    pairs = (
        select(part.id)
        .join(other, and_(other.registration_id == part.id, other.status.is_not(None)))
        .join(TrainingSession, TrainingSession.id == other.session_id)
        .join(own, and_(own.session_id == other.session_id, own.registration_id == Registration.id))
        .where(
            part.joined_into_id == Registration.id, own.status.is_not(None), differs, expected.is_in_figures()
        )
        .correlate(Registration)
    )
    found = select(Registration).join(Training).join(Trainee)
    found = found.options(contains_eager(Registration.training), contains_eager(Registration.trainee))
    found = of_all(found, filters, user).where(expected.stands(), pairs.exists())
    return found.order_by(Training.ends_on, Training.id, Trainee.search_key, Registration.id)


def from_registers(found: Select[*Cells], filters: Filters, user: User | None) -> Select[*Cells]:
    """Registration × session with the outer-joined record: what the figures are made of, filtered.

    These are the sessions that have begun and list the registration, and for a participant also the compulsory ones
    that ended without expecting them, since those minutes were missed, and those that were marked before they begin.
    ``filters.state`` adds the registrations in a state.
    """
    found = (
        found.select_from(Training)
        .join(TrainingSession, TrainingSession.training_id == Training.id)
        .join(Registration, Registration.training_id == Training.id)
        .join(Trainee, Trainee.id == Registration.trainee_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(TrainingSession.is_held)
    )
    wanted = is_counted()
    return of_all(found.where(or_(wanted, _also(filters.state)) if filters.state else wanted), filters, user)


def is_counted() -> ColumnElement[bool]:
    """A condition in SQL: whether a row of ``from_registers`` is there by itself, and not only by a state asked for."""
    now, is_recorded = clock.now(), AttendanceRecord.status.is_not(None)
    was_due = and_(TrainingSession.is_compulsory, TrainingSession.ends_at <= now)
    return or_(
        and_(TrainingSession.starts_at <= now, expected.is_listed()),
        and_(or_(is_recorded, was_due), standing.takes_part()),
    )


def _also(state: RegistrationState) -> ColumnElement[bool]:
    """Registrations in a state: nobody sees the drafts of an agency."""
    return and_(Registration.state == state, Registration.submitted_at.is_not(None))

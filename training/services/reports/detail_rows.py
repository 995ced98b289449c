"""The long attendance report as a stream: one row per registration and session that a register lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Select,
    and_,
    case,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import aliased

from training.db import MOST_PARAMETERS, db
from training.models import (
    ActivityType,
    Agency,
    AttendanceRecord,
    Programme,
    Registration,
    Theme,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.services.attendance import expected, standing
from training.services.reports import participations
from training.services.reports.report import Words
from training.services.reports.selection import Filters, of_all
from training.text import Message, msg
from training.texts import words

COLUMNS = (
    "programme_code",
    "programme_title",
    "theme_code",
    "training_code",
    "training_title",
    "activity_type",
    "country",
    "session_title",
    "session_theme_code",
    "session_date",
    "session_start",
    "session_end",
    "scheduled_minutes",
    "trainee_id",
    "family_name",
    "given_names",
    "sex",
    "trainee_country",
    "agency_code",
    "agency_name",
    "agency_type",
    "registration_state",
    "attendance_status",
    "attended_minutes",
    "register_state",
    "counts",
)
"""The long report's columns. Scripts rely on their names and their order."""
TEXT_COLUMNS = frozenset(
    COLUMNS.index(name)
    for name in (
        "programme_code",
        "programme_title",
        "training_code",
        "training_title",
        "session_title",
        "family_name",
        "given_names",
        "agency_code",
        "agency_name",
    )
)
"""Positions of the columns that hold what people typed."""


TITLES: dict[str, Message] = {
    "programme_code": msg("Programme"),
    "programme_title": msg("Programme's title"),
    "theme_code": msg("Theme"),
    "training_code": msg("Training"),
    "training_title": msg("Training's title"),
    "activity_type": msg("Activity type"),
    "country": msg("Venue's country"),
    "session_title": msg("Session"),
    "session_theme_code": msg("Session's theme"),
    "session_date": msg("Date"),
    "session_start": msg("Starts"),
    "session_end": msg("Ends"),
    "scheduled_minutes": msg("Scheduled minutes"),
    "trainee_id": msg("Participant ID"),
    "family_name": msg("Family name"),
    "given_names": msg("Given names"),
    "sex": msg("Sex"),
    "trainee_country": msg("Participant's country"),
    "agency_code": msg("Agency's code"),
    "agency_name": msg("Agency"),
    "agency_type": msg("Agency type"),
    "registration_state": msg("State"),
    "attendance_status": msg("Attendance"),
    "attended_minutes": msg("Attended minutes"),
    "register_state": msg("Register"),
    "counts": msg("Counts"),
}
"""What the columns are called where people read them."""
NAMES = ("family_name", "given_names")


def long_rows(filters: Filters, *, user: User | None) -> Iterator[list[Any]]:
    """The long report as a stream: one row per registration and session, cells in the order of ``COLUMNS``.

    The query is built at once, because rows may be read after the request has ended, when the user is gone.
    """
    theme, session_theme = aliased(Theme), aliased(Theme)
    hidden = Agency.confidential
    # where a state widens the rows, some are there by it alone
    by_itself = participations.is_counted() if filters.state else true()
    found = participations.from_registers(
        select(
            Programme.code,
            Programme.title,
            theme.code,
            Training.code,
            Training.title,
            ActivityType.code,
            Training.country,
            TrainingSession.title,
            session_theme.code,
            participations.plain(TrainingSession.starts_local),
            participations.plain(TrainingSession.ends_local),
            TrainingSession.scheduled_minutes,
            participations.plain(Trainee.public_id),
            case((hidden, literal("")), else_=Trainee.family_name),
            case((hidden, literal("")), else_=Trainee.given_names),
            participations.plain(Trainee.sex),
            Registration.trainee_country,
            Registration.agency_code,
            Registration.agency_name,
            Registration.agency_type_code,
            participations.plain(Registration.state),
            participations.plain(AttendanceRecord.status),
            AttendanceRecord.minutes,
            participations.plain(TrainingSession.register_state),
            case((and_(TrainingSession.is_compulsory, by_itself), 1), else_=0),
            case((by_itself, 1), else_=0),
            expected.is_listed(),
            Training.zone,
            Registration.id,
            TrainingSession.id,
        ),
        filters,
        user,
    )
    found = (
        found.join(Programme, Programme.id == Training.programme_id)
        .join(theme, theme.id == Training.theme_id)
        .join(session_theme, session_theme.id == TrainingSession.theme_id)
        .join(ActivityType, ActivityType.id == Training.activity_type_id)
        .join(Agency, Agency.id == Registration.agency_id)
        .order_by(Training.id, TrainingSession.id, Registration.id)
    )
    return _streamed(found, _counted_elsewhere(filters, user))


def in_words(rows: Iterable[list[Any]], columns: Sequence[str], names: Words) -> Iterator[list[Any]]:
    """The rows as people read them: these columns, with words for codes, days as days and hours as hours."""
    cells = [(COLUMNS.index(column), _in_words(column, names)) for column in columns]
    for row in rows:
        yield [row[at] if said is None else said(row[at]) for at, said in cells]


def _in_words(column: str, names: Words) -> Callable[[Any], Any] | None:
    """What turns a cell of the column into what people read. None leaves it as it is."""
    words_of: dict[str, Callable[[Any], Any]] = {
        "theme_code": partial(names.of, "theme"),
        "session_theme_code": partial(names.of, "theme"),
        "activity_type": partial(names.of, "activity_type"),
        "agency_type": partial(names.of, "agency_type"),
        "country": partial(names.of, "country"),
        "trainee_country": partial(names.of, "country"),
        "sex": partial(names.of, "sex"),
        "registration_state": partial(words.said, words.REGISTRATION_STATE),
        "attendance_status": partial(words.said, {**words.ATTENDANCE, **words.NO_MARK}),
        "register_state": partial(words.said, words.REGISTER_STATE),
        "counts": lambda value: words.YES_NO[bool(value)].translated(),
    }
    if column in words_of:
        return cache(words_of[column])
    if column == "session_date":
        return cache(date.fromisoformat)
    if column in ("session_start", "session_end"):
        return lambda value: value[11:16]
    return (lambda value: None if value == "" else value) if column == "attended_minutes" else None


def count_long_rows(filters: Filters, *, user: User | None) -> int:
    """How many rows ``long_rows`` gives."""
    return db.session.scalar(participations.from_registers(select(func.count()), filters, user)) or 0


def _counted_elsewhere(filters: Filters, user: User | None) -> set[tuple[int, int]]:
    """The cells (registration, session) that count nothing, because another registration of the person does there."""
    other, mark = aliased(Registration), aliased(AttendanceRecord)
    twice = select(Registration.id).join(other, standing.is_other(other, Registration)).distinct()
    twice = twice.join(Training, Training.id == Registration.training_id).join(Registration.trainee)
    several = db.session.scalars(of_all(twice.where(standing.takes_part()), filters, user)).all()
    cells = (
        select(Registration.id, TrainingSession.id)
        .join(TrainingSession, TrainingSession.training_id == Registration.training_id)
        .join(other, standing.is_other(other, Registration))
        .outerjoin(AttendanceRecord, expected.join_on())
        .outerjoin(mark, expected.join_on(other, mark))
        .where(expected.is_in_figures(), standing.takes_part(other), standing.cell_goes_before(other, mark))
    )
    found: set[tuple[int, int]] = set()
    for at in range(0, len(several), MOST_PARAMETERS):
        some = Registration.id.in_(several[at : at + MOST_PARAMETERS])
        found.update((number, session) for number, session in db.session.execute(cells.where(some)))
    return found


def _streamed(found: Select[Any], counted_elsewhere: set[tuple[int, int]]) -> Iterator[list[Any]]:
    times: dict[tuple[Any, Any, str], tuple[str, str, str]] = {}
    for row in db.session.execute(found.execution_options(yield_per=5000)):
        *line, by_itself, is_listed, zone, number, session = row
        key = (line[9], line[10], zone)
        if key not in times:
            times[key] = _local_times(*key)
        line[9:11] = times[key]
        line[13] = _dashed(line[13])
        if line[22] is None:
            line[22], line[23] = _unmarked(is_listed) if by_itself else "", ""
        if (number, session) in counted_elsewhere:
            line[25] = 0
        yield line


def _unmarked(is_listed: bool) -> str:
    """What a row without a mark says. One that stands there only for the state asked for says nothing."""
    return "not_recorded" if is_listed else "not_there"


def _local_times(starts: Any, ends: Any, zone: str) -> tuple[str, str, str]:
    """(day, start, end) in ISO 8601 with the zone's offset. SQLite gives wall time as text."""
    first, last = (
        (value if isinstance(value, datetime) else datetime.fromisoformat(value)).replace(
            tzinfo=ZoneInfo(zone)
        )
        for value in (starts, ends)
    )
    return first.date().isoformat(), first.isoformat(timespec="minutes"), last.isoformat(timespec="minutes")


def _dashed(public_id: Any) -> str:
    """A public id as it is written, with dashes. SQLite gives its 32 digits only."""
    text = str(public_id)
    if len(text) == 36:
        return text
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

"""What stands on the days of the board's lines: sessions, absences, closed rooms, weekends and holidays.

A day has two halves, before and after 13:00. However many lines and days there are, it takes the same few statements.
Of a training that the reader does not look after, the board says the code and the hours only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import joinedload

from training.db import db
from training.models import (
    Announcement,
    Programme,
    Role,
    Room,
    SessionTrainer,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules.timetable import NOON, Absence, Block, Where
from training.services import visible_trainings
from training.services.announcing import differences
from training.services.board import lines
from training.services.board.lines import A_DAY, Asked, Kind, Line, Period
from training.services.timetables import clash_facts, slots
from training.services.timetables.slots import among

MOST_WAITING = 20
"""How many drafts without sessions are shown."""


@dataclass(frozen=True)
class Reader:
    """Who reads the board: whose trainings they may change, and into which they may look."""

    user: User
    changes: Callable[[Training], bool]
    looks_into: Callable[[Training], bool]

    def shown(self, training: Training) -> Shown:
        """A training as they may look at it."""
        return Shown(training, self.changes(training), not self.looks_into(training))


@dataclass(frozen=True)
class Shown:
    """A training as the board shows it. ``is_theirs``: only its code and hours are said."""

    training: Training
    is_mine: bool
    is_theirs: bool

    @property
    def is_draft(self) -> bool:
        """Whether nobody else knows of it yet."""
        return self.training.state is TrainingState.DRAFT


@dataclass
class Entry:
    """What a training has on one day of a line: its hours, and in which half, or the whole day.

    ``begins`` and ``ends``: it does not go on from the day before, or on the day after. ``length`` is over how many days
    it goes on from a day on which it begins.
    """

    shown: Shown
    hours: str
    half: str
    said: str = ""
    begins: bool = True
    ends: bool = True
    length: int = 1


@dataclass
class Cell:
    """A day of a line. ``off`` is the name of a holiday, or "weekend"; ``away`` is the half in which nothing is free."""

    on: date
    off: str = ""
    away: str = ""
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A line with its days. ``days_given`` are the trainer-days in the quarter, a half-day counting a half."""

    line: Line
    cells: Sequence[Cell]
    days_given: float | None = None
    shown: Shown | None = None


@dataclass(frozen=True)
class Board:
    """The lines of a page, of how many; drafts without sessions, and trainings whose changes were not announced."""

    period: Period
    rows: Sequence[Row]
    total: int
    waiting: Sequence[Training]
    not_announced: Sequence[Training]


@dataclass(frozen=True)
class _Held:
    """A session as the board needs it."""

    training_id: int
    starts: datetime
    ends: datetime
    room_id: int | None
    room: str
    trainer_id: int | None = None


def board(reader: Reader, kind: Kind, period: Period, asked: Asked, *, page: int = 1) -> Board:
    """The board as somebody sees it, a page of at most ``lines.MOST`` lines."""
    here, total = lines_of_page(reader.user, kind, period, asked, page=page)
    away = _away(kind, here, period)
    held = _held(kind, here, period)
    shown = _shown(reader, kind, here, {one.training_id for of in held.values() for one in of})
    given = _days_given(here, period) if kind is Kind.TRAINERS else {}
    off = _days_off(here, period)
    rows = []
    for line in here:
        cells = [Cell(day, off[line.where, day]) for day in period.days]
        _put_away(cells, away.get(line.id, ()))
        _put_entries(cells, held.get(line.id, ()), shown, kind)
        rows.append(
            Row(
                line,
                cells,
                given.get(line.id, 0.0) if kind is Kind.TRAINERS else None,
                shown.get(line.id) if kind is Kind.TRAININGS else None,
            )
        )
    return Board(period, rows, total, waiting(reader.user), not_announced(reader.user, period))


def lines_of_page(
    user: User, kind: Kind, period: Period, asked: Asked, *, page: int = 1
) -> tuple[list[Line], int]:
    """The lines of a page, at most ``lines.MOST``, and how many there are on all pages."""
    found = lines.of(user, kind, period, asked)
    if asked.free and kind is not Kind.TRAININGS:
        away = _away(kind, found, period)
        found = [one for one in found if one.id not in away]
    first = (min(page, max(1, -(-len(found) // lines.MOST))) - 1) * lines.MOST
    return found[first : first + lines.MOST], len(found)


# What stands there


def _held(kind: Kind, here: Sequence[Line], period: Period) -> dict[int, list[_Held]]:
    """The sessions of the period by the line's id, in the order of their start, by one statement."""
    ids = [one.id for one in here]
    columns = (
        TrainingSession.training_id,
        TrainingSession.starts_local,
        TrainingSession.ends_local,
        TrainingSession.room_id,
        Room.name,
    )
    found = (
        select(*columns)
        .outerjoin(Room, Room.id == TrainingSession.room_id)
        .where(*lines.held_in(period))
        .order_by(TrainingSession.starts_local, TrainingSession.id)
    )
    match kind:
        case Kind.TRAINERS:
            found = (
                found.add_columns(SessionTrainer.trainer_id)
                .join(SessionTrainer, SessionTrainer.session_id == TrainingSession.id)
                .where(~SessionTrainer.is_off, among(SessionTrainer.trainer_id, ids))
            )
        case Kind.ROOMS:
            found = found.where(among(TrainingSession.room_id, ids))
        case Kind.TRAININGS:
            found = found.where(among(TrainingSession.training_id, ids))
    by_line: defaultdict[int, list[_Held]] = defaultdict(list)
    for row in db.session.execute(found):
        one = _Held(*row)
        number = {
            Kind.TRAINERS: one.trainer_id,
            Kind.ROOMS: one.room_id,
            Kind.TRAININGS: one.training_id,
        }[kind]
        by_line[number or 0].append(one)
    return by_line


def _shown(reader: Reader, kind: Kind, here: Sequence[Line], ids: set[int]) -> dict[int, Shown]:
    """The trainings with these ids as the reader may look at them."""
    if kind is Kind.TRAININGS:
        found: Sequence[Training] = [one.thing for one in here if isinstance(one.thing, Training)]
    elif ids:
        wanted = select(Training).where(among(Training.id, ids)).options(joinedload(Training.theme))
        found = db.session.scalars(wanted).all()
    else:
        found = []
    return {one.id: reader.shown(one) for one in found}


def _put_entries(
    cells: Sequence[Cell], held: Sequence[_Held], shown: Mapping[int, Shown], kind: Kind
) -> None:
    by_day: defaultdict[date, dict[int, list[_Held]]] = defaultdict(dict)
    for one in held:
        for day in _days_of(one):
            by_day[day].setdefault(one.training_id, []).append(one)
    for cell in cells:
        for number, some in by_day.get(cell.on, {}).items():
            halves = {half for one in some for half in halves_of(one.starts, one.ends, cell.on)}
            theirs = shown[number].is_theirs
            rooms = dict.fromkeys(one.room for one in some if one.room) if not theirs else {}
            cell.entries.append(
                Entry(
                    shown[number],
                    ", ".join(f"{one.starts:%H:%M}–{one.ends:%H:%M}" for one in some),
                    "day" if len(halves) == 2 else next(iter(halves)),
                    ", ".join(rooms) if kind is not Kind.ROOMS else "",
                )
            )
    going: dict[int, tuple[Entry, Entry]] = {}  # by training: where the run began, and its last day so far
    for cell in cells:
        here = {}
        for entry in cell.entries:
            number = entry.shown.training.id
            first, before = going.get(number, (entry, entry))
            if before is not entry and before.half != "am" and entry.half != "pm":
                entry.begins = before.ends = False
                first.length += 1
            else:
                first = entry
            here[number] = first, entry
        going = here
        cell.entries.sort(key=lambda one: (one.half == "pm", one.begins))


def _days_of(one: _Held) -> Iterator[date]:
    day = one.starts.date()
    while datetime.combine(day, time()) < one.ends:
        yield day
        day += A_DAY


def halves_of(starts: datetime, ends: datetime, on: date) -> Iterator[str]:
    """The halves of a day in which these hours lie: "am" is before 13:00, "pm" after it."""
    noon = datetime.combine(on, NOON)
    if starts < noon and ends > datetime.combine(on, time()):
        yield "am"
    if ends > noon and starts < datetime.combine(on + A_DAY, time()):
        yield "pm"


# What is not free


def _away(kind: Kind, here: Sequence[Line], period: Period) -> Mapping[int, Sequence[Absence | Block]]:
    """When trainers are away and rooms are closed in the period, by the line's id."""
    if not here or kind is Kind.TRAININGS:
        return {}
    begins, ends = period.instants
    rooms = [slots.room(one.thing) for one in here if isinstance(one.thing, Room)]
    known = clash_facts.closed(rooms, [one.id for one in here] if not rooms else (), begins, ends)
    zones = {one.id: one.zone for one in rooms}
    found: dict[int, Sequence[Absence | Block]] = {}
    for number, absences in known.absences.items():
        if some := [one for one in absences if one.first <= period.last and period.first <= one.last]:
            found[number] = some
    for number, blocks in known.blocks.items():
        local = [clash_facts.on_the_clock(one, zones[number]) for one in blocks if number in zones]
        if closed := [one for one in local if one.starts_at < period.ends and period.begins < one.ends_at]:
            found[number] = closed
    return found


def _put_away(cells: Sequence[Cell], away: Sequence[Absence | Block]) -> None:
    for cell in cells:
        halves: set[str] = set()
        for one in away:
            if isinstance(one, Absence):
                if one.first <= cell.on <= one.last:
                    halves |= {one.half} if one.half else {"am", "pm"}
            else:
                halves |= set(halves_of(one.starts_at, one.ends_at, cell.on))
        cell.away = "day" if len(halves) == 2 else next(iter(halves), "")


def _days_off(here: Sequence[Line], period: Period) -> dict[tuple[Where, date], str]:
    """Why nobody works at the places of these lines, by place and day."""
    if not here:
        return {}
    known = clash_facts.days_off_between(*period.instants)
    return {
        (where, day): known.holiday(where, day) or ("weekend" if known.is_weekend(where, day) else "")
        for where in {one.where for one in here}
        for day in period.days
    }


def _days_given(here: Sequence[Line], period: Period) -> dict[int, float]:
    """How many days each trainer gives in the quarter in which the period begins: half-days, each counting a half."""
    first = period.first.replace(month=(period.first.month - 1) // 3 * 3 + 1, day=1)
    last = (first + timedelta(days=95)).replace(day=1) - A_DAY
    rows = db.session.execute(
        select(SessionTrainer.trainer_id, TrainingSession.starts_local, TrainingSession.ends_local)
        .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
        .where(
            ~SessionTrainer.is_off,
            among(SessionTrainer.trainer_id, [one.id for one in here]),
            *lines.held_in(Period(first, last)),
        )
    )
    halves: defaultdict[int, set[tuple[date, str]]] = defaultdict(set)
    for number, starts, ends in rows:
        day = starts.date()
        halves[number] |= {(day, half) for half in halves_of(starts, ends, day)}
    return {number: len(some) / 2 for number, some in halves.items()}


# What waits


def _mine(user: User) -> list[ColumnElement[bool]]:
    """The conditions of trainings that ``user`` looks after."""
    if user.role is not Role.COORDINATOR or user.all_themes:
        return []
    themes = [one.id for one in user.themes]
    return [or_(Training.theme_id.in_(themes), Training.programme_theme_id.in_(themes))]


def waiting(user: User) -> list[Training]:
    """Drafts that have no session yet, of those that ``user`` looks after: they wait for days."""
    held = exists().where(TrainingSession.training_id == Training.id, TrainingSession.is_held)
    found = (
        visible_trainings.visible_to(user)
        .where(Training.state == TrainingState.DRAFT, ~held, *_mine(user))
        .options(joinedload(Training.theme))
        .order_by(Training.starts_on, Training.id)
        .limit(MOST_WAITING)
    )
    return list(db.session.scalars(found))


def not_announced(user: User, period: Period) -> list[Training]:
    """Trainings of the period whose changes others do not know, of those that ``user`` looks after."""
    found = (
        visible_trainings.visible_to(user)
        .where(
            Training.starts_on <= period.last,
            Training.ends_on >= period.first,
            Training.state.in_(differences.ANNOUNCED_IN),
            *_mine(user),
        )
        .options(
            joinedload(Training.announcement).joinedload(Announcement.venue),
            joinedload(Training.programme).joinedload(Programme.theme),
            joinedload(Training.theme),
            joinedload(Training.venue),
        )
        .order_by(Training.starts_on, Training.id)
    )
    return differences.waiting(list(db.session.scalars(found)))

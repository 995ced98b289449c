"""What stands in the time of some sessions: the facts that the rules about clashes compare.

Sessions are read as plain data (``rules/timetable``). However many sessions somebody asks about, ``load`` takes at most
eight statements. No session is longer than a day, so a session that meets a span begins within a day before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select, union
from sqlalchemy.orm import aliased

from training import clock
from training.db import db
from training.models import (
    HOLDS_SEAT,
    DayPart,
    Holiday,
    Registration,
    RoomBlock,
    SessionTrainer,
    Trainee,
    TrainerAbsence,
    Training,
    TrainingSession,
)
from training.rules import days_off, timetable, walltime, zones
from training.rules.timetable import Absence, Block, Elsewhere, Facts, People, Slot, Teacher, Where
from training.services import organisations
from training.services.timetables import slots as slots_read
from training.services.timetables.slots import among
from training.text import language
from training.texts import words

A_DAY = timedelta(days=1)


def load(slots: Sequence[Slot], *, but: Collection[int] = ()) -> Facts:
    """What stands in the time of these slots. ``but`` are the ids of sessions that do not stand there any more.

    The stored rows of the slots themselves do not count either: the slots are what these are to be.
    """
    if not slots:
        return Facts()
    setting = organisations.get()
    nights, days = setting.nights_between_cities, setting.days_between_countries
    first, last = min(one.starts_at for one in slots), max(one.ends_at for one in slots)
    trainers = {teacher.id: teacher for one in slots for teacher in one.teachers}
    rooms = {one.room.id: one.room for one in slots if one.room is not None}
    trainings = {one.frame.id for one in slots}
    gone = {one.key for one in slots} | set(but)
    reach = A_DAY * (max(nights, days) + 2 if trainers else 1)
    taught = _taught(list(trainers), first, last, reach)
    off_days = _own_holidays(first, last)
    return Facts(
        _others((first - reach, last + reach), list(rooms), list(trainings), trainers, taught, gone),
        {
            number: {key: at.date() for key, at in of.items() if key not in but}
            for number, of in taught.items()
        },
        _absences(list(trainers), first, last),
        _blocks(rooms, first, last),
        _elsewhere(list(trainings), first, last, set(but)),
        _people(list(trainings)),
        lambda where, day: _holiday(off_days, where, day),
        lambda where, day: _is_weekend(off_days, where, day),
        lambda code: words.country(code, language()),
        zones.of_country,
        nights,
        days,
    )


def closed(
    rooms: Sequence[timetable.Room], trainers: Collection[int], first: datetime, last: datetime
) -> Facts:
    """When these rooms are closed, and when these trainers are away."""
    by_id = {one.id: one for one in rooms}
    return Facts(absences=_absences(trainers, first, last), blocks=_blocks(by_id, first, last))


def _taught(
    trainers: Collection[int], first: datetime, last: datetime, reach: timedelta
) -> dict[int, dict[int, datetime]]:
    """The sessions of these trainers in the months concerned: the wall time at which each begins, by trainer and id."""
    if not trainers:
        return {}
    begins = first.replace(day=1) - A_DAY
    ends = (last.replace(day=28) + 4 * A_DAY).replace(day=1) + 2 * A_DAY
    rows = db.session.execute(
        select(SessionTrainer.trainer_id, SessionTrainer.session_id, TrainingSession.starts_local)
        .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
        .where(
            among(SessionTrainer.trainer_id, trainers),
            ~SessionTrainer.is_off,
            SessionTrainer.starts_at > min(begins, first - reach - A_DAY),
            SessionTrainer.starts_at < max(ends, last + reach),
        )
    )
    found: dict[int, dict[int, datetime]] = {number: {} for number in trainers}
    for trainer_id, session_id, starts_local in rows:
        found.setdefault(trainer_id, {})[session_id] = starts_local
    return found


def _others(
    span: tuple[datetime, datetime],
    rooms: Collection[int],
    trainings: Collection[int],
    trainers: Mapping[int, Teacher],
    taught: Mapping[int, Mapping[int, datetime]],
    gone: Collection[int],
) -> list[Slot]:
    """The sessions in the span that have one of these rooms or trainers, or are of these trainings."""
    begins, ends = span
    in_time = (TrainingSession.starts_at > begins - A_DAY, TrainingSession.starts_at < ends)
    ids = [select(TrainingSession.id).where(among(TrainingSession.training_id, trainings), *in_time)]
    if rooms:
        ids.append(select(TrainingSession.id).where(among(TrainingSession.room_id, rooms), *in_time))
    if trainers:
        ids.append(
            select(SessionTrainer.session_id).where(
                among(SessionTrainer.trainer_id, trainers),
                ~SessionTrainer.is_off,
                SessionTrainer.starts_at > begins - A_DAY,
                SessionTrainer.starts_at < ends,
            )
        )
    either = union(*ids).subquery()
    rows = db.session.execute(
        slots_read.wide()
        .join(either, either.c.id == TrainingSession.id)
        .where(TrainingSession.ends_at > begins)
    ).all()
    taught_by: defaultdict[int, list[Teacher]] = defaultdict(list)
    for number, of_trainer in taught.items():
        for session_id in of_trainer:
            if number in trainers:
                taught_by[session_id].append(trainers[number])
    return slots_read.of_rows((row for row in rows if row.id not in gone), taught_by)


def _absences(trainers: Collection[int], first: datetime, last: datetime) -> dict[int, list[Absence]]:
    found: defaultdict[int, list[Absence]] = defaultdict(list)
    if trainers:
        away = select(TrainerAbsence).where(
            among(TrainerAbsence.trainer_id, trainers),
            TrainerAbsence.starts_on <= (last + A_DAY).date(),
            TrainerAbsence.ends_on >= (first - A_DAY).date(),
        )
        for one in db.session.scalars(away.order_by(TrainerAbsence.starts_on, TrainerAbsence.id)):
            half = "" if one.part is DayPart.DAY else one.part.value
            found[one.trainer_id].append(Absence(one.starts_on, one.ends_on, half, one.note))
    return dict(found)


def _blocks(rooms: Mapping[int, timetable.Room], first: datetime, last: datetime) -> dict[int, list[Block]]:
    """When these rooms are closed. The clock of the venue decides, by the rules of today."""
    found: defaultdict[int, list[Block]] = defaultdict(list)
    if rooms:
        closed = select(RoomBlock).where(
            among(RoomBlock.room_id, rooms),
            RoomBlock.starts_local < (last + A_DAY).replace(tzinfo=None),
            RoomBlock.ends_local > (first - A_DAY).replace(tzinfo=None),
        )
        for one in db.session.scalars(closed.order_by(RoomBlock.starts_local, RoomBlock.id)):
            if one.room_id in rooms:
                zone = rooms[one.room_id].zone
                starts, ends = (walltime.reached(at, zone) for at in (one.starts_local, one.ends_local))
                found[one.room_id].append(Block(one.id, starts, ends, one.reason))
    return dict(found)


def on_the_clock(block: Block, zone: str) -> Block:
    """The block with its hours as the clock in ``zone`` shows them."""
    starts, ends = (
        at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in (block.starts_at, block.ends_at)
    )
    return block._replace(starts_at=starts, ends_at=ends)


def _elsewhere(
    trainings: Collection[int], first: datetime, last: datetime, gone: Collection[int]
) -> dict[int, list[Elsewhere]]:
    """Who of these trainings has a seat in another one as well, with the sessions of that one."""
    mine, theirs = aliased(Registration, name="mine"), aliased(Registration, name="theirs")
    rows = db.session.execute(
        select(
            mine.training_id,
            mine.trainee_id,
            Trainee.given_names,
            Trainee.family_name,
            TrainingSession.id,
            Training.code,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
        )
        .join(theirs, and_(theirs.trainee_id == mine.trainee_id, theirs.training_id != mine.training_id))
        .join(TrainingSession, TrainingSession.training_id == theirs.training_id)
        .join(Training, Training.id == theirs.training_id)
        .join(Trainee, Trainee.id == mine.trainee_id)
        .where(
            among(mine.training_id, trainings),
            mine.state.in_(HOLDS_SEAT),
            theirs.state.in_(HOLDS_SEAT),
            TrainingSession.is_held,
            TrainingSession.is_compulsory,
            TrainingSession.starts_at > first - A_DAY,
            TrainingSession.starts_at < last,
            TrainingSession.ends_at > first,
        )
        .order_by(Training.code, Trainee.search_key, TrainingSession.id)
    )
    found: defaultdict[int, list[Elsewhere]] = defaultdict(list)
    for row in rows:
        if row.id not in gone:
            name = f"{row.family_name} {row.given_names}".strip()
            found[row.training_id].append(
                Elsewhere(row.trainee_id, name, row.id, row.code, row.starts_at, row.ends_at)
            )
    return dict(found)


def _people(trainings: Collection[int]) -> dict[int, People]:
    rows = db.session.execute(
        select(
            Registration.training_id,
            Registration.trainee_country,
            Registration.agency_country,
            func.count(),
        )
        .where(among(Registration.training_id, trainings), Registration.state.in_(HOLDS_SEAT))
        .group_by(Registration.training_id, Registration.trainee_country, Registration.agency_country)
        .order_by(Registration.training_id, Registration.trainee_country, Registration.agency_country)
    )
    homes: defaultdict[int, dict[str, int]] = defaultdict(dict)
    agencies: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for number, home, agency, count in rows:
        homes[number][home] = homes[number].get(home, 0) + count
        agencies[number][agency] = agencies[number].get(agency, 0) + count
    return {number: People(homes[number], agencies[number]) for number in homes}


def _own_holidays(first: datetime, last: datetime) -> Sequence[Holiday]:
    return db.session.scalars(
        select(Holiday)
        .where(Holiday.first_on <= (last + A_DAY).date(), Holiday.last_on >= (first - A_DAY).date())
        .order_by(Holiday.first_on, Holiday.id)
    ).all()


def _matching(rows: Sequence[Holiday], where: Where, day: date) -> Iterable[Holiday]:
    return (
        one
        for one in rows
        if one.first_on <= day <= one.last_on
        and one.country in ("", where.country)
        and one.subdivision in ("", where.subdivision)
    )


def _holiday(rows: Sequence[Holiday], where: Where, day: date) -> str:
    """The name of the day off there. The organisation's own days count before those of the calendar."""
    own = list(_matching(rows, where, day))
    if any(one.is_workday for one in own):
        return ""
    if own:
        return own[0].name(language())
    return days_off.holiday(where.country, where.subdivision, day, language())


def _is_weekend(rows: Sequence[Holiday], where: Where, day: date) -> bool:
    return (
        day.weekday() in days_off.weekend(where.country)
        and not any(one.is_workday for one in _matching(rows, where, day))
        and not days_off.is_made_up(where.country, where.subdivision, day)
    )


def is_day_off(where: Where, day: date) -> bool:
    """Whether nobody works there on this day: a weekend or a holiday, the organisation's own days included."""
    at = datetime.combine(day, time(12), tzinfo=clock.now().tzinfo)
    rows = _own_holidays(at, at)
    return bool(_holiday(rows, where, day)) or _is_weekend(rows, where, day)


@dataclass(frozen=True)
class DaysOff:
    """The weekends and holidays of all places in some days, with the organisation's own days."""

    own: Sequence[Holiday]

    def holiday(self, where: Where, day: date) -> str:
        """The name of the holiday there, or an empty text."""
        return _holiday(self.own, where, day)

    def is_weekend(self, where: Where, day: date) -> bool:
        """Whether the day is of the weekend there, and nobody has made it a working day."""
        return _is_weekend(self.own, where, day)


def days_off_between(first: datetime, last: datetime) -> DaysOff:
    """The days off from one instant to another, by one statement for all places."""
    return DaysOff(_own_holidays(first, last))


def is_weekend(where: Where, day: date) -> bool:
    """Whether the day is of the weekend there, and nobody has made it a working day."""
    at = datetime.combine(day, time(12), tzinfo=clock.now().tzinfo)
    return _is_weekend(_own_holidays(at, at), where, day)


def elsewhere(training: Training, people: Collection[int] | Select[int]) -> dict[int, list[Elsewhere]]:
    """Which of these trainees have a seat in another training whose hours meet this one's, by the trainee's id.

    Sessions that are over do not count any more, and optional ones leave everybody their choice.
    """
    own = aliased(TrainingSession, name="own")
    rows = db.session.execute(
        select(
            Registration.trainee_id,
            Registration.trainee_name,
            TrainingSession.id,
            Training.code,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
            Registration.agency_id,
        )
        .join(Training, Training.id == Registration.training_id)
        .join(TrainingSession, TrainingSession.training_id == Registration.training_id)
        .join(
            own,
            and_(
                own.training_id == training.id,
                own.starts_at < TrainingSession.ends_at,
                own.ends_at > TrainingSession.starts_at,
                own.is_held,
                own.is_compulsory,
                own.ends_at > clock.now(),
            ),
        )
        .where(
            Registration.trainee_id.in_(people),
            Registration.training_id != training.id,
            Registration.state.in_(HOLDS_SEAT),
            TrainingSession.is_held,
            TrainingSession.is_compulsory,
            TrainingSession.ends_at > clock.now(),
        )
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    found: dict[int, list[Elsewhere]] = {}
    for row in rows:
        found.setdefault(row.trainee_id, []).append(Elsewhere(*row))
    return found

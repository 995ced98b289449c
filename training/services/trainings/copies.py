"""Copies of a training, and series: the same training on other dates, or at other places.

Copied are its facts, its sessions with hours and agenda, its rule and its course, and by a tick its kept seats and its
trainers. Never copied are its code, registrations, attendance and letters. Deadlines are derived anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import atomic, db
from training.errors import Conflict, DomainError, Invalid, NotFound
from training.models import Role, Room, Series, Trainer, Training, User, Venue
from training.services import audit, locked_trainings, visible_trainings
from training.services.schedule import agendas
from training.services.seen import as_stored
from training.services.trainings import changes, defaults, from_course, previews, timetables
from training.services.trainings.previews import Frame, Preview
from training.services.trainings.timetables import Pattern, Timetable
from training.text import Message, msg

MOST = 30
"""How many trainings are planned as one series at once."""


def details(training: Training, first_day: date, *, code: str, venue: Venue | None) -> changes.Details:
    """The facts of a copy that begins on ``first_day``. Its deadlines are derived anew, with the same days before it."""
    now = as_stored(changes.Details, training, languages=training.language_codes)
    is_there = venue is training.venue
    zone = now.zone if is_there or venue is None else venue.zone
    days_before = (training.starts_on - training.registration_closes_local.date()).days
    closes = defaults.closes(first_day, zone, max(0, days_before))
    return replace(
        now,
        code=code,
        venue=venue,
        zone=zone,
        country=now.country if is_there or venue is None else venue.country,
        starts_on=first_day,
        ends_on=first_day + (training.ends_on - training.starts_on),
        registration_opens_local=defaults.opens(closes),
        registration_closes_local=closes,
    )


def patterns(training: Training) -> list[Pattern]:
    """The half-days of the training, as another one is planned by them."""
    return timetables.of_training(training, agendas.of(training))


def trainers(found: Sequence[Pattern]) -> list[Trainer]:
    """Who teaches these half-days, if still in use, by name."""
    known = {trainer.id: trainer for one in found for trainer in one.trainers or () if trainer.is_active}
    return sorted(known.values(), key=lambda trainer: trainer.search_key)


@atomic
def copy(
    training: Training,
    *,
    by: User | None,
    details: changes.Details,
    table: Timetable | None,
    keeps_seats: bool = False,
    lengthens: bool = False,
) -> Training:
    """Plan a copy as a draft. Raises as ``from_course.create`` does."""
    return from_course.create(
        training.programme,
        by=by,
        details=details,
        table=table,
        course=training.course,
        lengthens=lengthens,
        seats_of=training if keeps_seats else None,
    )


@dataclass(frozen=True, kw_only=True)
class Row:
    """A training of a series: its first day, its venue, and its room if somebody picked one."""

    first_day: date
    venue: Venue | None = None
    room: Room | None = None


@dataclass(frozen=True)
class PlannedRow:
    """A row of a series with its preview, or why it makes no sense."""

    row: Row
    code: str
    table: Timetable
    preview: Preview | None
    refusal: Message | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be stored so."""
        return self.preview is None or self.preview.is_blocked


def planned(training: Training, rows: Sequence[Row], *, with_trainers: bool) -> list[PlannedRow]:
    """What a series would be: each row with its code, its half-days, and what speaks against them."""
    found = patterns(training)
    codes: list[str] = []
    made = []
    for row in rows:
        code = defaults.code(training.programme, codes)
        codes.append(code)
        table = _table(training, row, found, with_trainers)
        frame = _frame(training, row)
        try:
            if not found:
                raise Invalid(msg("This training has no session that could be repeated."))
            room = row.room or _room(training, row, table, frame)
            table = replace(table, room=room)
            made.append(PlannedRow(row, code, table, previews.preview(frame, table)))
        except DomainError as refusal:
            made.append(PlannedRow(row, code, table, None, refusal.message))
    return made


def _table(training: Training, row: Row, found: Sequence[Pattern], with_trainers: bool) -> Timetable:
    return Timetable(
        first_day=row.first_day,
        patterns=found,
        country=row.venue.country if row.venue else training.country,
        trainers=trainers(found) if with_trainers else (),
    )


def _frame(training: Training, row: Row) -> Frame:
    return Frame(
        zone=row.venue.zone if row.venue and row.venue is not training.venue else training.zone,
        country=row.venue.country if row.venue else training.country,
        capacity=training.capacity,
        theme=training.theme,
        languages=training.language_codes,
        venue=row.venue,
        programme=training.programme,
    )


def _room(training: Training, row: Row, table: Timetable, frame: Frame) -> Room | None:
    """The room of the training if the venue is the same and it is free; else the smallest free one that holds the seats."""
    if row.venue is None:
        return None
    held = timetables.held(timetables.laid_out(table))
    rooms = previews.rooms_free(row.venue, held, frame.zone)
    own = {one.room.id for one in table.patterns if one.room is not None}
    same = next((room for room, taken in rooms if room.id in own and taken is None), None)
    return same or previews.room_proposed(frame, held)


@atomic
def repeat(
    training: Training,
    *,
    by: User,
    rows: Sequence[Row],
    rule: str = "",
    with_trainers: bool = True,
    keeps_seats: bool = False,
) -> Series:
    """Plan a training for each row, all as drafts or none. The training itself is the first of the series.

    Raises ``Invalid`` for no row or too many, and ``Conflict`` with the row's first day for what clashes.
    """
    if not rows:
        raise Invalid(msg("Give the first day of one training at least."), field="rows")
    if len(rows) > MOST:
        raise Invalid(msg("Plan at most %(most)s trainings at once.", most=MOST), field="rows")
    locked_trainings.lock(training)
    series, number = _series_of(training, by, rule)
    begun = []
    for row in rows:  # trainings are held before rooms and trainers, so all of them begin first
        [one] = planned(training, [row], with_trainers=with_trainers)
        if one.refusal is not None:
            raise Conflict(_of_row(row, one.refusal), "clash")
        wanted = details(training, row.first_day, code=one.code, venue=row.venue)
        seats_of = training if keeps_seats else None
        try:
            made = from_course.begin(
                training.programme,
                by=by,
                details=wanted,
                table=one.table,
                course=training.course,
                seats_of=seats_of,
            )
        except DomainError as refusal:
            raise Conflict(_of_row(row, refusal.message), "clash") from None
        number += 1
        made.series, made.series_number = series, number
        db.session.flush()  # the next code is counted from this one
        begun.append((row, made, one.table))
    for row, made, table in begun:
        try:
            from_course.fill(made, table, by=by)
        except DomainError as refusal:
            raise Conflict(_of_row(row, refusal.message), "clash") from None
    db.session.flush()  # the audit entry names the series
    audit.record(by=by, action="training.repeat", thing=training, changes={"trainings": len(rows)})
    return series


def _of_row(row: Row, why: Message) -> Message:
    return msg("%(day)s: %(why)s", day=row.first_day, why=why)


def _series_of(training: Training, by: User, rule: str) -> tuple[Series, int]:
    """The series of the training, which begins one if it has none, and the highest number in it."""
    if training.series is not None:
        numbers = [one.series_number or 0 for one in in_series(training.series)]
        return training.series, max(numbers, default=0)
    series = Series(title=training.title, course=training.course, rule=rule, by=by)
    db.session.add(series)
    training.series, training.series_number = series, 1
    return series, 1


def in_series(series: Series) -> list[Training]:
    """The trainings of a series, in order."""
    return list(
        db.session.scalars(
            select(Training)
            .where(Training.series_id == series.id)
            .options(joinedload(Training.venue), joinedload(Training.theme), joinedload(Training.programme))
            .order_by(Training.series_number)
        )
    )


def get_series(user: User, public_id: UUID) -> Series:
    """The series with this id, of which ``user`` may see a training, or ``NotFound``. Partners and trainers see none."""
    if user.role in (Role.PARTNER, Role.TRAINER):
        raise NotFound
    visible = visible_trainings.visible_to(user).with_only_columns(Training.series_id)
    found = db.session.scalar(select(Series).where(Series.public_id == public_id, Series.id.in_(visible)))
    if found is None:
        raise NotFound
    return found

"""From a course to a training with its timetable, and from a training to a course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from training.db import atomic, db
from training.errors import Invalid
from training.models import Course, Programme, Training, User
from training.rules.walltime import check_day
from training.services import audit, seat_counts
from training.services.programmes import courses, frames
from training.services.registrations import kept_seats
from training.services.schedule import plan
from training.services.schedule.plan import Change
from training.services.seen import as_stored
from training.services.trainings import agendas, changes, defaults, timetables
from training.services.trainings.timetables import HeldHalfDay, Timetable
from training.text import msg


@atomic
def create(
    programme: Programme,
    *,
    by: User | None,
    details: changes.Details,
    table: Timetable | None = None,
    course: Course | None = None,
    days_wanted: int | None = None,
    lengthens: bool = False,
    seats_of: Training | None = None,
) -> Training:
    """Plan a training under ``programme`` as a draft, with its sessions; all of it, or nothing.

    Its dates are those of ``table``. Without a table it has no session, and the dates of ``details``: a window in which
    ``days_wanted`` days are to be found, if that is given. ``lengthens`` lets the programme last as long as the
    training. ``seats_of`` is a training whose kept seats are kept here too. Raises as ``changes.create`` and
    ``plan.apply`` do.
    """
    training = begin(
        programme,
        by=by,
        details=details,
        table=table,
        course=course,
        days_wanted=days_wanted,
        lengthens=lengthens,
        seats_of=seats_of,
    )
    fill(training, table, by=by)
    return training


def begin(
    programme: Programme,
    *,
    by: User | None,
    details: changes.Details,
    table: Timetable | None,
    course: Course | None = None,
    days_wanted: int | None = None,
    lengthens: bool = False,
    seats_of: Training | None = None,
) -> Training:
    """The first step: the training with its kept seats, without sessions. Trainings are held before rooms and trainers."""
    rows = timetables.held(timetables.laid_out(table)) if table is not None else []
    if rows:
        first, last = dates(rows)
        details = replace(details, starts_on=first, ends_on=last)
    elif table is not None and table.patterns:
        raise Invalid(msg("No half-day is left: tick one at least."), field="starts_on")
    last_day = details.ends_on
    if lengthens and by is not None and last_day is not None and last_day > programme.ends_on:
        _lengthen(programme, by, last_day)
    training = changes.create(programme, by=by, details=details)
    with db.session.no_autoflush:
        training.course = course
    if not rows and days_wanted is not None:
        training.is_date_open, training.days_wanted = True, days_wanted
    if seats_of is not None:
        db.session.flush()  # the seats name the training's id
        for one in seat_counts.allocations(seats_of):
            if one.seats:
                kept_seats.keep(training, by=by, seats=one.seats, agency=one.agency, country=one.country)
    return training


def fill(training: Training, table: Timetable | None, *, by: User | None) -> None:
    """The second step: its sessions, with their agenda."""
    rows = timetables.held(timetables.laid_out(table)) if table is not None else []
    if rows:
        stored = plan.apply(training, [Change(None, one.details) for one in rows], by=by, reason="")
        agendas.copy({n: one.pattern.agenda for n, one in enumerate(rows)}, stored)
        audit.record(by=by, action="session.generate", thing=training, changes={"sessions": len(stored)})


def dates(rows: Sequence[HeldHalfDay]) -> tuple[date, date]:
    """The first and the last day of half-days that are held."""
    return (
        min(one.details.starts_local for one in rows).date(),
        max(one.details.ends_local for one in rows).date(),
    )


def _lengthen(programme: Programme, by: User, until: date) -> None:
    """Let the programme end on a later day. It is otherwise as it was."""
    check_day(until, "starts_on")
    now = as_stored(frames.Details, programme, countries=programme.country_codes)
    frames.change(programme, by=by, details=replace(now, ends_on=until))


def as_course(training: Training) -> courses.Details:
    """What a course of this training would be."""
    patterns = [timetables.with_agenda(one) for one in timetables.of_training(training, agendas.of(training))]
    closes = training.starts_on - training.registration_closes_local.date()
    return courses.Details(
        code=training.code,
        title_en=training.title,
        theme=training.theme,
        activity_type=training.activity_type,
        languages=training.language_codes,
        modality=training.modality,
        capacity=training.capacity,
        completion_percent=training.completion_percent,
        admission=training.admission,
        closes_days_before=min(max(0, closes.days), 365) or defaults.DAYS_BEFORE,
        description=training.description,
        timetable=timetables.as_text(patterns),
    )


def brought_up_to_date(course: Course, training: Training) -> courses.Details:
    """What the course would be if it took what the training has become. Its code, titles and objectives stay."""
    now = as_course(training)
    return replace(
        now,
        code=course.code,
        title_en=course.title_en,
        title_fr=course.title_fr,
        title_ru=course.title_ru,
        theme=course.theme,
        closes_days_before=course.closes_days_before,
        objectives=course.objectives,
        description=now.description or course.description,
    )


@atomic
def make_course(training: Training | None, *, by: User, details: courses.Details) -> Course:
    """Add a course. The training that it was made of, if any, counts as the first one held of it."""
    course = courses.create(by=by, details=details)
    if training is not None and training.course_id is None:
        before = audit.snapshot(training)
        training.course = course
        db.session.flush()  # the audit entry names the course's id
        audit.record(by=by, action="training.change", thing=training, before=before)
    return course

"""Courses: templates of trainings, with their half-days and agenda. They stand in a catalogue, and are no parent in reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    ActivityType,
    Admission,
    AgendaItem,
    Course,
    CourseSession,
    Modality,
    Programme,
    Role,
    Theme,
    ThemeUse,
    Training,
    User,
)
from training.rules import half_days
from training.rules.half_days import HalfDay, Item
from training.rules.names import fold, search_key
from training.services import audit
from training.services.seen import Seen, as_stored, hold, settle
from training.text import msg

WITH_HALF_DAYS = selectinload(Course.half_days).options(
    selectinload(CourseSession.agenda).joinedload(AgendaItem.trainer), joinedload(CourseSession.theme)
)


def visible_to(user: User) -> Select[Course]:
    """The courses that ``user`` may see: staff all, others none."""
    found = select(Course)
    return found.where(false()) if user.role in (Role.PARTNER, Role.TRAINER) else found


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    only: bool = False,
    language: str | None = None,
    retired: bool = False,
    sort: str = "title",
    descending: bool = False,
) -> Select[Course]:
    """Courses by title in any language and by code. Retired ones stand apart.

    A multi-thematic programme means also the areas that it covers, unless ``only`` its own tag counts.
    """
    found = visible_to(user).options(
        joinedload(Course.theme), joinedload(Course.activity_type), selectinload(Course.half_days)
    )
    found = found.where(Course.is_active.is_(not retired))
    for word in fold(text).split():
        found = found.where(Course.search_key.contains(word, autoescape=True))
    if theme:
        found = found.where(Course.theme_id == theme.id if only else fits(theme))
    if language:
        found = found.where(("," + Course.languages + ",").contains(f",{language},", autoescape=True))
    columns: dict[str, Any] = {"title": Course.search_key, "code": Course.code, "used": _used()}
    column = columns[sort]
    return found.order_by(column.desc() if descending else column, Course.id)


def _used() -> ColumnElement[int]:
    return select(func.count(Training.id)).where(Training.course_id == Course.id).scalar_subquery()


def fits(frame: Theme) -> ColumnElement[bool]:
    """Whether a course may be held in a programme of the theme ``frame``."""
    return or_(
        Course.theme_id == frame.id,
        exists().where(ThemeUse.frame_id == frame.id, ThemeUse.theme_id == Course.theme_id),
    )


def get(user: User, public_id: UUID) -> Course:
    """The course with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(Course.public_id == public_id)
        .options(joinedload(Course.theme), joinedload(Course.activity_type), WITH_HALF_DAYS)
    )
    if found is None:
        raise NotFound
    return found


def usable_in(programme: Programme) -> list[Course]:
    """The courses that a training of the programme can be made from, by title."""
    return list(
        db.session.scalars(
            select(Course)
            .where(Course.is_active, fits(programme.theme))
            .options(joinedload(Course.theme), WITH_HALF_DAYS)
            .order_by(Course.search_key, Course.id)
        )
    )


def times_used(found: Sequence[Course]) -> dict[int, int]:
    """How many trainings were made from each course, by its id."""
    rows = db.session.execute(
        select(Training.course_id, func.count())
        .where(Training.course_id.in_([course.id for course in found]))
        .group_by(Training.course_id)
    )
    return {number: count for number, count in rows if number is not None}


def trainings_of(course: Course) -> Select[Training]:
    """The trainings that were made from the course, latest first."""
    return (
        select(Training)
        .where(Training.course_id == course.id)
        .options(joinedload(Training.theme), joinedload(Training.venue), joinedload(Training.programme))
        .order_by(Training.starts_on.desc(), Training.id.desc())
    )


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a course is made of. ``timetable`` are its half-days as ``rules/half_days`` reads them."""

    code: str
    title_en: str
    theme: Theme
    activity_type: ActivityType
    title_fr: str = ""
    title_ru: str = ""
    languages: Sequence[str] = ("en",)
    modality: Modality = Modality.IN_PERSON
    capacity: int = 20
    completion_percent: int = 80
    admission: Admission = Admission.APPROVAL
    closes_days_before: int = 14
    objectives: str = ""
    description: str = ""
    timetable: str = ""


def timetable(course: Course, language: str = "en") -> str:
    """The half-days of the course as text."""
    return half_days.written([as_half_day(one) for one in course.half_days], language)


def as_half_day(one: CourseSession) -> HalfDay:
    """A stored half-day as its values."""
    return HalfDay(
        one.day,
        one.title,
        one.starts,
        one.ends,
        one.break_minutes,
        one.is_compulsory,
        tuple(Item(item.title, item.starts, item.ends, item.who) for item in one.agenda),
    )


@atomic
def create(*, by: User | None, details: Details) -> Course:
    """Add a course to the catalogue. Raises ``Invalid`` for a code that is taken, and for half-days that make no sense."""
    course = Course(is_active=True)
    with db.session.no_autoflush:
        _set(course, details)
    db.session.add(course)
    db.session.flush()  # the audit entry names its id
    audit.record(by=by, action="course.create", thing=course)
    return course


@atomic
def change(course: Course, *, by: User, details: Details, seen: Seen | None = None) -> Course:
    """Change a course. Trainings that were made from it stay as they are. Raises as ``create`` does."""
    hold(course)
    now = as_stored(Details, course, languages=course.language_codes, timetable=timetable(course))
    details = settle(seen, details, now)
    before, half_days_before = audit.snapshot(course), now.timetable
    with db.session.no_autoflush:
        _set(course, details)
    db.session.flush()  # the audit entry compares the theme's id with the old one
    changed = timetable(course)
    changes = {"timetable": [half_days_before, changed]} if changed != half_days_before else {}
    audit.record(by=by, action="course.change", thing=course, before=before, changes=changes)
    return course


@atomic
def retire(course: Course, *, by: User) -> None:
    """Take a course out of the catalogue: no training is made from it any more."""
    hold(course)
    if not course.is_active:
        raise Conflict(msg("This course is retired already."), "retired")
    course.is_active = False
    audit.record(by=by, action="course.retire", thing=course)


@atomic
def resume(course: Course, *, by: User) -> None:
    """Put a retired course back into the catalogue."""
    hold(course)
    if course.is_active:
        raise Conflict(msg("This course is in the catalogue."), "active")
    course.is_active = True
    audit.record(by=by, action="course.resume", thing=course)


def _set(course: Course, details: Details) -> None:
    wanted = half_days.read(details.timetable)
    code = details.code.upper()
    taken_by = db.session.scalar(select(Course.id).where(Course.code == code))
    if taken_by not in (None, course.id):
        raise Invalid(msg("There is a course with this code already."), field="code")
    for one in fields(details):
        if one.name not in ("code", "languages", "timetable"):
            setattr(course, one.name, getattr(details, one.name))
    course.code, course.languages = code, ",".join(details.languages)
    course.search_key = search_key(details.title_en, details.title_fr, details.title_ru, code)
    _set_half_days(course, wanted)


def _set_half_days(course: Course, wanted: Sequence[HalfDay]) -> None:
    """Write the half-days. One that begins when another began keeps what the text does not say of it."""
    known = {(one.day, one.starts): one for one in course.half_days}
    course.half_days = [one for key, one in known.items() if key in {(new.day, new.starts) for new in wanted}]
    for position, new in enumerate(wanted):
        one = known.get((new.day, new.starts))
        if one is None:
            one = CourseSession(day=new.day, starts=new.starts)
            course.half_days.append(one)
        one.position, one.title, one.ends = position, new.title, new.ends
        one.break_minutes, one.is_compulsory = new.break_minutes, new.is_compulsory
        trainers = {item.who: item.trainer for item in one.agenda if item.trainer is not None}
        one.agenda = [
            AgendaItem(
                position=number,
                title=item.title,
                starts=item.starts,
                ends=item.ends,
                speaker="" if item.speaker in trainers else item.speaker,
                trainer=trainers.get(item.speaker),
            )
            for number, item in enumerate(new.agenda)
        ]
    course.half_days.sort(key=lambda one: (one.day, one.starts))

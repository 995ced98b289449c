"""The attendance report: what the registers say, filtered and added up.

A training belongs to the period of its last day. The report counts the people whom the registers list. People
of a confidential agency appear without their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training import clock
from training.db import db
from training.models import (
    ActivityType,
    Agency,
    AttendanceRecord,
    AttendanceStatus,
    Programme,
    RegisterState,
    Registration,
    RegistrationState,
    Sex,
    Theme,
    ThemeKind,
    ThemeUse,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.rules.indicators import Participation, Totals, rate, totals
from training.services import visible_trainings
from training.services.attendance import registers
from training.services.programmes import frames

Cells = TypeVarTuple("Cells")
"""What the columns of a query hold."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the report is about. An empty field means all.

    ``whole`` adds all trainings of the theme's programmes, such as those of a multi-thematic programme that
    are tagged with an area.
    """

    ends_from: date | None = None
    ends_to: date | None = None
    theme: Theme | None = None
    whole: bool = False
    programme: Programme | None = None
    training: Training | None = None
    agency: Agency | None = None
    country: str | None = None
    sex: Sex | None = None
    state: RegistrationState | None = None
    only_training: bool = False

    def described(self) -> dict[str, str]:
        """The filters that are set, as short texts, for the audit log and the papers."""
        found = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value:
                found[field.name] = str(
                    getattr(value, "code", None) or getattr(value, "value", None) or value
                )
        return found


@dataclass(frozen=True)
class Split:
    """One line of a table of the summary."""

    label: str
    totals: Totals


@dataclass(frozen=True)
class DataState:
    """Final if every register that is due is closed, provisional while one of them is open."""

    registers: int
    open_registers: int

    @property
    def is_final(self) -> bool:
        """Whether no register that is due is open."""
        return self.open_registers == 0


def scope_of(user: User | None) -> list[ColumnElement[bool]]:
    """What limits the report for ``user``. Coordinators report on their themes. A command (None) sees all."""
    return [visible_trainings.in_scope(user)] if user is not None else []


class Listed(NamedTuple):
    """One person in one training, with the fields by which the tables of the summary are split."""

    participation: Participation
    registration_id: int
    agency: str
    agency_type: str
    sex: str
    country: str
    theme: str
    training: str


def participations(filters: Filters, *, user: User | None) -> list[Listed]:
    """Everybody whom a register lists, one row per person and training."""
    compulsory = and_(TrainingSession.is_compulsory, TrainingSession.cancelled_at.is_(None))
    recorded = AttendanceRecord.status.is_not(None)
    due = case((recorded, TrainingSession.scheduled_minutes), else_=0)
    found = from_registers(
        select(
            Registration.trainee_id,
            Registration.training_id,
            func.sum(due),
            func.sum(case((recorded, AttendanceRecord.minutes), else_=0)),
            func.sum(case((AttendanceRecord.status == AttendanceStatus.EXCUSED, due), else_=0)),
            func.sum(case((AttendanceRecord.minutes > 0, 1), else_=0)),
            func.count(TrainingSession.id),
            func.sum(case((recorded, 0), else_=1)),
            Training.completion_percent,
            Registration.id,
            Registration.agency_name,
            Registration.agency_type_code,
            plain(Trainee.sex),
            Registration.trainee_country,
            Theme.code,
            Training.code + " " + Training.title,
        ),
        filters,
        user,
    )
    found = found.join(Theme, Theme.id == Training.theme_id).where(compulsory)
    rows = db.session.execute(found.group_by(Registration.id, Trainee.id, Training.id, Theme.id))
    return [Listed(Participation._make(row[:9]), *row[9:]) for row in rows]


def plain(column: Any) -> Any:
    """The column as the driver gives it: a million rows need no enumeration members."""
    return type_coerce(column, String)


def summary(found: Iterable[Listed]) -> Totals:
    """The totals of all these rows."""
    return totals(one.participation for one in found)


def split(
    found: Iterable[Listed], keys: Callable[[Listed], Iterable[str]], order: Sequence[str] = ()
) -> list[Split]:
    """Totals per key, in ``order`` and then by the alphabet. A row with several keys counts under each."""
    groups: dict[str, list[Listed]] = {}
    for one in found:
        for key in keys(one):
            groups.setdefault(key, []).append(one)
    labels = [label for label in order if label in groups] + sorted(set(groups) - set(order))
    return [Split(label, summary(groups[label])) for label in labels]


def split_tables(found: Sequence[Listed]) -> dict[str, list[Split]]:
    """The tables of the summary, by what splits them. In each, every row counts under one line only."""
    return {
        "theme": by_theme(found),
        "sex": split(found, lambda one: [one.sex], [sex.value for sex in Sex]),
        "country": split(found, lambda one: [one.country]),
        "agency_type": split(found, lambda one: [one.agency_type]),
        "agency": split(found, lambda one: [one.agency]),
        "training": split(found, lambda one: [one.training]),
    }


TARGETS = ("participations", "persons_trained", "completed", "person_hours", "person_days")
"""The totals for which a programme may promise its donor a number."""


@dataclass(frozen=True)
class Reached:
    """What a programme promised for one indicator, and what it has reached so far."""

    indicator: str
    target: int
    reached: float

    @property
    def share(self) -> float | None:
        """Reached of promised, in per cent."""
        return rate(round(self.reached * 100), self.target * 100)


def against_targets(programme: Programme) -> list[Reached]:
    """What the programme promised, beside what its registers say by now. Empty if nothing was promised."""
    promised = {one.indicator: one.target for one in frames.targets(programme)}
    if not promised:
        return []
    so_far = summary(participations(Filters(programme=programme), user=None))
    return [Reached(name, promised[name], getattr(so_far, name)) for name in TARGETS if name in promised]


def by_theme(found: Sequence[Listed]) -> list[Split]:
    """Totals by the trainings' own theme. Every row counts under one theme only."""
    return split(found, lambda one: [one.theme])


def overlapping_by_theme(found: Sequence[Listed]) -> list[Split]:
    """Totals per area. A multi-thematic tag counts under every area that it covers, so they do not add up."""
    frame, area = aliased(Theme), aliased(Theme)
    pairs = db.session.execute(
        select(frame.code, area.code)
        .join(ThemeUse, ThemeUse.frame_id == frame.id)
        .join(area, and_(area.id == ThemeUse.theme_id, area.kind == ThemeKind.THEMATIC_AREA))
    )
    areas: dict[str, list[str]] = {}
    for tagged, code in pairs:
        areas.setdefault(tagged, []).append(code)
    return split(found, lambda one: areas.get(one.theme, []))


def data_state(filters: Filters, *, user: User | None) -> DataState:
    """How many registers are due (their sessions have ended), and how many of these are open."""
    due = and_(TrainingSession.ends_at < clock.now(), TrainingSession.cancelled_at.is_(None))
    found = select(
        func.count(),
        func.coalesce(func.sum(case((TrainingSession.register_state == RegisterState.OPEN, 1), else_=0)), 0),
    ).select_from(TrainingSession)
    found = found.join(Training, Training.id == TrainingSession.training_id)
    count, still_open = db.session.execute(_training_conditions(found, filters, user).where(due)).one()
    return DataState(count, still_open)


def people(filters: Filters, *, user: User | None) -> Select[Registration]:
    """The registrations behind the numbers, by training and name, for a page or a sheet of participants."""
    listed = (
        select(TrainingSession.id)
        .outerjoin(AttendanceRecord, registers.join_on())
        .where(
            TrainingSession.training_id == Registration.training_id,
            TrainingSession.cancelled_at.is_(None),
            registers.is_listed(),
        )
        .correlate(Registration)
        .exists()
    )
    found = select(Registration).join(Training).join(Trainee)
    found = found.options(
        contains_eager(Registration.training),
        contains_eager(Registration.trainee),
        joinedload(Registration.agency),
    )
    wanted = or_(listed, Registration.state == filters.state) if filters.state else listed
    return (
        _conditions(found, filters, user)
        .where(wanted)
        .order_by(Training.ends_on, Training.id, Trainee.search_key, Registration.id)
    )


def from_registers(found: Select[*Cells], filters: Filters, user: User | None) -> Select[*Cells]:
    """Registration × session with the outer-joined record, as the registers list them, filtered."""
    found = (
        found.select_from(Training)
        .join(TrainingSession, TrainingSession.training_id == Training.id)
        .join(Registration, Registration.training_id == Training.id)
        .join(Trainee, Trainee.id == Registration.trainee_id)
        .outerjoin(AttendanceRecord, registers.join_on())
        .where(TrainingSession.cancelled_at.is_(None))
    )
    listed = registers.is_listed()
    found = found.where(or_(listed, Registration.state == filters.state) if filters.state else listed)
    return _conditions(found, filters, user)


def _conditions(found: Select[*Cells], filters: Filters, user: User | None) -> Select[*Cells]:
    """Filter a query over registrations, trainees and trainings."""
    if filters.agency:
        found = found.where(Registration.agency_id == filters.agency.id)
    if filters.sex:
        found = found.where(Trainee.sex == filters.sex)
    if filters.state:
        found = found.where(Registration.state == filters.state, Registration.submitted_at.is_not(None))
    return _training_conditions(found, filters, user)


def _training_conditions(found: Select[*Cells], filters: Filters, user: User | None) -> Select[*Cells]:
    """Filter a query over trainings."""
    found = found.where(*scope_of(user))
    if filters.ends_from:
        found = found.where(Training.ends_on >= filters.ends_from)
    if filters.ends_to:
        found = found.where(Training.ends_on <= filters.ends_to)
    if filters.theme:
        own = Training.theme_id == filters.theme.id
        found = found.where(
            or_(own, Training.programme_theme_id == filters.theme.id) if filters.whole else own
        )
    if filters.programme:
        found = found.where(Training.programme_id == filters.programme.id)
    if filters.training:
        found = found.where(Training.id == filters.training.id)
    if filters.country:
        found = found.where(Training.country == filters.country)
    if filters.only_training:
        counting = select(ActivityType.id).where(ActivityType.counts_as_training)
        found = found.where(Training.activity_type_id.in_(counting))
    return found

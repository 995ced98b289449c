"""What a report is about: the filters, and how they limit a query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select

from training.db import db
from training.errors import Invalid
from training.models import (
    ActivityType,
    Agency,
    Programme,
    RegistrationState,
    Role,
    Sex,
    Theme,
    Trainee,
    Training,
    User,
)
from training.rules.countries import is_country
from training.services import visible_trainings
from training.services.attendance import standing
from training.text import msg

Cells = TypeVarTuple("Cells")
"""What the columns of a query hold."""


ALL = "all"
"""What widens the report to activities that do not count as training, like expert missions."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the report is about. An empty field means all.

    A theme stands for the trainings tagged with it, and for all trainings of its programmes, such as those of a
    multi-thematic programme that are tagged with an area. ``only`` leaves the latter out. ``donor`` is the text that the
    programmes have.
    """

    ends_from: date | None = None
    ends_to: date | None = None
    theme: Theme | None = None
    only: bool = False
    programme: Programme | None = None
    donor: str = ""
    training: Training | None = None
    agency: Agency | None = None
    country: str | None = None
    trainee_country: str | None = None
    sex: Sex | None = None
    state: RegistrationState | None = None
    activities: str = ""

    def __post_init__(self) -> None:
        """Raise ``Invalid`` for a reversed period, for what is no country or no choice, and for ``only`` of no theme."""
        if self.ends_from and self.ends_to and self.ends_to < self.ends_from:
            raise Invalid(msg("The period ends before it begins."), field="ends_to")
        for field in ("country", "trainee_country"):
            code = getattr(self, field)
            if code and not is_country(code):
                raise Invalid(msg("There is no country %(code)s.", code=code[:40]), field=field)
        if self.only and not self.theme:
            raise Invalid(msg("Pick the theme of which only the own tag is meant."), field="only")
        if self.activities not in ("", ALL):
            raise Invalid(msg("Say all, or leave it out."), field="activities")

    @property
    def choose_people(self) -> bool:
        """Whether the filters choose among the people of a training, and not only among trainings."""
        return self.agency is not None or self.split_agencies

    @property
    def split_agencies(self) -> bool:
        """Whether the filters choose among the people of an agency, so that the seats kept for it are not theirs alone."""
        return self.sex is not None or self.trainee_country is not None

    def plain(self) -> dict[str, str | bool]:
        """The filters that are set, as plain values for programs."""
        return {name: getattr(self, name) is True or value for name, value in self.described().items()}

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


EVERYTHING = Filters()


def sum_if(condition: Any, of: Any = 1) -> Any:
    """The sum of ``of`` over the rows for which the condition holds."""
    return func.sum(case((condition, of), else_=0))


def scope_of(user: User | None) -> list[ColumnElement[bool]]:
    """What limits the report for ``user``. Coordinators report on their themes. A command (None) sees all."""
    return [visible_trainings.in_scope(user)] if user is not None else []


def offered_to(user: User) -> dict[str, set[int]]:
    """The ids of the things that ``user`` may filter by, by the filter's name; empty for those who are not limited.

    A coordinator of one theme is told the same of another theme's programme as of one that does not exist.
    """
    if user.role is not Role.COORDINATOR or user.all_themes:
        return {}
    mine = {theme.id for theme in user.themes}
    found = select(Training.programme_id, Training.theme_id, Training.programme_theme_id).distinct()
    rows = db.session.execute(found.where(*scope_of(user))).all()
    return {"programme": {row[0] for row in rows}, "theme": mine | {one for row in rows for one in row[1:]}}


def donors(only: Collection[int] | None = None) -> list[str]:
    """The donors of all programmes, or of those with these ids, by the alphabet."""
    found = select(Programme.donor).where(Programme.donor != "").distinct().order_by(Programme.donor)
    if only is not None:
        found = found.where(Programme.id.in_(only))
    return list(db.session.scalars(found))


def donor_named(said: str) -> str:
    """The donor of this name. Raises ``Invalid`` if no programme has it."""
    if said.strip() not in donors():
        raise Invalid(msg("No programme has the donor %(name)s.", name=said.strip()[:60]), field="donor")
    return said.strip()


def programmes(codes: Collection[str]) -> list[Programme]:
    """The programmes with these codes, by code."""
    found = select(Programme).where(Programme.code.in_(codes)).order_by(Programme.code)
    return list(db.session.scalars(found)) if codes else []


def pages_of(codes: Collection[str]) -> dict[str, UUID]:
    """The public ids of the trainings with these codes, by code."""
    found = select(Training.code, Training.public_id).where(Training.code.in_(codes))
    return dict(db.session.execute(found).all()) if codes else {}


def trainings(user: User, *, code: str = "") -> Select[Training]:
    """The trainings that ``user`` may report on, the latest first, or the one with this code."""
    found = visible_trainings.search(user, sort="starts_on", descending=True).where(*scope_of(user))
    return found.where(Training.code == code) if code else found


def of_all(found: Select[*Cells], filters: Filters, user: User | None) -> Select[*Cells]:
    """Filter a query over registrations, trainees and trainings."""
    return of_trainings(of_people(found, filters), filters, user)


def of_people(found: Select[*Cells], filters: Filters) -> Select[*Cells]:
    """Filter a query over registrations and trainees.

    A person is of the agency and the country of the registration that stands.
    """
    agency, country = filters.agency, filters.trainee_country
    if agency or country:
        found = found.where(standing.of(agency=agency.id if agency else None, country=country))
    if filters.sex:
        found = found.where(Trainee.sex == filters.sex)
    return found


def of_trainings(found: Select[*Cells], filters: Filters, user: User | None) -> Select[*Cells]:
    """Filter a query over trainings."""
    found = found.where(*scope_of(user))
    if filters.ends_from:
        found = found.where(Training.ends_on >= filters.ends_from)
    if filters.ends_to:
        found = found.where(Training.ends_on <= filters.ends_to)
    if filters.theme:
        found = found.where(visible_trainings.of_theme(filters.theme, filters.only))
    if filters.programme:
        found = found.where(Training.programme_id == filters.programme.id)
    if filters.donor:
        paid = select(Programme.id).where(Programme.donor == filters.donor)
        found = found.where(Training.programme_id.in_(paid))
    if filters.training:
        found = found.where(Training.id == filters.training.id)
    if filters.country:
        found = found.where(Training.country == filters.country)
    if filters.activities != ALL:
        counting = select(ActivityType.id).where(ActivityType.counts_as_training)
        found = found.where(Training.activity_type_id.in_(counting))
    return found

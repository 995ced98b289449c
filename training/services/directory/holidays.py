"""Days off that the organisation adds to those of the countries, or takes away, and the calendar of a country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from sqlalchemy import select

from training.db import atomic, db
from training.errors import Invalid, NotFound
from training.models import Holiday, User
from training.rules import days_off, walltime
from training.services import audit
from training.text import language, msg

LONGEST = 60
"""How many days one entry has at most."""


def every() -> list[Holiday]:
    """The organisation's own days, the latest first."""
    return list(db.session.scalars(select(Holiday).order_by(Holiday.first_on.desc(), Holiday.id)))


def get(user: User, public_id: UUID) -> Holiday:
    """The entry with this id, or ``NotFound``."""
    found = db.session.scalar(select(Holiday).where(Holiday.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def of_country(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of the country by the calendar, by day, named in the reader's language or in English."""
    return days_off.of_year(country, "", year, language())


@dataclass(frozen=True, kw_only=True)
class Details:
    """Days off, or, with ``is_workday``, days on which people work. Without a country they are the same everywhere."""

    first_on: date
    last_on: date
    name_en: str
    name_fr: str = ""
    name_ru: str = ""
    country: str | None = None
    subdivision: str = ""
    is_workday: bool = False


@atomic
def add(*, by: User, details: Details) -> Holiday:
    """Add days. Raises ``Invalid`` for days that make no sense, and for a part that the country does not have."""
    walltime.check_day(details.first_on, "first_on")
    walltime.check_day(details.last_on, "last_on")
    if details.last_on < details.first_on:
        raise Invalid(msg("The end is before the start."), field="last_on")
    if (details.last_on - details.first_on).days >= LONGEST:
        raise Invalid(msg("Add at most %(most)s days at once.", most=LONGEST), field="last_on")
    known = days_off.subdivisions(details.country or "")
    if details.subdivision and details.subdivision not in known:
        raise Invalid(
            msg(
                "Holidays are known for these parts of the country: %(known)s.", known=", ".join(known) or "–"
            ),
            field="subdivision",
        )
    holiday = Holiday(**{field.name: getattr(details, field.name) for field in fields(details)})
    holiday.country = details.country or ""
    db.session.add(holiday)
    audit.record(by=by, action="holiday.add", thing=holiday)
    return holiday


@atomic
def remove(holiday: Holiday, *, by: User) -> None:
    """Remove days that were added."""
    changes = {"name": holiday.name_en, "from": holiday.first_on, "to": holiday.last_on}
    audit.record(by=by, action="holiday.remove", thing=holiday, changes=changes)
    db.session.delete(holiday)

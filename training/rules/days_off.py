"""Days off: the weekends and holidays of countries, from the package ``holidays``.

The first question about a country's year takes long, so answers are kept. The days that the organisation adds or takes
away are not known here (``services/clash_facts.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import holidays
from holidays import PUBLIC, WORKDAY, HolidayBase

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, for countries that the package does not know."""
ENGLISH = "en_US"


def _kind(country: str) -> type[HolidayBase] | None:
    return getattr(holidays, country, None) if len(country) == 2 and country.isupper() else None


@cache
def subdivisions(country: str) -> Sequence[str]:
    """The codes of the parts of a country that keep holidays of their own."""
    kind = _kind(country)
    return tuple(kind.subdivisions) if kind is not None else ()


@cache
def _year(country: str, subdivision: str, year: int, language: str, category: str) -> HolidayBase | None:
    kind = _kind(country)
    if kind is None or category not in kind.supported_categories:
        return None
    known = kind.supported_languages
    spoken = next((one for one in (language, ENGLISH) if one in known), None)
    part = subdivision if subdivision in kind.subdivisions else None
    return kind(years=year, subdiv=part, categories=(category,), language=spoken)


def weekend(country: str) -> frozenset[int]:
    """The days of the week on which the country rests; Monday is 0."""
    kind = _kind(country)
    return frozenset(kind.weekend) if kind is not None else WEEKEND


def of_year(country: str, subdivision: str, year: int, language: str = "en") -> Mapping[date, str]:
    """The public holidays of a country and its part in a year, by day, named in the language, or in English."""
    found = _year(country, subdivision, year, language, PUBLIC)
    return {day: found[day] for day in sorted(found)} if found is not None else {}


def holiday(country: str, subdivision: str, day: date, language: str = "en") -> str:
    """The name of the holiday on this day, or an empty text."""
    found = _year(country, subdivision, day.year, language, PUBLIC)
    return str(found.get(day, "")) if found is not None else ""


def is_made_up(country: str, subdivision: str, day: date) -> bool:
    """Whether people work on this day of the weekend, in exchange for another one."""
    found = _year(country, subdivision, day.year, "en", WORKDAY)
    public = _year(country, subdivision, day.year, "en", PUBLIC)
    return (found is not None and day in found) or (public is not None and day in public.weekend_workdays)


def is_workday(country: str, day: date) -> bool:
    """Whether the day is none of the country's weekend, or people work on it in exchange for another one."""
    return day.weekday() not in weekend(country) or is_made_up(country, "", day)

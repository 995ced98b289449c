"""On which days trainings are held: the weekend and the holidays of a country, days in a row, and days of a series.

Weekends and holidays are those of ``days_off``. A country that it does not know rests on Saturday and Sunday, and has
no holidays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from training.rules import days_off

MOST_DAYS = 60
"""How many days a training has at most."""
FARTHEST = 400
"""How many days a rest may last before it is taken for a mistake."""


@dataclass(frozen=True)
class Rest:
    """A day on which people of a country do not work: its weekend (without a name), or a holiday with its name."""

    name: str = ""

    @property
    def is_holiday(self) -> bool:
        """Whether it is a holiday, and not the weekend alone."""
        return bool(self.name)


def rest(country: str, on: date) -> Rest | None:
    """Why people of the country do not work on a day, or None where they do."""
    if name := days_off.holiday(country, "", on):
        return Rest(name)
    return Rest() if on.weekday() in days_off.weekend(country) else None


def next_working_day(country: str, on: date) -> date:
    """The day itself, or the next one on which people of the country work."""
    for number in range(FARTHEST):
        if rest(country, day := on + timedelta(days=number)) is None:
            return day
    return on


def days_from(first: date, count: int, country: str, *, rests: bool = True) -> list[date]:
    """``count`` days of a training that begins on ``first``.

    The first day is what somebody chose. The others leave out weekends and holidays, if it ``rests``.
    """
    found = [first] if count > 0 else []
    while len(found) < count:
        following = found[-1] + timedelta(days=1)
        found.append(next_working_day(country, following) if rests else following)
    return found


def moved(days: Iterable[date], first: date, *, before: str, country: str) -> dict[date, date]:
    """Each of these days, with the day on which it is held if their first one becomes ``first``.

    As many working days lie between them as did in the country ``before``. A timetable that was held on a day of
    rest keeps its distances in days.
    """
    ordered = sorted(set(days))
    if not ordered:
        return {}
    if any(rest(before, day) for day in ordered[1:]):
        return {day: first + (day - ordered[0]) for day in ordered}
    found = {ordered[0]: first}
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        day = found[earlier]
        for _ in range(_working_days_after(earlier, later, before)):
            day = next_working_day(country, day + timedelta(days=1))
        found[later] = day
    return found


def _working_days_after(earlier: date, later: date, country: str) -> int:
    """How many working days it is from one day to the other."""
    between = (earlier + timedelta(days=number) for number in range(1, (later - earlier).days + 1))
    return sum(rest(country, day) is None for day in between)


def series(first: date, weeks: int, count: int) -> list[date]:
    """``count`` first days of a series, every so many weeks. Raises ``ValueError`` for fewer than one week."""
    if weeks < 1:
        raise ValueError("A series goes on by a week at least.")
    return [first + timedelta(weeks=weeks * number) for number in range(count)]

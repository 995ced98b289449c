"""Days of a timetable carried elsewhere: moved as they are, or over the days on which nobody works there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from training.errors import Invalid
from training.rules import walltime
from training.text import msg

DAY = timedelta(days=1)
MOST_FREE_DAYS = 60
"""How many days without work may follow each other."""
IsFree = Callable[[date], bool]


def carried(days: Iterable[date], first: date, is_free: IsFree | None = None) -> dict[date, date]:
    """Where each of ``days`` lies if the earliest of them lies on ``first``.

    With ``is_free``, which says on which days nobody works, none of them lies on such a day, and between two of them lie
    as many days of work as before. Raises ``Invalid`` for a year out of bounds, and where no day of work follows.
    """
    ordered = sorted(set(days))
    if not ordered:
        return {}
    if is_free is None:
        by = first - ordered[0]
        found = {day: day + by for day in ordered}
    else:
        at = _next_day_of_work(first, is_free)
        found = {ordered[0]: at}
        for before, day in zip(ordered, ordered[1:], strict=False):
            for _ in range(max(1, _days_of_work(before, day, is_free))):
                at = _next_day_of_work(at + DAY, is_free)
            found[day] = at
    for new in found.values():
        walltime.check_day(new, "first_day")
    return found


def next_day_of_work(day: date, is_free: IsFree) -> date:
    """The first day after ``day`` on which people work."""
    return _next_day_of_work(day + DAY, is_free)


def _days_of_work(after: date, until: date, is_free: IsFree) -> int:
    return sum(not is_free(after + n * DAY) for n in range(1, (until - after).days + 1))


def _next_day_of_work(day: date, is_free: IsFree) -> date:
    for n in range(MOST_FREE_DAYS):
        if not is_free(day + n * DAY):
            return day + n * DAY
    raise Invalid(msg("Nobody works in the weeks after %(day)s.", day=day), field="first_day")

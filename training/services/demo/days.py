"""On which days the demo's trainings are held: not on weekends, and not between Christmas and New Year."""

from __future__ import annotations

from datetime import date, timedelta


def is_off(day: date) -> bool:
    """Whether nobody is trained that day: a weekend, or between Christmas and New Year."""
    return day.weekday() > 4 or (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2)


def workday(day: date) -> date:
    """The day, or the next one on which there are trainings."""
    while is_off(day):
        day += timedelta(days=1)
    return day


def workdays_ago(day: date, count: int) -> date:
    """The day with trainings from which on there are ``count`` of them before ``day``."""
    while count:
        day -= timedelta(days=1)
        count -= not is_off(day)
    return day


def week(day: date, days: int, step: int) -> date:
    """A first day in the week of ``day``, Monday or Tuesday, so that all days stay within it.

    Where some of them are off, the training moves by weeks: earlier for -1, later for 1.
    """
    first = day - timedelta(days=day.weekday() if days > 4 else max(0, day.weekday() - 1))
    while any(is_off(first + timedelta(days=number)) for number in range(days)):
        first += timedelta(weeks=step)
    return first

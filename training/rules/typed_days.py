"""Days and times as people type them where no picker helps: in the order of their language, with the digits of their script."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

from training.text import msg

DAY_FIRST = frozenset({"fr", "ru"})
"""The languages that write the day before the month everywhere. English has readers of both orders."""
YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?")
INVISIBLE = {0x200E, 0x200F, 0x061C, 0x202A, 0x202B, 0x202C, 0x2066, 0x2067, 0x2068, 0x2069}


class Ambiguous(ValueError):
    """A day that can be read in two ways. ``message`` names both."""

    def __init__(self, day_first: date, month_first: date) -> None:
        self.message = msg(
            "This can be %(one)s or %(other)s. Write the year first, as %(day)s.",
            one=day_first,
            other=month_first,
            day=day_first.isoformat(),
        )
        super().__init__(str(self.message))


def read_day(text: str, language: str) -> date:
    """The day in ``text``: 2026-11-25, 25.11.2026 or 25/11/2026.

    Raises ``Ambiguous`` where neither the numbers nor the language tell the month, and ``ValueError`` for no day.
    """
    plain = _plain(text)
    if found := YEAR_FIRST.fullmatch(plain):
        return date(int(found[1]), int(found[3]), int(found[4]))
    if not (found := YEAR_LAST.fullmatch(plain)):
        raise ValueError("no day")
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if language in DAY_FIRST or first > 12 or first == second:
        return date(year, second, first)
    if second > 12:
        return date(year, first, second)
    raise Ambiguous(date(year, second, first), date(year, first, second))


def read_time(text: str, _language: str) -> time:
    """The time of day in ``text``: 19:00 or 19.00. All languages write the hour first. Raises ``ValueError`` for no time."""
    if not (found := TIME.fullmatch(_plain(text))):
        raise ValueError("no time of day")
    return time(int(found[1]), int(found[2]))


def read_moment(text: str, language: str) -> datetime:
    """The day and the time in ``text``, with T, a comma or blanks between. Raises as ``read_day`` and ``read_time``."""
    parts = re.split(r"[Tt]|,?\s+", _plain(text), maxsplit=1)
    if len(parts) != 2:
        raise ValueError("no day with a time")
    at = read_time(parts[1], language)
    return datetime.combine(read_day(parts[0], language), at)


def _plain(text: str) -> str:
    """``text`` trimmed, with the digits 0 to 9 and without marks that steer the direction of writing."""
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text if ord(c) not in INVISIBLE
    ).strip()

"""The half-days of a course as text: written for people, and read from what they typed.

    Day 1
    09:00–12:30 Passports under the lamp (break 30)
      09:00 Opening | Ana Lind
      10:45 Security features
    13:30–17:00 Practice (break 30, optional)

A line that begins with a blank or a dash belongs to the agenda of the half-day above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

from training.errors import Invalid
from training.text import msg

DAY = {"en": "Day {number}", "fr": "Jour {number}", "ru": "День {number}"}
BREAK = {"en": "break", "fr": "pause", "ru": "перерыв"}
OPTIONAL = {"en": "optional", "fr": "facultatif", "ru": "по желанию"}
MOST_DAYS, MOST_HALF_DAYS, MOST_ITEMS, LONGEST_TITLE, LONGEST_BREAK = 60, 200, 60, 200, 240
_CLOCK = r"([01]?\d|2[0-3])[:.h]([0-5]\d)"
_DAY = re.compile(r"(?:day|jour|день)\s+(\d{1,3})\s*:?", re.I)
_HALF_DAY = re.compile(rf"{_CLOCK}\s*[-–—]\s*{_CLOCK}\s+(.+?)(?:\s*\(([^()]*)\))?", re.I)
_ITEM = re.compile(rf"(?:{_CLOCK}(?:\s*[-–—]\s*{_CLOCK})?\s+)?(.+)", re.I)
_BREAK = re.compile(r"(?:break|pause|перерыв)\s+(\d{1,3})(?:\s*min\.?)?", re.I)


@dataclass(frozen=True)
class Item:
    """A line of an agenda. ``speaker`` is a name as somebody wrote it."""

    title: str
    starts: time | None = None
    ends: time | None = None
    speaker: str = ""


@dataclass(frozen=True)
class HalfDay:
    """A half-day of a course: on its day (from 1), with its hours on the clock there."""

    day: int
    title: str
    starts: time
    ends: time
    break_minutes: int = 0
    is_compulsory: bool = True
    agenda: tuple[Item, ...] = field(default=())

    @property
    def minutes(self) -> int:
        """Its contact time in minutes."""
        return _minutes(self.ends) - _minutes(self.starts) - self.break_minutes


def written(half_days: Sequence[HalfDay], language: str = "en") -> str:
    """The half-days as ``read`` reads them, with the words of a language."""
    language = language if language in DAY else "en"
    lines: list[str] = []
    day = 0
    for one in sorted(half_days, key=lambda half_day: (half_day.day, half_day.starts)):
        if one.day != day:
            day = one.day
            lines.append(DAY[language].format(number=day))
        also = [f"{BREAK[language]} {one.break_minutes}"] if one.break_minutes else []
        also += [] if one.is_compulsory else [OPTIONAL[language]]
        lines.append(
            f"{one.starts:%H:%M}–{one.ends:%H:%M} {one.title}" + (f" ({', '.join(also)})" if also else "")
        )
        for item in one.agenda:
            when = f"{item.starts:%H:%M}" if item.starts else ""
            when += f"–{item.ends:%H:%M}" if item.starts and item.ends else ""
            who = f" | {item.speaker}" if item.speaker else ""
            lines.append("  " + f"{when} {item.title}{who}".strip())
    return "\n".join(lines)


def read(text: str, name: str = "timetable") -> list[HalfDay]:
    """The half-days of a text, in their order. Raises ``Invalid`` for the field ``name`` with the line that is not understood."""
    found: list[HalfDay] = []
    day = 1
    for number, line in enumerate(text.splitlines(), start=1):
        said = " ".join(line.split())
        if not said:
            continue
        if heading := _DAY.fullmatch(said):
            day = int(heading[1])
            if not 1 <= day <= MOST_DAYS:
                raise _refused(number, msg("A course has at most %(most)s days.", most=MOST_DAYS), name)
        elif line[0] in " \t-–•" and found:
            found[-1] = _with_item(found[-1], said.lstrip("-–• "), number, name)
        else:
            found.append(_half_day(day, said, number, name))
    if len(found) > MOST_HALF_DAYS:
        raise Invalid(msg("Plan at most %(most)s sessions at once.", most=MOST_HALF_DAYS), field=name)
    _check_apart(found, name)
    return sorted(found, key=lambda one: (one.day, one.starts))


def read_hours(text: str, name: str = "hours") -> list[tuple[time, time]]:
    """The hours of a day: "09:00–12:30, 13:30–17:00". Raises ``Invalid`` for the field ``name``."""
    found: list[tuple[time, time]] = []
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        hours = re.fullmatch(rf"\s*{_CLOCK}\s*[-–—]\s*{_CLOCK}\s*", part, re.I)
        if hours is None:
            raise Invalid(msg("Write hours as 09:00–12:30, 13:30–17:00."), field=name)
        starts, ends = time(int(hours[1]), int(hours[2])), time(int(hours[3]), int(hours[4]))
        if ends <= starts:
            raise Invalid(msg("The end is before the start."), field=name)
        if found and starts < found[-1][1]:
            raise Invalid(msg("These hours overlap. Write them one after the other."), field=name)
        found.append((starts, ends))
    if len(found) > 8:
        raise Invalid(msg("Plan at most %(most)s sessions a day.", most=8), field=name)
    return found


def said_hours(hours: Sequence[tuple[time, time]]) -> str:
    """Hours as ``read_hours`` reads them."""
    return ", ".join(f"{starts:%H:%M}–{ends:%H:%M}" for starts, ends in hours)


def _half_day(day: int, said: str, number: int, name: str) -> HalfDay:
    parts = _HALF_DAY.fullmatch(said)
    if parts is None:
        raise _refused(number, msg("Write hours and a title, as 09:00–12:30 Security features."), name)
    starts, ends = time(int(parts[1]), int(parts[2])), time(int(parts[3]), int(parts[4]))
    title, also = parts[5], parts[6]
    break_minutes, is_compulsory = 0, True
    for word in [one.strip() for one in (also or "").split(",") if one.strip()]:
        if rest := _BREAK.fullmatch(word):
            break_minutes = int(rest[1])
        elif word.lower() in OPTIONAL.values():
            is_compulsory = False
        else:  # brackets of the title itself
            title, break_minutes, is_compulsory = f"{title} ({also})", 0, True
            break
    if len(title) > LONGEST_TITLE:
        raise _refused(number, msg("This title is too long."), name)
    if ends <= starts:
        raise _refused(number, msg("The end is before the start."), name)
    found = HalfDay(day, title, starts, ends, break_minutes, is_compulsory)
    if break_minutes > LONGEST_BREAK or found.minutes <= 0:
        raise _refused(number, msg("The breaks take up the whole session."), name)
    return found


def _with_item(half_day: HalfDay, said: str, number: int, name: str) -> HalfDay:
    parts = _ITEM.fullmatch(said)
    if parts is None or len(half_day.agenda) >= MOST_ITEMS:
        raise _refused(number, msg("This line of the agenda is not understood."), name)
    starts = time(int(parts[1]), int(parts[2])) if parts[1] else None
    ends = time(int(parts[3]), int(parts[4])) if parts[3] else None
    title, _, speaker = (part.strip() for part in parts[5].partition("|"))
    if not title or len(title) > LONGEST_TITLE or len(speaker) > LONGEST_TITLE:
        raise _refused(number, msg("This line of the agenda is not understood."), name)
    if starts and ends and ends <= starts:
        raise _refused(number, msg("The end is before the start."), name)
    item = Item(title, starts, ends, speaker)
    return HalfDay(
        half_day.day,
        half_day.title,
        half_day.starts,
        half_day.ends,
        half_day.break_minutes,
        half_day.is_compulsory,
        (*half_day.agenda, item),
    )


def _check_apart(found: Sequence[HalfDay], name: str) -> None:
    """Raise ``Invalid`` if nobody can be in two of these half-days."""
    ordered = sorted(found, key=lambda one: (one.day, one.starts))
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        is_same_start = earlier.starts == later.starts
        overlap = later.starts < earlier.ends and earlier.is_compulsory and later.is_compulsory
        if earlier.day == later.day and (is_same_start or overlap):
            raise Invalid(
                msg(
                    "%(first)s and %(second)s overlap on day %(day)s.",
                    first=earlier.title,
                    second=later.title,
                    day=earlier.day,
                ),
                field=name,
            )


def _refused(number: int, why: object, name: str) -> Invalid:
    return Invalid(msg("Line %(number)s: %(why)s", number=number, why=why), field=name)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute

"""What a mark is worth in minutes. Everything is computed on instants: midnight and changes of clocks come out right.

The break of a session is one span. It begins when somebody said so, else it lies in the middle: its start is
(elapsed − break) ÷ 2 after the session's start, rounded down to 5 minutes. For example, 09:00 to 12:30 with 30 minutes
has its break from 10:30 to 11:00.

A day has two halves: before and after 13:00 of the day on which the session begins, as clocks there show it. Evenings
belong to the afternoon, nights to the day on which they begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

STEP = 5
NOON = time(13)
"""When the second half of a day begins."""
LEAST_IN_A_HALF = 60
HalfDay = tuple[date, bool]
"""A day, and whether it is its second half."""
Span = tuple[datetime, datetime]


class Decision(StrEnum):
    """What becomes of the marks of a session that is moved or called off.

    They do not count and stay as history; or the session was held at the other time and they stay as they are; or their
    times of arriving and leaving move along with the session.
    """

    NOT_COUNTED = "not_counted"
    KEPT = "kept"
    MOVED_ALONG = "moved_along"


@dataclass(frozen=True)
class Slot:
    """A session in time: two instants, the zone whose clocks hang there, minutes of break and when it begins there."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    break_minutes: int
    break_starts: time | None = None

    @property
    def contact(self) -> int:
        """The minutes from start to end, less the break."""
        return _minutes((self.starts_at, self.ends_at)) - self.break_minutes

    @property
    def pause(self) -> Span:
        """When the break begins and ends."""
        said = self.moment(self.break_starts) if self.break_starts else None
        if said is not None:
            return said, said + timedelta(minutes=self.break_minutes)
        before = (_minutes((self.starts_at, self.ends_at)) - self.break_minutes) // 2 // STEP * STEP
        begins = self.starts_at + timedelta(minutes=before)
        return begins, begins + timedelta(minutes=self.break_minutes)

    @property
    def holds_break(self) -> bool:
        """Whether the break that somebody placed begins and ends within the session."""
        begins = self.moment(self.break_starts) if self.break_starts else None
        return begins is not None and begins + timedelta(minutes=self.break_minutes) <= self.ends_at

    def moment(self, shown: time) -> datetime | None:
        """The first instant of the session at which clocks there show this time; None where they never do.

        For example, 00:30 in a session from 22:00 to 02:00 is after midnight, and 21:00 is no moment of it.
        """
        there = ZoneInfo(self.zone)
        first, last = (at.astimezone(there).date() for at in (self.starts_at, self.ends_at))
        found = []
        for day in {first, last}:
            for fold in (0, 1):
                local = datetime.combine(day, shown, tzinfo=there).replace(fold=fold)
                at = local.astimezone(UTC)
                exists = at.astimezone(there).replace(tzinfo=None) == local.replace(tzinfo=None)
                if exists and self.starts_at <= at <= self.ends_at:
                    found.append(at)
        return min(found, default=None)

    def between(self, first: datetime, last: datetime) -> int:
        """The contact minutes between two instants: the part of the break that lies between them is no contact."""
        return _minutes((first, last)) - _overlap((first, last), self.pause)


def attended(
    slot: Slot, arrived: datetime | None, left: datetime | None, *, unknown: int, deduction: int
) -> int:
    """The contact minutes of somebody who came late or left early.

    ``arrived`` and ``left`` are instants; None where the person was there from the start, or to the end, or where
    nobody recorded the time. ``unknown`` is how many times nobody recorded: each costs ``deduction`` minutes. The
    result is at least 1 and at most the contact time: whoever was marked as there was there.
    """
    minutes = slot.between(arrived or slot.starts_at, left or slot.ends_at) - unknown * deduction
    return max(1, min(minutes, slot.contact))


def half_days(
    slot: Slot, arrived: datetime | None = None, left: datetime | None = None
) -> frozenset[HalfDay]:
    """The half-days of somebody who was there from ``arrived`` to ``left``; None is from the start, or to the end.

    A session lies in a half with at least 60 of its minutes, or else in the half with more of them. From 09:00 to 13:30
    is one half-day, from 09:00 to 17:00 are two. The person has those with contact minutes, and at least one.
    """
    there = ZoneInfo(slot.zone)
    day = slot.starts_at.astimezone(there).date()
    noon = datetime.combine(day, NOON, tzinfo=there).astimezone(UTC)
    halves = ((slot.starts_at, min(slot.ends_at, noon)), (max(slot.starts_at, noon), slot.ends_at))
    first, second = map(_minutes, halves)
    lies_in = [is_second for is_second, long in ((False, first), (True, second)) if long >= LEAST_IN_A_HALF]
    lies_in = lies_in or [second > first]
    came, gone = arrived or slot.starts_at, left or slot.ends_at
    found = [one for one in lies_in if slot.between(max(came, halves[one][0]), min(gone, halves[one][1])) > 0]
    return frozenset((day, is_second) for is_second in found or lies_in[:1])


def _minutes(span: Span) -> int:
    return max(0, int((span[1] - span[0]).total_seconds()) // 60)


def _overlap(one: Span, other: Span) -> int:
    return _minutes((max(one[0], other[0]), min(one[1], other[1])))

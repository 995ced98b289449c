"""Minutes on instants: breaks, nights, and the hours of a change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.rules.minutes import Slot, attended


def slot(
    day: str, first: str, last: str, break_minutes: int = 0, *, nights: int = 0, zone: str = "Europe/Vienna"
) -> Slot:
    there, on = ZoneInfo(zone), date.fromisoformat(day)
    starts, ends = (datetime.combine(on, time.fromisoformat(at), tzinfo=there) for at in (first, last))
    ends = ends.replace(day=ends.day + nights)
    return Slot(starts.astimezone(UTC), ends.astimezone(UTC), zone, break_minutes)


def worth(one: Slot, late: str = "", left: str = "", *, unknown: int = 0, deduction: int = 30) -> int:
    came, gone = (one.moment(time.fromisoformat(at)) if at else None for at in (late, left))
    assert (came is None) == (not late) and (gone is None) == (not left), "it is a moment of the session"
    return attended(one, came, gone, unknown=unknown, deduction=deduction)


MORNING = slot("2026-05-11", "09:00", "12:30", 30)
DAY = slot("2026-05-11", "09:00", "17:00", 120)
NIGHT = slot("2026-05-11", "22:00", "02:00", nights=1)


@pytest.mark.parametrize(
    ("one", "late", "left", "minutes"),
    [
        (MORNING, "", "", 180), (MORNING, "09:30", "", 150), (MORNING, "10:45", "", 90), (MORNING, "", "11:30", 120),
        (MORNING, "09:30", "11:30", 90), (DAY, "", "10:30", 90), (DAY, "15:00", "", 120), (DAY, "10:00", "", 300),
        (DAY, "12:30", "", 180), (NIGHT, "23:00", "", 180), (NIGHT, "00:30", "", 90), (NIGHT, "", "01:00", 180),
    ],
)  # fmt: skip
def test_a_break_counts_only_where_it_is_overlapped_and_a_night_goes_on_after_midnight(
    one, late, left, minutes
):
    assert worth(one, late, left) == minutes


def test_a_time_that_nobody_recorded_costs_the_deduction_and_never_everything():
    assert worth(MORNING, unknown=1) == 150
    assert worth(MORNING, unknown=2) == 120
    assert worth(MORNING, left="11:30", unknown=1) == 90
    assert worth(MORNING, unknown=1, deduction=480) == 1


def test_what_is_no_moment_of_the_session_is_none():
    assert NIGHT.moment(time(21)) is None
    assert MORNING.moment(time(12, 31)) is None
    assert slot("2026-03-29", "01:00", "05:00").moment(time(2, 30)) is None, "clocks skip it"


def test_the_hours_of_a_change_of_clocks_are_counted():
    back, forward = slot("2026-10-25", "01:00", "05:00"), slot("2026-03-29", "01:00", "05:00")

    assert (back.contact, worth(back, "04:00")) == (300, 60)
    assert (forward.contact, worth(forward, "04:00")) == (180, 60)
    twice = back.moment(time(2, 30))
    assert twice is not None and (twice - back.starts_at).total_seconds() == 90 * 60, "the first of the two"


@given(
    first=st.integers(0, 1439), length=st.integers(10, 700), pause=st.integers(0, 300), late=st.integers(0, 700),
    left=st.integers(0, 700), unknown=st.integers(0, 2), deduction=st.integers(0, 480),
)  # fmt: skip
def test_minutes_lie_between_one_and_the_contact_time(first, length, pause, late, left, unknown, deduction):
    begins = datetime(2026, 5, 11, first // 60, first % 60, tzinfo=UTC)
    one = Slot(
        begins, begins.fromtimestamp(begins.timestamp() + length * 60, UTC), "UTC", min(pause, length - 1)
    )
    moments = [
        one.starts_at.fromtimestamp(begins.timestamp() + min(x, length) * 60, UTC) for x in (late, left)
    ]

    assert 1 <= attended(one, min(moments), max(moments), unknown=unknown, deduction=deduction) <= one.contact


@pytest.mark.parametrize(
    ("arrived", "left", "minutes"),
    [
        ("09:30", None, 150),
        ("10:15", None, 120),
        (None, "10:00", 60),
        (None, "09:45", 45),
        ("10:45", None, 105),
    ],
)
def test_a_break_that_somebody_placed_is_taken_from_where_it_lies(arrived, left, minutes):
    """09:00 to 12:30 with its break from 10:00 to 10:30."""
    one = Slot(at(9), at(12, 30), "UTC", 30, time(10))

    assert one.holds_break
    assert attended(one, moment(arrived), moment(left), unknown=0, deduction=0) == minutes


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, 1, hour, minute, tzinfo=UTC)


def moment(said: str | None) -> datetime | None:
    return at(*map(int, said.split(":"))) if said else None

"""Days of a timetable carried elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import Invalid
from training.rules.recurrence import MOST_FREE_DAYS, carried, next_day_of_work

MON = date(2027, 3, 22)
DAY = timedelta(days=1)
days = st.dates(date(1995, 1, 1), date(2035, 1, 1))


def weekend(day: date) -> bool:
    return day.weekday() >= 5


def days_of(*numbers: int) -> list[date]:
    return [MON + n * DAY for n in numbers]


@given(st.lists(days, min_size=1, max_size=8), days)
def test_without_free_days_all_move_by_the_same(some: list[date], first: date):
    assert {new - old for old, new in carried(some, first).items()} == {first - min(some)}


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=8), st.integers(-30, 30), st.sets(st.integers(0, 30))
)
def test_no_day_of_work_is_lost_and_none_lies_on_a_free_one(some: list[int], by: int, holidays: set[int]):
    def is_free(day: date) -> bool:
        return weekend(day) or (day - MON).days in holidays

    old = sorted(set(days_of(*some)))
    new = list(carried(old, MON + by * DAY, is_free).values())

    assert len(new) == len(old) and new == sorted(set(new))
    assert not any(is_free(day) for day in new)
    assert new[0] >= MON + by * DAY


def test_three_days_over_a_weekend_and_a_holiday():
    old = days_of(0, 1, 2)

    assert list(carried(old, MON + 3 * DAY, weekend).values()) == days_of(3, 4, 7)
    holiday = MON + 7 * DAY
    assert list(carried(old, MON + 3 * DAY, lambda day: weekend(day) or day == holiday).values()) == days_of(
        3, 4, 8
    )
    assert list(carried(days_of(4, 7), MON + 9 * DAY, weekend).values()) == days_of(9, 10)
    assert list(carried(days_of(0, 3), MON + 7 * DAY, weekend).values()) == days_of(7, 10), (
        "the day between stays"
    )
    assert next_day_of_work(MON + 4 * DAY, weekend) == MON + 7 * DAY


def test_where_nobody_ever_works_and_out_of_bounds_is_refused():
    with pytest.raises(Invalid, match="Nobody works") as refusal:
        carried([MON], MON, lambda day: day < MON + (MOST_FREE_DAYS + 1) * DAY)
    assert refusal.value.field == "first_day"
    with pytest.raises(Invalid, match="from the year"):
        carried([MON], date(3000, 1, 1))
    assert carried([], MON) == {}

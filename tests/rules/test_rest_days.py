"""Days of trainings over the weekends and holidays of countries, and series of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.rules import days_off, rest_days

FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
COUNTRIES = ("AT", "EG", "IR", "KZ", "UA", "", "XV")


@pytest.mark.parametrize(
    ("country", "weekend"),
    [*((c, {FRIDAY, SATURDAY}) for c in ("EG", "JO", "DZ", "AF", "IL")), ("IR", {FRIDAY}), ("AT", {SATURDAY, SUNDAY}),
     ("XV", {SATURDAY, SUNDAY}), ("", {SATURDAY, SUNDAY})],
)  # fmt: skip
def test_each_country_rests_on_its_own_days(country: str, weekend: set[int]):
    assert days_off.weekend(country) == weekend


def test_a_training_in_amman_leaves_out_friday_and_saturday():
    thursday = date(2027, 1, 7)

    assert rest_days.days_from(thursday, 3, "JO") == [thursday, date(2027, 1, 10), date(2027, 1, 11)]
    assert rest_days.days_from(thursday, 3, "JO", rests=False)[-1] == date(2027, 1, 9)


def test_a_holiday_is_left_out_and_the_first_day_is_what_was_chosen():
    assert rest_days.rest("AT", date(2027, 10, 26)).is_holiday
    assert rest_days.days_from(date(2027, 10, 25), 2, "AT")[1] == date(2027, 10, 27)
    assert rest_days.days_from(date(2027, 10, 26), 1, "AT") == [date(2027, 10, 26)]


def test_a_pause_within_the_week_stays_one():
    monday, wednesday = date(2027, 3, 1), date(2027, 3, 3)

    assert rest_days.moved([monday, wednesday], date(2027, 4, 15), before="AT", country="AT") == {
        monday: date(2027, 4, 15), wednesday: date(2027, 4, 19),
    }  # fmt: skip


def test_from_vienna_to_cairo_the_weekend_is_cairos():
    days = [date(2027, 3, 1) + timedelta(days=n) for n in range(5)]

    moved = rest_days.moved(days, date(2027, 5, 4), before="AT", country="EG")

    assert not {day.weekday() for day in moved.values()} & {FRIDAY, SATURDAY}
    assert len(set(moved.values())) == 5


def test_what_was_held_at_a_weekend_keeps_its_distances():
    friday, saturday = date(2027, 3, 5), date(2027, 3, 6)

    assert rest_days.moved([friday, saturday], date(2027, 3, 12), before="AT", country="AT") == {
        friday: date(2027, 3, 12), saturday: date(2027, 3, 13),
    }  # fmt: skip


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.integers(1, 12), st.sampled_from(COUNTRIES))
def test_days_follow_each_other_and_rest_on_none_but_the_first(first: date, count: int, country: str):
    days = rest_days.days_from(first, count, country)

    assert len(days) == count and days[0] == first and days == sorted(set(days))
    assert not any(rest_days.rest(country, day) for day in days[1:])


@given(
    st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.integers(1, 8),
    st.sampled_from(COUNTRIES),
    st.integers(-40, 400),
)
def test_moved_days_keep_their_order_and_their_number(first: date, count: int, country: str, by: int):
    days = rest_days.days_from(first, count, country)

    moved = rest_days.moved(days, first + timedelta(days=by), before=country, country=country)

    assert list(moved) == days and list(moved.values()) == sorted(set(moved.values()))
    assert moved[first] == first + timedelta(days=by)


def test_a_series_goes_on_by_weeks():
    assert rest_days.series(date(2027, 1, 4), 4, 3) == [date(2027, 1, 4), date(2027, 2, 1), date(2027, 3, 1)]
    with pytest.raises(ValueError, match="a week"):
        rest_days.series(date(2027, 1, 4), 0, 3)

"""The half-days of a course as text: what is written is read again, and what is not understood says its line."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import Invalid
from training.rules import half_days
from training.rules.half_days import HalfDay, Item

titles = st.text(st.sampled_from("Documents và света 12"), min_size=1, max_size=30).map(
    lambda text: "T" + " ".join(text.split())
)
items = st.builds(Item, titles, st.none() | st.just(time(9, 15)), st.none(), st.just("") | titles)


@st.composite
def courses(draw: st.DrawFn) -> list[HalfDay]:
    return [
        HalfDay(day, draw(titles), starts, ends, draw(st.sampled_from((0, 15, 30))), draw(st.booleans()),
                tuple(draw(st.lists(items, max_size=3))))
        for day in range(1, 1 + draw(st.integers(1, 4)))
        for starts, ends in ((time(9), time(12, 30)), (time(13, 30), time(17)))
    ]  # fmt: skip


@given(courses(), st.sampled_from(("en", "fr", "ru", "ar")))
def test_what_is_written_is_read_again(course: list[HalfDay], language: str):
    assert half_days.read(half_days.written(course, language)) == course


def test_people_write_dashes_and_points_as_they_like():
    [one] = half_days.read("day 2:\n9.00-12h30  Paper (and light) \n- 9:00 Opening | Ana Lind\n\n")

    assert (one.day, one.title, one.starts, one.ends) == (2, "Paper (and light)", time(9), time(12, 30))
    assert one.agenda == (Item("Opening", time(9), None, "Ana Lind"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [("09:00–12:30", "Line 1"), ("Day 1\nPaper and light", "Line 2"), ("09:00–08:00 Paper", "The end is before"),
     ("09:00–09:30 Paper (break 30)", "The breaks take up"), ("Day 99\n09:00–10:00 A", "at most 60 days"),
     ("09:00–12:00 A\n09:00–11:00 B", "overlap"), ("09:00–12:00 A\n11:00–13:00 B", "overlap"),
     ("09:00–12:00 A\n  | Ana", "not understood"), ("09:00–12:00 " + "A" * 300, "too long")],
)  # fmt: skip
def test_what_is_not_understood_says_where(text: str, said: str):
    with pytest.raises(Invalid, match=said) as refused:
        half_days.read(text)

    assert refused.value.field == "timetable"


def test_hours_of_a_day_are_read():
    assert half_days.read_hours("9:00-12:30; 13.30–17:00") == [
        (time(9), time(12, 30)),
        (time(13, 30), time(17)),
    ]
    assert half_days.read_hours("") == []
    for text in ("9 to 5", "12:00–09:00", "09:00–12:00, 11:00–13:00"):
        with pytest.raises(Invalid):
            half_days.read_hours(text)

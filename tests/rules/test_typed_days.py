"""Days and times as people type them: taken where they can be read in one way, refused where they can't."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from training.rules import typed_days
from training.rules.typed_days import Ambiguous, read_day, read_moment, read_time

NOVEMBER, APRIL = date(2026, 11, 25), date(2026, 4, 3)


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25", " 2026-11-25 ", "2026/11/25", "2026.11.25", "25.11.2026", "25/11/2026", "25-11-2026", "11/25/2026",
        "٢٥/١١/٢٠٢٦", "۲۵.۱۱.۲۰۲۶", "٢٥\u200f/١١\u200f/٢٠٢٦", "२५/११/२०२६", "２０２６-１１-２５",
    ],
)  # fmt: skip
def test_a_day_that_can_be_read_in_one_way_is_taken_in_every_language(text: str, language: str):
    if text.startswith("11/25") and language != "en":
        with pytest.raises(ValueError):  # French and Russian have no month 25
            read_day(text, language)
    else:
        assert read_day(text, language) == NOVEMBER


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.2026", "03-04-2026", "٠٣/٠٤/٢٠٢٦"])
def test_the_language_decides_where_the_numbers_do_not(text: str, monkeypatch: pytest.MonkeyPatch):
    assert read_day(text, "fr") == read_day(text, "ru") == APRIL
    with pytest.raises(Ambiguous) as refusal:
        read_day(text, "en")
    assert refusal.value.message.params == {"one": APRIL, "other": date(2026, 3, 4), "day": "2026-04-03"}

    monkeypatch.setattr(typed_days, "DAY_FIRST", frozenset({"en"}))
    assert read_day(text, "en") == APRIL


def test_a_day_that_is_the_same_in_both_orders_is_taken():
    assert read_day("05/05/2026", "en") == date(2026, 5, 5)


@pytest.mark.parametrize(
    "text", ["", "x", "25.11.26", "31.02.2026", "13/13/2026", "2026-25-11", "25.11/2026", "25 11 2026", "0/0/2026", "2026-11"]
)  # fmt: skip
def test_what_is_no_day_is_refused_and_not_guessed(text: str):
    for language in ("en", "fr", "ru"):
        with pytest.raises(ValueError) as refusal:
            read_day(text, language)
        assert not isinstance(refusal.value, Ambiguous)


@pytest.mark.parametrize("text", ["19:00", "19.00", "19:00:00", " ١٩:٠٠ "])
def test_a_time_is_taken_in_digits_of_every_script(text: str):
    assert read_time(text, "en") == time(19)


@pytest.mark.parametrize("text", ["", "19", "24:00", "19:60", "7:00 pm", "19:0", "-1:00"])
def test_what_is_no_time_is_refused(text: str):
    with pytest.raises(ValueError):
        read_time(text, "en")


@pytest.mark.parametrize(
    "text",
    ["2026-11-25T19:00", "2026-11-25 19:00", "2026-11-25T19:00:00", "25.11.2026 19:00", "25/11/2026, 19:00", "25.11.2026  19.00", "٢٥/١١/٢٠٢٦ ١٩:٠٠"],
)  # fmt: skip
def test_a_day_with_a_time_is_taken(text: str):
    assert read_moment(text, "en") == datetime(2026, 11, 25, 19)


@pytest.mark.parametrize("text", ["2026-11-25", "19:00", "2026-11-25 19:00 20:00", "T", "2026-11-25T"])
def test_a_day_without_a_time_is_no_moment(text: str):
    with pytest.raises(ValueError):
        read_moment(text, "en")

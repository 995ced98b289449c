"""A move keeps wall times in every zone, or is refused where clocks skip one of them."""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import Invalid
from training.models import Training, TrainingSession
from training.rules import zones
from training.services.schedule import plan, shift

ZONES = sorted([*zones.places(), "UTC"])
EACH = 20 if os.environ.get("STORM") == "full" else 1
DAYS = st.dates(date(1990, 1, 1), date(2039, 6, 1))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))


def session(zone: str, day: date, at: time, minutes: int) -> TrainingSession:
    """A session that is not stored. Its instants do not matter: a move reads the wall time alone."""
    training = Training(zone=zone, country="", capacity=9)
    begins = datetime.combine(day, at)
    return TrainingSession(
        training=training, title="X", starts_local=begins, ends_local=begins + timedelta(minutes=minutes),
        break_minutes=0, is_compulsory=True, session_trainers=[],
    )  # fmt: skip


def exists(local: datetime, zone: str) -> bool:
    there = ZoneInfo(zone)
    at = datetime.fromtimestamp(local.replace(tzinfo=there).timestamp(), there)
    return at.replace(tzinfo=None, fold=0) == local


@pytest.mark.parametrize("zone", ZONES)
def test_a_move_by_days_keeps_the_wall_time_of_every_session(zone: str):
    @settings(max_examples=EACH * 5, deadline=None, derandomize=True)
    @given(DAYS, TIMES, st.integers(30, 600), st.integers(-200, 200))
    def check(day: date, at: time, minutes: int, by: int) -> None:
        one = session(zone, day, at, minutes)
        [(_, new)] = shift.moved_to(one.training, [one], shift.Move(days=by))

        assert new.starts_local - one.starts_local == timedelta(days=by) == new.ends_local - one.ends_local
        if exists(new.starts_local, zone) and exists(new.ends_local, zone):
            try:
                planned = plan.as_planned(one.training, new)
            except Invalid as refusal:  # clocks go back within it, or forward over all of it
                assert refusal.field == "ends_local"
                return
            there = [
                at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                for at in (planned.starts_at, planned.ends_at)
            ]
            assert there == [new.starts_local, new.ends_local]
        else:
            with pytest.raises(Invalid, match="skip"):
                plan.as_planned(one.training, new)

    check()


def test_the_law_looks_at_every_zone():
    assert len(ZONES) > 400
    one = session("Europe/Vienna", date(2027, 3, 21), time(2, 30), 60)
    [(_, new)] = shift.moved_to(one.training, [one], shift.Move(days=7))
    with pytest.raises(Invalid, match="skip 02:30"):
        plan.as_planned(one.training, new)


def test_other_hours_move_the_break_along_and_an_end_before_the_start_is_on_the_next_day():
    now = plan.Details(
        title="X", starts_local=datetime(2027, 3, 23, 9), ends_local=datetime(2027, 3, 23, 12), break_minutes=30,
        break_starts=time(10),
    )  # fmt: skip

    later = shift.at_hours(now, time(10), None, None)
    assert (later.starts_local.hour, later.ends_local.hour, later.break_starts) == (10, 13, time(11))
    night = shift.at_hours(now, time(22), time(1), 0)
    assert night.ends_local == datetime(2027, 3, 24, 1) and night.break_minutes == 0

"""Sessions: planned from a pattern, no room or trainer twice, wall time kept, a skipped time refused."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from tests.make import Make
from training import clock
from training.errors import Conflict, Invalid
from training.services.directory import venues
from training.services.schedule import clashes, sessions, visible
from training.services.trainings import changes

MORNING = clashes.HalfDay("Morning", time(9), time(12, 30), 30)

AFTERNOON = clashes.HalfDay("Afternoon", time(13, 30), time(17), 30)


def test_sessions_are_generated_from_a_pattern_without_weekends(make: Make):
    monday = clock.today() + timedelta(days=28 - clock.today().weekday())
    training = make.training(
        starts_on=monday, ends_on=monday + timedelta(days=7), zone="Europe/Kyiv", is_open=False
    )

    made = sessions.generate(
        training,
        by=None,
        first_day=monday,
        last_day=monday + timedelta(days=7),
        slots=[MORNING, AFTERNOON],
        room=None,
        trainers=[],
    )

    assert len(made) == 12
    assert {s.scheduled_minutes for s in made} == {180}
    assert made[0].starts_at.utcoffset() == timedelta(0)
    assert made[0].starts_local == datetime.combine(monday, time(9))


def test_a_weekend_is_that_of_the_country(make: Make):
    monday = clock.today() + timedelta(days=28 - clock.today().weekday())
    training = make.training(
        starts_on=monday, ends_on=monday + timedelta(days=6), zone="Asia/Amman", country="JO", is_open=False
    )

    made = sessions.generate(
        training, by=None, first_day=monday, last_day=monday + timedelta(days=6), slots=[MORNING], room=None,
        trainers=[],
    )  # fmt: skip

    assert [one.on_date.weekday() for one in made] == [0, 1, 2, 3, 6], (
        "Friday and Saturday are free in Jordan"
    )


def test_the_preview_warns_of_clashes_holidays_and_small_rooms_and_stores_nothing(make: Make):
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Small", capacity=5))
    year = clock.today().year + 1
    programme = make.programme(ends_on=date(year, 12, 31))
    first, second = (
        make.training(
            programme=programme, starts_on=date(year, 5, 1), ends_on=date(year, 5, 3), is_open=False
        )
        for _ in "ab"
    )
    pattern = {"first_day": date(year, 5, 1), "last_day": date(year, 5, 1), "slots": [MORNING], "room": room,
               "trainers": [], "weekends": True}  # fmt: skip
    sessions.generate(first, by=None, **pattern)

    planned = sessions.preview(second, **pattern)

    said = [str(w.message) for w in planned[0].warnings]
    assert [w.is_hard for w in planned[0].warnings] == [True, False, False]
    assert "is taken by" in said[0] and "seats 5" in said[1] and "is a holiday there" in said[2]
    assert visible.of(second) == []


@pytest.mark.parametrize("what", ["room", "trainer"])
def test_the_same_room_or_trainer_twice_is_refused_by_the_service_and_by_the_database(
    make: Make, monkeypatch, what
):
    room = (
        venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="One", capacity=50))
        if what == "room"
        else None
    )
    teaching = [make.trainer()] if what == "trainer" else []
    day = clock.today() + timedelta(days=30)
    first, second = make.training(starts_on=day, is_open=False), make.training(starts_on=day, is_open=False)
    make.session(first, room=room, trainers=teaching)

    with pytest.raises(Conflict, match="at that time"):
        make.session(second, room=room, trainers=teaching)
    monkeypatch.setattr(
        clashes, "hard", lambda *args, **named: []
    )  # two coordinators who looked at the same moment
    with pytest.raises(Conflict, match="has just taken"):
        make.session(second, room=room, trainers=teaching)


def test_touching_ends_and_cancelled_sessions_do_not_clash(make: Make):
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="One", capacity=50))
    training = make.training(is_open=False)
    morning = make.session(training, room=room)
    on = training.starts_on
    make.session(
        training,
        room=room,
        starts_local=datetime.combine(on, time(12)),
        ends_local=datetime.combine(on, time(13)),
    )
    sessions.cancel(morning, by=make.user(), reason="ill")

    assert make.session(training, room=room).room is room


def test_a_time_that_clocks_skip_is_refused_and_a_new_zone_keeps_the_wall_time(make: Make):
    programme = make.programme(ends_on=date(2035, 1, 1))
    training = make.training(programme=programme, starts_on=date(2027, 3, 28), is_open=False)

    with pytest.raises(Invalid, match="skip 02:30"):
        make.session(training, starts_local=datetime(2027, 3, 28, 2, 30), ends_local=datetime(2027, 3, 28, 4))
    session = make.session(training)
    before = session.starts_at
    changes.change(training, by=make.user(), details=make.changed(training, zone="Asia/Almaty"))

    assert session.starts_local == datetime(2027, 3, 28, 9)
    assert session.starts_at != before

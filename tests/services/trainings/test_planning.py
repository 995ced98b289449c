"""Themes, programmes, trainings and sessions: the rules of tags, dates, states and clashes."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.make import Make
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import Theme, Training, TrainingState
from training.services import visible_trainings
from training.services.attendance import registers
from training.services.directory import venues
from training.services.programmes import frames, themes
from training.services.schedule import clashes, sessions, visible
from training.services.trainings import changes, moves

MORNING = clashes.Slot("Morning", time(9), time(12, 30), 30)
AFTERNOON = clashes.Slot("Afternoon", time(13, 30), time(17), 30)


def test_the_six_areas_and_mieux_are_seeded_once():
    again = themes.seed()

    assert [t.code for t in themes.every()] == ["IMR", "THB", "BMV", "ASY", "MD", "LMI", "MIEUX2"]
    assert again == {"themes": 0, "activity types": 0, "agency types": 0}
    assert [t.code for t in themes.usable_under(themes.by_code("MIEUX2"))] == [
        "MIEUX2", "IMR", "THB", "BMV", "ASY", "MD", "LMI",
    ]  # fmt: skip
    assert themes.by_code("BMV").name_in("ru") == "Управление границами и визы"


def test_a_programme_of_one_area_has_trainings_of_that_area_only(make: Make):
    with pytest.raises(Invalid, match="only its own themes"):
        make.training(programme=make.programme("BMV"), theme=make.theme("ASY"))


def test_a_multi_thematic_programme_may_hold_trainings_of_a_covered_area(make: Make):
    training = make.training(programme=make.programme("MIEUX2"), theme=make.theme("ASY"))

    assert training.theme.code == "ASY"


def test_the_database_itself_refuses_a_tag_that_does_not_fit(make: Make):
    training, other = make.training(), make.theme("ASY")

    @atomic
    def force(theme: Theme) -> None:
        db.session.execute(
            text("UPDATE training SET theme_id = :t WHERE id = :i"), {"t": theme.id, "i": training.id}
        )

    with pytest.raises(IntegrityError):
        force(other)


def test_retagging_a_programme_is_refused_while_a_training_would_not_fit(make: Make):
    programme = make.programme("MIEUX2")
    make.training(programme=programme, theme=make.theme("ASY"))
    known = {field.name: getattr(programme, field.name) for field in fields(frames.Details)}
    known["countries"] = programme.countries.split(",") if programme.countries else []

    with pytest.raises(Invalid, match="carry themes that BMV does not cover"):
        frames.change(
            programme, by=make.user(), details=frames.Details(**{**known, "theme": make.theme("BMV")})
        )
    details = frames.Details(**{**known, "theme": make.theme("ASY")})
    changed = frames.change(programme, by=make.user(), details=details)

    assert changed.theme.code == "ASY"
    assert visible_trainings.by_code(_only(programme).code).programme_theme_id == make.theme("ASY").id


def _only(programme):
    return db.session.query(Training).filter_by(programme_id=programme.id).one()


@pytest.mark.parametrize("percent", [0, 101, -1])
def test_the_completion_rule_is_never_zero(make: Make, percent):
    with pytest.raises(Invalid, match="from 1 to 100"):
        make.programme(completion_percent=percent)


def test_a_training_lies_within_its_programme_and_registration_closes_in_time(make: Make):
    with pytest.raises(Invalid, match="must lie within"):
        make.training(starts_on=clock.today() + timedelta(days=2000), is_open=False)
    with pytest.raises(Invalid, match="close after it opens"):
        make.training(registration_closes_local=datetime(2020, 1, 1), is_open=False)


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


def test_the_preview_warns_of_clashes_holidays_and_small_rooms_and_stores_nothing(make: Make):
    room = venues.add_room(make.venue(), by=None, name="Small", capacity=5)
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

    planned = sessions.plan(second, **pattern)

    said = [str(w.message) for w in planned[0].warnings]
    assert [w.is_hard for w in planned[0].warnings] == [True, False, False]
    assert "is taken by" in said[0] and "seats 5" in said[1] and "is a holiday there" in said[2]
    assert visible.of(second) == []


@pytest.mark.parametrize("what", ["room", "trainer"])
def test_the_same_room_or_trainer_twice_is_refused_by_the_service_and_by_the_database(
    make: Make, monkeypatch, what
):
    room = venues.add_room(make.venue(), by=None, name="One", capacity=50) if what == "room" else None
    teaching = [make.trainer()] if what == "trainer" else []
    day = clock.today() + timedelta(days=30)
    first, second = make.training(starts_on=day, is_open=False), make.training(starts_on=day, is_open=False)
    make.session(first, room=room, trainers=teaching)

    with pytest.raises(Conflict, match="at that time"):
        make.session(second, room=room, trainers=teaching)
    monkeypatch.setattr(
        clashes, "_clashes", lambda one, but: []
    )  # two coordinators who looked at the same moment
    with pytest.raises(Conflict, match="has just taken"):
        make.session(second, room=room, trainers=teaching)


def test_touching_ends_and_cancelled_sessions_do_not_clash(make: Make):
    room = venues.add_room(make.venue(), by=None, name="One", capacity=50)
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


def test_a_training_moves_through_its_states_by_named_steps_with_guards(make: Make):
    training, by = make.training(is_open=False), make.user()
    with pytest.raises(Conflict, match="Add its sessions first"):
        moves.change_state(training, by=by, name="open")
    session = make.session(training)
    moves.change_state(training, by=by, name="open")
    with pytest.raises(Conflict, match="has not begun yet"):
        moves.change_state(training, by=by, name="start")

    with time_machine.travel(session.ends_at + timedelta(hours=1)):
        moves.change_state(training, by=by, name="start")
        with pytest.raises(Conflict, match="registers are still open"):
            moves.change_state(training, by=by, name="complete")
        registers.close(session, by=by)
        moves.change_state(training, by=by, name="complete")

    assert training.state is TrainingState.COMPLETED
    with pytest.raises(Conflict, match="state has changed"):
        moves.change_state(training, by=by, name="cancel", reason="no")


def test_cancelling_needs_a_reason(make: Make):
    with pytest.raises(Invalid, match="Say why"):
        moves.change_state(make.training(), by=make.user(), name="cancel", reason=" ")


def test_text_too_long_or_with_a_nul_is_refused_on_both_databases(make: Make):
    with pytest.raises(Invalid, match="at most 200 characters"):
        make.agency(name="x" * 201)
    with pytest.raises(Invalid, match="cannot be stored"):
        make.agency(name="a\x00b")


def test_ids_are_not_used_twice(make: Make):
    first = make.training(is_open=False)
    last = make.session(first)

    @atomic
    def remove() -> None:
        db.session.delete(last)

    number = last.id
    remove()

    assert make.session(first).id > number

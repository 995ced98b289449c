"""From a course to a training with its timetable, all or nothing; and from a training to a course."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests.make import Make
from training import clock
from training.db import db
from training.errors import Conflict, Invalid
from training.models import Training, TrainingState
from training.services import locked_trainings, seat_counts
from training.services.programmes import courses
from training.services.schedule import agendas
from training.services.trainings import copies, defaults, from_course, previews, timetables
from training.services.trainings.previews import Frame
from training.services.trainings.timetables import Other, Timetable


def monday(weeks: int = 8) -> date:
    today = clock.today()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def table(course, **wanted):
    return Timetable(
        **{"first_day": monday(), "patterns": timetables.of_course(course), "country": "XV", **wanted}
    )


def made(make: Make, course, programme=None, **wanted):
    programme = programme or make.programme()
    one = table(course, **wanted)
    details = make.details(starts_on=one.first_day)
    return from_course.create(programme, by=make.user(), details=details, table=one, course=course)


def test_a_training_of_a_course_has_its_half_days_and_agenda_and_is_a_draft(make: Make):
    course, trainer = make.course(), make.trainer()

    training = made(make, course, trainers=[trainer])

    held = locked_trainings.live_sessions(training)
    assert [(one.title, one.starts_local) for one in held][:3] == [
        ("Paper and light", datetime.combine(monday(), time(9))),
        ("Photos", datetime.combine(monday(), time(13, 30))),
        ("Visas", datetime.combine(monday() + timedelta(days=1), time(9))),
    ]
    assert (training.starts_on, training.ends_on) == (monday(), monday() + timedelta(days=1))
    assert training.state is TrainingState.DRAFT and training.course is course
    assert [one.title for one in agendas.of(training)[held[0].id]] == ["Opening", "Under the lamp"]
    assert [len(one.session_trainers) for one in held] == [1, 1, 1, 1]


def test_one_half_day_may_differ_and_one_may_be_left_out(make: Make):
    course, trainer = make.course(), make.trainer()
    others = {"1-0900": Other(hours=(time(10), time(12)), without=frozenset({trainer.id}))}

    training = made(make, course, trainers=[trainer], left_out=frozenset({"2-1330"}), others=others)

    first, *rest = locked_trainings.live_sessions(training)
    assert first.starts_local.time() == time(10) and first.session_trainers == [] and len(rest) == 2


def test_a_clash_leaves_nothing_behind(make: Make):
    course, trainer, programme = make.course(), make.trainer(), make.programme()
    made(make, course, programme, trainers=[trainer])

    with pytest.raises(Conflict, match="teaches in"):
        made(make, course, programme, trainers=[trainer])

    assert len(db.session.scalars(select(Training)).all()) == 1


def test_days_over_the_weekend_follow_the_country(make: Make):
    course = make.course()
    thursday = monday() + timedelta(days=3)

    held = timetables.held(timetables.laid_out(table(course, first_day=thursday, country="JO")))

    assert [one.details.starts_local.date() for one in held][2] == thursday + timedelta(days=3), "Sunday"


def test_the_programme_may_be_lengthened_in_the_same_step_and_is_not_without_the_tick(make: Make):
    ends = monday()
    programme, course, by = make.programme(ends_on=ends), make.course(), make.user()
    details = make.details(starts_on=ends)
    with pytest.raises(Invalid) as refused:
        from_course.create(programme, by=by, details=details, table=table(course), course=course)
    assert refused.value.field == "starts_on" and programme.ends_on == ends

    from_course.create(programme, by=by, details=details, table=table(course), course=course, lengthens=True)

    assert programme.ends_on == ends + timedelta(days=1)


def test_dates_may_stay_open(make: Make):
    details = make.details(starts_on=monday(), ends_on=monday() + timedelta(days=40))

    training = from_course.create(make.programme(), by=make.user(), details=details, days_wanted=3)

    assert (training.is_date_open, training.days_wanted) == (True, 3)
    assert locked_trainings.live_sessions(training) == []


def test_a_course_of_a_training_gives_the_same_training_again(make: Make):
    training = made(make, make.course())
    proposed = from_course.as_course(training)

    course = from_course.make_course(training, by=make.user(), details=proposed)

    again = made(make, course, first_day=monday(12))
    pairs = [
        [(one.title, one.starts_local.time(), one.ends_local.time(), one.break_minutes, one.is_compulsory)
         for one in locked_trainings.live_sessions(each)] for each in (training, again)
    ]  # fmt: skip
    assert pairs[0] == pairs[1]
    assert courses.timetable(course).count("Ana Lind") == 1


def test_the_code_that_is_proposed_follows_the_programmes_pattern(make: Make):
    programme = make.programme(code="XX")
    assert defaults.code(programme) == "XX-01"
    make.training(programme=programme, is_open=False, code="MX2-CA-09")
    assert defaults.code(programme) == "MX2-CA-10"
    assert defaults.code(programme, ["MX2-CA-10"]) == "MX2-CA-11"


def test_a_preview_says_what_clashes_once_and_what_would_help(make: Make):
    course, programme = make.course(), make.programme()
    busy, free = (make.trainer(themes=[make.theme()]) for _ in range(2))
    made(make, course, programme, trainers=[busy])
    frame = Frame(zone="Europe/Vienna", country="XV", capacity=20, theme=make.theme(), programme=programme)

    found = previews.preview(frame, table(course, trainers=[busy]))

    [finding] = [one for one in found.findings if one.is_hard]
    assert finding.is_hard and len(finding.keys) == 4 and found.is_blocked
    assert {one.do.partition(":")[0] for one in finding.remedies} == {"without", "swap"}
    ranked = previews.trainers_ranked(frame, found.held)
    assert [one.trainer for one in ranked] == [free, busy] and not ranked[1].is_free


def test_what_was_shown_is_stale_when_something_new_stands_against_it(make: Make):
    course, trainer = make.course(), make.trainer()
    frame = Frame(zone="Europe/Vienna", country="XV", capacity=20, programme=make.programme())
    before = previews.preview(frame, table(course, trainers=[trainer]))
    made(make, course, trainers=[trainer])
    now = previews.preview(frame, table(course, trainers=[trainer]))

    assert previews.is_stale(now, before.shown, is_same_wish=True)
    assert not previews.is_stale(now, now.shown, is_same_wish=True)
    assert not previews.is_stale(now, "nonsense", is_same_wish=True)
    other = previews.preview(frame, table(course, first_day=monday(20)))
    assert previews.is_stale(other, before.shown, is_same_wish=True), "the half-days are others now"
    assert not previews.is_stale(other, before.shown, is_same_wish=False), "another wish was typed"


# Copies and series


def test_a_copy_has_hours_agenda_trainers_and_seats_and_nobody_is_registered(make: Make):
    course, trainer, agency = make.course(), make.trainer(), make.agency()
    training = made(make, course, trainers=[trainer])
    make.kept(training, seats=3, agency=agency)
    found = copies.patterns(training)
    later = monday(16)
    details = copies.details(training, later, code="COPY-1", venue=training.venue)

    copy = copies.copy(
        training, by=make.user(), details=details, keeps_seats=True,
        table=Timetable(first_day=later, patterns=found, country="XV", trainers=copies.trainers(found)),
    )  # fmt: skip

    before, after = (locked_trainings.live_sessions(one) for one in (training, copy))
    assert [one.starts_local + timedelta(weeks=8) for one in before] == [one.starts_local for one in after]
    assert [len(one.session_trainers) for one in after] == [1, 1, 1, 1]
    assert len(agendas.of(copy)) == 1 and copy.course is course and copy.code == "COPY-1"
    assert [(one.seats, one.agency) for one in seat_counts.allocations(copy)] == [(3, agency)]
    assert copy.registration_closes_local.date() == later - (
        training.starts_on - training.registration_closes_local.date()
    )


def test_a_series_is_stored_as_a_whole_or_not_at_all(make: Make):
    training = made(make, make.course(), trainers=[make.trainer()])
    rows = [copies.Row(first_day=monday(weeks)) for weeks in (12, 16, 20, 24)]

    series = copies.repeat(training, by=make.user(), rows=rows)

    found = copies.in_series(series)
    assert [one.series_number for one in found] == [1, 2, 3, 4, 5] and found[0] is training
    assert {one.state for one in found} == {TrainingState.DRAFT} and len({one.code for one in found}) == 5
    with pytest.raises(Conflict, match=str(monday(16).year)):
        copies.repeat(training, by=make.user(), rows=[copies.Row(first_day=monday(40)), rows[1]])
    assert len(copies.in_series(series)) == 5


def test_rows_at_one_time_are_refused_by_the_row(make: Make):
    training = made(make, make.course(), trainers=[make.trainer()])
    same = copies.Row(first_day=monday(12))

    with pytest.raises(Conflict):
        copies.repeat(training, by=make.user(), rows=[same, same])

    assert training.series is None and len(db.session.scalars(select(Training)).all()) == 1

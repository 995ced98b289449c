"""Facts about many sessions take as few statements as about one, and each statement finds its rows by an index."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import event

from tests.make import Make
from training.db import db
from training.models import Training, TrainingSession
from training.rules import clashes
from training.rules.timetable import Where
from training.services.directory import holidays, trainers, venues
from training.services.registrations import submissions
from training.services.timetables import clash_facts, slots


def planned(make: Make, days: int) -> Training:
    """A training of so many days, with two sessions a day in a room, by a trainer with a limit, and one person."""
    training = make.training(is_open=False, ends_on=make.details().starts_on + timedelta(days=days))
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="One", capacity=50))
    teacher = make.trainer(most_days_a_month=20)
    for day in range(days):
        for hour in (9, 13):
            starts = datetime.combine(training.starts_on + timedelta(days=day), time(hour))
            make.session(
                training, starts_local=starts, ends_local=starts + timedelta(hours=3), room=room, trainers=[teacher]
            )  # fmt: skip
    make.registration(training)
    return training


@pytest.mark.parametrize("days", [1, 12])
def test_facts_take_eight_statements_at_most(make: Make, queries: list[str], days: int):
    asked = slots.stored(TrainingSession.training_id == planned(make, days).id)
    assert len(asked) == 2 * days
    db.session.expire_all()
    queries.clear()

    clashes.found(asked, clash_facts.load(asked))

    assert len([one for one in queries if one.startswith("SELECT")]) <= 8


def test_what_stands_elsewhere_in_time_is_not_read(make: Make):
    training = planned(make, 1)
    [first, *_] = slots.stored(TrainingSession.training_id == training.id)
    far = make.training(is_open=False, starts_on=training.starts_on + timedelta(days=20))
    make.session(far, trainers=trainers.active())

    facts = clash_facts.load([first])

    assert {one.frame.id for one in facts.others} == {training.id}
    assert len(facts.taught) == 1 and facts.people[training.id].count == 1


def test_what_somebody_moved_replaces_its_row_and_what_goes_does_not_stand_there(make: Make):
    training = planned(make, 1)
    first, second = slots.stored(TrainingSession.training_id == training.id)

    assert [one.key for one in clash_facts.load([first]).others] == [second.key]
    assert clash_facts.load([first], but=[second.key]).others == []
    assert clash_facts.load([first, second]).others == []


def test_the_organisations_days_count_before_the_calendars(make: Make):
    admin, day = make.user(), make.details().starts_on.replace(month=5, day=1)
    place = Where("Vienna", "AT")
    assert clash_facts.is_day_off(place, day)

    holidays.add(
        by=admin,
        details=holidays.Details(first_on=day, last_on=day, name_en="Open", country="AT", is_workday=True),
    )
    assert not clash_facts.is_day_off(place, day)

    monday = day + timedelta(days=7 - day.weekday() + 7)
    assert not clash_facts.is_day_off(place, monday)
    own = holidays.add(by=admin, details=holidays.Details(first_on=monday, last_on=monday, name_en="Retreat"))
    assert clash_facts.is_day_off(place, monday) and clash_facts.is_day_off(Where("Kyiv", "UA"), monday)
    holidays.remove(own, by=admin)
    assert not clash_facts.is_day_off(place, monday)


def plans_of(asked: list[slots.Slot]) -> list[tuple[str, str]]:
    """Each statement about sessions that ``load`` sends, with the plan that the database makes of it."""
    found: list[tuple[str, str]] = []
    connection = db.session.connection()
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "

    def note(conn, cursor, statement, parameters, *rest):
        if statement.startswith("SELECT") and "training_session" in statement:
            found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        clash_facts.load(asked)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    told = []
    for statement, parameters in found:
        cursor = connection.connection.cursor()
        if connection.dialect.name == "postgresql":
            cursor.execute("SET enable_seqscan = off")  # few rows: else it reads them all, whatever the index
        cursor.execute(explain + statement, parameters)
        told.append((statement, "\n".join(str(row) for row in cursor.fetchall())))
    return told


def test_sessions_are_found_by_an_index(make: Make):
    asked = slots.stored(TrainingSession.training_id == planned(make, 2).id)

    told = plans_of(asked)

    assert len(told) == 3
    for statement, plan in told:
        is_read_whole = re.search(
            r"SCAN (training_session|session_trainer)\b(?! USING)|Seq Scan on (training_session|session_trainer)",
            plan,
        )
        assert not is_read_whole, f"{statement}\n{plan}"


def test_submissions_hold_no_more_than_they_ask(make: Make, queries: list[str]):
    training = make.training()
    person = make.trainee()
    queries.clear()

    submissions.submit(training, by=None, trainee=person)

    assert sum("own.training_id" in one for one in queries) == 1

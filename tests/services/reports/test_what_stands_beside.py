"""Rows B2 and C5, to the end: who is registered for what is to come, and the hours of optional sessions."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from tests.make import Make
from tests.services.reports.cases import Case, mark_of, planned
from tests.services.reports.readings import Readings, counted
from tests.services.reports.test_cases_of_returns import back_for_another_agency, marked_anew
from training import clock
from training.db import db
from training.models import Registration
from training.services.attendance import expected, registers
from training.services.registrations import submissions
from training.services.reports import supply
from training.services.trainings import moves


def of_tomorrow(make: Make, people: int = 1, **wanted: object) -> list[Registration]:
    starts = clock.today() + timedelta(days=1)
    training = make.training(starts_on=starts, ends_on=starts, **wanted)
    return [submissions.submit(training, by=None, trainee=make.trainee()) for _ in range(people)]


def test_only_who_has_a_seat_is_registered_for_what_is_to_come(make: Make, report: Readings):
    """Who gave the seat up, who has only been put forward, and who waits on the reserve list are not."""
    here, gone = of_tomorrow(make, 2)
    submissions.withdraw(gone, by=make.user(), reason="ill")
    of_tomorrow(make, 1, admission="approval")
    of_tomorrow(make, 2, capacity=1)

    told = report.hold("cf0 pd0 tc2")

    lines = told.lines or {}
    assert lines["training", here.training.code]["to_come"] == 1
    assert sum(line["to_come"] or 0 for (table, _), line in lines.items() if table == "training") == 2


def test_what_is_postponed_or_has_begun_is_not_to_come(make: Make, report: Readings):
    [later], [now] = of_tomorrow(make), of_tomorrow(make)
    moves.change_state(later.training, by=make.user(), name="postpone", reason="the room burnt down")
    report.hold("cf0 tc1")

    with time_machine.travel(clock.now() + timedelta(days=1, hours=12), tick=False):
        report.hold("cf1 tc0", training=now.training)


def test_where_nothing_held_back_what_is_postponed_it_would_be_to_come(make: Make, monkeypatch):
    [later] = of_tomorrow(make)
    moves.change_state(later.training, by=make.user(), name="postpone", reason="the room burnt down")
    monkeypatch.setattr(supply, "NOT_HELD", ())
    monkeypatch.setattr(expected, "is_in_figures", lambda: supply.TrainingSession.is_compulsory)

    assert counted().to_come == 1


def with_an_evening(make: Make) -> tuple[Case, Registration, Registration]:
    """Somebody left Alpha, came back for Beta, and both registrations are marked in one optional evening."""
    case, _, _ = back_for_another_agency(make)
    gone = next(one for one in case.registrations if one)
    back = db.session.query(Registration).filter(Registration.id > gone.id).one()
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=9), tick=False):
        make.change_session(case.sessions[3], by=make.user(), is_compulsory=False)
    marked_anew(case, 3, gone, "L60")
    return case, gone, back


def test_a_returned_person_attends_an_optional_session_once_and_where_they_stand(
    make: Make, report: Readings
):
    case, gone, back = with_an_evening(make)

    told = report.hold("cf1 att900 due900 oh3.0", training=case.training)

    lines = told.lines or {}
    assert lines["agency", back.agency.code]["optional_hours"] == 3.0
    assert ("agency", gone.agency.code) not in lines
    report.hold("oh3.0", agency=back.agency)
    report.hold("oh0.0", agency=gone.agency)


def test_counted_by_registration_it_would_be_attended_twice(make: Make, monkeypatch):
    case, _, _ = with_an_evening(make)
    monkeypatch.setattr(supply, "max", lambda long, own: long + own, raising=False)

    assert counted(training=case.training).optional_hours == 5.0


def test_optional_sessions_that_were_called_off_or_wait_for_marks_give_no_hours(make: Make, report: Readings):
    case = planned(make, 1)
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=5), tick=False):
        make.change_session(case.sessions[1], by=make.user(), is_compulsory=False)
        [one] = [submissions.submit(case.training, by=None, trainee=make.trainee())]

    told = report.hold("cf1 pd1 oh0.0", training=case.training)
    registers.save(case.sessions[1], by=None, marks=[mark_of(case.sessions[1], one, "Q30")])

    assert told.notes == {}
    report.hold("cf1 pd1 oh2.5", training=case.training)

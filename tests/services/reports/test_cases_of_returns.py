"""The table of cases, where it is about people with several registrations for one training, and about late additions."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import ColumnElement

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, mark_of, planned
from tests.services.reports.readings import Readings, counted, rows_of, total
from training.db import db
from training.models import Agency, Registration, RegistrationState, Role
from training.services.attendance import at_the_door, own_register, registers, standing
from training.services.registrations import late_changes, submissions
from training.services.reports import figures, participations, selection
from training.services.reports.selection import Filters
from training.services.trainees import records


def marked_anew(case: Case, at: int, one: Registration, word: str) -> None:
    session = case.sessions[at]
    with time_machine.travel(session.ends_at + timedelta(minutes=9), tick=False):
        registers.reopen(session, by=case.make.user(), reason="came after all")
        registers.save(session, by=None, marks=[mark_of(session, one, word)])
        registers.close(session, by=None)


def back_for_another_agency(make: Make) -> tuple[Case, Agency, Agency]:
    """PP for Alpha, withdrawn, moved to Beta, added at the door for Beta, PPPP."""
    alpha, beta = make.agency(name="Alpha"), make.agency(name="Beta")
    case = carried_out(planned(make, 3), "PP---- !2", agency=alpha)
    [gone] = case.registrations
    assert gone is not None
    records.transfer(gone.trainee, by=make.user(), agency=beta)
    with time_machine.travel(case.sessions[2].starts_at - timedelta(minutes=30), tick=False):
        back = late_changes.walk_in(case.training, by=make.user(), trainee=gone.trainee)
    for at in range(2, 6):
        marked_anew(case, at, back, "P")
    return case, alpha, beta


WHOLE = "cf1 cm1 dn1 dr0 lt0 att1080 due1080 r100.0"
NOBODY = "cf0 cm0 dn0 dr0 att0 due0"


def test_who_came_back_for_another_agency_counts_there_with_all_of_it(make: Make, report: Readings):
    """The registrations are joined first, and filtered then: the filter says what the table says."""
    case, alpha, beta = back_for_another_agency(make)

    for filters in ({}, {"training": case.training}, {"agency": beta}):
        told = report.hold(WHOLE, **filters)
        lines = told.lines or {}
        assert [key for key in lines if key[0] == "agency"] == [("agency", beta.code)]
        assert told.header["state"] == "Final: all 6 registers are closed."
    told = report.hold(NOBODY, agency=alpha)
    assert (told.rows, told.people) == ([], [])


def test_rows_of_one_person_count_each_session_once(make: Make, report: Readings):
    case, _, beta = back_for_another_agency(make)

    for filters in ({}, {"agency": beta}):
        told = report.hold(WHOLE, **filters)
        assert len(told.rows) == 12
        counting = [(row["session_start"], row["agency_name"]) for row in told.rows if row["counts"] == "1"]
        assert [name for _, name in sorted(counting)] == ["Alpha"] * 2 + ["Beta"] * 4
        assert total(told.rows) == total(told.rows, "scheduled_minutes") == 1080
        assert [line["Agency"] for line in told.people] == ["Beta"]
    assert rows_of(training=case.training) == told.rows


def back_after_a_day(make: Make, agency: Agency | None = None) -> tuple[Case, Registration, Registration]:
    """PP, withdrawn, and back at the door of the last day: PP. The session in which both are marked counts once."""
    case = carried_out(planned(make, 3), "PP---- !2", agency=agency)
    [gone] = case.registrations
    assert gone is not None
    with time_machine.travel(case.sessions[4].starts_at - timedelta(minutes=30), tick=False):
        back = late_changes.walk_in(case.training, by=make.user(), trainee=gone.trainee)
    for at, word in ((1, "L60"), (4, "P"), (5, "P")):
        marked_anew(case, at, back, word)
    return case, gone, back


def test_the_agency_reads_of_who_came_back_what_the_report_says(make: Make, report: Readings):
    """One person, once: 4 of 6 sessions beside the registration that stands, and nothing beside the other."""
    case, gone, back = back_after_a_day(make)

    shares = own_register.shares([gone, back])

    report.hold("cf1 att720 due1080", training=case.training)
    assert shares == {back.id: own_register.Share(720, 1080)}
    assert own_register.shares([gone]) == {}
    assert own_register.shares([back]) == shares
    focal = make.user(Role.PARTNER, agency=gone.agency)
    report.client.sign_in(focal)
    page = report.client.get(f"/trainings/{case.training.public_id}").text
    assert page.count("12 h of 18 h") == 1 and "6 h of 18 h" not in page


def test_the_new_agency_reads_of_who_came_back_what_the_report_says_and_the_old_one_its_history(make: Make):
    case, alpha, beta = back_for_another_agency(make)
    [gone] = case.registrations
    back = db.session.query(Registration).filter_by(agency_id=beta.id).one()
    assert gone is not None and gone.agency is alpha

    shares = own_register.shares([gone, back])

    assert shares == {gone.id: own_register.Share(360, 1080), back.id: own_register.Share(1080, 1080)}
    assert counted(agency=beta).attended == 1080


def test_while_the_register_is_open_of_who_came_back_nothing_is_said(make: Make):
    case, gone, back = back_after_a_day(make)
    for session in case.sessions[4:]:
        registers.reopen(session, by=make.user(), reason="a signature came late")

    assert own_register.shares([gone, back]) == {back.id: own_register.Share(360, 720)}


def test_counted_by_registration_the_agency_would_read_each_session_twice(make: Make, monkeypatch):
    _, gone, back = back_after_a_day(make)
    monkeypatch.setattr(standing, "counts", lambda: Registration.id.is_not(None))

    assert own_register.shares([gone, back]) == {back.id: own_register.Share(840, 2160)}


def by_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(*, agency: int | None, country: str | None) -> ColumnElement[bool]:
        return Registration.agency_id == agency

    monkeypatch.setattr(standing, "of", of)


def test_filtered_before_they_are_joined_an_agency_would_have_a_part_of_it(make: Make, monkeypatch):
    _, alpha, beta = back_for_another_agency(make)
    by_registration(monkeypatch)

    assert [counted(agency=one).due for one in (alpha, beta)] == [1080, 1080]
    assert [counted(agency=one).attended for one in (alpha, beta)] == [360, 720]


def test_the_standing_registration_is_the_same_in_sql_and_in_figures(make: Make):
    """Of two that were given up the one with more minutes stands, else the older one."""
    alpha, beta = make.agency(), make.agency()
    for words, back, stands in (
        ("PA---- !2", "PPAA", beta),
        ("PP---- !2", "AAAA", alpha),
        ("AA---- !2", "AAAA", alpha),
    ):
        case = carried_out(planned(make, 3), words, agency=alpha)
        [gone] = case.registrations
        assert gone is not None
        records.transfer(gone.trainee, by=make.user(), agency=beta)
        with time_machine.travel(case.sessions[2].starts_at - timedelta(minutes=30), tick=False):
            again = late_changes.walk_in(case.training, by=make.user(), trainee=gone.trainee)
        for at, word in enumerate(back, start=2):
            marked_anew(case, at, again, word)
        with time_machine.travel(case.sessions[5].ends_at + timedelta(hours=1), tick=False):
            submissions.withdraw(again, by=make.user(), reason="ill")
        filters = Filters(training=case.training)

        [one] = participations.of_selection(filters, user=None)
        assert one.agency[1] == stands.id
        assert [r.id for r in db.session.scalars(participations.people(filters, user=None))] == [
            one.registration_id
        ]
        found = [counted(training=case.training, agency=each).confirmed for each in (alpha, beta)]
        assert found == [int(each is stands) for each in (alpha, beta)]


def test_what_was_offered_follows_the_registration_that_stands(make: Make, report: Readings):
    """Kept seats, days and the notes: all of it is said of Beta, and nothing of Alpha."""
    alpha, beta = make.agency(name="Alpha"), make.agency(name="Beta")
    case = planned(make, 3, capacity=20)
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=15), tick=False):
        for one in (alpha, beta):
            make.kept(case.training, agency=one, seats=2, release_local=None)
    carried_out(case, "PP---- !2", agency=alpha)
    [gone] = case.registrations
    assert gone is not None
    records.transfer(gone.trainee, by=make.user(), agency=beta)
    with time_machine.travel(case.sessions[2].starts_at - timedelta(minutes=30), tick=False):
        back = late_changes.walk_in(case.training, by=make.user(), trainee=gone.trainee)
    for at in range(2, 6):
        marked_anew(case, at, back, "P")

    report.hold("cm1 su50.0 td3 ac1 hd3.0", agency=beta)
    report.hold("cm0 su0.0 td0 ac0 hd0.0", agency=alpha)


def test_a_registration_that_takes_no_part_is_filtered_by_its_own_agency(make: Make, report: Readings):
    alpha, beta = make.agency(name="Alpha"), make.agency(name="Beta")
    case = carried_out(planned(make, 1), "PP", "-- !0", agency=alpha)
    came, gone = case.registrations
    assert came is not None and gone is not None

    told = report.hold("cf1", agency=alpha, state=gone.state)

    assert sorted((row["counts"], row["attendance_status"]) for row in told.rows) == [
        ("0", ""), ("0", ""), ("1", "present"), ("1", "present")
    ]  # fmt: skip
    assert report.hold("cf0", agency=beta, state=gone.state).rows == []


def added_at_the_door(case: Case, make: Make) -> Registration:
    """An hour after the second session ended, on its day and with its register open."""
    with time_machine.travel(case.sessions[1].ends_at + timedelta(hours=1), tick=False):
        return at_the_door.add(
            case.sessions[1], by=make.user(), agency=make.agency(), family_name="Doe", given_names="Jo"
        )


def test_whoever_is_put_on_a_register_after_its_session_is_pending(make: Make, report: Readings):
    case = carried_out(planned(make, 1), "P.", closed=1)
    late = added_at_the_door(case, make)

    assert registers.tally(case.sessions[1]).missing == 2
    told = report.hold("cf2 cm1 nk1 pd2 dn0 att180 due360", training=case.training)

    unmarked = [row for row in told.rows if row["attendance_status"] == "not_recorded"]
    assert [row["counts"] for row in unmarked] == ["1", "1"]
    assert {row["trainee_id"] for row in unmarked} >= {str(late.trainee.public_id)}
    assert [line["Completed"] for line in told.people] == ["pending", "pending"]


def test_a_cleared_mark_of_somebody_not_expected_is_pending(make: Make, report: Readings):
    """A6, and then cleared: the register waits for it, and so does the result."""
    case = carried_out(planned(make, 3), "....PP", "----PP @4w")
    late, first = case.registrations[1], case.sessions[0]
    assert late is not None
    registers.save(first, by=None, marks=[mark_of(first, late, "P")])
    report.hold("cf2 pd1 att900 due1440 dn0", training=case.training)

    registers.save(first, by=None, marks=[registers.Mark(late.public_id, None, 1)])

    report.hold("cf2 pd2 att720 due1260 dn0", training=case.training)


def test_counted_by_who_was_expected_a_cleared_mark_would_decide(make: Make, monkeypatch):
    case = carried_out(planned(make, 1), "P.", closed=1)
    added_at_the_door(case, make)
    monkeypatch.setattr(participations.expected, "is_listed", participations.expected.is_expected)

    assert (counted(training=case.training).confirmed, counted(training=case.training).pending) == (1, 1)


def test_a_mark_before_its_session_begins_stands_in_figures_and_rows(make: Make, report: Readings):
    case = planned(make, 3)
    with time_machine.travel(case.sessions[2].starts_at - timedelta(minutes=10), tick=False):
        carried_out(case, "PP>>>>")
        [one] = case.registrations
        assert one is not None
        registers.save(case.sessions[2], by=None, marks=[mark_of(case.sessions[2], one, "P")])

        told = report.hold("cf1 cm1 pd1 att540 due540", training=case.training)

        assert total(told.rows) == total(told.rows, "scheduled_minutes") == 540


def test_a_mark_before_the_training_begins_is_of_no_participant(make: Make, report: Readings):
    case = planned(make, 1)
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=1), tick=False):
        one = submissions.submit(case.training, by=None, trainee=make.trainee())
    with time_machine.travel(case.sessions[0].starts_at - timedelta(minutes=10), tick=False):
        registers.save(case.sessions[0], by=None, marks=[mark_of(case.sessions[0], one, "P")])

        assert report.hold("cf0", training=case.training).rows == []


def test_the_state_is_of_trainings_in_which_they_take_part_or_are_registered(make: Make, report: Readings):
    """Who withdrew before a training began has nothing to do with its open register."""
    agency = make.agency()
    carried_out(planned(make, 1), "PP", agency=agency)
    carried_out(planned(make, 1), "-- !0", agency=agency)
    other = carried_out(planned(make, 1), "P.", "-- !0")
    gone = other.registrations[1]
    assert gone is not None

    assert report.hold("cf1", agency=agency).header["state"] == "Final: all 2 registers are closed."
    assert figures.data_state(Filters(agency=gone.agency), user=None).sessions == 0


def test_who_has_only_been_put_forward_makes_it_provisional(make: Make, report: Readings):
    agency = make.agency()
    carried_out(planned(make, 1), "PP", agency=agency)
    coming = make.training(admission="approval")
    one = submissions.submit(coming, by=None, trainee=make.trainee(agency))
    assert one.state is RegistrationState.SUBMITTED

    told = report.hold("cf1", agency=agency)

    assert told.header["state"] == "Provisional: 1 session is to come."
    assert selection.Filters(agency=agency).choose_people

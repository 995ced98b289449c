"""The table of cases: facts entered through services, figures read from service, page, workbook, CSV and JSON."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.reports.cases import carried_out, mark_of, planned
from tests.services.reports.readings import Readings, counted
from training.models import RegistrationState, Sex
from training.rules import indicators
from training.services.attendance import registers
from training.services.registrations import late_changes, submissions
from training.services.reports import figures, participations
from training.services.reports.selection import Filters
from training.services.schedule import sessions as planning

CASES: dict[str, tuple[int, list[str], str]] = {
    "A1": (3, ["PPPPPP", "PPPAPP", "L30PL30PAP", "AAAAAA"],
           "cf4 cm3 dn2 ns1 att2820 due4320 r65.3 rc87.0 nsr25.0 h47.0 d7.83 hd8.0"),
    "A2": (3, ["PPPPPP", "PP---- !2"], "cf2 cm2 dn1 dr1 att1440 due2160 r66.7"),
    "A3": (3, ["PPPPPP", "----PP @4"], "cf2 cm2 dn1 lt1 dr0 att1440 due2160 r66.7"),
    "A4": (3, ["PPPPPP", "----PP @4w"], "cf2 cm2 dn1 lt1 dr0 att1440 due2160 r66.7"),
    "A5": (3, ["....PP", "----PP @4w"], "cf2 cm2 dn0 lt1 pd1 att720 due1440 r50.0"),
    "A8": (3, ["PPPPPP", "------ !0"], "cf1 cm1 dn1"),
    "A9": (3, ["AA---- !2"], "cf1 cm0 ns1 dr0 att0 due1080 nsr100.0"),
    "A10": (3, ["PPPPAA"], "cm1 dn0 dr1 att720 due1080 r66.7"),
    "A11": (5, ["PPPPPPPPAA"], "att1440 due1800 dn1 dr0"),
    "A12": (5, ["PPPPPPPL1AA"], "att1439 due1800 r79.9 dn0 dr1"),
    "B3": (3, ["PPPPP.", "AAAAA."], "cf2 cm1 nk1 pd2 ns0 att900 due1800 r50.0"),
    "B4": (3, ["P.PPPP"], "pd1 dn0 att900 due900 r100.0"),
    "C1": (3, ["EEEEEE"], "cf1 cm0 ex1 ns0 att0 due1080 r0.0 rn- nsr0.0"),
    "C2": (3, ["EEPPPP"], "cm1 dn0 att720 due1080 r66.7 rn100.0"),
    "C3": (3, ["EAAAAA"], "ns1 ex0"),
}  # fmt: skip


FINAL = "Final: all 6 registers are closed."
STATES = {
    "A1": FINAL, "A2": FINAL, "A3": FINAL, "A4": FINAL, "A9": FINAL, "A10": FINAL,
    "A5": "Provisional: 4 registers of 6 are open.",
    "B3": "Provisional: 1 register of 6 is open.",
    "B4": "Provisional: 1 register of 6 is open.",
}  # fmt: skip
OWN = {
    "A2": [(100.0, "yes"), (33.3, "no")],
    "A3": [(100.0, "yes"), (33.3, "no")],
    "A5": [(100.0, "pending"), (33.3, "no")],
    "A12": [(79.9, "no")],
    "B4": [(100.0, "pending")],
}
"""What the sheet Participants says of each person: the rate, and whether they completed."""
UNMARKED = {"A4": {}, "A5": {"not_recorded": 4, "not_there": 4}, "B4": {"not_recorded": 1}}
"""The rows without a mark that count; those of a closed register that say so are none."""


@pytest.mark.parametrize("name", CASES)
def test_the_figures_are_those_of_the_table_in_every_form(name: str, make: Make, report: Readings):
    days, lines, expected = CASES[name]
    case = carried_out(planned(make, days), *lines)

    told = report.hold(expected, training=case.training)

    assert told.header["state"] == STATES.get(name, told.header["state"])
    if name in OWN:
        assert [(line["Attendance, %"], line["Completed"]) for line in told.people] == OWN[name]
    if name in UNMARKED:
        found = Counter(row["attendance_status"] for row in told.rows if row["counts"] == "1")
        assert {status: found[status] for status in UNMARKED[name]} == UNMARKED[name]
        assert name != "A4" or "not_recorded" not in found


def state_of(case) -> tuple[bool, int, int]:
    state = figures.data_state(Filters(training=case.training), user=None)
    return state.is_final, state.open_registers, state.to_come


def test_a_closed_training_is_final_and_an_open_register_makes_it_provisional(make: Make):
    case = carried_out(planned(make, 3), "PPPPPP", "PPPAPP")
    assert state_of(case) == (True, 0, 0)

    before = counted(training=case.training)
    registers.reopen(case.sessions[5], by=make.user(), reason="a signature came late")

    assert state_of(case) == (False, 1, 0)
    assert counted(training=case.training) == before


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["PP>>>>", "PP>>>> !2"], "cf2 cm2 dn0 pd1 dr1 att720 due720 r100.0"),
        (["PP>>>>", "AA>>>>"], "cf2 cm1 nk1 pd2 dn0 ns0 att360 due720 r50.0 rc100.0"),
    ],
)
def test_on_the_first_evening_it_is_provisional_and_who_has_left_is_decided(
    lines, expected, make: Make, report: Readings
):
    case = planned(make, 3)
    with time_machine.travel(case.sessions[1].ends_at + timedelta(hours=1), tick=False):
        case = carried_out(case, *[line.replace(" !2", "") for line in lines])
        if " !2" in lines[1]:
            submissions.withdraw(case.registrations[1], by=make.user(), reason="ill")
        told = report.hold(expected, training=case.training)
        assert told.header["state"] == "Provisional: 4 sessions are to come."


def test_nobody_is_a_participant_of_a_training_that_has_not_begun(make: Make, report: Readings):
    """B2, and F5: sessions to come wait for no mark."""
    case = planned(make, 3)
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=3), tick=False):
        agency = make.agency()
        for _ in range(30):
            make.registration(case.training, make.trainee(agency, sex=Sex.F))

        told = report.hold("cf0 pd0 r- tc30", training=case.training)
        lines = told.lines or {}
        assert {key[0]: line["to_come"] for key, line in lines.items() if key[0] != "theme_covered"} == dict.fromkeys(
            ("total", "theme", "sex", "country", "agency_type", "agency", "training"), 30
        )  # fmt: skip
        report.hold("cf0 tc30", agency=agency, sex=Sex.F)
        report.hold("cf0 tc0", agency=make.agency())
        assert told.header["state"] == "Provisional: 6 sessions are to come."
        assert (told.rows, told.people) == ([], [])
        widened = report.hold("cf0 pd0 r- tc30", training=case.training, state=RegistrationState.CONFIRMED)
        assert len(widened.rows) == 180
        assert {(row["counts"], row["attendance_status"]) for row in widened.rows} == {("0", "")}


def test_while_the_third_session_runs_two_count(make: Make, report: Readings):
    case = planned(make, 3)
    with time_machine.travel(case.sessions[2].starts_at + timedelta(hours=1), tick=False):
        carried_out(case, "PP>>>>")

        report.hold("cf1 cm1 pd1 att360 due360", training=case.training)
        assert state_of(case) == (False, 0, 4)


def test_sessions_that_were_called_off_leave_what_is_due(make: Make, report: Readings):
    case = carried_out(planned(make, 3), "PP>>>>", "PA>>>>")
    for session in case.sessions[2:]:
        planning.cancel(session, by=make.user(), reason="no room")

    expected = "cf2 dn1 att540 due720 r75.0"
    report.hold(expected, training=case.training)
    assert state_of(case) == (True, 0, 0)


def test_whoever_is_not_expected_can_be_marked_and_counts(make: Make, report: Readings):
    """A6"""
    case = carried_out(planned(make, 3), "....PP", "----PP @4w")
    late, first = case.registrations[1], case.sessions[0]
    assert late is not None
    assert [row.registration for row in registers.others(first)] == [late]

    registers.save(first, by=None, marks=[mark_of(first, late, "P")])

    found = participations.of_selection(Filters(training=case.training), user=None)
    own = next(one.participation for one in found if one.registration_id == late.id)
    assert (own.attended, own.due, indicators.completed(own)) == (540, 1080, False)
    told = report.hold("cf2 dn0 pd1 att900 due1440", training=case.training)
    assert [(line["Attendance, %"], line["Completed"]) for line in told.people] == [
        (100.0, "pending"),
        (50.0, "no"),
    ]
    assert registers.others(first) == []


def test_two_registrations_of_one_person_are_one_participant(make: Make, report: Readings):
    """Withdrawn after the first day, and added at the door on the third: 4 of 6 half-days, once."""
    case = carried_out(planned(make, 3), "PP---- !2")
    first = case.registrations[0]
    assert first is not None
    with time_machine.travel(case.sessions[4].starts_at - timedelta(minutes=30), tick=False):
        again = late_changes.walk_in(case.training, by=make.user(), trainee=first.trainee)
    for session in case.sessions[4:]:
        with time_machine.travel(session.ends_at + timedelta(minutes=5), tick=False):
            registers.reopen(session, by=make.user(), reason="came after all")
            registers.save(session, by=None, marks=[mark_of(session, again, "P")])
            registers.close(session, by=None)

    report.hold("cf1 cm1 dn0 att720 due1080 r66.7 lt0", training=case.training)
    (one,) = participations.of_selection(Filters(training=case.training), user=None)
    assert one.registration_id == again.id
    assert one.participation.attended_last_day == 360
    assert not one.participation.has_dropped_out


def test_measured_by_what_was_due_a_drop_out_would_complete(make: Make, monkeypatch):
    case = carried_out(planned(make, 3), "PPPPPP", "PP---- !2")
    whole = indicators.completed
    assert counted(training=case.training).completed == 1

    monkeypatch.setattr(indicators, "completed", lambda one: whole(one._replace(due_all=one.attended)))

    assert counted(training=case.training).completed == 2

"""The table of cases, where it is about rules: half-days, days of a programme, minutes of a mark, replacements."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from tests.services.reports.cases import ZONE, Case, carried_out, planned, with_slots
from tests.services.reports.readings import Readings, counted
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import AttendanceRecord, DayBasis
from training.rules import minutes
from training.services.attendance import own_register, registers
from training.services.registrations import late_changes, submissions

MORNING = (0, "09:00", "12:30", 30)
AFTERNOON = (0, "13:30", "17:00", 30)
DAY = (0, "09:00", "17:00", 120)
NIGHT = (0, "22:00", "02:00", 0)
THREE_IN_A_MORNING = [(0, "09:00", "10:00", 0), (0, "10:15", "11:15", 0), (0, "11:30", "12:30", 0)]
HALVES = [
    ("H1", THREE_IN_A_MORNING, "PPP", "d0.5 hd0.5 h3.0"),
    ("H2 present", [DAY], "P", "att360 d1.0 hd1.0"),
    ("H2 left before noon", [DAY], "Q10:30", "att90 d0.5"),
    ("H2 came in the afternoon", [DAY], "L15:00", "att120 d0.5"),
    ("H2 came in the morning", [DAY], "L10:00", "att300 d1.0"),
    ("H2 came in the break", [DAY], "L12:30", "att180 d0.5 ns0"),
    ("H3 to half past one", [(0, "09:00", "13:30", 30)], "P", "d0.5"),
    ("H3 with an evening", [MORNING, AFTERNOON, (0, "19:00", "21:00", 0)], "PPP", "d1.0"),
    ("a night", [NIGHT], "P", "d0.5"),
    ("absent", [DAY], "A", "d0.0 hd0.0 ns1"),
    ("no time recorded", [DAY], "L?", "att330 d1.0"),
    ("two days with one odd", [DAY, (1, "09:00", "12:30", 30), (1, "13:30", "17:00", 30)], "PPP", "d2.0"),
]


def by_half_days(make: Make, slots: list[tuple[int, str, str, int]]) -> Case:
    return with_slots(make, slots, programme=make.programme(day_basis=DayBasis.HALF_DAYS))


@pytest.mark.parametrize(("name", "slots", "words", "expected"), HALVES, ids=[one[0] for one in HALVES])
def test_half_days_are_those_of_the_clock(name, slots, words, expected, make: Make, report: Readings):
    case = carried_out(by_half_days(make, slots), words)

    told = report.hold(expected, training=case.training)

    assert told.header["day_rules"] == f"half-days ÷ 2 (programme {case.training.programme.code})"


def test_an_afternoon_that_is_all_break_is_no_half_day(make: Make, report: Readings):
    """From 09:00 to 17:00 with 240 minutes of break: in the middle it leaves both halves, from 13:00 on the first one."""
    case = carried_out(by_half_days(make, [(0, "09:00", "17:00", 240)]), "P")
    report.hold("att240 d1.0", training=case.training)

    make.change_session(case.sessions[0], by=make.user(), break_starts=time(13))

    report.hold("att240 d0.5", training=case.training)


def test_with_another_boundary_a_morning_is_two_half_days(make: Make, monkeypatch):
    monkeypatch.setattr(minutes, "NOON", time(11))
    case = carried_out(by_half_days(make, [DAY]), "Q13:00")

    assert counted(training=case.training).person_days == 1.0


def test_two_registrations_of_one_person_share_their_half_days(make: Make, report: Readings):
    """Withdrawn in the break, and back in the afternoon of the same long session: one day, not two."""
    case = carried_out(by_half_days(make, [DAY, (1, "09:00", "17:00", 120)]), "P- !1")
    first = case.registrations[0]
    assert first is not None
    session = case.sessions[1]
    with time_machine.travel(session.starts_at - timedelta(minutes=30), tick=False):
        again = late_changes.walk_in(case.training, by=make.user(), trainee=first.trainee)
    with time_machine.travel(session.ends_at + timedelta(minutes=5), tick=False):
        registers.reopen(session, by=make.user(), reason="came after all")
        registers.save(
            session, by=None, marks=[registers.Mark(again.public_id, registers.AttendanceStatus.PRESENT, 0)]
        )
        registers.close(session, by=None)

    report.hold("cf1 att720 d2.0 hd2.0", training=case.training)


def test_two_trainings_on_one_morning_are_one_half_day(make: Make, report: Readings):
    """And on another morning they are two: each half of a day counts once for a person."""
    programme, person = make.programme(day_basis=DayBasis.HALF_DAYS), make.trainee()
    for slots in (
        [(0, "09:00", "10:30", 0), (1, "09:00", "12:00", 0)],
        [(0, "11:00", "12:30", 0), (1, "14:00", "17:00", 0)],
    ):
        carried_out(with_slots(make, slots, programme=programme), "PP", people=[person])
    other = carried_out(with_slots(make, [(0, "11:00", "12:30", 0)], programme=programme), "P")

    told = report.hold("hd2.0 d2.0 ps2 cm3")

    lines = told.lines or {}
    assert sorted(line["person_days"] for (table, _), line in lines.items() if table == "training") == [
        0.5,
        1.0,
        1.0,
    ]
    report.hold("hd0.5 d0.5", training=other.training)


def test_half_days_of_other_people_are_their_own(make: Make, report: Readings):
    """Two people on one morning, each in a training of their own, one counted by hours."""
    for programme in (make.programme(day_basis=DayBasis.HALF_DAYS), make.programme()):
        carried_out(with_slots(make, [MORNING], programme=programme), "P")

    report.hold("hd1.0 d1.0 cm2")


def test_a_programme_says_how_long_a_day_is(make: Make, report: Readings):
    """H4"""
    case = carried_out(planned(make, 1, programme=make.programme(day_minutes=300)), "PP")

    told = report.hold("d1.2 h6.0", training=case.training)

    assert told.header["day_rules"] == f"minutes ÷ 300 (programme {case.training.programme.code})"


def test_days_of_two_programmes_add_up_each_by_its_own_rule(make: Make, report: Readings):
    """E8"""
    carried_out(planned(make, 2, programme=make.programme(day_minutes=360)), "PPPP")
    two_days = [(0, *MORNING[1:]), (0, *AFTERNOON[1:]), (1, *MORNING[1:])]
    carried_out(by_half_days(make, two_days), "PPP")

    told = report.hold("d3.5 hd3.5 att1260")

    assert "minutes ÷ 360" in told.header["day_rules"] and "half-days ÷ 2" in told.header["day_rules"]


MARKS = [
    ("M1", MORNING, 30, {"P": 180, "L30": 150, "L10:45": 90, "Q60": 120, "L30Q60": 90}),
    ("M2", MORNING, 30, {"L?": 150, "L?Q?": 120, "L?Q60": 90}),
    ("M2 deducts all", MORNING, 480, {"L?": 1}),
    ("M3", NIGHT, 30, {"L23:00": 180, "L00:30": 90, "Q01:00": 180}),
]


@pytest.mark.parametrize(("name", "slot", "deduction", "worth"), MARKS, ids=[one[0] for one in MARKS])
def test_a_mark_is_worth_the_minutes_of_the_table(name, slot, deduction, worth, make: Make, report: Readings):
    programme = make.programme(deduction_minutes=deduction)
    case = carried_out(with_slots(make, [slot], programme=programme), *worth)

    told = report.hold(f"cm{len(worth)}", training=case.training)

    assert marks_of(case) == [(minutes, "?" in word) for word, minutes in worth.items()]
    assert told.notes.get("estimated", 0) == sum("?" in word for word in worth)


def marks_of(case: Case) -> list[tuple[int, bool]]:
    found = select(AttendanceRecord.minutes, AttendanceRecord.is_estimated)
    found = found.where(AttendanceRecord.session_id == case.sessions[0].id).order_by(AttendanceRecord.id)
    return [(minutes, is_estimated) for minutes, is_estimated in db.session.execute(found)]


def test_a_time_outside_the_session_is_refused_in_words(make: Make):
    """M3"""
    with pytest.raises(Invalid, match="21:00 lies outside the session"):
        carried_out(with_slots(make, [NIGHT]), "L21:00")


@pytest.mark.parametrize(("day", "due"), [(date(2026, 10, 25), 300), (date(2026, 3, 29), 180)])
def test_the_hours_of_a_change_of_clocks_are_counted(day: date, due: int, make: Make, report: Readings):
    """M4"""
    with time_machine.travel(datetime.combine(day + timedelta(days=3), time(9)), tick=False):
        case = carried_out(with_slots(make, [(0, "01:00", "05:00", 0)], starts=day, zone=ZONE), "L04:00")

        report.hold(f"att60 due{due}", training=case.training)


def test_who_is_replaced_before_it_begins_counts_nowhere_and_the_substitute_from_the_start(
    make: Make, report: Readings
):
    """Replaced five days before."""
    case = planned(make, 3)
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=5), tick=False):
        first = submissions.submit(case.training, by=None, trainee=make.trainee())
        new = late_changes.replace(first, by=make.user(), substitute=make.trainee(first.agency), reason="ill")
    for session, status in zip(case.sessions, "PPPPAA", strict=True):
        with time_machine.travel(session.ends_at + timedelta(minutes=5), tick=False):
            is_there = (
                registers.AttendanceStatus.PRESENT if status == "P" else registers.AttendanceStatus.ABSENT
            )
            registers.save(session, by=None, marks=[registers.Mark(new.public_id, is_there, 0)])
            registers.close(session, by=None)

    report.hold("cf1 cm1 dn0 dr1 lt0 att720 due1080 r66.7", training=case.training)


def replaced_after_a_day(make: Make) -> Case:
    """A7: PP---- !2, and instead of them --PPPP @2, by the act that replaces somebody."""
    case = carried_out(planned(make, 3), "PP>>>>")
    [first] = case.registrations
    assert first is not None
    with time_machine.travel(case.sessions[2].starts_at - timedelta(minutes=40), tick=False):
        substitute = make.trainee(first.agency)
        new = late_changes.replace(first, by=make.user(), substitute=substitute, reason="ill")
    for session in case.sessions[2:]:
        with time_machine.travel(session.ends_at + timedelta(minutes=5), tick=False):
            assert [row.registration for row in registers.register(session)] == [new]
            registers.save(
                session, by=None, marks=[registers.Mark(new.public_id, registers.AttendanceStatus.PRESENT, 0)]
            )
            registers.close(session, by=None)
    case.registrations = [first, new]
    return case


def test_who_is_replaced_midway_dropped_out_and_the_substitute_joined_late(make: Make, report: Readings):
    case = replaced_after_a_day(make)

    told = report.hold("cf2 cm2 dn0 dr1 lt1 att1080 due2160 r50.0 h18.0", training=case.training)

    assert [one.state.value for one in case.registrations if one] == ["replaced", "confirmed"]
    assert [line["Attendance, %"] for line in told.people] == [33.3, 66.7]


def test_expected_from_the_first_session_on_a_substitute_would_not_have_joined_late(make: Make):
    case = replaced_after_a_day(make)
    _, new = case.registrations
    assert new is not None
    atomic(setattr)(new, "confirmed_at", case.sessions[0].starts_at)

    assert counted(training=case.training).joined_late == 0


def test_nobody_takes_a_seat_in_a_training_that_is_over(make: Make):
    case = carried_out(planned(make, 1), "PP")
    [one] = case.registrations
    assert one is not None

    with pytest.raises(Conflict, match="over"):
        late_changes.replace(one, by=make.user(), substitute=make.trainee(one.agency), reason="ill")


def test_a_register_that_is_closed_again_makes_it_final_again(make: Make, report: Readings):
    """B8"""
    case = carried_out(planned(make, 3), "PPPPPP", "PPPAPP")
    last = case.sessions[5]

    registers.reopen(last, by=make.user(), reason="a signature came late")
    told = report.hold("cf2 pd0", training=case.training)
    assert told.header["state"] == "Provisional: 1 register of 6 is open."

    registers.close(last, by=None)
    told = report.hold("cf2 pd0", training=case.training)
    assert told.header["state"] == "Final: all 6 registers are closed."


def test_the_agency_reads_of_its_people_what_the_report_says(make: Make, report: Readings):
    """C9, and whoever left after a day or joined on the third: optional sessions count on neither page."""
    case = with_slots(make, [MORNING, AFTERNOON, (0, "19:00", "21:00", 0), (1, *MORNING[1:])])
    optional = case.sessions[2]
    as_optional(optional)
    carried_out(case, "PPAP", "PPP- !3", "---P @3")
    everybody = [one for one in case.registrations if one]

    shares = own_register.shares(everybody)

    told = [(shares[one.id].attended, shares[one.id].scheduled) for one in everybody]
    assert told == [(540, 540), (360, 540), (180, 540)]
    report.hold("att1080 due1620 cf3", training=case.training)


def as_optional(session) -> None:
    Make().change_session(session, by=Make().user(), is_compulsory=False)

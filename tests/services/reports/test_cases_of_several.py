"""The table of cases, where it is about several trainings, agencies or persons, and about what was offered to them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import openpyxl
import time_machine

from tests.make import Make
from tests.services.reports.cases import carried_out, planned
from tests.services.reports.readings import Readings, from_csv, from_json, from_page, from_workbook
from training import clock
from training.models import DayBasis, Role, Sex
from training.services.programmes import frames, themes
from training.services.reports import figures, notes
from training.services.schedule import sessions as planning
from training.services.trainees import records
from training.services.trainings import moves

A1 = "PPPPPP", "PPPAPP", "L30PL30PAP", "AAAAAA"


def test_what_was_cancelled_or_never_planned_gives_nothing_to_report(make: Make, report: Readings):
    """C8"""
    make.training(is_open=False)
    gone = make.training()
    make.registration(gone)
    moves.change_state(gone, by=make.user(), name="cancel", reason="no money")

    told = report.hold("cf0 pd0 r-")

    assert told.header["state"] == "Nothing to report yet: this selection has no session."


def test_what_was_postponed_is_neither_due_nor_to_come(make: Make, report: Readings):
    """C10: beside it A1; all of it, and an agency registered in both. The clock passes the old dates."""
    agency = make.agency()
    with time_machine.travel(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False):
        later = make.training(starts_on=clock.today() + timedelta(days=60))
        make.registration(later, make.trainee(agency))
        moves.change_state(later, by=make.user(), name="postpone", reason="the room burnt down")
    carried_out(planned(make, 3), *A1, agency=agency)

    for filters in ({}, {"agency": agency}):
        told = report.hold("cf4 cm3 dn2 ns1 att2820 due4320", **filters)
        assert told.header["state"] == "Final: all 6 registers are closed."


def test_who_never_completed_and_who_came_to_a_mission_reach_no_target(make: Make):
    """E3"""
    programme = make.programme()
    mission = next(one for one in themes.activity_types() if not one.counts_as_training)
    carried_out(planned(make, 3, programme=programme), "PP---- !2")
    carried_out(planned(make, 3, programme=programme, activity_type=mission), "PPPPPP")
    frames.set_targets(programme, by=make.user(), promised=frames.Targets(persons_trained=2))

    [one] = figures.against_targets(programme)

    assert (one.indicator, one.reached, one.target, one.share) == ("persons_trained", 0, 2, 0.0)


def test_a_target_of_days_counts_by_the_rule_of_its_programme(make: Make):
    programme = make.programme(day_basis=DayBasis.HALF_DAYS)
    carried_out(planned(make, 1, programme=programme), "PA", "PP")
    frames.set_targets(programme, by=make.user(), promised=frames.Targets(person_days=3))

    assert [one.reached for one in figures.against_targets(programme)] == [1.5]


def test_somebody_who_changed_agency_counts_under_each_and_once_in_all(make: Make, report: Readings):
    """E5"""
    first, second = make.agency(name="Alpha"), make.agency(name="Beta")
    person = make.trainee(first)
    carried_out(planned(make, 1), "PP", people=[person])
    records.transfer(person, by=make.user(), agency=second)
    carried_out(planned(make, 1), "PP", people=[person])

    told = report.hold("ps1 tr1 cm2")

    lines = told.lines or {}
    assert [lines["agency", one.code]["persons_trained"] for one in (first, second)] == [1, 1]


def test_a_programme_of_several_areas_stands_for_all_its_trainings(make: Make, report: Readings):
    """E6"""
    frame = themes.create_multi_thematic(
        by=make.user(), code="MIX", name_en="Mix", name_fr="", name_ru="", text_en="",
        areas=[make.theme("THB"), make.theme("ASY")],
    )  # fmt: skip
    programme = make.programme("MIX")
    carried_out(planned(make, 3, programme=programme, theme=make.theme("THB")), *A1)
    carried_out(planned(make, 3, programme=programme, theme=frame), *A1)

    told = report.hold("cf8", theme=frame)
    report.hold("cf4", theme=frame, only=True)

    lines = told.lines or {}
    assert [lines["theme", code]["confirmed"] for code in ("THB", "MIX")] == [4, 4]
    assert [lines["theme_covered", code]["confirmed"] for code in ("THB", "ASY")] == [8, 4]


def test_the_share_of_women_leaves_out_whose_sex_is_not_recorded_and_says_so(make: Make, report: Readings):
    """E9"""
    sexes = [Sex.F] * 3 + [Sex.M] * 5 + [Sex.NOT_RECORDED] * 2
    people = [make.trainee(sex=sex) for sex in sexes]
    carried_out(planned(make, 1), *["PP"] * 10, people=people)

    told = report.hold("cm10 sw37.5 nr2")

    assert told.notes["sex_not_recorded"] == 2


def test_few_without_a_recorded_sex_are_no_note(make: Make, report: Readings, monkeypatch):
    people = [make.trainee(sex=Sex.F) for _ in range(20)] + [make.trainee()]
    carried_out(planned(make, 1), *["PP"] * 21, people=people)

    assert "sex_not_recorded" not in report.hold("nr1").notes
    monkeypatch.setattr(notes, "MOST_WITHOUT_SEX", 0)
    assert report.hold("nr1").notes["sex_not_recorded"] == 1


def test_seats_and_what_was_made_of_them(make: Make, report: Readings):
    """E10: 20 seats, 18 came; an agency with 4 kept seats sent 3, one with none kept sent 1."""
    case = planned(make, 1, capacity=20)
    kept, none = make.agency(name="Kept"), make.agency(name="None kept")
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=15), tick=False):
        make.kept(case.training, agency=kept, seats=4, release_local=None)
        make.kept(case.training, agency=none, seats=0, release_local=None)
    people = [make.trainee(kept) for _ in range(3)] + [make.trainee(none)]
    people += [make.trainee() for _ in range(14)]
    carried_out(case, *["PP"] * 18, people=people)

    told = report.hold("cm18 fr90.0 su75.0", training=case.training)

    lines = told.lines or {}
    assert [lines["agency", one.code]["seat_use"] for one in (kept, none)] == [75.0, None]
    report.hold("fr- su75.0", agency=kept)
    report.hold("fr- su-", agency=none)


def test_somebody_cannot_be_in_two_places_at_once(make: Make, report: Readings):
    """E11: both rows are named, and the hours stand until somebody corrects one."""
    person = make.trainee()
    cases = [planned(make, 1), planned(make, 1)]
    for case in cases:
        carried_out(case, "PA", people=[person])

    told = report.hold("h6.0 cm2 ps1")

    assert told.notes["at_once"] == 1
    assert "at_once" not in report.hold("h3.0", training=cases[0].training).notes
    report.client.sign_in(report.manager)
    rows = list(csv.DictReader(io.StringIO(
        report.client.get("/reports/attendance.csv?shape=figures&ends_from=2000-01-01").data.decode("utf-8-sig")
    )))  # fmt: skip
    named = {row["row"] for row in rows if row["figure"] == "at_once" and row["row"]}
    assert named == {case.training.code for case in cases}


def test_who_left_one_place_before_coming_to_the_other_was_in_one_at_a_time(make: Make, report: Readings):
    person = make.trainee()
    for word in ("Q60A", "L150A"):
        carried_out(planned(make, 1), word, people=[person])

    assert "at_once" not in report.hold("cm2").notes


def test_training_days_add_up_over_trainings(make: Make, report: Readings):
    """E12"""
    for _ in range(2):
        carried_out(planned(make, 3), *A1)

    told = report.hold("td6 ac2")

    lines = told.lines or {}
    assert sorted(line["training_days"] for (table, _), line in lines.items() if table == "training") == [
        3,
        3,
    ]
    assert sum(line["training_days"] for (table, _), line in lines.items() if table == "theme") == 6


def test_a_day_on_which_nobody_was_there_is_no_training_day(make: Make, report: Readings):
    carried_out(planned(make, 2), "PPAA", "PEEA")

    report.hold("td1 ac1")


def test_the_totals_are_the_same_on_every_page_and_in_every_file(make: Make, client):
    """F4: more participants than a page holds, from the bare address on."""
    with time_machine.travel(datetime(2026, 9, 1, 9, tzinfo=UTC), tick=False):
        for _ in range(2):
            carried_out(planned(make, 1), *["PP"] * 20)
        client.sign_in(make.user(Role.MANAGER))

        first = client.get(client.get("/reports/attendance").headers["Location"])
        second = client.get(client.get("/reports/attendance?page=2").headers["Location"] + "&page=2")
        files = [
            client.get(client.get(f"/reports/attendance.{ending}").headers["Location"])
            for ending in ("xlsx", "csv?shape=figures", "json")
        ]

        pages = [from_page(one.text).figures for one in (first, second)]
        book, lines, envelope = files
        told = [
            from_workbook(book.data).figures,
            from_csv(lines.data.decode("utf-8-sig")).figures,
            from_json(envelope.text).figures,
        ]
        assert pages[0]["confirmed"] == 40
        assert [*pages, *told] == [pages[0]] * 5
        assert first.text != second.text
        people = openpyxl.load_workbook(io.BytesIO(book.data))["Participants"]
        assert people.max_row - 1 == 40
        assert len({row["trainee_id"] for row in json.loads(envelope.text)["rows"]}) == 40


def test_a_training_of_which_sessions_were_called_off_says_how_many(make: Make, report: Readings):
    """C4"""
    case = carried_out(planned(make, 3), "PP>>>>", "PA>>>>")
    for session in case.sessions[2:]:
        planning.cancel(session, by=make.user(), reason="no room")

    told = report.hold("cf2 dn1 att540 due720 r75.0")

    assert told.notes["called_off"] == 1
    report.client.sign_in(report.manager)
    assert "4 of 6 sessions called off" in report.client.get("/reports/attendance?ends_from=2000-01-01").text

"""The worked example of the field, entered through the services and read from the page, the XLSX and the CSV."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine

from tests.make import Make
from tests.papers import text_of
from tests.services.reports.cases import carried_out, planned, with_slots
from training import clock
from training.db import atomic, db
from training.models import AttendanceStatus, Role, Sex, Training
from training.output import pdf
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.registrations import submissions
from training.services.reports import detail_rows, downloads, figures, participations, report
from training.services.reports.selection import Filters
from training.services.schedule import visible
from training.services.trainings import moves

P, L, E, X, A = AttendanceStatus


@pytest.fixture
def example(make: Make) -> Training:
    """3 days of 2 half-days of 180 minutes; A came to all, B missed one, C was late twice and away once, D never came."""
    starts = clock.today() - timedelta(days=10)
    programme = make.programme("MIEUX2")
    with time_machine.travel(datetime.combine(starts - timedelta(days=20), time(8))):
        training = make.training(
            programme=programme, theme=make.theme("THB"), starts_on=starts, is_open=False, capacity=10,
            title="=1+1 Interviewing",
        )  # fmt: skip
        for day in range(3):
            for first in (9, 13):
                on = datetime.combine(starts + timedelta(days=day), time(first))
                make.session(
                    training,
                    starts_local=on,
                    ends_local=on + timedelta(hours=3),
                    title=f"Half-day {day} {first}",
                )
        moves.change_state(training, by=None, name="open")
        agency = make.agency(name="Migration Service of Norland")
        people = [("A", Sex.F), ("B", Sex.M), ("C", Sex.F), ("D", Sex.M)]
        for name, sex in people:
            person = make.trainee(
                agency, family_name=name, given_names="=Ann", sex=sex, phone="+41 22 555 01 01"
            )
            submissions.submit(training, by=None, trainee=person)
    marks = {"A": [P] * 6, "B": [P] * 5 + [A], "C": [L, P, P, L, P, A], "D": [A] * 6}
    for number, session in enumerate(visible.of(training)):
        rows = registers.register(session)
        late = (session.starts_local + timedelta(minutes=30)).time()
        registers.save(
            session, by=None,
            marks=[
                Mark(r.registration.public_id, status, 0, arrived=late if status is L else None)
                for r in rows
                for status in [marks[r.registration.trainee.family_name][number]]
            ],
        )  # fmt: skip
    return training


def close_all(training: Training) -> None:
    for session in visible.of(training):
        registers.close(session, by=None)


def test_the_worked_example_gives_the_figures_of_the_field(example):
    close_all(example)

    totals = figures.summary(participations.of_selection(Filters(training=example), user=None))

    assert (totals.confirmed, totals.participations, totals.persons_trained) == (4, 3, 2)
    assert (totals.no_show_rate, totals.attendance_rate, totals.attendance_rate_of_attendees) == (
        25.0,
        65.3,
        87.0,
    )
    assert (totals.attended, totals.due, totals.due_attendees) == (2820, 4320, 3240)
    assert (totals.person_hours, totals.person_days, totals.person_days_half) == (47.0, 7.83, 8.0)


def test_the_same_figures_stand_on_the_page(example, client, make):
    close_all(example)
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"/reports/attendance?training={example.code}").text

    for figure in (
        "65.3 %",
        "87.0 %",
        "25.0 %",
        "7.83",
        'data-figure="person_hours">47<',
        "Final: all 6 registers are closed.",
    ):
        assert figure in page


def test_the_same_figures_stand_in_the_workbook_and_text_stays_text(example, tmp_path: Path):
    close_all(example)
    path = tmp_path / "report.xlsx"

    downloads.xlsx(path, Filters(training=example), user=None, demo=False, with_names=True)

    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "Summary", "All figures", "Participants", "Attendance", "Notes", "About this report", "Definitions"
    ]  # fmt: skip
    head, first = [[cell.value for cell in row] for row in book["All figures"].iter_rows(max_row=2)]
    summary = dict(zip(head, first, strict=True))
    assert summary["Attendance rate over confirmed, %"] == 65.3
    assert summary["Attendance rate over attendees, %"] == 87
    assert (summary["Persons trained"], summary["Person-hours"], summary["Person-days (by hours)"]) == (
        2,
        47,
        7.83,
    )
    cell = book["Participants"]["F2"]
    assert (cell.value, cell.data_type) == ("=Ann", "s")
    assert book["Participants"].freeze_panes == "A2"
    assert book["Attendance"].max_row == 1 + 24


def test_the_workbook_opens_on_an_upright_summary_of_one_page_across(example, tmp_path: Path):
    path = tmp_path / "report.xlsx"

    downloads.xlsx(path, Filters(training=example), user=None, demo=True)

    book = openpyxl.load_workbook(path)
    first = book.active
    assert (first.title, first.page_setup.orientation) == ("Summary", "portrait")
    above = [row[0] for row in first.iter_rows(values_only=True)]
    head = above.index(None) + 1
    assert first.print_title_rows == f"${head}:${head}"
    assert f"{example.title} ({example.code})" in above
    assert first.freeze_panes == f"A{head + 1}"
    assert book["Attendance"].page_setup.orientation == "landscape"
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0


def test_the_paper_says_its_filters_in_words_with_programme_and_donor(example, make: Make):
    donor(example.programme)
    filters = Filters(ends_from=date(2026, 1, 1), theme=make.theme("THB"), training=example, country="AT")

    said = " ".join(
        text_of(downloads.paper(filters, user=None, demo=False, language="en")).replace("\n", " ").split()
    )

    for part in ("Since 1 Jan 2026", "Trafficking in Human Beings", "Venue's country: Austria", "Paid by the fund",
                 example.programme.title, "Definitions"):  # fmt: skip
        assert part in said, part
    assert "2026-01-01" not in said


@atomic
def donor(programme):
    programme.donor_block = "Paid by the fund"


def test_the_same_figures_follow_from_the_csv_and_formulas_are_text(example):
    close_all(example)

    raw = b"".join(downloads.long_csv(Filters(training=example), user=None))

    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert list(rows[0]) == list(detail_rows.COLUMNS)
    assert len(rows) == 24
    assert sum(int(r["attended_minutes"]) for r in rows) == 2820
    assert sum(int(r["scheduled_minutes"]) for r in rows) == 4320
    assert {r["given_names"] for r in rows} == {"'=Ann"}
    assert {r["training_title"] for r in rows} == {"'=1+1 Interviewing"}
    assert rows[0]["session_start"].startswith(example.starts_on.isoformat() + "T09:00")
    assert rows[0]["theme_code"] == "THB"


def test_not_recorded_is_blank_pending_and_provisional(make: Make, example):
    session = visible.of(example)[0]
    row = registers.register(session)[0]
    registers.save(session, by=None, marks=[Mark(row.registration.public_id, None, row.version)])

    found = participations.of_selection(Filters(training=example), user=None)
    totals = figures.summary(found)
    state = figures.data_state(Filters(training=example), user=None)
    rows = list(detail_rows.long_rows(Filters(training=example), user=None))

    assert (totals.pending, totals.persons_trained, state.is_final, state.open_registers) == (1, 1, False, 6)
    status, minutes = (detail_rows.COLUMNS.index(name) for name in ("attendance_status", "attended_minutes"))
    assert [row[minutes] for row in rows if row[status] == "not_recorded"] == [""]


def test_the_tables_add_up_to_the_totals_and_the_overlapping_view_says_it_does_not(example):
    found = participations.of_selection(Filters(), user=None)
    whole = figures.summary(found)

    tables = figures.split_tables(found)

    for name, splits in tables.items():
        assert sum(s.totals.attended for s in splits) == whole.attended, name
        assert sum(s.totals.confirmed for s in splits) == whole.confirmed, name


def test_a_multi_thematic_theme_finds_its_whole_programme_or_its_own_tag_only(example, make: Make):
    mieux = make.theme("MIEUX2")

    own = participations.of_selection(Filters(theme=mieux, only=True), user=None)
    whole = participations.of_selection(Filters(theme=mieux), user=None)

    assert (len(own), len(whole)) == (0, 4)


def test_a_coordinator_reports_on_their_own_themes(example, make: Make):
    outside = make.user(Role.COORDINATOR, themes=[make.theme("LMI")])
    inside = make.user(Role.COORDINATOR, themes=[make.theme("THB")])

    assert len(participations.of_selection(Filters(), user=outside)) == 0
    assert len(participations.of_selection(Filters(), user=inside)) == 4


def test_names_of_a_confidential_agency_are_left_out_and_its_people_counted(example, make: Make):
    hide(registers.register(visible.of(example)[0])[0].registration.agency)

    rows = list(detail_rows.long_rows(Filters(training=example), user=None))

    assert len(rows) == 24
    assert {(r[14], r[15]) for r in rows} == {("", "")}


@atomic
def hide(agency):
    agency.confidential = True


def test_the_pdf_is_made_and_bears_the_state(example):
    pdf = downloads.paper(Filters(training=example), user=None, demo=True, language="en")

    assert pdf.startswith(b"%PDF")


def test_the_pdf_says_how_many_lines_it_leaves_out(example, monkeypatch, make: Make):
    """The tables, the participants and the overlapping view: what is cut is counted."""
    said: dict[str, Any] = {}
    monkeypatch.setattr(downloads, "MOST_LINES_ON_PAPER", 1)
    monkeypatch.setattr(downloads, "MOST_PEOPLE_ON_PAPER", 3)
    render = pdf.render

    def seen(name: str, data: dict[str, Any]) -> bytes:
        said.update(data)
        return render(name, data)

    monkeypatch.setattr(pdf, "render", seen)
    downloads.paper(Filters(), user=None, demo=False, language="en", with_names=True)

    tables = {one["title"]: (len(one["rows"]), one["left"]) for one in said["tables"]}
    assert tables["By sex"] == (1, "and 1 more, in the spreadsheet.")
    assert (len(said["people"]), said["people_left"]) == (3, "and 1 more, in the spreadsheet.")


def test_the_pdf_has_the_view_that_does_not_add_up(make: Make, monkeypatch):
    frame = make.programme("MIEUX2")
    carried_out(planned(make, 1, programme=frame, theme=frame.theme), "PP")
    said: dict[str, Any] = {}
    monkeypatch.setattr(pdf, "render", lambda name, data: said.update(data) or b"")

    downloads.paper(Filters(), user=None, demo=False, language="en")

    title = str(report.TABLES["theme_covered"])
    [covered] = [one for one in said["tables"] if one["title"] == title]
    assert len(covered["rows"]) > 1 and {row[1] for row in covered["rows"]} == {"1"}


def test_whoever_came_to_optional_sessions_alone_is_counted_among_those_left_out(make: Make, monkeypatch):
    case = carried_out(with_slots(make, [(0, "09:00", "12:30", 30)]), "P", "P")
    monkeypatch.setattr(downloads, "MOST_PEOPLE_ON_PAPER", 1)
    make.change_session(case.sessions[0], by=make.user(), is_compulsory=False)
    said: dict[str, Any] = {}
    monkeypatch.setattr(pdf, "render", lambda name, data: said.update(data) or b"")

    downloads.paper(Filters(training=case.training), user=None, demo=False, language="en", with_names=True)

    assert said["people_left"] == "and 1 more, in the spreadsheet."


def test_the_people_listed_are_those_counted(example, make: Make):
    withdrawn = make.registration(make.training(), make.trainee())
    submissions.withdraw(withdrawn, by=None, reason="ill")
    filters = Filters()

    listed = {r.id for r in db.session.scalars(participations.people(filters, user=None))}

    assert listed == {one.registration_id for one in participations.of_selection(filters, user=None)}
    assert withdrawn.id not in listed

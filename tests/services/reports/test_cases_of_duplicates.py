"""The cases of merged duplicates: facts through services, figures from the report, its page and its workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from tests.make import Make
from tests.services.merging.together import choosing, merged, registered
from tests.services.reports.cases import Case, mark_of
from tests.services.reports.readings import Readings, counted, of, said
from training.db import db
from training.models import AttendanceCorrection, AttendanceStatus, PersonMerge, Registration, Role
from training.services.attendance import expected, registers
from training.services.merging import joins, merges
from training.services.reports import at_once, definitions, detail_rows, downloads, participations
from training.services.reports import report as whole
from training.services.reports.selection import Filters
from training.services.trainings import moves

CASES = {
    "D1": (["PP", "P- !1"], "cf1 cm1 dn1 dr0 lt0 att360 due360 r100.0 h6.0"),
    "D2": (["P- !1", "-P @1"], "cf1 cm1 dn1 lt0 att360 due360 r100.0"),
    "D2 at the door": (["-P @1w", "P- !1"], "cf1 cm1 dn1 lt0 att360 due360 r100.0"),
    "D3": (["PP", "AP"], "cf1 cm1 dn1 ns0 att360 due360 r100.0"),
    "08, present and absent": (["PP", "AA"], "cf1 cm1 dn1 ns0 att360 due360 r100.0 nsr0.0"),
    "08, present twice": (["PP", "PP"], "cf1 cm1 dn1 att360 due360 r100.0 h6.0"),
    "later and less": (["L30P", "PL60"], "cf1 cm1 dn1 att360 due360"),
}


@dataclass
class Merged:
    """A case whose two people are one by now."""

    case: Case
    one: Registration
    other: Registration
    done: PersonMerge


def carried_out_and_merged(make: Make, name: str, ending: str = "running") -> Merged:
    case, (one, other) = registered(make, *CASES[name][0])
    if case.training.state == "open":
        moves.change_state(case.training, by=make.user(), name="start")
    if ending != "running":
        moves.change_state(case.training, by=make.user(), name="complete")
    if ending == "locked":
        for session in case.sessions:
            registers.lock(session, by=make.user())
    return Merged(case, one, other, merged(make, one, other, choices=choosing_the_larger(one, other)))


def choosing_the_larger(one: Registration, other: Registration) -> joins.Choices:
    """What the page has ticked."""
    asked = [question for join in joins.of(one.trainee, other.trainee) for question in join.questions]
    marks = {each.session.public_id: each.marks[0].registration.public_id for each in asked}
    return choosing(one, other, marks=marks)


def workbook(path: Path, case: Case) -> dict[str, Any]:
    downloads.xlsx(path, Filters(training=case.training), user=None, demo=False)
    book = openpyxl.load_workbook(path)
    head, first = [[cell.value for cell in row] for row in book["All figures"].iter_rows(max_row=2)]
    return dict(zip(head, first, strict=True))


@pytest.mark.parametrize("ending", ["running", "completed", "locked"])
@pytest.mark.parametrize("name", CASES)
def test_whoever_was_registered_twice_counts_once(name: str, ending: str, make: Make, client, tmp_path: Path):
    found = carried_out_and_merged(make, name, ending)
    training, wanted = found.case.training, CASES[name][1]
    client.sign_in(make.user(Role.MANAGER))

    totals = counted(training=training)
    page = client.get(f"/reports/attendance?training={training.code}").text
    book = workbook(tmp_path / "report.xlsx", found.case)

    assert of(totals, wanted) == said(wanted)
    titles = {attribute: str(title) for title, attribute in definitions.FIGURES}
    assert {n: book[titles[n]] for n in said(wanted) if n in titles} == {
        n: v for n, v in said(wanted).items() if n in titles
    }
    assert "100.0 %" in page and f"{totals.confirmed} " in re.sub(r"<[^>]+>", " ", page)
    (one,) = participations.of_selection(Filters(training=training), user=None)
    assert len(list(detail_rows.long_rows(Filters(training=training), user=None))) == 2, "one row a session"
    people = db.session.scalars(participations.people(Filters(training=training), user=None)).all()
    assert [each.id for each in people] == [one.registration_id]


@pytest.mark.parametrize("name", ["D1", "D2", "D3"])
def test_every_form_says_the_same_of_whoever_was_registered_twice(name: str, make: Make, report: Readings):
    found = carried_out_and_merged(make, name)

    told = report.hold(CASES[name][1], training=found.case.training)

    assert told.notes.get("differing_marks", 0) == int(name == "D3")
    assert [line["Attendance, %"] for line in told.people] == [100.0]
    if name == "D1":
        merges.undo(found.done, by=make.user())
        report.hold("cf2 cm2 dn1 dr1 att540 due720 r75.0", training=found.case.training)


@pytest.mark.parametrize("name", ["D1", "D2", "D3"])
def test_without_leaving_out_what_was_joined_it_would_stand_there_twice(name: str, make: Make, monkeypatch):
    """The control of the test before: the guard is ``expected.stands``."""
    found = carried_out_and_merged(make, name)
    filters = Filters(training=found.case.training)
    monkeypatch.setattr(expected, "stands", lambda one=Registration: one.id.is_not(None))

    assert len(list(detail_rows.long_rows(filters, user=None))) > 2


def test_after_undoing_there_are_two_again(make: Make):
    """D4."""
    found = carried_out_and_merged(make, "D1")
    merges.undo(found.done, by=make.user())

    wanted = "cf2 cm2 dn1 dr1 att540 due720 r75.0"
    assert of(counted(training=found.case.training), wanted) == said(wanted)


def test_a_smaller_mark_that_was_chosen_is_the_one_that_counts(make: Make):
    case, (one, other) = registered(make, "PP", "AP")
    answer = {case.sessions[0].public_id: other.public_id}
    merged(make, one, other, choices=choosing(one, other, marks=answer))

    wanted = "cf1 cm1 dn0 att180 due360 r50.0"
    assert of(counted(training=case.training), wanted) == said(wanted)
    correction = db.session.scalars(select(AttendanceCorrection)).one()
    assert (correction.old_status, correction.new_status) == (
        AttendanceStatus.PRESENT,
        AttendanceStatus.ABSENT,
    )
    assert (correction.old_minutes, correction.new_minutes) == (180, 0)


@pytest.mark.parametrize(("name", "number"), [("D1", 0), ("D2", 0), ("D3", 1), ("08, present and absent", 1)])
def test_duplicates_with_differing_marks_are_counted_and_listed(name: str, number: int, make: Make):
    found = carried_out_and_merged(make, name)

    filters = Filters(training=found.case.training)
    listed = db.session.scalars(participations.joined_with_differing_marks(filters, user=None)).all()
    assert [each.id for each in listed] == [found.one.id] * number
    merges.undo(found.done, by=make.user())
    query = participations.joined_with_differing_marks(filters, user=None).order_by(None)
    assert db.session.scalar(select(func.count()).select_from(query.subquery())) == 0


def noted(case: Case) -> dict[str, int]:
    made = whole.make(Filters(training=case.training), user=None, demo=False)
    return {note.id: note.count for note in made.notes if note.id != "sex_not_recorded"}


@pytest.mark.parametrize(("name", "wanted"), [("08, present twice", {}), ("D3", {"differing_marks": 1})])
def test_the_notes_tell_of_differing_marks(name: str, wanted: dict[str, int], make: Make):
    assert noted(carried_out_and_merged(make, name).case) == wanted


def corrected_and_merged(make: Make) -> Case:
    case, (one, other) = registered(make, "PP", "AP")
    mark = mark_of(case.sessions[0], other, "E", version=1)
    registers.save(case.sessions[0], by=None, marks=[mark], reason="a letter came")
    assert noted(case)["corrected"] == 1
    merged(make, one, other, choices=choosing_the_larger(one, other))
    return case


def test_a_correction_of_a_mark_that_is_history_is_none_of_the_figures(make: Make):
    assert noted(corrected_and_merged(make)) == {"differing_marks": 1}


def chosen_absent_here_and_present_elsewhere(make: Make) -> None:
    """Marked present in two trainings at the same hours; where she was not, the other mark was chosen."""
    case, (one, other) = registered(make, "AP", "PP")
    elsewhere, (third,) = registered(make, "PA")
    assert elsewhere.sessions[0].starts_at == case.sessions[0].starts_at
    first = {case.sessions[0].public_id: one.public_id}
    stays = {case.training.public_id: one.public_id}
    merged(make, one, other, choices=choosing(one, other, stays=stays, marks=first))
    merged(make, one, third)


def test_a_mark_that_was_not_chosen_puts_nobody_in_two_places(make: Make):
    chosen_absent_here_and_present_elsewhere(make)

    assert at_once_of() == []


def at_once_of() -> list[Any]:
    found = participations.of_selection(Filters(), user=None)
    return list(at_once.presences(Filters(), found, user=None))


def test_without_leaving_out_what_was_joined_the_notes_would_tell_of_history(make: Make, monkeypatch):
    corrected = corrected_and_merged(make)
    chosen_absent_here_and_present_elsewhere(make)
    monkeypatch.setattr(expected, "stands", lambda one=Registration: one.id.is_not(None))

    assert "corrected" in noted(corrected)
    assert len(at_once_of()) == 1

"""Columns matched by hand: remembered for the agency, refused without names, and no lock on its next list."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.rosters.make_odd_files import sheets
from tests.services.imports.counted import count, verdicts
from training.db import atomic, db
from training.errors import Invalid
from training.models import (
    RosterMapping,
)
from training.services.imports import confirming, staging
from training.services.imports import verdicts as import_verdicts
from training.services.imports.verdicts import Verdict


def test_columns_matched_by_hand_are_remembered_for_the_agency_alone(staged, make: Make):
    head = "Zuname,Rufname,Amt"
    batch = staged("Amber,Ada,Officer", head=head)
    staging.remap(batch, by=None, fields={0: "family_name", 1: "given_names", 2: "function"}, header_row=1)
    assert confirming.preview(batch).lines[0].values["function"] == "Officer"

    again = staged("Birch,Ben,Analyst", head=head, name="next.csv")
    assert confirming.preview(again).lines[0].values["function"] == "Analyst"
    assert confirming.preview(again).guessed == []
    assert count(RosterMapping) == 1

    other = staging.stage(
        staged.training,
        by=None,
        agency=make.agency(),
        content=f"{head}\nCedar,Cy,Clerk".encode(),
        file_name="x.csv",
    )
    assert confirming.preview(other).guessed[:2] == ["family_name", "given_names"]


def test_a_mapping_without_names_is_refused_and_changes_nothing(staged):
    batch = staged("Amber,Ada,f,,")

    with pytest.raises(Invalid, match="Say which columns hold the family name"):
        staging.remap(batch, by=None, fields={2: "sex"})

    assert verdicts(batch) == [Verdict.NEW]


def staged_as(staged, text: str, name: str = "other.csv"):
    head, *lines = text.splitlines()
    return staged(*lines, head=head, name=name)


def test_a_list_whose_columns_nothing_tells_waits_until_somebody_says_them(staged):
    batch = staged_as(staged, "Aa 1,Bb 2\nxx 3,yy 4")
    assert batch.rows == []
    assert [one.title for one in staging.columns(batch)] == ["Aa 1", "Bb 2"]
    with pytest.raises(Invalid, match="First say what each column holds"):
        confirming.confirm(batch, by=None)

    staging.remap(batch, by=None, fields={0: "family_name", 1: "given_names"}, header_row=1)

    assert confirming.preview(batch).lines[0].values["family_name"] == "xx 3"


def test_a_remembered_mapping_never_locks_an_agency_out(staged):
    head = "Family name,Given names,"
    batch = staged("Petrova,Anna,Officer", head=head)
    fields = {0: "family_name", 1: "given_names", 2: "function"}
    staging.remap(batch, by=None, fields=fields, header_row=1)
    narrow = staged("Dunmore,John", head=head, name="b.csv")
    assert import_verdicts.mapping_of(narrow).columns == {"family_name": 0, "given_names": 1}

    batch = staged("Anna,Petrova,17", head="Given names,Family name,Y", name="c.csv")
    staging.remap(batch, by=None, fields={2: "full_name"}, header_row=1)
    known = db.session.scalars(select(RosterMapping).order_by(RosterMapping.id.desc())).first()

    @atomic
    def spoil():
        known.columns = {"fields": {"full_name": 7}, "header_row": 1}

    spoil()
    again = staged("Anna,Petrova,17", head="Given names,Family name,Y", name="d.csv")
    assert import_verdicts.mapping_of(again).columns == {"given_names": 0, "family_name": 1}


def test_titles_that_are_remembered_may_stand_lower(staged):
    fields = {0: "family_name", 1: "given_names", 2: "function"}
    batch = staged("Amber,Ada,Officer", head="Zuname,Rufname,Amt")
    staging.remap(batch, by=None, fields=fields, header_row=1)

    lower = staged("Zuname,Rufname,Amt", "Birch,Ben,Analyst", head="List of May,,", name="b.csv")

    assert [line.values["function"] for line in confirming.preview(lower).lines] == ["Analyst"]


def test_matching_columns_by_hand_keeps_what_was_corrected_and_chosen(staged):
    batch = staged("Petrova,Anna,f,,bad", "Dunmore,John,m,,", "Amber,Ada,f,,worse")
    staging.correct(batch, by=None, number=2, values={"email": "anna@example.org"})
    staging.choose(batch, by=None, number=3, choice="skip")
    assert staging.corrected_count(batch) == 2

    fields = {0: "family_name", 1: "given_names", 3: "function", 4: "email"}
    staging.remap(batch, by=None, fields=fields, header_row=1)

    lines = confirming.preview(batch).lines
    assert [line.verdict for line in lines] == [Verdict.NEW, Verdict.SKIPPED, Verdict.REFUSED]
    assert (lines[0].values["email"], lines[2].faults) == ("anna@example.org", {"email": "worse"})


def test_another_sheet_of_a_workbook_can_be_taken(staged):
    head = ["Surname", "First name"]
    content = sheets({"May": [head, ["Amber", "Ada"]], "June": [head, ["Birch", "Ben"]]})
    batch = staging.stage(
        staged.training, by=None, agency=staged.agency, content=content, file_name="list.xlsx"
    )
    assert staging.other_sheets(batch) == ["June"]

    staging.take_sheet(batch, by=None, sheet="June")

    assert [line.values["family_name"] for line in confirming.preview(batch).lines] == ["Birch"]
    assert confirming.preview(batch).others == ["May"]
    with pytest.raises(Invalid, match="no such sheet"):
        staging.take_sheet(batch, by=None, sheet="July")

"""Staged lists: columns matched by hand and remembered, rows corrected and chosen for, and an import undone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    AuditEntry,
    Registration,
    RegistrationState,
    RegistrationStep,
    Role,
    RosterMapping,
    Trainee,
)
from training.services import import_staging, import_undo, import_verdicts, imports, registrations, trainees
from training.services.import_verdicts import Verdict


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def verdicts(batch) -> list[Verdict]:
    return [line.verdict for line in imports.preview(batch).lines]


def test_a_row_is_corrected_in_place_and_what_was_typed_is_not_lost(staged):
    batch = staged("Amber,Ada,f,Major,no-address", "Birch,Ben,m,,b@example.org")
    line = imports.preview(batch).lines[0]
    assert (line.verdict, line.faults) == (Verdict.REFUSED, {"email": "no-address"})

    import_staging.correct(batch, by=None, number=2, values={"email": "still none"})
    line = imports.preview(batch).lines[0]
    assert (line.verdict, line.faults, line.values["rank"]) == (
        Verdict.REFUSED,
        {"email": "still none"},
        "Major",
    )
    import_staging.correct(batch, by=None, number=2, values={"email": "ada@example.org"})

    assert verdicts(batch) == [Verdict.NEW, Verdict.NEW]
    imports.confirm(batch, by=None)
    assert {t.email for t in db.session.scalars(select(Trainee))} == {"ada@example.org", "b@example.org"}


def test_a_row_that_stands_twice_can_be_left_out(staged):
    batch = staged("Amber,Ada,f,,a@example.org", "Amber,Ada,f,,a@example.org")
    assert verdicts(batch) == [Verdict.NEW, Verdict.REFUSED]

    import_staging.choose(batch, by=None, number=2, choice="skip")

    assert verdicts(batch) == [Verdict.SKIPPED, Verdict.NEW]
    assert imports.confirm(batch, by=None).registered == 1


def test_somebody_doubtful_is_chosen_for(staged, make: Make):
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", email="old@example.org")
    for choice, people in ((str(known.public_id), 1), ("new", 2)):
        batch = staged("Amber,Ada,f,,new@example.org", name=f"{choice}.csv")
        line = imports.preview(batch).lines[0]
        assert (line.verdict, [one.id for one in line.likely]) == (Verdict.DOUBTFUL, [known.id])
        with pytest.raises(Invalid, match="for each doubtful row"):
            imports.confirm(batch, by=None)
        import_staging.choose(batch, by=None, number=2, choice=choice)

        assert imports.preview(batch).open_count == 0
        if choice == "new":
            imports.confirm(batch, by=None)
            assert count(Trainee) == people


def test_a_person_of_another_agency_cannot_be_chosen(staged, make: Make):
    foreign = make.trainee()
    batch = staged("Amber,Ada,f,,")

    with pytest.raises(NotFound):
        import_staging.choose(batch, by=None, number=2, choice=str(foreign.public_id))


def test_what_the_list_says_anew_is_taken_over_and_shown_first(staged, make: Make):
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    batch = staged("Amber,Ada,f,Major,ada@example.org")

    line = imports.preview(batch).lines[0]
    assert line.verdict is Verdict.UPDATE
    assert {name: pair for name, pair in line.changes.items() if name != "sex"} == {
        "rank": ("Captain", "Major"), "email": ("", "ada@example.org"),
    }  # fmt: skip
    outcome = imports.confirm(batch, by=None)

    assert (outcome.updated, outcome.new_people, known.rank, known.email) == (
        1,
        0,
        "Major",
        "ada@example.org",
    )
    assert db.session.scalars(select(Registration)).one().rank == "Major"
    assert "ada@example.org" in known.search_key


def test_confirming_something_else_than_was_looked_at_is_refused(staged, make: Make):
    batch = staged("Amber,Ada,f,,")
    token = imports.preview(batch).token
    make.trainee(staged.agency, family_name="Amber", given_names="Ada")

    with pytest.raises(Conflict, match="Something has changed since you looked"):
        imports.confirm(batch, by=None, expected=token)
    assert count(Registration) == 0
    assert imports.confirm(batch, by=None, expected=imports.preview(batch).token).registered == 1


def test_columns_matched_by_hand_are_remembered_for_the_agency_alone(staged, make: Make):
    head = "Zuname,Rufname,Amt"
    batch = staged("Amber,Ada,Officer", head=head)
    import_staging.remap(
        batch, by=None, fields={0: "family_name", 1: "given_names", 2: "function"}, header_row=1
    )
    assert imports.preview(batch).lines[0].values["function"] == "Officer"

    again = staged("Birch,Ben,Analyst", head=head, name="next.csv")
    assert imports.preview(again).lines[0].values["function"] == "Analyst"
    assert imports.preview(again).proposed == []
    assert count(RosterMapping) == 1

    other = import_staging.stage(
        staged.training,
        by=None,
        agency=make.agency(),
        content=f"{head}\nCedar,Cy,Clerk".encode(),
        file_name="x.csv",
    )
    assert imports.preview(other).proposed[:2] == ["family_name", "given_names"]


def test_a_mapping_without_names_is_refused_and_changes_nothing(staged):
    batch = staged("Amber,Ada,f,,")

    with pytest.raises(Invalid, match="Say which columns hold the family name"):
        import_staging.remap(batch, by=None, fields={2: "sex"})

    assert verdicts(batch) == [Verdict.NEW]


def test_pasted_rows_are_read_like_a_file(staged):
    text = "Family name\tGiven names\tRank\nAmber\tAda\tMajor\n"

    batch = import_staging.stage_pasted(staged.training, by=None, agency=staged.agency, text=text)

    assert imports.preview(batch).lines[0].values["rank"] == "Major"


def test_an_import_is_undone_as_if_it_had_never_been(staged, make: Make):
    user = make.user(Role.PARTNER, agency=staged.agency)
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    before = (count(Trainee), count(Registration), count(RegistrationStep))
    batch = staged("Amber,Ada,,Major,", "Birch,Ben,m,,b@example.org", "Cedar,Cy,m,,c@example.org")
    imports.confirm(batch, by=user)
    assert known.rank == "Major"

    assert import_undo.undo(batch, by=user) == 3

    assert (count(Trainee), count(Registration), count(RegistrationStep)) == before
    assert known.rank == "Captain"
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "import.undo")) == 1
    with pytest.raises(Conflict, match="Only a confirmed import"):
        import_undo.undo(batch, by=user)
    again = staged("Amber,Ada,,Major,", "Birch,Ben,m,,b@example.org", "Cedar,Cy,m,,c@example.org")
    assert imports.confirm(again, by=user).registered == 3


def test_seats_that_an_undone_import_took_go_to_the_next_in_line(make: Make):
    training, agency, by = make.training(capacity=1), make.agency(), make.user()
    content = b"Family name,Given names\nAmber,Ada\n"
    batch = import_staging.stage(training, by=by, agency=agency, content=content, file_name="a.csv")
    imports.confirm(batch, by=by)
    waiting = make.registration(training)

    import_undo.undo(batch, by=by)

    assert waiting.state is RegistrationState.CONFIRMED


def test_nothing_that_was_built_on_is_undone(staged, make: Make):
    by = make.user()
    batch = staged("Amber,Ada,f,,", "Birch,Ben,m,,")
    imports.confirm(batch, by=by)
    ada, ben = db.session.scalars(select(Registration).order_by(Registration.id))

    person = make.person(ada.trainee, rank="Major")
    registrations.withdraw(ben, by=by, reason="ill")
    with pytest.raises(Conflict, match="Somebody has decided"):
        import_undo.undo(batch, by=by)

    second = staged("Cedar,Cy,m,,", name="second.csv")
    imports.confirm(second, by=by)
    cy = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
    make.registration(make.training(), cy.trainee)
    with pytest.raises(Conflict, match="registered for another training"):
        import_undo.undo(second, by=by)

    third = staged("Dogwood,Di,f,,", name="third.csv")
    imports.confirm(third, by=by)
    di = db.session.scalars(select(Trainee).order_by(Trainee.id.desc())).first()
    trainees.change(di, by=by, person=make.person(di, rank="Major"))
    with pytest.raises(Conflict, match="changed since"):
        import_undo.undo(third, by=by)
    assert person.rank == "Major"


def test_what_stands_in_the_way_is_numbered_by_the_sheet(staged):
    batch = staged("Amber,Ada,banana,,")

    error = imports.preview(batch).errors[0]

    assert (error.row, error.column, error.title, error.value) == (2, "C", "Sex", "banana")
    assert import_verdicts.mapping_of(batch).columns["sex"] == 2


def test_another_spelling_of_somebody_known_is_doubtful_and_only_in_the_own_agency(staged, make: Make):
    make.trainee(family_name="Шевченко", given_names="Ольга")
    assert verdicts(staged("Shevchenko,Olha,f,,")) == [Verdict.NEW]
    known = make.trainee(staged.agency, family_name="Шевченко", given_names="Ольга")

    line = imports.preview(staged("Chevtchenko,Olga,f,,", name="b.csv")).lines[0]

    assert (line.verdict, [one.id for one in line.likely]) == (Verdict.DOUBTFUL, [known.id])

"""Staged lists: columns matched by hand and remembered, rows corrected and chosen for, and an import undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.make import Make
from tests.rosters.make_odd_files import sheets
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    AuditEntry,
    BatchState,
    Registration,
    RegistrationState,
    RegistrationStep,
    Role,
    RosterMapping,
    Trainee,
    TrainingState,
)
from training.services import audit
from training.services.imports import confirming, staging, undoing
from training.services.imports import verdicts as import_verdicts
from training.services.imports.verdicts import Verdict
from training.services.merging import merges
from training.services.registrations import submissions
from training.services.trainees import records


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def verdicts(batch) -> list[Verdict]:
    return [line.verdict for line in confirming.preview(batch).lines]


def test_a_row_is_corrected_in_place_and_what_was_typed_is_not_lost(staged):
    batch = staged("Amber,Ada,f,Major,no-address", "Birch,Ben,m,,b@example.org")
    line = confirming.preview(batch).lines[0]
    assert (line.verdict, line.faults) == (Verdict.REFUSED, {"email": "no-address"})

    staging.correct(batch, by=None, number=2, values={"email": "still none"})
    line = confirming.preview(batch).lines[0]
    assert (line.verdict, line.faults, line.values["rank"]) == (
        Verdict.REFUSED,
        {"email": "still none"},
        "Major",
    )
    staging.correct(batch, by=None, number=2, values={"email": "ada@example.org"})

    assert verdicts(batch) == [Verdict.NEW, Verdict.NEW]
    confirming.confirm(batch, by=None)
    assert {t.email for t in db.session.scalars(select(Trainee))} == {"ada@example.org", "b@example.org"}


def test_a_row_that_stands_twice_can_be_left_out(staged):
    batch = staged("Amber,Ada,f,,a@example.org", "Amber,Ada,f,,a@example.org")
    assert verdicts(batch) == [Verdict.NEW, Verdict.REFUSED]

    staging.choose(batch, by=None, number=2, choice="skip")

    assert verdicts(batch) == [Verdict.SKIPPED, Verdict.NEW]
    assert confirming.confirm(batch, by=None).registered == 1


def test_somebody_doubtful_is_chosen_for(staged, make: Make):
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", email="old@example.org")
    for choice, people in ((str(known.public_id), 1), ("new", 2)):
        batch = staged("Amber,Ada,f,,new@example.org", name=f"{choice}.csv")
        line = confirming.preview(batch).lines[0]
        assert (line.verdict, [one.id for one in line.likely]) == (Verdict.DOUBTFUL, [known.id])
        with pytest.raises(Invalid, match="for each doubtful row"):
            confirming.confirm(batch, by=None)
        staging.choose(batch, by=None, number=2, choice=choice)

        assert confirming.preview(batch).open_count == 0
        if choice == "new":
            confirming.confirm(batch, by=None)
            assert count(Trainee) == people


def test_a_person_of_another_agency_cannot_be_chosen(staged, make: Make):
    foreign = make.trainee()
    batch = staged("Amber,Ada,f,,")

    with pytest.raises(NotFound):
        staging.choose(batch, by=None, number=2, choice=str(foreign.public_id))


@pytest.mark.parametrize("choice", ["nobody", "id in capitals"])
def test_what_is_no_persons_id_as_it_is_written_cannot_be_chosen(choice, staged, make: Make):
    known = make.trainee(staged.agency)
    batch = staged("Amber,Ada,f,,")

    with pytest.raises(NotFound):
        staging.choose(
            batch, by=None, number=2, choice=choice if choice == "nobody" else str(known.public_id).upper()
        )


def test_choosing_somebody_does_not_read_all_of_the_agencys_people(staged, make: Make, queries):
    known, *others = (make.trainee(staged.agency) for _ in range(3))
    batch, choice = staged("Amber,Ada,f,,"), str(known.public_id)
    queries.clear()

    staging.choose(batch, by=None, number=2, choice=choice)

    of_people = [one for one in queries if "FROM trainee" in one]
    assert len(of_people) == 1 and "trainee.public_id =" in of_people[0]
    atomic(setattr)(others[0], "anonymised_at", clock.now())
    merges.merge(known, others[1], by=make.user(), values=[])
    for gone in others:
        with pytest.raises(NotFound):
            staging.choose(batch, by=None, number=2, choice=str(gone.public_id))


def test_what_the_list_says_anew_is_taken_over_and_shown_first(staged, make: Make):
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    batch = staged("Amber,Ada,f,Major,ada@example.org")

    line = confirming.preview(batch).lines[0]
    assert line.verdict is Verdict.UPDATE
    assert {name: pair for name, pair in line.changes.items() if name != "sex"} == {
        "rank": ("Captain", "Major"), "email": ("", "ada@example.org"),
    }  # fmt: skip
    outcome = confirming.confirm(batch, by=None)

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
    token = confirming.preview(batch).token
    make.trainee(staged.agency, family_name="Amber", given_names="Ada")

    with pytest.raises(Conflict, match="Something has changed since you looked"):
        confirming.confirm(batch, by=None, expected=token)
    assert count(Registration) == 0
    assert confirming.confirm(batch, by=None, expected=confirming.preview(batch).token).registered == 1


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


def test_pasted_rows_are_read_like_a_file(staged):
    text = "Family name\tGiven names\tRank\nAmber\tAda\tMajor\n"

    batch = staging.stage_pasted(staged.training, by=None, agency=staged.agency, text=text)

    assert confirming.preview(batch).lines[0].values["rank"] == "Major"


def test_an_import_is_undone_as_if_it_had_never_been(staged, make: Make):
    user = make.user(Role.PARTNER, agency=staged.agency)
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    before = (count(Trainee), count(Registration), count(RegistrationStep))
    batch = staged("Amber,Ada,,Major,", "Birch,Ben,m,,b@example.org", "Cedar,Cy,m,,c@example.org")
    confirming.confirm(batch, by=user)
    assert known.rank == "Major"

    assert undoing.undo(batch, by=user) == 3

    assert (count(Trainee), count(Registration), count(RegistrationStep)) == before
    assert known.rank == "Captain"
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "import.undo")) == 1
    with pytest.raises(Conflict, match="Only a confirmed import"):
        undoing.undo(batch, by=user)
    again = staged("Amber,Ada,,Major,", "Birch,Ben,m,,b@example.org", "Cedar,Cy,m,,c@example.org")
    assert confirming.confirm(again, by=user).registered == 3


def test_seats_that_an_undone_import_took_go_to_the_next_in_line(make: Make):
    training, agency, by = make.training(capacity=1), make.agency(), make.user()
    content = b"Family name,Given names\nAmber,Ada\n"
    batch = staging.stage(training, by=by, agency=agency, content=content, file_name="a.csv")
    confirming.confirm(batch, by=by)
    waiting = make.registration(training)

    undoing.undo(batch, by=by)

    assert waiting.state is RegistrationState.CONFIRMED


def test_nothing_that_was_built_on_is_undone(staged, make: Make):
    by = make.user()
    batch = staged("Amber,Ada,f,,", "Birch,Ben,m,,")
    confirming.confirm(batch, by=by)
    ada, ben = db.session.scalars(select(Registration).order_by(Registration.id))

    person = make.person(ada.trainee, rank="Major")
    submissions.withdraw(ben, by=by, reason="ill")
    with pytest.raises(Conflict, match="Somebody has decided"):
        undoing.undo(batch, by=by)

    second = staged("Cedar,Cy,m,,", name="second.csv")
    confirming.confirm(second, by=by)
    cy = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
    make.registration(make.training(), cy.trainee)
    with pytest.raises(Conflict, match="registered for another training"):
        undoing.undo(second, by=by)

    third = staged("Dogwood,Di,f,,", name="third.csv")
    confirming.confirm(third, by=by)
    di = db.session.scalars(select(Trainee).order_by(Trainee.id.desc())).first()
    records.change(di, by=by, person=make.person(di, rank="Major"))
    with pytest.raises(Conflict, match="changed since"):
        undoing.undo(third, by=by)
    assert person.rank == "Major"


def test_what_stands_in_the_way_is_numbered_by_the_sheet(staged):
    batch = staged("Amber,Ada,banana,,")

    error = confirming.preview(batch).errors[0]

    assert (error.row, error.column, error.title, error.value) == (2, "C", "Sex", "banana")
    assert import_verdicts.mapping_of(batch).columns["sex"] == 2


def test_another_spelling_of_somebody_known_is_doubtful_and_only_in_the_own_agency(staged, make: Make):
    make.trainee(family_name="Шевченко", given_names="Ольга")
    assert verdicts(staged("Shevchenko,Olha,f,,")) == [Verdict.NEW]
    known = make.trainee(staged.agency, family_name="Шевченко", given_names="Ольга")

    line = confirming.preview(staged("Chevtchenko,Olga,f,,", name="b.csv")).lines[0]

    assert (line.verdict, [one.id for one in line.likely]) == (Verdict.DOUBTFUL, [known.id])


def staged_as(staged, text: str, name: str = "other.csv"):
    head, *lines = text.splitlines()
    return staged(*lines, head=head, name=name)


def test_a_list_whose_columns_nothing_tells_waits_until_somebody_says_them(staged):
    batch = staged_as(staged, "Aa 1,Bb 2\nxx 3,yy 4")
    assert batch.rows == []
    assert [one.title for one in staging.columns(batch)] == ["Aa 1", "Bb 2"]
    with pytest.raises(Invalid, match="Say first what is in which column"):
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


def test_doubles_inside_a_list_are_seen_without_an_address_and_in_another_spelling(staged):
    batch = staged(
        "Petrova,Anna,f,,a@example.org", "Petrova,Anna,f,,", "Шевченко,Ольга,f,,", "Shevchenko,Olha,f,,",
        "Chevtchenko,Olga,f,,o@example.org",
    )  # fmt: skip
    lines = confirming.preview(batch).lines
    assert [line.verdict for line in lines] == [
        Verdict.NEW, Verdict.REFUSED, Verdict.NEW, Verdict.DOUBTFUL, Verdict.DOUBTFUL,
    ]  # fmt: skip
    assert [line.duplicate_of for line in lines] == [0, 0, 0, 4, 4]

    staging.choose(batch, by=None, number=3, choice="skip")
    staging.choose(batch, by=None, number=5, choice="skip")
    staging.choose(batch, by=None, number=6, choice="new")
    assert confirming.confirm(batch, by=None).new_people == 3


def test_people_whom_addresses_tell_apart_and_who_share_an_office_are_no_duplicates(staged):
    batch = staged(
        "Petrova,Anna,f,,a@example.org", "Petrowa,Anna,f,,b@example.org", "Amber,Ada,f,,office@example.org",
        "Birch,Ben,m,,office@example.org",
    )  # fmt: skip

    assert verdicts(batch) == [Verdict.NEW] * 4


def test_of_the_same_file_again_only_what_is_left_is_stored(staged):
    lines = ("Amber,Ada,f,,a@example.org", "Birch,Ben,m,,b@example.org")
    first = staged(*lines)
    staging.choose(first, by=None, number=3, choice="skip")
    confirming.confirm(first, by=None)

    again = staged(*lines)
    seen = confirming.preview(again)
    assert (seen.earlier, seen.is_done) == (first, False)
    outcome = confirming.confirm(again, by=None, expected=seen.token)
    assert (outcome.registered, outcome.unchanged) == (1, 1)
    third = staged(*lines)
    assert confirming.preview(third).is_done
    assert confirming.confirm(third, by=None).registered == 0
    assert (third.state, count(Registration)) == (BatchState.DISCARDED, 2)


def test_who_was_said_to_be_new_is_stored_once_however_often_the_file_was_sent(staged, make: Make):
    make.trainee(staged.agency, family_name="Amber", given_names="Ada", email="old@example.org")
    batches = [staged("Amber,Ada,f,,a@example.org") for _ in range(2)]
    for batch in batches:
        staging.choose(batch, by=None, number=2, choice="new")

    assert [confirming.confirm(batch, by=None).new_people for batch in batches] == [1, 0]
    assert count(Trainee) == 2


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


def test_a_dash_for_given_names_stays_while_another_fault_is_open(staged):
    batch = staged("Suharto,,m,,nowhere", "Sukarno,-,m,,nowhere")
    staging.correct(batch, by=None, number=2, values={"given_names": "-"})
    lines = confirming.preview(batch).lines
    assert [line.shown["given_names"] for line in lines] == ["-", "-"]
    assert [line.faults for line in lines] == [{"email": "nowhere"}] * 2

    for number in (2, 3):
        staging.correct(batch, by=None, number=number, values={"email": f"s{number}@example.org"})

    assert verdicts(batch) == [Verdict.NEW] * 2


def test_a_fault_that_nobody_touched_is_not_forgotten_and_is_kept_whole(staged):
    long = "Major " * 30
    batch = staged(f"Amber,Ada,banana,{long},nowhere")
    staging.correct(batch, by=None, number=2, values={"email": "a@example.org"})

    line = confirming.preview(batch).lines[0]

    assert line.verdict is Verdict.REFUSED
    assert line.faults == {"sex": "banana", "rank": long.strip()}


def test_a_choice_outlives_a_correction(staged, make: Make):
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", email="old@example.org")
    batch = staged("Amber,Ada,banana,,new@example.org")
    staging.choose(batch, by=None, number=2, choice=str(known.public_id))
    staging.correct(batch, by=None, number=2, values={"sex": "f"})

    line = confirming.preview(batch).lines[0]

    assert (line.verdict, line.person.id) == (Verdict.UPDATE, known.id)


def test_news_of_somebody_registered_before_are_shown_and_stored(staged, make: Make):
    by = make.user()
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    make.registration(staged.training, known)
    batch = staged("Amber,Ada,,Major,")
    seen = confirming.preview(batch)
    assert (seen.lines[0].verdict, seen.lines[0].changes) == (
        Verdict.REGISTERED,
        {"rank": ("Captain", "Major")},
    )
    assert (seen.to_register, seen.news_only) == (0, 1)

    outcome = confirming.confirm(batch, by=by)

    assert (outcome.registered, outcome.updated, outcome.unchanged, known.rank) == (0, 1, 1, "Major")
    entry = db.session.scalars(audit.about(known)).first()
    assert (entry.action, entry.user_name, entry.changes) == (
        "trainee.change", by.name, {"rank": ["Captain", "Major"]},
    )  # fmt: skip


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


def test_lists_that_nobody_confirmed_are_thrown_away_after_thirty_days(staged, make: Make):
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    done = staged("Amber,Ada,,Major,")
    confirming.confirm(done, by=None)
    old, young = staged("Birch,Ben,m,,", name="b.csv"), staged("Cedar,Cy,m,,", name="c.csv")
    assert confirming.purge() == 0 and done.outcome["before"]

    @atomic
    def age():
        old.created_at = clock.now() - timedelta(days=31)
        staged.training.state = TrainingState.RUNNING

    age()
    assert confirming.purge() == 1
    assert (old.state, old.rows, old.source, young.state) == (
        BatchState.DISCARDED, [], {}, BatchState.STAGED,
    )  # fmt: skip
    assert (done.outcome["before"], known.rank) == ({}, "Major")


def test_a_list_of_lists_leaves_their_rows_alone(staged, make: Make, queries):
    staged("Amber,Ada,,Major,")
    user = make.user()
    queries.clear()

    found = confirming.of(staged.training, user)

    assert found[0].file_name == "list.csv"
    assert not any("import_batch.rows" in query or "import_batch.source" in query for query in queries)

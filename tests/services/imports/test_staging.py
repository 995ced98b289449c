"""Staged lists: rows are corrected and chosen for, what they say anew is shown first, and nothing stays for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.services.imports.counted import count, verdicts
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    BatchState,
    Registration,
    Trainee,
    TrainingState,
)
from training.services import audit
from training.services.imports import confirming, staging
from training.services.imports.verdicts import Verdict


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

    with pytest.raises(Conflict, match="Something has changed since you opened"):
        confirming.confirm(batch, by=None, expected=token)
    assert count(Registration) == 0
    assert confirming.confirm(batch, by=None, expected=confirming.preview(batch).token).registered == 1


def test_pasted_rows_are_read_like_a_file(staged):
    text = "Family name\tGiven names\tRank\nAmber\tAda\tMajor\n"

    batch = staging.stage_pasted(staged.training, by=None, agency=staged.agency, text=text)

    assert confirming.preview(batch).lines[0].values["rank"] == "Major"


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

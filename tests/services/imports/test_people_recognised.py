"""Whom a line of a list means: somebody known, somebody new, or one of several, which a person decides."""

from __future__ import annotations

import pytest

from tests.make import Make
from tests.services.imports.counted import count, verdicts
from training import clock
from training.db import atomic
from training.errors import Invalid, NotFound
from training.models import (
    BatchState,
    Registration,
    Trainee,
)
from training.services.imports import confirming, staging
from training.services.imports.verdicts import Verdict
from training.services.merging import merges


def test_somebody_doubtful_is_chosen_for(staged, make: Make):
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", email="old@example.org")
    for choice, people in ((str(known.public_id), 1), ("new", 2)):
        batch = staged("Amber,Ada,f,,new@example.org", name=f"{choice}.csv")
        line = confirming.preview(batch).lines[0]
        assert (line.verdict, [one.id for one in line.likely]) == (Verdict.DOUBTFUL, [known.id])
        with pytest.raises(Invalid, match="Some rows may be people whom you know"):
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


def test_another_spelling_of_somebody_known_is_doubtful_and_only_in_the_own_agency(staged, make: Make):
    make.trainee(family_name="Шевченко", given_names="Ольга")
    assert verdicts(staged("Shevchenko,Olha,f,,")) == [Verdict.NEW]
    known = make.trainee(staged.agency, family_name="Шевченко", given_names="Ольга")

    line = confirming.preview(staged("Chevtchenko,Olga,f,,", name="b.csv")).lines[0]

    assert (line.verdict, [one.id for one in line.likely]) == (Verdict.DOUBTFUL, [known.id])


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


def test_people_whom_addresses_tell_apart_and_who_share_an_office_are_no_doubles(staged):
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

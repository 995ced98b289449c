"""Imports: nothing until confirmed, then all or nothing, and the same file twice changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from config import ROOT
from tests.make import Make
from training.db import db
from training.errors import Conflict, Invalid
from training.models import Registration, RegistrationState, Trainee
from training.services.imports import confirming, staging
from training.services.imports.confirming import Verdict
from training.services.trainings import moves

SAMPLES = ROOT / "tests" / "data" / "rosters"


def stage(training, agency, name="norland-en.xlsx", content=None):
    return staging.stage(
        training, by=None, agency=agency, content=content or (SAMPLES / name).read_bytes(), file_name=name
    )


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def roster(people: int) -> bytes:
    lines = ["Family name,Given names,Sex,E-mail"]
    lines += [f"Family{n},Given{n},f,p{n}@example.org" for n in range(people)]
    return "\n".join(lines).encode()


def test_nothing_is_stored_before_it_is_confirmed(make: Make):
    training, agency = make.training(capacity=30), make.agency()

    seen = confirming.preview(stage(training, agency))

    assert (seen.count(Verdict.NEW), seen.errors, seen.unmatched, seen.skipped) == (18, [], [], [24])
    assert (count(Trainee), count(Registration)) == (0, 0)


def test_confirming_registers_in_the_order_of_the_file_and_the_rest_go_to_reserve(make: Make):
    training, agency = make.training(capacity=5), make.agency(theme=make.theme("THB"))

    outcome = confirming.confirm(stage(training, agency), by=None)

    assert vars(outcome) == {
        "new_people": 18,
        "registered": 18,
        "confirmed": 5,
        "reserve": 13,
        "unchanged": 0,
        "updated": 0,
    }
    reserve = db.session.scalars(
        select(Registration)
        .where(Registration.state == RegistrationState.RESERVE)
        .order_by(Registration.reserve_rank)
    ).all()
    assert reserve[0].trainee.family_name == "de la Cruz y Ferrer"
    assert {t.theme.code for t in db.session.scalars(select(Trainee))} == {"THB"}


def test_the_same_file_again_changes_nothing(make: Make):
    training, agency = make.training(capacity=30), make.agency()
    confirming.confirm(stage(training, agency), by=None)
    before = (count(Trainee), count(Registration))

    again = stage(training, agency)
    outcome = confirming.confirm(again, by=None)

    assert outcome.registered == 0
    assert (count(Trainee), count(Registration)) == before


def test_the_same_people_in_another_file_are_known_and_registered_before(make: Make):
    training, agency = make.training(capacity=30), make.agency()
    confirming.confirm(stage(training, agency, content=roster(3), name="a.csv"), by=None)

    outcome = confirming.confirm(stage(training, agency, content=roster(4), name="b.csv"), by=None)

    assert (outcome.new_people, outcome.unchanged) == (1, 3)


def test_a_file_with_errors_stores_nothing(make: Make):
    batch = stage(make.training(), make.agency(), "with-errors.xlsx")

    with pytest.raises(Invalid, match="Correct the rows"):
        confirming.confirm(batch, by=None)

    assert (count(Trainee), count(Registration)) == (0, 0)


def test_split_names_want_to_be_accepted(make: Make):
    batch = stage(make.training(), make.agency(), "marqab-ar.xlsx")

    with pytest.raises(Invalid, match="are guesses"):
        confirming.confirm(batch, by=None)
    outcome = confirming.confirm(batch, by=None, accept_guesses=True)

    assert outcome.new_people == 7


def test_people_are_matched_against_their_own_agency_only(make: Make):
    training, mine = make.training(), make.agency()
    make.trainee(make.agency(), family_name="Family0", given_names="Given0", email="p0@example.org")

    seen = confirming.preview(stage(training, mine, content=roster(1), name="a.csv"))

    assert seen.count(Verdict.NEW) == 1


def test_a_refusal_on_the_way_stores_nothing_at_all(make: Make):
    training, agency = make.training(), make.agency()
    batch = stage(training, agency)
    moves.change_state(training, name="cancel", by=make.user(), reason="off")

    with pytest.raises(Conflict, match="not open for registration"):
        confirming.confirm(batch, by=None)
    assert (count(Trainee), count(Registration)) == (0, 0)


def test_five_hundred_rows_take_at_most_a_hundred_statements(make: Make, queries):
    training, agency = make.training(capacity=600), make.agency()

    queries.clear()
    batch = stage(training, agency, content=roster(500), name="big.csv")
    confirming.preview(batch)
    outcome = confirming.confirm(batch, by=None)

    assert outcome.registered == 500
    assert len(queries) <= 100, len(queries)

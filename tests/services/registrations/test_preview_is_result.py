"""What the preview promised is what is stored, or it has to be looked at again: whatever happens in between."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import throwing_away
from tests.make import Make
from training.db import db
from training.errors import Conflict, Invalid
from training.models import Registration
from training.services.imports import confirming, staging
from training.services.imports.verdicts import Verdict
from training.services.registrations import submissions, visible
from training.services.trainees import records

PEOPLE = [("Amber", "Ada"), ("Birch", "Ben"), ("Cedar", "Cy"), ("Dogwood", "Di")]
EXAMPLES = 500 if os.environ.get("STORM") == "full" else 25
somebody = st.integers(0, len(PEOPLE) - 1)
events = st.lists(
    st.tuples(
        st.sampled_from(["add", "add with address", "register", "withdraw", "promote in rank"]), somebody
    ),
    max_size=4,
)


def happen(make: Make, training, agency, what: str, who: int) -> None:
    """One thing that somebody else does between looking and confirming."""
    family, given_names = PEOPLE[who]
    known = db.session.scalars(
        db.select(records.Trainee).where(
            records.Trainee.agency_id == agency.id, records.Trainee.family_name == family
        )
    ).first()
    if what.startswith("add"):
        email = f"{family.lower()}@example.org" if what == "add with address" else ""
        make.trainee(agency, family_name=family, given_names=given_names, email=email)
    elif known is None:
        return
    elif what == "register" and visible.live_of(training, known) is None:
        make.registration(training, known)
    elif what == "withdraw" and (live := visible.live_of(training, known)):
        submissions.withdraw(live, by=None, reason="ill")
    elif what == "promote in rank":
        records.change(known, by=None, person=make.person(known, rank="Colonel"))


@pytest.mark.real_commit
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(before=events, between=events, seats=st.integers(1, 5))
def test_what_was_promised_is_stored_or_looked_at_again(app, make: Make, before, between, seats):
    with throwing_away(app):  # one transaction for all examples would grow slower with each
        check(make, before, between, seats)


def check(make: Make, before, between, seats) -> None:
    training, agency = make.training(capacity=seats), make.agency()
    for what, who in before:
        happen(make, training, agency, what, who)
    lines = ["Family name,Given names,Rank", *(f"{family},{given},Major" for family, given in PEOPLE)]
    batch = staging.stage(
        training, by=None, agency=agency, content="\n".join(lines).encode(), file_name="list.csv"
    )
    promised = confirming.preview(batch)
    for what, who in between:
        happen(make, training, agency, what, who)
    stored = set(
        db.session.scalars(db.select(Registration.id).where(Registration.training_id == training.id))
    )

    try:
        outcome = confirming.confirm(batch, by=None, expected=promised.token)
    except (Conflict, Invalid):
        now = set(
            db.session.scalars(db.select(Registration.id).where(Registration.training_id == training.id))
        )
        assert now == stored
        return

    assert outcome.new_people == promised.count(Verdict.NEW)
    assert outcome.registered == promised.to_register
    assert outcome.updated == promised.count(Verdict.UPDATE) + promised.news_only
    assert outcome.confirmed + outcome.reserve == outcome.registered

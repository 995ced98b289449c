"""Who was registered by one agency and belongs to another by now: an import says so, and whose it was is not told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.models import Registration
from training.services.imports import confirming, staging
from training.services.imports.confirming import Verdict
from training.services.merging import merges
from training.services.trainees import records


@pytest.mark.parametrize("way", ["transferred", "merged"])
def test_a_row_of_somebody_registered_elsewhere_is_registered_before_and_the_rest_is_confirmed(
    way, make: Make
):
    by, before, agency, training = (
        make.user(),
        make.agency(name="Zanzibarsky"),
        make.agency(),
        make.training(),
    )
    person = make.trainee(before, family_name="Petrova", given_names="Anna")
    theirs = make.registration(training, person)
    if way == "transferred":
        records.transfer(person, by=by, agency=agency)
    else:
        merges.merge(
            make.trainee(agency, family_name="Petrova", given_names="Anna"), person, by=by, values=[]
        )
    content = "Family name,Given names\nPetrova,Anna\nDunmore,John\n"
    batch = staging.stage(training, by=None, agency=agency, content=content.encode(), file_name="list.csv")

    seen = confirming.preview(batch)
    done = confirming.confirm(batch, by=None, expected=seen.token)

    assert [line.verdict for line in seen.lines] == [Verdict.REGISTERED, Verdict.NEW]
    assert seen.open_count == 0 and "Zanzibarsky" not in str(seen)
    assert (done.registered, done.unchanged) == (1, 1)
    assert len(db.session.scalars(select(Registration)).all()) == 2 and theirs.agency_id == before.id

"""One name in two spellings, and the keys that are kept of it."""

from __future__ import annotations

from sqlalchemy import select

from training.db import db
from training.models import (
    Trainee,
    TraineeKey,
)
from training.rules import alike
from training.services.trainees import records
from training.services.trainees.records import Person

OLHA = {"family_name": "Shevchenko", "given_names": "Olha"}

OLGA = {"family_name": "Olga", "given_names": "Chevtchenko"}


def person(**wanted) -> Person:
    return Person(**{"country": "AT", **OLGA, **wanted})


def kept_keys(trainee: Trainee) -> set[alike.Key]:
    found = select(TraineeKey.key, TraineeKey.side, TraineeKey.agency_id).where(
        TraineeKey.trainee_id == trainee.id
    )
    rows = db.session.execute(found).all()
    assert {row.agency_id for row in rows} <= {trainee.agency_id}
    return {(row.key, row.side) for row in rows}


def without_keys() -> list[Trainee]:
    """Everybody whose stored keys are not those of the name as it is."""
    return [one for one in db.session.scalars(select(Trainee)) if kept_keys(one) != records.keys_of(one)]

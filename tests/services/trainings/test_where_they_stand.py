"""Where trainings stand on a calendar: by their days, but for those whose state says it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import Make
from training import clock
from training.db import atomic, db
from training.models import Role, Training, TrainingState, When
from training.services import visible_trainings

S = TrainingState


@atomic
def _put(training: Training, state: TrainingState, begins: int) -> None:
    """Three days from ``begins`` days after today on, in a state: whatever led there."""
    training.starts_on = clock.today() + timedelta(days=begins)
    training.ends_on = training.starts_on + timedelta(days=2)
    training.state = state


@pytest.mark.parametrize(
    ("state", "begins", "stands"),
    [
        (S.OPEN, 10, When.UPCOMING),
        (S.CONFIRMED, -1, When.RUNNING),
        (S.CONFIRMED, -10, When.PAST),
        (S.RUNNING, -1, When.RUNNING),
        (S.RUNNING, -10, When.RUNNING),
        (S.COMPLETED, -10, When.PAST),
        (S.POSTPONED, -10, When.POSTPONED),
        (S.POSTPONED, 10, When.POSTPONED),
        (S.CANCELLED, 10, When.PAST),
        (S.DRAFT, -10, When.DRAFTS),
    ],
)
def test_each_training_stands_in_one_place(state, begins, stands, make: Make):
    training, user = make.training(is_open=False), make.user(Role.MANAGER)
    _put(training, state, begins)

    counted = visible_trainings.counts_by_when(visible_trainings.search(user), user)

    assert {when for when, count in counted.items() if count} == {stands}
    for when in When:
        found = db.session.scalars(visible_trainings.search(user, when=when)).all()
        assert (found == [training]) is (when is stands)

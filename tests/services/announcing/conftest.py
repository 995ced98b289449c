"""A training to announce."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import Make
from tests.services.letters.mailed import forget
from training.models import Role


@pytest.fixture
def desk(make: Make):
    """An open training with two sessions, their trainer and a person."""
    training, by = make.training(), make.user()
    trainer = make.trainer(email="eva@example.org")
    last = make.session(training, training.starts_on + timedelta(days=2), title="Exam", trainers=[trainer])
    focal = make.user(Role.PARTNER)
    make.registration(training, make.trainee(focal.agency, email="ada@example.org"))
    forget()
    return {"training": training, "by": by, "last": last, "trainer": trainer, "focal": focal}

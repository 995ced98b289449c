"""A training to announce, and a coordinator who looks after it."""

from __future__ import annotations

import pytest

from tests.make import Make
from training.models import Role


@pytest.fixture
def desk(make: Make, client):
    """An open training with a person, and the coordinator who looks at it; all letters so far are gone."""
    focal, by = make.user(Role.PARTNER), make.user(Role.COORDINATOR)
    trainer = make.trainer(email="eva@example.org")
    training = make.training()
    session = make.session(training, title="Profiling", trainers=[trainer])
    make.registration(training, make.trainee(focal.agency, email="ada@example.org"))
    make.registration(training, make.trainee(focal.agency, family_name="Nomail"))
    client.sign_in(by)
    return {
        "training": training,
        "session": session,
        "by": by,
        "focal": focal,
        "url": f"/trainings/{training.public_id}",
    }

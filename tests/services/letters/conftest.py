"""What several files of tests of letters share."""

from __future__ import annotations

import pytest

from tests.make import Make
from tests.services.letters.mailed import forget
from training.models import (
    Admission,
    Role,
)


@pytest.fixture
def desk(make: Make):
    """A training by approval, an agency with a focal point, and a coordinator of its theme; nothing written yet."""
    agency = make.agency()
    focal = make.user(Role.PARTNER, agency=agency)
    coordinator = make.user(Role.COORDINATOR, themes=[make.theme("BMV")])
    training = make.training(admission=Admission.APPROVAL, capacity=2)
    forget()
    return {"agency": agency, "focal": focal, "coordinator": coordinator, "training": training}

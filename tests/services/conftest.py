"""What several files of tests of the services share."""

from __future__ import annotations

import pytest

from tests.make import Make
from training.models import Role
from training.services.imports import staging

HEAD = "Family name,Given names,Sex,Rank,E-mail"


@pytest.fixture
def staged(make: Make):
    """Stage lines of a list under ``HEAD`` for one training and agency."""
    training, agency = make.training(capacity=30), make.agency()

    def stage(*lines: str, head: str = HEAD, name: str = "list.csv"):
        content = "\n".join([head, *lines]).encode()
        return staging.stage(training, by=None, agency=agency, content=content, file_name=name)

    stage.training, stage.agency = training, agency
    return stage


@pytest.fixture
def focal(make: Make):
    return make.user(Role.PARTNER)

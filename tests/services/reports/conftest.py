"""What tests of the report share."""

from __future__ import annotations

import pytest

from tests.conftest import Client
from tests.make import Make
from tests.services.reports.readings import Readings


@pytest.fixture
def report(client: Client, make: Make) -> Readings:
    """The report in all its forms, which must say the same."""
    return Readings(client, make)

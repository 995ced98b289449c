"""A class planted on a column for one test: what the house does with it, before a model has such a column."""

from __future__ import annotations

from typing import Any

import pytest

from training.models.about_people import INFO, About, Class, Keep


def as_special(monkeypatch: pytest.MonkeyPatch, *attributes: Any) -> None:
    """Let these columns hold special values until the test ends."""
    for attribute in attributes:
        [column] = attribute.property.columns
        monkeypatch.setitem(column.info, INFO, About(Class.SPECIAL, Keep.THIRTY_DAYS))

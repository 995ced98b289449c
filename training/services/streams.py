"""Lists for files: counted first, then streamed, so that a whole list is never held in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select

from training.db import db


def count(found: Select[Any]) -> int:
    """How many rows ``found`` gives."""
    return db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0


def stream(found: Select[Any], most: int) -> Iterator[Any]:
    """The first ``most`` rows, a few hundred at a time."""
    return iter(db.session.scalars(found.limit(most).execution_options(yield_per=500)))

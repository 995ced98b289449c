"""All rows of a database as text in which only what a user could see differs: no ids, and no keys drawn at random."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import select

from training.db import db

SEEDED = {"activity_type", "agency_type", "theme", "theme_use", "organisation", "user"}
"""What stands before the sequence begins, made at the hour of the test."""
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|my:[0-9a-f]{64}")


def lines() -> Iterator[str]:
    """One line a row: the place of its id among its table's, and every column; ids of others likewise."""
    places: dict[str, dict[int, int]] = {}
    tables = [table for table in db.metadata.sorted_tables if "id" in table.c]
    for table in tables:
        ids = db.session.scalars(select(table.c.id).order_by(table.c.id))
        places[table.name] = {number: place for place, number in enumerate(ids, 1)}
    for table in tables:
        if table.name in SEEDED:
            continue
        named = {row.name: places.get(_owner(row), {}) for row in table.c}
        for row in db.session.execute(select(table).order_by(table.c.id)).mappings():
            yield f"{table.name}: " + "; ".join(
                f"{name}={_said(value, named[name], row)}"
                for name, value in row.items()
                if name != "public_id"
            )


def _owner(column) -> str:  # type: ignore[no-untyped-def]
    if column.primary_key:
        return str(column.table.name)
    return next((key.column.table.name for key in column.foreign_keys), "")


def _said(value: object, places: dict[int, int], row) -> str:  # type: ignore[no-untyped-def]
    if isinstance(value, int) and value in places:
        return f"#{places[value]}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    return RANDOM.sub("…", str(value))


def digest(found: list[str]) -> str:
    """A short sum of all lines."""
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:32]

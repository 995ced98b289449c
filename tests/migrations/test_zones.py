"""Zones that were stored by an old name, or by one without rules, after the upgrade that gives them today's."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from config import ROOT
from tests.migrations.walk import Walk
from training.db import db

pytestmark = pytest.mark.real_commit

[FILE] = (ROOT / "migrations" / "versions").glob("*_zones_in_todays_names.py")
NUMBER = FILE.name[:4]


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("US/Eastern", "America/New_York"),
        ("EST", "America/Panama"),
        ("posix/Europe/Kiev", "Europe/Kyiv"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT-2", "Etc/GMT-2"),
        ("Factory", "Factory"),
    ],
)
def test_a_stored_zone_gets_todays_name(walk: Walk, stored: str, now: str):
    walk.down(NUMBER)
    _store("venue", stored)
    _store("training", stored)

    walk.up(NUMBER)

    assert _stored("venue") == _stored("training") == {now}


def test_a_zone_without_rules_becomes_the_venues_or_utc(walk: Walk):
    walk.down(NUMBER)
    _store("venue", "Asia/Dacca")
    _store("training", "localtime")

    walk.up(NUMBER)

    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT venue_id IS NULL, zone FROM training")).all()
    assert {("UTC" if bare else "Asia/Dhaka") for bare, _ in found} == {zone for _, zone in found}


def _store(table: str, zone: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET zone = :zone"), {"zone": zone})


def _stored(table: str) -> set[str]:
    with db.engine.connect() as connection:
        return set(connection.execute(text(f"SELECT DISTINCT zone FROM {table}")).scalars())

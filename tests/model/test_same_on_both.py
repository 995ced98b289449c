"""One model, equal tables: the same sequence of operations leaves the same rows on SQLite and on PostgreSQL.

Run on PostgreSQL, where both are at hand. ``STORM=full`` runs the long profile.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import new_database
from tests.model import differential
from training.db import db
from training.services.registrations import steps

pytestmark = [
    pytest.mark.real_commit,
    pytest.mark.skipif(
        os.environ.get("TEST_DATABASE", "sqlite") == "sqlite", reason="compares PostgreSQL with SQLite"
    ),
]

SEEDS = range(100 if os.environ.get("STORM") == "full" else 3)


def both(seed: int, tmp_path: Path, worker_id: str) -> tuple[list[str], list[str]]:
    on_sqlite = differential.run(f"sqlite:///{tmp_path}/{seed}.sqlite3", seed, 60)
    return on_sqlite, differential.run(new_database(f"model_same_{worker_id}", tmp_path), seed, 60)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_sequence_leaves_the_same_rows(seed: int, tmp_path: Path, worker_id: str):
    on_sqlite, on_postgresql = both(seed, tmp_path, worker_id)

    assert len(on_sqlite) > 100
    assert on_sqlite == on_postgresql


def test_another_reason_on_one_of_them_would_be_seen(tmp_path: Path, worker_id: str, monkeypatch):
    end = steps.end

    def another(registration, state, by, code, reason):
        on = " there" if db.engine.dialect.name == "postgresql" else ""
        end(registration, state, by, code, reason + on)

    monkeypatch.setattr(steps, "end", another)

    on_sqlite, on_postgresql = both(0, tmp_path, worker_id)
    assert on_sqlite != on_postgresql

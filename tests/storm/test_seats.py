"""Two hundred people for twenty seats at once, over HTTP, and what happens without the lock.

``STORM=full`` runs the long profile. The clients are a process of their own; every round has a new training.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT
from tests.conftest import SECRET, new_database
from tests.storm.served import serving

pytestmark = pytest.mark.real_commit

FULL = os.environ.get("STORM") == "full"
ROUNDS = 50 if FULL else 3
CLIENTS = Path(__file__).with_name("clients.py")


def storm(tmp_path: Path, name: str, rounds: int, lock: bool, people: int = 200) -> list[dict[str, int]]:
    """Run the rounds against a server of its own; one tally per round: confirmed, reserve, refused, failed."""
    env = {
        **os.environ, "TRAINING_SECRET_KEY": SECRET, "TRAINING_LOCAL": "1", "TRAINING_INSTANCE_DIR": str(tmp_path),
        "DATABASE_URL": new_database(name, tmp_path), "TRAINING_SEAT_LOCK": "1" if lock else "0",
    }  # fmt: skip
    with serving(env) as url:
        done = subprocess.run(
            [sys.executable, str(CLIENTS), url, str(rounds), str(people)],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=3000,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_hundred_for_twenty_seats_are_exactly_twenty(tmp_path: Path, worker_id: str, record_property):
    rounds = storm(tmp_path, f"storm_{worker_id}", ROUNDS, lock=True)

    exact = sum((r["confirmed"], r["reserve"], r["failed"]) == (20, 180, 0) for r in rounds)
    record_property(
        "measured", f"{len(rounds)} rounds of 200 for 20 seats: {exact} with exactly 20 and 180, none failed"
    )
    assert [(r["confirmed"], r["reserve"], r["failed"]) for r in rounds] == [(20, 180, 0)] * ROUNDS


def test_without_the_lock_seats_are_oversold(tmp_path: Path, worker_id: str, record_property):
    # seats are oversold around the twentieth request: who comes after the thirtieth only takes time
    rounds = storm(tmp_path, f"storm_off_{worker_id}", 100, lock=False, people=30)

    record_property("measured", f"oversold in round {len(rounds)}: {rounds[-1]['confirmed']} of 20 seats")
    assert any(r["confirmed"] > 20 for r in rounds), rounds

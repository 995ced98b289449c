"""Everything at once over HTTP: the promises hold, nothing fails; and a form pressed five times has one effect.

``STORM=full`` runs the long profile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from config import ROOT
from tests.conftest import SECRET, new_database
from tests.storm.served import serving

pytestmark = pytest.mark.real_commit

FULL = os.environ.get("STORM") == "full"
ROUNDS = 50 if FULL else 1
TRIALS = 70 if FULL else 2


def storm(tmp_path: Path, name: str, what: str, *arguments: str, lock: bool = True):
    """Run the clients against a server of its own; what they print."""
    env = {
        **os.environ, "TRAINING_SECRET_KEY": SECRET, "TRAINING_LOCAL": "1", "TRAINING_INSTANCE_DIR": str(tmp_path),
        "DATABASE_URL": new_database(name, tmp_path), "TRAINING_SEAT_LOCK": "1" if lock else "0",
    }  # fmt: skip
    with serving(env) as url:
        command = [sys.executable, "-m", f"tests.storm.{what}", url, *arguments]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_everything_at_once_breaks_no_promise_and_nothing_fails(
    tmp_path: Path, worker_id: str, record_property
):
    rounds = storm(tmp_path, f"mixed_{worker_id}", "mixed", str(ROUNDS))

    statuses = sum((Counter(one["statuses"]) for one in rounds), Counter())
    slowest = max(one["seconds"] for one in rounds)
    record_property(
        "measured",
        f"{len(rounds)} rounds of 210 requests, answers {dict(statuses)}, the slowest round {slowest} s",
    )
    assert [one["broken"] for one in rounds] == [""] * ROUNDS
    assert {int(status) for status in statuses} <= {303, 409, 422}
    assert statuses["303"] > ROUNDS * 100


def test_without_the_lock_a_promise_breaks(tmp_path: Path, worker_id: str):
    rounds = storm(tmp_path, f"mixed_off_{worker_id}", "mixed", "10", lock=False)

    assert any(one["broken"] for one in rounds), rounds


def test_a_form_pressed_five_times_at_once_has_one_effect_and_one_answer(
    tmp_path: Path, worker_id: str, record_property
):
    found = storm(tmp_path, f"double_{worker_id}", "double", str(TRIALS))

    sent = sum(len(one["effects"]) for one in found.values())
    record_property("measured", f"{len(found)} forms, {sent} trials of five at once: effects "
          f"{dict(Counter(n for one in found.values() for n in one['effects']))}")  # fmt: skip
    assert {name: set(one["effects"]) for name, one in found.items()} == dict.fromkeys(found, {1})
    for name, one in found.items():
        assert all(len(answers) == 1 and answers[0].startswith("303 /") for answers in one["answers"]), (
            name,
            one,
        )


def test_without_the_key_doubles_appear(tmp_path: Path, worker_id: str):
    found = storm(tmp_path, f"double_off_{worker_id}", "double", "2", "--without-key")

    assert max(found["new trainer"]["effects"]) == 5

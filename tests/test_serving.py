"""``make run`` serves: an empty instance is filled and answers, and it ends when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from config import ROOT


@pytest.mark.once
def test_a_new_instance_answers_and_stops(tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "TRAINING_DEMO")}
    env |= {"TRAINING_INSTANCE_DIR": str(tmp_path), "PORT": str(port), "TRAINING_DEMO": "0", "WORKERS": "1"}
    serving = subprocess.Popen([sys.executable, ROOT / "scripts" / "serve.py"], env=env, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        assert answer(port, serving) == 200
    finally:
        serving.send_signal(signal.SIGTERM)
        said, _ = serving.communicate(timeout=40)

    assert f"http://127.0.0.1:{port}" in said and "Stopping." in said


def answer(port: int, serving: subprocess.Popen[str]) -> int:
    """What the sign-in page answers, once somebody listens."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=10) as page:
                return int(page.status)
        except OSError:
            if serving.poll() is not None:
                return 0
            time.sleep(0.2)
    return 0

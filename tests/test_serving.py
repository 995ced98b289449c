"""``make run`` serves: an empty instance is filled and answers, and it ends when it is told to."""

from __future__ import annotations

import os
import shutil
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
    assert "Nobody has an account yet." in said
    assert (tmp_path / "address").read_text() == f"http://127.0.0.1:{port}"


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


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose flask command says which settings it got."""
    for folder in ("scripts", "instance", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "flask.sh", tmp_path / "scripts" / "flask.sh")
    (tmp_path / "instance" / "settings.env").write_text("TRAINING_DEMO=1\nTRAINING_LOCAL=1\n")
    command = tmp_path / ".venv" / "bin" / "flask"
    command.write_text("#!/usr/bin/env bash\nenv | grep ^TRAINING_ | sort\n")
    command.chmod(0o755)
    return tmp_path


def settings_of_the_command(checkout: Path, **env: str) -> list[str]:
    """The settings that ``scripts/flask.sh`` gives its command."""
    clean = {key: one for key, one in os.environ.items() if not key.startswith("TRAINING_") and key != "PORT"}
    told = subprocess.run(
        [checkout / "scripts" / "flask.sh"], env=clean | env, capture_output=True, text=True, check=True
    )
    return told.stdout.split()


def test_the_environment_goes_before_the_settings_of_the_command(checkout: Path):
    assert settings_of_the_command(checkout) == ["TRAINING_DEMO=1", "TRAINING_LOCAL=1"]
    assert settings_of_the_command(checkout, TRAINING_DEMO="0") == ["TRAINING_DEMO=0", "TRAINING_LOCAL=1"]


def test_links_of_the_command_lead_to_where_the_checkout_is_served(checkout: Path):
    (checkout / "instance" / "address").write_text("http://127.0.0.1:8140")

    assert "TRAINING_PUBLIC_URL=http://127.0.0.1:8140" in settings_of_the_command(checkout)
    assert "TRAINING_PUBLIC_URL=http://127.0.0.1:8141" in settings_of_the_command(checkout, PORT="8141")
    own = settings_of_the_command(checkout, PORT="8141", TRAINING_PUBLIC_URL="https://training.example")
    assert "TRAINING_PUBLIC_URL=https://training.example" in own

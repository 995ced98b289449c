"""The server with two processes, as ``make run`` starts it; it ends with the process that started it, however that ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from config import ROOT

SECONDS_TO_START, SECONDS_TO_STOP = 60, 15
DIES_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of Linux."""


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(env: dict[str, str], port: int) -> Iterator[str]:
    """Start it, yield its address as soon as it answers, stop it."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "2", "--blocking-threads", "2", "--backlog", "2048", "--no-access-log", "--log-level", "error", "wsgi:app"],
        env=env, cwd=ROOT, start_new_session=True, preexec_fn=lambda: ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM),
    )  # fmt: skip
    try:
        yield _answering(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its workers too


def _answering(url: str) -> str:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/health", timeout=5)
            return url
        time.sleep(0.1)
    raise TimeoutError(url)

"""The server with two processes, as ``make run`` starts it, on an empty database with migrations and seeds."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from config import ROOT
from tests.databases import copy


@contextlib.contextmanager
def serving(env: dict[str, str]) -> Iterator[str]:
    """Start it, yield its address, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bin_ = Path(sys.executable).parent
    copy("migrated", env["DATABASE_URL"])
    process = subprocess.Popen(
        [bin_ / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
         "--blocking-threads", "2", "--backlog", "2048", "--no-access-log", "--log-level", "error", "wsgi:app"],
        env=env, cwd=ROOT,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/health", timeout=1)
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)

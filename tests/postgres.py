"""A throwaway PostgreSQL cluster on a free loopback port, run as another user where we are root.

``python -m tests.postgres COMMAND …`` runs the command with ``TEST_DATABASE`` set to the cluster's address.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=120 -c unix_socket_directories="


def programs() -> Path:
    """The folder of the newest installed PostgreSQL; raises ``FileNotFoundError`` where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed: run `make system`.")
    return found[-1].parent


def _as_other_user(command: list[str]) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster, yield its address (``postgresql://…/postgres``), and remove it."""
    home = Path(tempfile.mkdtemp(prefix="training-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    data, bin_ = str(home / "data"), programs()

    def run(*command: str) -> None:
        done = subprocess.run(_as_other_user(list(command)), capture_output=True, text=True, cwd=home)
        if done.returncode:
            raise RuntimeError(done.stderr)

    try:
        run(str(bin_ / "initdb"), "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"{OPTIONS}'' -c listen_addresses=127.0.0.1 -c port={port}"
        log = str(home / "log")
        run(str(bin_ / "pg_ctl"), "-D", data, "-w", "-t", "60", "-l", log, "-o", options, "start")
        try:
            yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        finally:
            run(str(bin_ / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    with cluster() as address:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "TEST_DATABASE": address}).returncode)

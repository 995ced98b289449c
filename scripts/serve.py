"""Serve this checkout: bring the database up to date, then run the server and the worker until one of them ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"


def settings() -> dict[str, str]:
    """The environment, with the settings that only ``instance/settings.env`` has."""
    env = dict(os.environ)
    for line in (ROOT / "instance" / "settings.env").read_text().splitlines():
        name, _, value = line.partition("=")
        if name and not name.startswith("#"):
            env.setdefault(name.strip(), value.strip())
    return env


def port_is_free(port: int) -> bool:
    """Whether nobody listens on ``port`` of this machine yet."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def instance_folder(env: dict[str, str]) -> Path:
    """Where this instance keeps its files."""
    return Path(env.get("TRAINING_INSTANCE_DIR", ROOT / "instance"))


def prepare(env: dict[str, str]) -> str:
    """Migrate and seed the database. Fill a new one with demo data when the settings say so.

    Returns how to sign in, and how to stop.
    """
    folder = instance_folder(env)
    is_new = "DATABASE_URL" not in env and not (folder / "training.sqlite3").exists()
    done = subprocess.run(
        [BIN / "python", ROOT / "scripts" / "prepare.py"], env=env, cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    if (
        is_new
        and env.get("TRAINING_DEMO") == "1"
        and subprocess.run([BIN / "flask", "demo"], env=env, cwd=ROOT, stdout=subprocess.DEVNULL).returncode
    ):
        sys.exit("The demo data could not be made.")
    sign_ins = folder / "demo-sign-ins.txt"
    told = sign_ins.read_text() if sign_ins.exists() else done.stdout
    return f"{told}\n  Stop with Ctrl-C." if told else "  Stop with Ctrl-C."


def leave_address(env: dict[str, str]) -> None:
    """Say to scripts/flask.sh, whose letters hold links, at which address this checkout is served."""
    folder = instance_folder(env)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "address").write_text(env["TRAINING_PUBLIC_URL"])


def main() -> None:
    """Run until Ctrl-C, or until the server or the worker ends."""
    env = settings()
    port = int(env.get("PORT", "8000"))
    if not port_is_free(port):
        sys.exit(
            f"Port {port} is taken: stop what listens there, or choose another with `make run PORT=8001`."
        )
    if "TRAINING_PUBLIC_URL" not in env:
        env["TRAINING_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        leave_address(env)
    told = prepare(env)
    processes = [
        subprocess.Popen(
            [
                BIN / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
                "--workers", env.get("WORKERS", "2"), "--blocking-threads", "2", "--backlog", "2048",
                "--no-access-log", "--log-level", "warning", "wsgi:app",
            ],
            env=env,
            cwd=ROOT,
        ),
        subprocess.Popen([BIN / "flask", "worker"], env=env, cwd=ROOT),
    ]  # fmt: skip

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    print(f"\n  Training management: {env['TRAINING_PUBLIC_URL']}\n\n{told}", flush=True)
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.3)
    except KeyboardInterrupt:
        print("\nStopping.")
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    main()

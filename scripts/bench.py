"""Measure, in one run, what is asked of the speed: the busiest pages, the import, the exports, beside a floor.

Uses a database of its own under the system's temporary folder, at the scale given (``small`` or ``large``).
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402

from config import Config  # noqa: E402
from training.app import create_app  # noqa: E402
from training.db import db  # noqa: E402
from training.models import Role, Theme, User  # noqa: E402
from training.services.accounts import sign_ins  # noqa: E402
from training.services.reports import downloads  # noqa: E402
from training.services.reports.selection import Filters  # noqa: E402

PAGES = ("/", "/trainings", "/registrations", "/trainees?text=ann", "/reports/attendance")
FLOOR = """
SELECT p.code, p.title, th.code, t.code, t.title, ay.code, t.country, s.title, sth.code, s.starts_local, s.ends_local,
       s.scheduled_minutes, e.public_id, e.family_name, e.given_names, e.sex, r.trainee_country, r.agency_code,
       r.agency_name, r.agency_type_code, r.state, a.status, a.minutes, s.register_state
FROM training t JOIN training_session s ON s.training_id = t.id JOIN registration r ON r.training_id = t.id
JOIN trainee e ON e.id = r.trainee_id
LEFT JOIN attendance_record a ON a.registration_id = r.id AND a.session_id = s.id
JOIN programme p ON p.id = t.programme_id JOIN theme th ON th.id = t.theme_id JOIN theme sth ON sth.id = s.theme_id
JOIN activity_type ay ON ay.id = t.activity_type_id
WHERE s.cancelled_at IS NULL AND (a.id IS NOT NULL OR (r.confirmed_at IS NOT NULL
  AND (r.released_at IS NULL OR r.released_at > s.starts_at)
  AND (r.confirmed_at <= s.starts_at OR r.source = 'walk_in')))
ORDER BY t.id, s.id, r.id
"""


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def pages(app: Flask, seconds: float) -> None:
    """Median milliseconds and requests per second, one client in this process."""
    with app.app_context():
        user = db.session.scalar(db.select(User).where(User.role == Role.ADMIN))
        token = sign_ins.start_session(user, hours=1)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    print(f"\n{'page':<34}{'median ms':>12}{'requests/s':>12}")
    for path in PAGES:
        client.get(path)
        times: list[float] = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until or len(times) < 3:
            times.append(timed(partial(client.get, path)))
        print(f"{path:<34}{statistics.median(times) * 1000:>12.1f}{len(times) / sum(times):>12.1f}")


def desk(env: dict[str, str]) -> None:
    """Time the import of 500 and 5,000 people and the search for duplicates, in a process of its own."""
    command = [sys.executable, str(ROOT / "scripts" / "bench_desk.py")]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    print(f"\n{found['people']:,} people known")
    for one in found["imports"]:
        print(f"list of {one['rows']:,} new people: read and staged {one['staged']:.2f} s, looked at {one['looked at']:.2f} s,"
              f" confirmed {one['confirmed']:.2f} s")  # fmt: skip
    told = found["announced"]
    print(f"announced to {told['people']:,.0f} people, a letter each: {told['seconds']:.2f} s")
    print(f"memory of its own: {found['megabytes']:.0f} MB at most")
    print(
        f"one search for duplicates: {found['lookups']['median']:.1f} ms, the slowest {found['lookups']['worst']:.1f} ms"
    )


def looks_for_clashes(env: dict[str, str]) -> None:
    """Time a look for clashes beside 50,000 sessions, in a process of its own."""
    command = [sys.executable, str(ROOT / "scripts" / "bench_clashes.py")]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    print(f"\n{found['sessions']:,} sessions ({found['engine']})")
    print(
        f"one session looked at for clashes: {found['look 1']:.1f} ms, the slowest {found['worst 1']:.1f} ms"
    )
    print(f"three days of one training: {found['look 3']:.1f} ms, the slowest {found['worst 3']:.1f} ms")
    print(f"what is to look at of {found['listed']:,} sessions: {found['list']:.0f} ms")


def boards(env: dict[str, str]) -> None:
    """Time the planning board and where a training could go, in a process of its own."""
    command = [sys.executable, str(ROOT / "scripts" / "bench_board.py")]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    print(f"\nboard of {found['lines']} lines and {found['days']} days ({found['engine']})")
    for rows in ("trainers", "rooms", "trainings"):
        page, places = found[f"board {rows}"], found[f"where {rows}"]
        print(
            f"{rows}: {page:.0f} ms, {found[f'board {rows} bytes'] / 1000:.1f} kB; all places of a training: {places:.0f} ms"
        )


def exports(app: Flask, database: Path, folder: Path) -> None:
    """Rows per second of CSV beside ``sqlite3 -csv`` on the same query, and of XLSX."""
    out = folder / "out.csv"
    with app.app_context():

        def to_csv() -> None:
            with out.open("wb") as file:
                for piece in downloads.long_csv(Filters(), user=None):
                    file.write(piece)

        ours = timed(to_csv)
        rows = sum(1 for _ in out.open("rb")) - 1
        floor = timed(
            lambda: subprocess.run(
                ["sqlite3", "-csv", str(database), FLOOR],
                stdout=(folder / "floor.csv").open("wb"),
                check=True,
            )
        )
        print(f"\nCSV: {rows:,} rows in {ours:.2f} s, {rows / ours:,.0f} rows/s")
        print(f"sqlite3 -csv, the same query: {floor:.2f} s; ratio {ours / floor:.2f}")
        one = db.session.scalars(db.select(Theme).where(Theme.code == "BMV")).one()
        for name, filters in (("one theme", Filters(theme=one)), ("everything", Filters())):
            seconds = timed(partial(downloads.xlsx, folder / "out.xlsx", filters, user=None, demo=True))
            size = (folder / "out.xlsx").stat().st_size / 1e6
            print(f"XLSX, {name}: {seconds:.2f} s, {size:.1f} MB")


def main() -> None:
    """Make the data, unless a folder with data is given, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=["small", "large"], default=os.environ.get("SCALE", "small"))
    parser.add_argument("--instance", type=Path, help="a folder with demo data, instead of making them")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each page is asked for")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        instance = asked.instance or Path(folder) / "instance"
        env = {
            **os.environ, "TRAINING_SECRET_KEY": secrets.token_hex(32), "TRAINING_LOCAL": "1", "TRAINING_DEMO": "1",
            "TRAINING_INSTANCE_DIR": str(instance),
        }  # fmt: skip
        env.pop("DATABASE_URL", None)
        if asked.instance is None:
            flask = ROOT / ".venv" / "bin" / "flask"
            for command in (["db", "upgrade"], ["seed"]):
                subprocess.run([flask, *command], env=env, cwd=ROOT, check=True, capture_output=True)
            print(f"demo data, {asked.scale}: ", end="", flush=True)
            making = [flask, "demo", "--scale", asked.scale]
            print(
                f"{timed(lambda: subprocess.run(making, env=env, cwd=ROOT, check=True, capture_output=True)):.1f} s"
            )
        database = instance / "training.sqlite3"
        with sqlite3.connect(database) as counted:
            records = counted.execute("SELECT COUNT(*) FROM attendance_record").fetchone()[0]
        counted.close()
        print(f"{records:,} attendance records")
        app = create_app(Config.from_env(env))
        pages(app, asked.seconds)
        desk(env)
        looks_for_clashes(env)
        boards(env)
        exports(app, database, Path(folder))


if __name__ == "__main__":
    main()

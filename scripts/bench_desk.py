"""Measure the import of a list and the search for duplicates, in a process that has its own memory.

The environment names the database. ``bench.py`` starts this script.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import func, select  # noqa: E402

from scripts.bench import timed  # noqa: E402
from training import clock  # noqa: E402
from training.db import atomic, db  # noqa: E402
from training.models import Agency, ImportBatch, Role, Trainee, Training, TrainingState, User  # noqa: E402
from training.services import locked_trainings  # noqa: E402
from training.services.announcing import announcements, differences
from training.services.imports import confirming, staging  # noqa: E402
from training.services.registrations import submissions  # noqa: E402
from training.services.schedule import plan, sessions  # noqa: E402
from training.services.trainees import duplicates, records  # noqa: E402
from training.services.trainees.records import Person  # noqa: E402
from wsgi import app  # noqa: E402

LOOKUPS = 200


SYLLABLES = ("bar", "dov", "fen", "gir", "hul", "kas", "lim", "mot", "nep", "rud", "sav", "tir", "vol", "zan")


def roster(rows: int) -> bytes:
    """A list of people who resemble nobody known. Each name is another row of syllables."""
    lines, size = ["Family name,Given names,Sex,Function,E-mail"], len(SYLLABLES)
    for n in range(rows):
        places = (n, n // size, n // size**2, n // size**3, rows // 500)
        name = "".join(SYLLABLES[place % size] for place in places).capitalize()
        lines.append(f"{name},Person,f,Officer,r{rows}n{n}@example.org")
    return "\n".join(lines).encode()


class OwnMemory(threading.Thread):
    """Measures every few milliseconds this process's own memory, without the mapped file of the database."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0

    def run(self) -> None:
        while True:
            status = Path("/proc/self/status").read_text()
            self.most = max(self.most, int(status.partition("RssAnon:")[2].split()[0]) / 1024)
            time.sleep(0.005)


def import_of(rows: int) -> dict[str, float]:
    """The seconds for reading, previewing and confirming a list of ``rows`` people."""
    wanted = select(Training).where(
        Training.state.in_([TrainingState.OPEN, TrainingState.CONFIRMED]),
        Training.registration_closes_at > clock.now(),
    )
    training, agency = (
        db.session.scalars(wanted.limit(1)).one(),
        db.session.scalars(select(Agency).limit(1)).one(),
    )
    batches: list[ImportBatch] = []
    staged = timed(
        lambda: batches.append(
            staging.stage(training, by=None, agency=agency, content=roster(rows), file_name=f"{rows}.csv")
        )
    )
    (batch,) = batches
    looked_at = timed(lambda: confirming.preview(batch))
    confirmed = timed(lambda: confirming.confirm(batch, by=None, override=True))
    return {"rows": rows, "staged": staged, "looked at": looked_at, "confirmed": confirmed}


def lookups() -> list[float]:
    """The milliseconds of each search for duplicates of one person among all known people."""
    last = db.session.scalar(select(func.max(Trainee.id))) or 1
    chance, times = random.Random(5), []
    duplicates.of(Person(family_name="Warm", given_names="Up", country="AT"))  # a running server is warm, too
    for _ in range(LOOKUPS):
        one = db.session.scalars(select(Trainee).where(Trainee.id >= chance.randrange(last)).limit(1)).one()
        person = Person(family_name=one.family_name, given_names=one.given_names, country=one.country)
        times.append(timed(partial(duplicates.of, person)) * 1000)
    return times


def announcing(people: int) -> dict[str, float]:
    """The seconds for announcing one changed session to ``people`` people, each of whom gets a letter."""
    wanted = select(Training).where(
        Training.state.in_([TrainingState.OPEN, TrainingState.CONFIRMED]),
        Training.starts_on > clock.today() + timedelta(days=7),
    )
    training = next(one for one in db.session.scalars(wanted) if locked_trainings.live_sessions(one))
    by = db.session.scalars(select(User).where(User.role == Role.ADMIN).limit(1)).one()
    agency = db.session.scalars(select(Agency).limit(1)).one()
    named = [
        Person(family_name=f"Told{n}", given_names="Sam", country="AT", email=f"told{n}@example.org")
        for n in range(people)
    ]
    known = atomic(records.add_many)(agency, named)
    submissions.submit_many(training, by=None, agency=agency, people=known, override=True)
    session = locked_trainings.live_sessions(training)[-1]
    details = replace(plan.details_of(session), title="Told anew")
    sessions.change(session, by=by, details=details)
    seen = differences.of(training).digest
    return {"people": people, "seconds": timed(lambda: announcements.announce(training, by=by, seen=seen))}


def main() -> None:
    """Print the measurements as JSON."""
    memory = OwnMemory()
    memory.start()
    with app.app_context():
        found = {"people": db.session.scalar(select(func.count(Trainee.id)))}
        times = sorted(lookups())
        found["lookups"] = {"median": statistics.median(times), "worst": times[-1]}
        found["imports"] = [import_of(500), import_of(5_000)]
        found["announced"] = announcing(300)
    found["megabytes"] = memory.most
    print(json.dumps(found))


if __name__ == "__main__":
    main()

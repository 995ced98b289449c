"""Measure the planning board: 40 lines × 28 days, and where a training of six half-days could go. ``bench.py`` starts this.

Without ``DATABASE_URL`` it is a SQLite file. ``python -m tests.postgres`` gives the address of a cluster in
``TEST_DATABASE``: then it is a database of that.
"""

from __future__ import annotations

import json
import secrets
import statistics
import sys
import tempfile
import uuid
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask import Flask  # noqa: E402

from config import Config  # noqa: E402
from scripts.bench import timed  # noqa: E402
from tests.databases import migrated_app, new_database  # noqa: E402
from tests.make import Make  # noqa: E402
from training import clock  # noqa: E402
from training.db import atomic, db, insert_many  # noqa: E402
from training.models import Role, SessionTrainer, Training, TrainingSession, User  # noqa: E402
from training.services.accounts import sign_ins  # noqa: E402
from training.services.directory import trainers, venues  # noqa: E402

LINES, DAYS, LOOKS = 40, 28, 30


@atomic
def fill(trainings: list[Training], rooms: list[int], teachers: list[int]) -> None:
    """Each training is three days of two half-days, in a room and with a trainer, from a Monday or a Wednesday on."""
    first = clock.today() - timedelta(days=clock.today().weekday())
    rows = []
    for n, training in enumerate(trainings):
        line, turn = n % LINES, n // LINES
        for half in range(6):
            day = first + timedelta(days=7 * turn + line % 3 + half // 2)
            starts = datetime.combine(day, time(9 if half % 2 == 0 else 14))
            rows.append(
                {
                    "training_id": training.id, "training_theme_id": training.theme_id, "theme_id": training.theme_id,
                    "public_id": uuid.uuid4(), "title": "Half-day", "starts_local": starts, "ends_local": starts + timedelta(hours=3),
                    "starts_at": starts.replace(tzinfo=UTC), "ends_at": starts.replace(tzinfo=UTC) + timedelta(hours=3),
                    "break_minutes": 30, "scheduled_minutes": 150, "room_id": rooms[line],
                }
            )  # fmt: skip
    insert_many(TrainingSession, rows)
    db.session.flush()  # the links below name the sessions by their ids
    teaching = dict(zip(rooms, teachers, strict=True))
    links = [
        {"session_id": one.id, "trainer_id": teaching[one.room_id or 0], "starts_at": one.starts_at,
         "ends_at": one.ends_at, "is_off": False}
        for one in db.session.scalars(db.select(TrainingSession))
    ]  # fmt: skip
    insert_many(SessionTrainer, links)


def world() -> Training:
    """Forty trainers and rooms with four weeks of trainings; returns one of the trainings."""
    make, admin = Make(), Make().user(Role.ADMIN)
    programme = make.programme()
    themes = [make.theme("BMV"), make.theme("ASY")]
    everybody = [make.trainer(themes=themes, languages=["en", "ru"], country="AT") for _ in range(LINES)]
    for one in everybody[::4]:
        trainers.add_absence(
            one, by=admin, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=3)
        )
    venue = make.venue()
    rooms = [
        venues.add_room(venue, by=None, details=venues.RoomDetails(name=f"Room {n}", capacity=30)).id
        for n in range(LINES)
    ]
    trainings = [
        make.training(programme=programme, is_open=False, zone="UTC", starts_on=clock.today())
        for _ in range(LINES * 3)
    ]
    fill(trainings, rooms, [one.id for one in everybody])
    return trainings[LINES]


def measured(app: Flask, training: Training) -> dict[str, float]:
    """Milliseconds and bytes of the board's page, and of the answer to where the training could go."""
    user = db.session.scalar(db.select(User).where(User.role == Role.ADMIN))
    assert user is not None
    token = sign_ins.start_session(user, hours=1)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    found: dict[str, float] = {}
    for rows in ("trainers", "rooms", "trainings"):
        for name, path in (("board", "/board"), ("where", f"/board/where/{training.public_id}")):
            get = partial(client.get, f"{path}?rows={rows}&weeks=4", headers={"Accept-Encoding": "br"})
            answer = get()
            assert answer.status_code == 200, (path, answer.status)
            found[f"{name} {rows}"] = statistics.median(timed(get) for _ in range(LOOKS)) * 1000
            found[f"{name} {rows} bytes"] = len(answer.data)
    return found


def main() -> None:
    """Print the figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        url = new_database(f"bench_{secrets.token_hex(4)}", Path(folder))
        config = Config(
            database_url=url, instance_dir=Path(folder), secret_key=secrets.token_hex(32), local=True
        )
        app = migrated_app(config)
        with app.app_context():
            found = measured(app, world())
            print(json.dumps({"engine": db.engine.dialect.name, "lines": LINES, "days": DAYS, **found}))


if __name__ == "__main__":
    main()

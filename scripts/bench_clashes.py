"""Measure what a look for clashes costs beside 50,000 sessions, in a database of its own. ``bench.py`` starts this script.

Without ``DATABASE_URL`` it is a SQLite file. ``python -m tests.postgres`` gives the address of a cluster in
``TEST_DATABASE``: then it is a database of that.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import sys
import tempfile
import uuid
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import false, insert, select, text  # noqa: E402

from config import Config  # noqa: E402
from scripts.bench import timed  # noqa: E402
from tests.databases import migrated_app, new_database  # noqa: E402
from tests.make import Make  # noqa: E402
from training import clock  # noqa: E402
from training.db import atomic, db, insert_many  # noqa: E402
from training.models import Role, SessionTrainer, Training, TrainingSession  # noqa: E402
from training.services.directory import venues  # noqa: E402
from training.services.schedule import clashes, open_list, plan  # noqa: E402

SESSIONS, ROOMS = 50_000, 25
LOOKS = 60


@atomic
def fill(trainings: list[Training], rooms: list[int], trainers: list[int]) -> None:
    """Two half-days a day in every room, each by a trainer of its own, around today."""
    half_days = SESSIONS // len(rooms)
    first = clock.today() - timedelta(days=half_days // 4)
    rows = []
    for n in range(SESSIONS):
        place, half = n % len(rooms), n // len(rooms)
        starts = datetime.combine(first + timedelta(days=half // 2), time(9 if half % 2 == 0 else 14))
        training = trainings[(place + half // 6) % len(trainings)]
        rows.append(
            {
                "training_id": training.id, "training_theme_id": training.theme_id, "theme_id": training.theme_id,
                "public_id": uuid.uuid4(), "title": "Half-day", "starts_local": starts, "ends_local": starts + timedelta(hours=3),
                "starts_at": starts.replace(tzinfo=UTC), "ends_at": starts.replace(tzinfo=UTC) + timedelta(hours=3),
                "break_minutes": 30, "scheduled_minutes": 150, "room_id": rooms[place],
            }
        )  # fmt: skip
    insert_many(TrainingSession, rows)
    taught = select(
        TrainingSession.id,
        TrainingSession.room_id - rooms[0] + trainers[0],  # each room has a trainer of its own
        TrainingSession.starts_at,
        TrainingSession.ends_at,
        false(),
    )
    columns = ["session_id", "trainer_id", "starts_at", "ends_at", "is_off"]
    db.session.execute(insert(SessionTrainer).from_select(columns, taught))


def main() -> None:
    """Print the figures as JSON, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        url = new_database(f"bench_{secrets.token_hex(4)}", Path(folder))
        config = Config(
            database_url=url, instance_dir=Path(folder), secret_key=secrets.token_hex(32), local=True
        )
        app = migrated_app(config)
        with app.app_context():
            make = Make()
            programme = make.programme()
            trainings = [
                make.training(
                    programme=programme,
                    is_open=False,
                    zone="UTC",
                    starts_on=clock.today() + timedelta(days=n),
                )
                for n in range(LOOKS)
            ]
            venue = make.venue(zone="UTC")
            rooms = [
                venues.add_room(venue, by=None, details=venues.RoomDetails(name=f"Room {n}", capacity=30))
                for n in range(ROOMS)
            ]
            trainers = [make.trainer(themes=[make.theme()], most_days_a_month=20) for _ in range(ROOMS)]
            fill(trainings, [one.id for one in rooms], [one.id for one in trainers])
            with db.engine.begin() as connection:
                connection.execute(text("ANALYZE"))

            def look(n: int, days: int) -> None:
                training = trainings[n]
                at = datetime.combine(training.starts_on, time(10))
                asked = [
                    plan.as_planned(
                        training,
                        plan.Details(
                            title="x", starts_local=at + timedelta(days=day), ends_local=at + timedelta(days=day, hours=2),
                            room=rooms[n % ROOMS], trainers=[trainers[n % ROOMS]],
                        ),
                    )
                    for day in range(days)
                ]  # fmt: skip
                clashes.look(training, asked)

            figures: dict[str, float] = {"sessions": db.session.query(TrainingSession).count()}
            for days in (1, 3):
                look(0, days)
                times = [timed(partial(look, n, days)) * 1000 for n in range(LOOKS)]
                figures[f"look {days}"], figures[f"worst {days}"] = statistics.median(times), max(times)
            user = make.user(Role.ADMIN)
            open_list.search(user)
            figures["list"] = timed(lambda: open_list.search(user)) * 1000
            figures["listed"] = len(open_list.search(user).all_slots)
            db.session.remove()
            db.engine.dispose()
        print(json.dumps({"engine": url.partition(":")[0], **figures}))


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    main()

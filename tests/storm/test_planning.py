"""Many coordinators plan at once in the same rooms with the same trainers: single sessions and whole trainings are moved.

No room and no trainer is taken twice, nobody waits for somebody who waits for them, and every refusal names what is
taken. ``STORM=full`` runs the long profile.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from config import Config
from tests.conftest import LOCAL, migrated_app, new_database
from tests.make import Make
from training.db import db
from training.errors import DomainError
from training.models import Room, SessionTrainer, Trainer, Training, TrainingSession, User
from training.services import locked_trainings
from training.services.directory import venues
from training.services.schedule import several, shift, steps

pytestmark = pytest.mark.real_commit
FULL = os.environ.get("STORM") == "full"
ROUNDS, AT_ONCE = (50, 100) if FULL else (2, 40)
THREADS, TRAININGS, PLACES = 8, 8, 3


@dataclass
class World:
    """Trainings of two days each, close to each other, with three rooms and three trainers between them."""

    app: Flask
    trainings: list[int]
    rooms: list[int]
    trainers: list[int]
    by: int

    def one(self, seed: int) -> str:
        """One coordinator does something; what came of it."""
        chance = random.Random(seed)
        with self.app.app_context():
            try:
                return self._do(chance)
            except DomainError as refusal:
                text = str(refusal)
                return "unnamed" if "Somebody has just" in text else "refused"
            except DBAPIError as failure:
                return f"{type(failure).__name__}: {str(failure.orig)[:60]}"
            finally:
                db.session.remove()

    def _do(self, chance: random.Random) -> str:
        training = db.session.get_one(Training, chance.choice(self.trainings))
        by = db.session.get_one(User, self.by)
        held = locked_trainings.live_sessions(training)
        one = [chance.choice(held).public_id]
        days = chance.choice((-2, -1, 1, 2))
        match chance.randrange(6):
            case 0 | 1:
                several.move(training, by=by, move=shift.Move(days=days))
            case 2:
                several.move(training, by=by, move=shift.Move(days=days), public_ids=one)
            case 3:
                room = db.session.get_one(Room, chance.choice(self.rooms))
                several.set_room(training, by=by, room=room, public_ids=one if days > 0 else ())
            case 4:
                wanted = [db.session.get_one(Trainer, chance.choice(self.trainers))]
                several.set_trainers(training, by=by, trainers=wanted, public_ids=one if days > 0 else ())
            case _:
                if step := steps.last_of(training, by):
                    steps.undo(step, by=by)
        return "done"

    def taken_twice(self) -> list[tuple[int, int]]:
        """Sessions that are held in one room, or by one trainer, at the same time."""
        with self.app.app_context():
            a, b = aliased(TrainingSession), aliased(TrainingSession)
            meet = (a.id < b.id, a.starts_at < b.ends_at, b.starts_at < a.ends_at, a.is_held, b.is_held)
            rooms = db.session.execute(select(a.id, b.id).where(*meet, a.room_id == b.room_id)).all()
            s, t = aliased(SessionTrainer), aliased(SessionTrainer)
            both = (s.session_id == a.id, t.session_id == b.id, s.trainer_id == t.trainer_id)
            taught = db.session.execute(select(a.id, b.id).where(*meet, *both)).all()
            derived = db.session.scalars(select(SessionTrainer).join(SessionTrainer.training_session)).all()
            off = [one.id for one in derived if one.is_off is one.training_session.is_held]
            found = [tuple(row) for row in (*rooms, *taught)] + [(number, number) for number in off]
            db.session.remove()
            return found

    def storm(self, seed: int) -> Counter[str]:
        with ThreadPoolExecutor(THREADS) as pool:
            return Counter(pool.map(self.one, range(seed, seed + AT_ONCE)))


@pytest.fixture
def here(tmp_path: Path, worker_id: str, request: pytest.FixtureRequest) -> World:
    name = f"planning_{worker_id}_{abs(hash(request.node.name)) % 10_000}"
    app = migrated_app(Config(database_url=new_database(name, tmp_path), instance_dir=tmp_path, **LOCAL))
    with app.app_context():
        make = Make()
        venue, programme = make.venue(), make.programme()
        rooms = [
            venues.add_room(venue, by=None, details=venues.RoomDetails(name=f"Room {n}", capacity=30))
            for n in range(PLACES)
        ]
        trainers = [make.trainer() for _ in range(PLACES)]
        trainings = []
        for n in range(TRAININGS):
            day = make.details().starts_on + timedelta(days=2 * (n // PLACES))
            training = make.training(programme=programme, is_open=False, starts_on=day)
            for later in range(2):
                at = day + timedelta(days=later)
                make.session(training, at, room=rooms[n % PLACES], trainers=[trainers[n % PLACES]])
                make.session(training, at, room=rooms[n % PLACES], trainers=[trainers[n % PLACES]])
            trainings.append(training.id)
        world = World(app, trainings, [one.id for one in rooms], [one.id for one in trainers], make.user().id)
        db.session.remove()
    return world


def test_group_moves_beside_single_ones_take_nothing_twice_and_never_wait_for_each_other(
    here: World, record_property
):
    told: Counter[str] = Counter()
    for number in range(ROUNDS):
        told += here.storm(number * AT_ONCE)
        assert here.taken_twice() == []

    record_property("measured", f"{ROUNDS} rounds of {AT_ONCE} at once: {dict(told)}")
    assert set(told) <= {"done", "refused"}, told
    assert told["done"] > ROUNDS * AT_ONCE / 10


def test_without_holding_rooms_and_trainers_somebody_is_refused_by_no_name(
    here: World, monkeypatch: pytest.MonkeyPatch, record_property
):
    with here.app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    monkeypatch.setattr(locked_trainings, "hold_in_order", lambda kind, ids: None)
    told: Counter[str] = Counter()
    for number in range(20):
        told += here.storm(number * AT_ONCE)
        if set(told) - {"done", "refused"}:
            break

    record_property("measured", f"without the locks: {dict(told)}")
    assert here.taken_twice() == []
    assert set(told) - {"done", "refused"}, told

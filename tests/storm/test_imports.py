"""An import that is killed at any moment, and one list confirmed five times at once: all of it, or nothing.

``STORM=full`` kills a hundred times.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from config import ROOT, Config
from tests.conftest import LOCAL, SECRET, migrated_app, new_database
from tests.make import Make
from training.db import db
from training.errors import DomainError
from training.models import BatchState, ImportBatch, Registration, RegistrationStep, Trainee
from training.services.imports import confirming, staging
from training.services.registrations import submissions

pytestmark = pytest.mark.real_commit
KILLS = 100 if os.environ.get("STORM") == "full" else 3
ROWS = 40
IMPORTER = Path(__file__).with_name("importer.py")


@pytest.fixture
def killed(tmp_path: Path, worker_id: str):
    """An application with an open training and an agency, and the environment of a process that shares its database."""
    address = new_database(f"killed_{worker_id}", tmp_path)
    app = migrated_app(Config(database_url=address, instance_dir=tmp_path, **LOCAL))
    with app.app_context():
        make = Make()
        training, agency = make.training(capacity=10_000), make.agency()
        app.codes = training.code, agency.code
        db.session.remove()
    env = {
        **os.environ, "DATABASE_URL": address, "TRAINING_SECRET_KEY": SECRET, "TRAINING_LOCAL": "1",
        "TRAINING_INSTANCE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    yield app, env
    with app.app_context():
        db.engine.dispose()


def by_list(column) -> Counter[str]:
    """How many rows each list has stored: the number in the people's names tells."""
    return Counter(name.partition("x")[0] for name in db.session.scalars(column))


def test_a_killed_import_stored_all_of_its_list_or_nothing(killed):
    app, env = killed
    chance = random.Random(7)
    for kill in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, str(IMPORTER), *app.codes, str(ROWS), str(kill * 1000)],
            env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout.readline() == "ready\n"
        if kill % 3 == 0:  # the first is stored even on a busy machine
            assert process.stdout.readline() == "stored\n"
        time.sleep(chance.uniform(0.02, 0.6))
        process.kill()
        process.wait()

    with app.app_context():
        people = by_list(select(Trainee.family_name))
        put_forward = by_list(
            select(Trainee.family_name).join(Registration, Registration.trainee_id == Trainee.id)
        )
        confirmed = db.session.scalar(select(func.count()).where(ImportBatch.state == BatchState.CONFIRMED))
        unstepped = db.session.scalar(
            select(func.count()).select_from(Registration).where(
                ~select(RegistrationStep.id).where(RegistrationStep.registration_id == Registration.id).exists()
            )
        )  # fmt: skip
        assert set(people.values()) <= {ROWS}
        assert people == put_forward
        assert (confirmed, unstepped) == (len(people), 0)
        assert confirmed > 0
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_storing_row_by_row_would_leave_parts(killed):
    """The control: the same list with a commit a row, cut off in the middle, is found by the same look."""
    app, _ = killed
    with app.app_context():
        make = Make()
        training, agency = make.training(capacity=100), make.agency()
        for n in range(ROWS // 2):
            submissions.submit(training, by=None, trainee=make.trainee(agency, family_name=f"Killed0x{n}"))
        db.session.remove()

        assert set(by_list(select(Trainee.family_name)).values()) != {ROWS}


def test_one_list_confirmed_five_times_at_once_is_stored_once(killed):
    app, _ = killed
    content = b"Family name,Given names\nAmber,Ada\nBirch,Ben\n"
    with app.app_context():
        make = Make()
        training, agency = make.training(), make.agency()
        batches = [
            staging.stage(training, by=None, agency=agency, content=content, file_name="a.csv").id
            for _ in range(5)
        ]
        db.session.remove()
    outcomes, refusals = [], []

    def confirm(number: int) -> None:
        with app.app_context():
            try:
                outcomes.append(
                    confirming.confirm(db.session.get_one(ImportBatch, number), by=None).registered
                )
            except DomainError as refusal:
                refusals.append(refusal)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=confirm, args=[number]) for number in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(outcomes), refusals) == ([0, 0, 0, 0, 2], [])
    with app.app_context():
        assert (
            db.session.scalar(
                select(func.count(Trainee.id)).where(Trainee.family_name.in_(["Amber", "Birch"]))
            )
            == 2
        )

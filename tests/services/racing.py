"""Two at once, with real commits: the second has read before the first holds the training."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from training.db import atomic, db
from training.errors import DomainError
from training.models import Training
from training.services import locked_trainings

Work = Callable[[], Any]


@atomic
def _under_lock(training_id: int, first: Work, is_held: threading.Event, go: threading.Event) -> None:
    locked_trainings.lock(db.session.get_one(Training, training_id))
    is_held.set()
    go.wait(5)
    first()


def at_once(app: Flask, training_id: int, first: Work, second: Work) -> list[DomainError]:
    """Run ``first`` under the training's lock while ``second`` has begun and waits for it; the refusals."""
    is_held, go, refusals = threading.Event(), threading.Event(), []

    def run(work: Work) -> None:
        with app.app_context():
            try:
                work()
            except DomainError as refusal:
                refusals.append(refusal)
            finally:
                db.session.remove()

    one = threading.Thread(target=run, args=[lambda: _under_lock(training_id, first, is_held, go)])
    two = threading.Thread(target=run, args=[second])
    one.start()
    assert is_held.wait(5)
    two.start()
    two.join(0.4)  # long enough to have read what it is about to change, and to wait for the lock
    go.set()
    one.join()
    two.join()
    return refusals


def db_is_sqlite(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "sqlite"

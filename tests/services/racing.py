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
from training.services.seen import hold as hold_row

Work = Callable[[], Any]


def get(kind: Any, number: int) -> Any:
    """The stored thing, in the session of the thread that asks."""
    return db.session.get_one(kind, number)


def of_training(training_id: int) -> Work:
    """What holds a training, within its programme: whoever plans or changes it holds that one first."""

    def held() -> None:
        training = get(Training, training_id)
        hold_row(training.programme)
        locked_trainings.lock(training)

    return held


def at_once(app: Flask, hold: Work, first: Work, second: Work) -> list[DomainError]:
    """Run ``first`` under what ``hold`` locks while ``second`` has begun and waits for it; the refusals."""
    is_held, go, refusals = threading.Event(), threading.Event(), []

    @atomic
    def held_first() -> None:
        hold()
        is_held.set()
        go.wait(5)
        first()

    def run(work: Work) -> None:
        with app.app_context():
            try:
                work()
            except DomainError as refusal:
                refusals.append(refusal)
            finally:
                db.session.remove()

    one = threading.Thread(target=run, args=[held_first])
    two = threading.Thread(target=run, args=[second])
    one.start()
    assert is_held.wait(5)
    two.start()
    two.join(0.4)  # long enough to have read what it is about to change, and to wait for the lock
    go.set()
    one.join()
    two.join()
    return refusals


def codes_of(refusals: list[DomainError]) -> list[str | None]:
    """The codes of the refusals; ``Invalid`` has none."""
    return [getattr(one, "code", None) for one in refusals]


def db_is_sqlite(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "sqlite"

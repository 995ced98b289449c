"""The same random sequence on the database given; prints what every step led to and all rows, or a sum of them.

``python -m tests.model.differential URL SEED STEPS [--rows]``
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from config import Config
from tests import make
from tests.conftest import LOCAL, migrated_app
from tests.model import tables
from tests.model.promises import Promises
from tests.model.sequences import beginning, crowd, peopled, random_steps, take
from training.db import db
from training.models import Admission, Promotion


def run(url: str, seed: int, count: int) -> list[str]:
    """The outcome of each step, then the rows that they left; the promises are held to on the way."""
    with tempfile.TemporaryDirectory() as folder:
        app = migrated_app(Config(database_url=url, instance_dir=Path(folder), **LOCAL))
        with app.app_context(), patch.object(make, "numbers", itertools.count(1)):  # the same names on both
            try:
                return _outcomes(seed, count)
            finally:
                db.session.remove()
                db.engine.dispose()


def _outcomes(seed: int, count: int) -> list[str]:
    capacity, admission = 2 + seed % 6, list(Admission)[seed % 2]
    promotion = Promotion.PROPOSED if seed % 5 == 4 else Promotion.AUTOMATIC
    with beginning(peopled(), capacity, admission=admission, promotion=promotion) as world:
        promises, found = Promises(world.training_id), []
        for name, drawn in [*crowd(capacity + 3 + seed % 5, capacity, admission), *random_steps(seed, count)]:
            outcome = take(world, (name, drawn))
            promises.check(name, outcome)
            found.append(f"{name} {drawn}: {outcome}")
        return [*found, *tables.lines()]


if __name__ == "__main__":
    url, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    found = run(url, seed, count)
    print("\n".join(found) if "--rows" in sys.argv else f"{len(found)} lines, {tables.digest(found)}")

"""The only place that locks trainings, trainees, rooms and trainers: always in one order.

Two units of work that lock the same rows in different orders can stop each other for good. So every unit of work holds
trainings first, then trainees, rooms and trainers, each in ascending ids. Whoever breaks the order is told at once, and
not only when two meet.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TypeVar

from sqlalchemy import inspect, select

from training.db import LOCKS, MOST_PARAMETERS, Base, db, locks_are_checked, seat_lock_is_on

T = TypeVar("T", bound=Base)
LOCK_ORDER = ("training", "trainee", "room", "trainer")
"""Tables whose rows are locked in this order, each in ascending ids: so no two units of work wait for each other."""


class LocksOutOfOrder(RuntimeError):
    """A programming error: rows were locked in another order than ``LOCK_ORDER``, so two writers may stop each other."""


class Lock(Enum):
    """How a row is held, as ``with_for_update`` says it.

    ``KEPT`` keeps its key: nobody removes or merges it. ``MINE`` lets nobody else change it or hold it so.
    ``WHOLE`` lets nobody refer to it either.
    """

    KEPT = (True, True)
    MINE = (True, False)
    WHOLE = (False, False)


def lock_in_order(
    model: type[T], ids: Iterable[int], lock: Lock = Lock.MINE, *, read: bool = True
) -> list[T]:
    """Hold these rows until the unit of work ends, and read them again, in ascending ids. Returns them in this order.

    Trainings come first, then trainees, rooms and trainers (``LOCK_ORDER``). On SQLite the unit of work holds the whole
    database already. Without ``read`` nothing is read there, and an empty list is returned. Raises
    ``LocksOutOfOrder`` for a row that should have been held before those that are held; an instance that serves
    people only logs it.
    """
    wanted = sorted(set(ids))
    _check_order(model.__tablename__, wanted)
    if not wanted or not (read or db.engine.dialect.name == "postgresql"):
        return []
    [number] = inspect(model).primary_key
    key_share, share = lock.value
    found: list[T] = []
    for first in range(0, len(wanted), MOST_PARAMETERS):
        some = number.in_(wanted[first : first + MOST_PARAMETERS])
        rows = select(model if read else number).where(some).order_by(number)
        if seat_lock_is_on():
            rows = rows.with_for_update(of=model, key_share=key_share, read=share)
        # only a row that is fetched is put into its object
        found += db.session.scalars(rows.execution_options(populate_existing=True)).all()
    return found if read else []


def _check_order(table: str, ids: Sequence[int]) -> None:
    held: set[tuple[int, int]] = db.session().info.setdefault(LOCKS, set())
    rank = LOCK_ORDER.index(table)
    new = [(rank, number) for number in ids if (rank, number) not in held]
    if new and held and new[0] < max(held):
        last_rank, last = max(held)
        said = f"{table} {new[0][1]} is locked after {LOCK_ORDER[last_rank]} {last}."
        if locks_are_checked():
            raise LocksOutOfOrder(said)
        logging.getLogger(__name__).error(said)
    held.update(new)

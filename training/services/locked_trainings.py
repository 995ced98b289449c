"""The locks of trainings, trainees, rooms and trainers, and the guards of acts that change seats or sessions.

This is the only place that locks these rows, and always in one order: trainings first, then trainees, rooms and
trainers, each in ascending ids. Two units of work that lock the same rows in different orders could stop each other
for good. Whoever breaks the order is told at once, and not only when two meet.

Seats and sessions are read only after ``lock``. Several trainings are locked in ascending order of their ids.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TypeVar

from sqlalchemy import ColumnElement, inspect, select

from training.db import LOCKS, MOST_PARAMETERS, Base, db, locks_are_checked, seat_lock_is_on
from training.errors import Conflict
from training.models import (
    Programme,
    Registration,
    RegistrationState,
    Room,
    Trainee,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
)
from training.text import msg

T = TypeVar("T", bound=Base)
FINISHED = (TrainingState.COMPLETED, TrainingState.CANCELLED)
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


def lock(training: Training) -> None:
    """Hold the training's row until the unit of work ends, and read the row again. Seats are counted only after this.

    On PostgreSQL the row is locked, but not its key. Another unit of work, which holds a person, may
    meanwhile write a letter that names the training. It does not wait for the training, so two units of work
    never wait for each other. On SQLite the unit of work holds the whole database already. Several trainings
    are locked in ascending order of their ids.
    """
    lock_all([training.id])


def lock_within_programme(training: Training) -> None:
    """``lock``, and hold the programme's dates: nobody shortens it while its training is planned."""
    if seat_lock_is_on():
        frame = select(Programme.id).where(Programme.id == training.programme_id)
        db.session.execute(frame.with_for_update(of=Programme, read=True)).all()
    lock(training)


def lock_all(ids: Iterable[int]) -> None:
    """``lock`` for several trainings, in ascending order of their ids."""
    lock_in_order(Training, ids)


def lock_people(training: Training, ids: Iterable[int] = (), *, with_line: bool = False) -> None:
    """Hold these trainees: nobody gives one of them a seat in another training meanwhile.

    With ``with_line`` it also holds those on the training's reserve list. An act that holds people and then promotes
    needs that, because all are held in ascending order of their ids. The caller holds the training.
    """
    wanted = set(ids)
    if with_line:
        waiting = select(Registration.trainee_id).where(
            Registration.training_id == training.id, Registration.state == RegistrationState.RESERVE
        )
        wanted |= set(db.session.scalars(waiting))
    lock_in_order(Trainee, wanted, read=False)


def check_not_finished(training: Training) -> None:
    """Raise ``Conflict`` if the training is completed or cancelled: its seats stay as they are."""
    if training.state in FINISHED:
        raise Conflict(
            msg("The training is over or cancelled: its registrations stay as they are."), "finished"
        )


def hold_sessions(ids: Iterable[int]) -> None:
    """Hold these sessions' rows and read them again, in ascending order of their ids. Nobody marks in them meanwhile.

    Whoever holds the training's row too has held that first.
    """
    _hold_sessions(TrainingSession.id.in_(list(ids)))


def hold_sessions_of(training_ids: Iterable[int]) -> None:
    """``hold_sessions`` for all sessions of these trainings."""
    _hold_sessions(TrainingSession.training_id.in_(list(training_ids)))


def _hold_sessions(which: ColumnElement[bool]) -> None:
    found = select(TrainingSession).where(which).order_by(TrainingSession.id)
    held = found.with_for_update(of=TrainingSession).execution_options(populate_existing=True)
    db.session.execute(held).all()  # only a row that is fetched is put into its object


def hold_places(
    sessions: Iterable[TrainingSession], rooms: Iterable[Room] = (), trainers: Iterable[Trainer] = ()
) -> None:
    """Hold the rooms and the trainers of sessions, and those that these are to get.

    Two coordinators who exchange rooms at the same moment then wait in one order, and do not stop each other. Whoever
    holds trainings and people holds these first.
    """
    room_ids, trainer_ids = {one.id for one in rooms}, {one.id for one in trainers}
    for session in sessions:
        room_ids |= {session.room_id} if session.room_id is not None else set()
        trainer_ids |= {entry.trainer_id for entry in session.session_trainers}
    lock_in_order(Room, room_ids, read=False)
    lock_in_order(Trainer, trainer_ids, read=False)


def live_sessions(training: Training) -> list[TrainingSession]:
    """The training's sessions that are held, in the order of their start."""
    return list(
        db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id == training.id, TrainingSession.is_held)
            .order_by(TrainingSession.starts_at)
        )
    )

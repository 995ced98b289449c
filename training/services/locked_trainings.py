"""The lock of a training, and the guards of every act that changes its seats or sessions.

Seats and sessions are read only after ``lock``. Several trainings are locked in ascending order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from training.db import db
from training.errors import Conflict
from training.models import (
    Registration,
    RegistrationState,
    Room,
    Trainee,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
)
from training.services.locks import lock_in_order
from training.text import msg

FINISHED = (TrainingState.COMPLETED, TrainingState.CANCELLED)


def lock(training: Training) -> None:
    """Hold the training's row until the unit of work ends, and read the row again. Seats are counted only after this.

    On PostgreSQL the row is locked, but not its key. Another unit of work, which holds a person, may
    meanwhile write a letter that names the training. It does not wait for the training, so two units of work
    never wait for each other. On SQLite the unit of work holds the whole database already. Several trainings
    are locked in ascending order of their ids.
    """
    lock_all([training.id])


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

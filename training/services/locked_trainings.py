"""The lock of a training, and the guards of every act that changes its seats or sessions.

Seats and sessions are read only after ``lock``. Several trainings are locked in ascending order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from training.db import db, seat_lock_is_on
from training.errors import Conflict
from training.models import Programme, Room, Trainer, Training, TrainingSession, TrainingState
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


def lock_within_programme(training: Training) -> None:
    """``lock``, and hold the programme's dates: nobody shortens it while its training is planned."""
    if seat_lock_is_on():
        frame = select(Programme.id).where(Programme.id == training.programme_id)
        db.session.execute(frame.with_for_update(of=Programme, read=True)).all()
    lock(training)


def hold_in_order(kind: type[Room] | type[Trainer], ids: Iterable[int]) -> None:
    """Hold these rooms or trainers until the unit of work ends, in ascending order of their ids.

    Whoever plans holds trainings first, then rooms, then trainers. So two who plan at once never wait for each other.
    """
    wanted = sorted(set(ids))
    if wanted and seat_lock_is_on():
        found = select(kind.id).where(kind.id.in_(wanted)).order_by(kind.id)
        db.session.execute(found.with_for_update(of=kind, key_share=True)).all()


def lock_all(ids: Iterable[int]) -> None:
    """``lock`` for several trainings, in ascending order of their ids."""
    wanted = select(Training).where(Training.id.in_(list(ids))).order_by(Training.id)
    wanted = wanted.execution_options(populate_existing=True)
    held = wanted.with_for_update(of=Training, key_share=True) if seat_lock_is_on() else wanted
    # only a row that is fetched is put into its object: without ``all`` the capacity would be that before the lock
    db.session.execute(held).all()


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


def live_sessions(training: Training) -> list[TrainingSession]:
    """The training's sessions that are held, in the order of their start."""
    return list(
        db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id == training.id, TrainingSession.is_held)
            .order_by(TrainingSession.starts_at)
        )
    )

"""The timetable of a postponed training: it sleeps. Its sessions keep their days and hours, hold neither room nor
trainers, count nowhere, and have no open register. New dates wake them.

These are single steps: the acts are in ``trainings``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select

from training.db import db
from training.models import Training, TrainingSession, TrainingState, User
from training.rules import rest_days, walltime
from training.services.schedule import plan
from training.services.schedule.clashes import Planned
from training.services.schedule.plan import Change, Details

AT_ONCE = timedelta(minutes=1)
"""Within this time after a training was postponed, sessions were called off because of that."""


def of(training: Training) -> list[TrainingSession]:
    """The training's sessions that sleep, in order."""
    return _found(training, TrainingSession.suspended_at.is_not(None))


def of_cancelled(training: Training) -> list[TrainingSession]:
    """The sessions that were called off when the training was postponed, as was done before timetables slept."""
    since = training.state_changed_at
    if training.state is not TrainingState.POSTPONED or since is None:
        return []
    return _found(
        training,
        TrainingSession.cancelled_at.between(since - AT_ONCE, since + AT_ONCE)
        & TrainingSession.replaces_id.is_(None),
    )


def to_wake(training: Training) -> list[TrainingSession]:
    """The timetable that new dates would wake: what sleeps, or else what was called off by postponing."""
    return of(training) or of_cancelled(training)


def _found(training: Training, which: ColumnElement[bool]) -> list[TrainingSession]:
    return list(
        db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id == training.id, which)
            .order_by(TrainingSession.starts_local, TrainingSession.id)
        )
    )


def sleep(sessions: Sequence[TrainingSession]) -> None:
    """Put sessions to sleep: their rooms and trainers are free."""
    for session in sessions:
        plan.suspend(session)


def call_off(training: Training, reason: str) -> None:
    """Call off what sleeps: it will not be woken. Its rooms and trainers are free already."""
    sleeping = of(training)
    for session in sleeping:
        session.suspended_at = None
    plan.call_off(sleeping, reason)


def derive(training: Training) -> None:
    """Derive the instants of what sleeps from its wall times, by the zone that the training has now.

    Nothing is held meanwhile, so nothing can clash. A time that the zone's clocks skip counts as just after.
    """
    for session in of(training):
        session.starts_at = walltime.reached(session.starts_local, training.zone)
        session.ends_at = max(
            walltime.reached(session.ends_local, training.zone), session.starts_at + timedelta(minutes=1)
        )
        for entry in session.session_trainers:
            entry.starts_at, entry.ends_at = session.starts_at, session.ends_at


def shifted(
    training: Training, sessions: Sequence[TrainingSession], first_day: date, *, rests: bool = True
) -> list[tuple[TrainingSession, Details]]:
    """Each session with what it becomes if the first of them is held on ``first_day``. Hours stay.

    As many working days lie between them as before; with ``rests`` off, as many days.
    """
    days = [one.on_date for one in sessions]
    if rests:
        to = rest_days.moved(days, first_day, before=training.country, country=training.country)
    else:
        to = {day: first_day + (day - min(days)) for day in days}
    return [(one, _on(plan.details_of(one), to[one.on_date])) for one in sessions]


def _on(details: Details, day: date) -> Details:
    length = details.ends_local - details.starts_local
    starts = datetime.combine(day, details.starts_local.time())
    return replace(details, starts_local=starts, ends_local=starts + length)


def without_taken(one: Details, planned: Planned) -> Details:
    """The session without the room and the trainers that are taken at that time."""
    hard = [caution.message.params for caution in planned.warnings if caution.is_hard]
    names = {said["trainer"] for said in hard if "trainer" in said}
    is_taken = any("room" in said for said in hard)
    return replace(
        one,
        room=None if is_taken else one.room,
        trainers=[trainer for trainer in one.trainers if trainer.name not in names],
    )


def wake(
    training: Training, wanted: Sequence[tuple[TrainingSession, Details]], *, by: User | None, reason: str
) -> list[TrainingSession]:
    """Hold sessions again, as their details say. Raises ``Conflict`` for what is taken meanwhile, by name."""
    return plan.apply(training, [Change(session, new) for session, new in wanted], by=by, reason=reason)

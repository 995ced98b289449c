"""The month's sessions, day by day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import db
from training.models import (
    Announced,
    AnnouncedSession,
    Role,
    Theme,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.services import announced, visible_trainings


@dataclass(frozen=True)
class Day:
    """A day of the calendar: the trainings that have sessions on it."""

    on: date
    is_outside: bool
    trainings: list[Training]


def month(user: User, first: date, *, theme: Theme | None = None, only: bool = False) -> list[Day]:
    """The days of all weeks that touch the month of ``first``, from a Monday on.

    Each day has the trainings held on it that ``user`` may see: planners as planned, all others as announced. A trainer
    sees only the days of their own sessions.
    """
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    days = [day for week in weeks for day in week]
    starts, ends = datetime.combine(days[0], time()), datetime.combine(days[-1] + timedelta(days=1), time())
    visible = visible_trainings.visible_to(user).with_only_columns(Training.id)
    if announced.reads_plan(user):
        at = TrainingSession.starts_local
        found = (
            select(Training, at).join(TrainingSession, TrainingSession.training_id == Training.id)
        ).where(TrainingSession.is_held)
    else:
        at = AnnouncedSession.starts_local
        found = (
            select(Training, at).join(
                AnnouncedSession, AnnouncedSession.announcement_id == Training.announcement_id
            )
        ).where(AnnouncedSession.state == Announced.HELD)
    found = (
        found.options(joinedload(Training.theme))
        .where(at >= starts, at < ends, Training.state != TrainingState.CANCELLED, Training.id.in_(visible))
        .order_by(at, Training.id)
    )
    if theme is not None:
        found = found.where(visible_trainings.of_theme(theme, only))
    if user.role is Role.TRAINER:
        found = found.where(announced.names_trainer(user))
    held: dict[date, dict[int, Training]] = {}
    for training, starts_local in db.session.execute(found):
        held.setdefault(starts_local.date(), {})[training.id] = training
    return [Day(day, day.month != first.month, list(held.get(day, {}).values())) for day in days]

"""The month's sessions, day by day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import contains_eager

from training.db import db
from training.models import (
    Role,
    SessionTrainer,
    Theme,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.services import visible_trainings


@dataclass(frozen=True)
class Day:
    """A day of the calendar: the trainings that have sessions on it."""

    on: date
    is_outside: bool
    trainings: list[Training]


def month(user: User, first: date, *, theme: Theme | None = None, only: bool = False) -> list[Day]:
    """The days of all weeks that touch the month of ``first``, from a Monday on.

    Each day has the trainings held on it that ``user`` may see. A trainer sees only the days of their own
    sessions.
    """
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    days = [day for week in weeks for day in week]
    starts, ends = datetime.combine(days[0], time()), datetime.combine(days[-1] + timedelta(days=1), time())
    visible = visible_trainings.visible_to(user).with_only_columns(Training.id)
    found = (
        select(TrainingSession)
        .join(TrainingSession.training)
        .options(contains_eager(TrainingSession.training).joinedload(Training.theme))
        .where(
            TrainingSession.starts_local >= starts,
            TrainingSession.starts_local < ends,
            TrainingSession.is_held,
            Training.state != TrainingState.CANCELLED,
            Training.id.in_(visible),
        )
        .order_by(TrainingSession.starts_local)
    )
    if theme is not None:
        found = found.where(visible_trainings.of_theme(theme, only))
    if user.role is Role.TRAINER:
        found = found.where(
            exists().where(
                SessionTrainer.session_id == TrainingSession.id,
                SessionTrainer.trainer_id == Trainer.id,
                Trainer.user_id == user.id,
            )
        )
    held: dict[date, dict[int, Training]] = {}
    for session in db.session.scalars(found):
        held.setdefault(session.on_date, {})[session.training_id] = session.training
    return [Day(day, day.month != first.month, list(held.get(day, {}).values())) for day in days]

"""What the reader of a page may know of a training: planners its plan, everybody else what was announced."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask

from training.models import Training
from training.services import announced
from training.services.announced import Facts
from training.web.kit import access


def init_app(app: Flask) -> None:
    """Give templates ``training | told`` and ``deadline | as_told(training)``."""
    app.jinja_env.filters.update(told=told, as_told=as_told)


def told(training: Training) -> Facts:
    """When, where and how the training is held, as the reader may know it. Who comes by a link is no planner."""
    return announced.facts_for(training, access.user_or_none())


def as_told(local: datetime | None, training: Training) -> datetime | None:
    """A time by the training's clocks, by the clocks that the reader knows it by."""
    known = told(training).zone
    if local is None or known == training.zone:
        return local
    return local.replace(tzinfo=ZoneInfo(training.zone)).astimezone(ZoneInfo(known)).replace(tzinfo=None)

"""Letters that wait: every page of a training says when they leave, whoever caused them."""

from __future__ import annotations

from flask import Flask

from training.models import Training
from training.policy import Action, can
from training.services.schedule import announcements
from training.services.schedule.announcements import Waiting
from training.web.kit import access


def init_app(app: Flask) -> None:
    """Give templates ``waiting_letters()``."""
    app.jinja_env.globals["waiting_letters"] = _waiting


def _waiting() -> Waiting | None:
    """The letters that wait about the training of this page, for staff who read its participants."""
    thing = access.about()
    training = thing if isinstance(thing, Training) else getattr(thing, "training", None)
    user = access.user_or_none()
    if user is None or not isinstance(training, Training):
        return None
    return announcements.waiting(training) if can(user, Action.PARTICIPANTS_READ, training) else None

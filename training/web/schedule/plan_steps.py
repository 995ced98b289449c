"""A change of a timetable is taken back, from whichever page said that it was made."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.models import PlanStep
from training.policy import Action
from training.services.schedule import steps
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.respond import back_to
from training.web.schedule import timetable

bp = Blueprint("plan_steps", __name__, url_prefix="/plan-steps")


@bp.post("/<uuid:public_id>/undo")
@permit(Action.TRAINING_CHANGE, steps.get)
def undo(step: PlanStep) -> Response:
    """Take back what a step did. What somebody changed since is said by name."""
    training = step.training
    try:
        steps.undo(step, by=access.user())
    except DomainError as refusal:
        flash(refusal.explained.translated(), "error")
    else:
        flash(_("Taken back: %(what)s", what=step.label))
    back = request.form.get("next")
    return redirect(back_to(back) if back else timetable.back(training), 303)

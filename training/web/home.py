"""The role's first screen, and the health of the instance."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from training.policy import Action
from training.services import organisations
from training.web.access import permit, public
from training.web.respond import page

bp = Blueprint("home", __name__)


@bp.get("/")
@permit(Action.HOME_READ)
def index() -> Response:
    """What the user's role wants to see first."""
    return page("home/index.html")


@bp.get("/health")
@public
def health() -> tuple[Response, int]:
    """Whether the instance can serve: 200 when the database answers, 503 when not."""
    try:
        organisations.get()
    except SQLAlchemyError:
        return jsonify(status="failing", database="unreachable"), 503
    return jsonify(status="ok", database="ok"), 200

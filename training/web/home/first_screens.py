"""The first screen of each role, and the health of the instance."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from training import clock
from training.forms import labels
from training.models import Role, User
from training.policy import Action
from training.rules import walltime
from training.services import organisations
from training.services.home import dashboards, first_run
from training.services.programmes import themes
from training.services.reports import definitions, downloads, figures, participations
from training.services.reports.selection import Filters
from training.web.kit import access, choices
from training.web.kit.access import permit, public
from training.web.kit.respond import page

bp = Blueprint("home", __name__)


@bp.get("/")
@permit(Action.HOME_READ)
def index() -> Response:
    """Show what a user of this role needs first."""
    user: User = access.user()
    match user.role:
        case Role.PARTNER:
            open_now, are_more = dashboards.of_partner(user)
            return page(
                "home/first_screens/partner.html",
                open_trainings=open_now,
                are_more=are_more,
                work=dashboards.work_of_partner(user),
                latest=dashboards.registrations_of_partner(user),
            )
        case Role.TRAINER:
            coming, work = dashboards.of_trainer(user)
            today = [one for one in coming if one.on_date == walltime.now(one.zone).date()]
            return page(
                "home/first_screens/trainer.html",
                today=today,
                later=dashboards.by_training(one for one in coming if one not in today),
                work=work,
            )
        case Role.MANAGER:
            filters = Filters(ends_from=clock.today().replace(month=1, day=1), ends_to=clock.today())
            found = participations.of_selection(filters, user=user)
            return page(
                "home/first_screens/manager.html",
                totals=figures.summary(found),
                filters=filters,
                files=downloads,
                state=figures.data_state(filters, user=user),
                themes=figures.by_theme(found),
                theme_names=choices.theme_names(),
                multi={one.code for one in themes.every() if one.is_multi_thematic},
                joint=dashboards.multi_thematic(found),
                by_theme=definitions.BY_THEME,
            )
    is_admin = user.role is Role.ADMIN
    steps = []
    if is_admin and not current_app.config["DEMO"]:
        steps = first_run.steps(user, has_server=bool(current_app.config["CONFIG"].smtp_url))
    if steps and not first_run.has_trainings():
        return page("home/first_screens/first_run.html", steps=steps, has_name=organisations.has_name())
    return page(
        "home/first_screens/coordinator.html",
        due=dashboards.of_coordinator(user),
        health=dashboards.of_admin() if is_admin else None,
        steps=steps,
        clash_labels=labels.CLASH_RULE,
    )


@bp.get("/health")
@public
def health() -> tuple[Response, int]:
    """Say whether the instance can serve pages: 200 when the database answers, else 503."""
    try:
        organisations.get()
    except SQLAlchemyError:
        return jsonify(status="failing", database="unreachable"), 503
    return jsonify(status="ok", database="ok"), 200

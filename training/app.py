"""The application. This is the only module that knows all others."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_compress import Compress
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from config import ROOT, Config
from training import db
from training.cli import commands
from training.models import Organisation
from training.services import organisations
from training.services.letters import notices
from training.services.trainings import zone_rules
from training.web.accounts import colleagues, sign_ins, users
from training.web.announcing import announcements
from training.web.attendance import registers
from training.web.board import grid, places
from training.web.directory import agencies, countries, holidays, trainers, venues
from training.web.home import first_screens
from training.web.imports import lists
from training.web.kit import access, assets, errors, files, labels, language, menu, once, security
from training.web.merging import duplicates
from training.web.programmes import courses, frames, leaflets, themes
from training.web.registrations import by_link, decisions, seats, submissions
from training.web.reports import figures
from training.web.schedule import calendars, clashes, plan_steps, sessions, timetable
from training.web.system import audit, help, mail, organisation, public_pages, styleguide
from training.web.trainees import records
from training.web.trainings import planner, planning, repeating

BLUEPRINTS = (
    first_screens.bp,
    sign_ins.bp,
    agencies.bp,
    audit.bp,
    grid.bp,
    places.bp,
    calendars.bp,
    clashes.bp,
    colleagues.bp,
    decisions.bp,
    duplicates.bp,
    help.bp,
    leaflets.bp,
    lists.bp,
    mail.bp,
    by_link.bp,
    organisation.bp,
    public_pages.bp,
    courses.bp,
    frames.bp,
    registers.bp,
    submissions.bp,
    figures.bp,
    seats.bp,
    announcements.bp,
    sessions.bp,
    timetable.bp,
    plan_steps.bp,
    styleguide.bp,
    themes.bp,
    records.bp,
    trainers.bp,
    countries.bp,
    planner.bp,
    planning.bp,
    repeating.bp,
    users.bp,
    holidays.bp,
    venues.bp,
)


def create_app(config: Config) -> Flask:
    """Build the application. Raises ``BadSettings`` when these settings are not safe to serve pages with."""
    config.check()
    zone_rules.check_settings(config)
    app = Flask("training", root_path=str(ROOT), instance_path=str(config.instance_dir.resolve()))
    app.config.update(
        CONFIG=config,
        DEMO=config.demo,
        SESSION_HOURS=config.session_hours,
        COMPRESS_MIMETYPES=["text/html", "application/json"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    config.instance_dir.mkdir(parents=True, exist_ok=True)

    db.init_app(app, config, notices.write)
    security.init_app(app, config)
    language.init_app(app)
    access.init_app(app)
    errors.init_app(app)
    files.init_app(app)
    assets.init_app(app)
    menu.init_app(app)
    labels.init_app(app)
    once.init_app(app)
    Compress(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.public(app.view_functions["static"])
    app.context_processor(_organisation)
    commands.init_app(app)
    app.logger.info("Time zone rules in use: %s.", zone_rules.IN_USE)

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(ROOT / "static"),
        prefix="static/",
        max_age=3600,
        immutable_file_test=assets.is_hashed,
    )
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    return app


def _organisation() -> dict[str, Any]:
    """Give templates ``organisation()``, which reads the organisation at most once in a request."""

    def organisation() -> Organisation:
        if "organisation" not in g:
            g.organisation = organisations.get()
        found: Organisation = g.organisation
        return found

    return {"organisation": organisation}

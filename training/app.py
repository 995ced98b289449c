"""The application: the only module that knows all others."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_compress import Compress
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from config import ROOT, Config
from training import cli, db
from training.models import Organisation
from training.services import organisations
from training.services.letters import notices
from training.web import (
    access,
    accounts,
    agencies,
    assets,
    audit,
    calendar,
    colleagues,
    decisions,
    duplicates,
    errors,
    help,
    home,
    imports,
    labels,
    language,
    mail,
    menu,
    my,
    once,
    organisation,
    programmes,
    registers,
    registrations,
    reports,
    seats,
    security,
    sessions,
    themes,
    trainees,
    trainers,
    trainings,
    users,
    venues,
)  # fmt: skip

BLUEPRINTS = (
    home.bp, accounts.bp, agencies.bp, audit.bp, calendar.bp, colleagues.bp, decisions.bp, duplicates.bp, help.bp, imports.bp, mail.bp, my.bp, organisation.bp, programmes.bp,
    registers.bp, registrations.bp, reports.bp, seats.bp, sessions.bp, themes.bp, trainees.bp, trainers.bp, trainings.bp,
    users.bp, venues.bp,
)  # fmt: skip


def create_app(config: Config) -> Flask:
    """An application with these settings; raises ``BadSettings`` when they are not safe to serve with."""
    config.check()
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
    assets.init_app(app)
    menu.init_app(app)
    labels.init_app(app)
    once.init_app(app)
    Compress(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.public(app.view_functions["static"])
    app.context_processor(_organisation)
    cli.init_app(app)

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
    """The organisation, read at most once a request."""

    def organisation() -> Organisation:
        if "organisation" not in g:
            g.organisation = organisations.get()
        return g.organisation

    return {"organisation": organisation}

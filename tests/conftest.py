"""What every test stands on: an application on a real database, rolled back after each test, and a browser-like client."""

from __future__ import annotations

import contextvars
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import create_engine, event, text

from config import Config
from tests.make import Make
from training.app import create_app
from training.db import db
from training.models import User
from training.services.accounts import sign_ins
from training.services.programmes import themes

SECRET = "a secret that is long enough for a test, and only there"
LOCAL: dict[str, Any] = {"secret_key": SECRET, "local": True}


def new_database(name: str, folder: Path) -> str:
    """The address of an empty database: a SQLite file, or one in the cluster that ``TEST_DATABASE`` names."""
    server = os.environ.get("TEST_DATABASE", "sqlite")
    if server == "sqlite":
        return f"sqlite:///{folder / name}.sqlite3"
    engine = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return server.rpartition("/")[0] + f"/{name}"


def migrated_app(config: Config) -> Flask:
    """An application whose database has every migration and the seeds."""
    app = create_app(config)
    with app.app_context():
        upgrade()
        themes.seed()
        db.session.remove()
    return app


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    """The application under test."""
    folder = tmp_path_factory.mktemp("instance")
    app = migrated_app(
        Config(database_url=new_database(f"training_{worker_id}", folder), instance_dir=folder, **LOCAL)
    )
    app.test_client_class = Client
    yield app
    with app.app_context():
        db.engine.dispose()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests measured (``record_property("measured", …)``), as one table at the end."""
    passed = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    lines = [
        f"{report.nodeid.rpartition('::')[2]}\n    {value}"
        for report in passed if report.when == "call"
        for name, value in report.user_properties if name == "measured"
    ]  # fmt: skip
    if lines:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(sorted(lines)))


@contextmanager
def throwing_away(app: Flask) -> Iterator[None]:
    """Everything that is stored inside is thrown away at the end."""
    with app.app_context():
        engine = db.engine
        connection = engine.connect()
        transaction = connection.begin()
        db._app_engines[app][None] = connection  # type: ignore[assignment]
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            db.session.remove()
            transaction.rollback()
            connection.close()
            db._app_engines[app][None] = engine


@pytest.fixture(autouse=True)
def rolled_back(app: Flask, request: pytest.FixtureRequest) -> Iterator[None]:
    """Throw away what the test stored; a test marked ``real_commit`` has a database of its own or sees to it itself."""
    if request.node.get_closest_marker("real_commit"):
        yield
        return
    with throwing_away(app):
        yield


def unindented(page: str) -> str:
    """The page without the indentation of its templates, so that no test depends on how a template is laid out."""
    page = re.sub(r"\s+", " ", page)
    page = re.sub(r" (?=/?>|</)", "", page)
    return re.sub(r"(<[a-z][^<>]*>) ", r"\1", page)


class Client(FlaskClient):
    """A browser: every request has a context of its own, as in production."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)
        response = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        if response.mimetype == "text/html" and "Content-Encoding" not in response.headers:
            response.set_data(unindented(response.get_data(as_text=True)))
        return response

    def post(self, *args: Any, **kwargs: Any) -> Any:
        """Post with the form's CSRF token, as the page would."""
        if "csrf" not in kwargs:
            kwargs["headers"] = {**kwargs.get("headers", {}), "X-CSRFToken": self.token()}
        kwargs.pop("csrf", None)
        return super().post(*args, **kwargs)

    def token(self) -> str:
        """The token that a page of this browser carries."""
        page = self.get("/forgotten").text
        return page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def sign_in(self, user: User) -> Client:
        """Be ``user`` from now on."""
        token = sign_ins.start_session(user, hours=1)
        with self.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return self


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser that is not signed in."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def make() -> Make:
    """Builders of the least valid rows."""
    return Make()


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """Every statement that is sent while the test runs; clear it where counting begins."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)

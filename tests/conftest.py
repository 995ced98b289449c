"""What every test stands on: an application on a real database, rolled back after each test, and a browser-like client."""

from __future__ import annotations

import contextvars
import html
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from config import Config
from tests.databases import LOCAL, SECRET, begin_run, migrated_app, new_database
from tests.make import Make
from training.db import db
from training.models import User
from training.services.accounts import sign_ins

__all__ = ["LOCAL", "SECRET", "migrated_app", "new_database"]
seconds: defaultdict[str, float] = defaultdict(float)
running: list[pytest.Item] = []
"""The test that runs now, where one does."""
PAGES = Path(__file__).parent / "web"
HOUR = time.fromisoformat(os.environ.get("TEST_HOUR", "09:00"))
"""The hour (UTC) at which every test begins, today. Many tests have a deadline "tomorrow" or "at 17:00": else they
would pass in the morning and fail in the evening."""


def pytest_configure(config: pytest.Config) -> None:
    """Give the processes of this run their folder of templates; the first of them does it."""
    if not hasattr(config, "workerinput"):
        begin_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands on a database: the rest says the same whatever the database is, and runs once.

    So do the tests of single pages. What they show comes from services, which are tested on both databases, and
    ``web/kit`` opens every page on both.
    """
    for item in items:
        if PAGES in item.path.parents and PAGES / "kit" not in item.path.parents:
            item.add_marker("once")
        marks = {mark.name for mark in item.iter_markers()}
        if "app" in getattr(item, "fixturenames", ()) or marks & {"browser", "real_commit"}:
            item.add_marker("database")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Remember which test runs, and let it begin at the same hour whenever it runs.

    Where other processes may take part, which read the machine's clock, the test reads it too.
    """
    running.append(item)
    is_alone = not any(item.get_closest_marker(name) for name in ("browser", "real_commit"))
    hour = time_machine.travel(datetime.combine(datetime.now(UTC), HOUR, UTC), tick=True)
    try:
        with hour if is_alone else nullcontext():
            return (yield)
    finally:
        running.clear()


@event.listens_for(Engine, "do_connect")
def _only_where_it_is_marked(*_: Any) -> None:
    """A test that is not marked does not run on PostgreSQL, so it must not reach a database at all."""
    if running and not running[0].get_closest_marker("database"):
        pytest.fail("This test reaches a database: let it name the fixture `app`, or mark it `database`.")


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


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what each file of tests takes."""
    seconds[report.nodeid.partition("::")[0]] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep that where ``TEST_SECONDS`` names a file: the quick loop picks by it."""
    if "TEST_SECONDS" in os.environ and not hasattr(session.config, "workerinput"):
        path = Path(os.environ["TEST_SECONDS"])
        known = json.loads(path.read_text()) if path.exists() else {}
        told = known | {name: round(taken, 1) for name, taken in seconds.items()}
        path.write_text(json.dumps(told, indent=0, sort_keys=True))


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
def rolled_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Throw away what the test stored; a test marked ``real_commit`` has a database of its own or sees to it itself."""
    if "app" not in request.fixturenames or request.node.get_closest_marker("real_commit"):
        yield
        return
    with throwing_away(request.getfixturevalue("app")):
        yield


def unindented(page: str) -> str:
    """The page without the indentation of its templates, so that no test depends on how a template is laid out."""
    page = re.sub(r"\s+", " ", page)
    page = re.sub(r" (?=/?>|</)", "", page)
    return re.sub(r"(<[a-z][^<>]*>) ", r"\1", page)


class Client(FlaskClient):
    """A browser: every request has a context of its own, as in production."""

    known = "", ""
    """The key that the session's tokens are made with, and a token."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)
        response = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        if response.mimetype == "text/html" and "Content-Encoding" not in response.headers:
            page = response.get_data(as_text=True)
            vars(response)["laid_out"] = page  # with the lines of its text areas
            response.set_data(unindented(page))
        return response

    def post(self, *args: Any, **kwargs: Any) -> Any:
        """Post with the form's CSRF token, as the page would."""
        if "csrf" not in kwargs:
            kwargs["headers"] = {**kwargs.get("headers", {}), "X-CSRFToken": self.token()}
        kwargs.pop("csrf", None)
        return super().post(*args, **kwargs)

    def save(self, path: str, data: dict[str, Any]) -> Any:
        """Open an edit form, then send ``data`` with what the form carries of what it showed."""
        found = re.search(r'name="seen" value="([^"]*)"', self.get(path).text)
        assert found, f"{path} has no edit form"
        return self.post(path, data={**data, "seen": html.unescape(found[1])})

    def token(self) -> str:
        """The token that a page of this browser carries; a page is asked for it once a session."""
        with self.session_transaction() as cookie:
            key = cookie.get("csrf_token")
        if key is None or self.known[0] != key:
            page = self.get("/forgotten").text
            with self.session_transaction() as cookie:
                key = cookie["csrf_token"]
            self.known = key, page.partition('name="csrf-token" content="')[2].partition('"')[0]
        return self.known[1]

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
def make(app: Flask) -> Make:
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

"""A real server on a free loopback port, demo data in its database, and a headless Chromium."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config import Config
from tests.databases import LOCAL, SECRET, copy, copy_demo_files, demo_sign_ins, new_database
from tests.make import Make
from tests.serving import free_port, serving
from training.app import create_app
from training.services.trainings import moves

SECONDS_TO_REST = 10
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@dataclass
class Server:
    """A running instance: its address, that of its database, and the demo's passwords."""

    url: str
    database: str
    passwords: dict[str, str]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Server]:
    """The server as ``make run`` starts it, on a database of its own."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {
        **os.environ, "TRAINING_SECRET_KEY": SECRET, "TRAINING_LOCAL": "1", "TRAINING_DEMO": "1",
        "TRAINING_INSTANCE_DIR": str(folder), "TRAINING_PUBLIC_URL": url,
        "DATABASE_URL": new_database(f"training_served_{worker_id}", folder),
    }  # fmt: skip
    one = Server(url, env["DATABASE_URL"], {})
    copy("demo", env["DATABASE_URL"])
    copy_demo_files(folder)
    for line in demo_sign_ins().splitlines():
        _role, email, password = line.split()
        one.passwords[email] = password
    with serving(env, port):
        yield one


@pytest.fixture(scope="session")
def register_of_today(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a register of a session that runs now. The demo has none on days on which nobody is trained."""
    now = datetime.now(UTC).replace(tzinfo=None, second=0, microsecond=0)
    midnight = datetime.combine(now.date(), time())
    starts = max(now - timedelta(minutes=10), midnight)
    folder = tmp_path_factory.mktemp("register")
    app = create_app(Config(database_url=server.database, instance_dir=folder, demo=True, **LOCAL))
    with app.app_context(), time_machine.travel(midnight.replace(tzinfo=UTC) - timedelta(days=2)):
        make = Make()
        dates = {"starts_on": now.date(), "ends_on": now.date() + timedelta(days=1)}
        training = make.training(code="RUNS-NOW", is_open=False, zone="UTC", capacity=9, **dates)
        session = make.session(training, starts_local=starts, ends_local=starts + timedelta(hours=3))
        moves.change_state(training, by=None, name="open")
        for _ in range(4):
            make.registration(training)
        return f"/sessions/{session.public_id}/register"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def person(browser: Browser, server: Server) -> Iterator[Person]:
    """Somebody at a browser; what the console says is kept."""
    found = Person(browser, server)
    yield found
    found.leave()


def close(context: BrowserContext) -> None:
    """Close a window that is at rest: closed in the midst of a navigation, Chromium may never say that it is closed."""
    for page in context.pages:
        page.wait_for_load_state(timeout=SECONDS_TO_REST * 1000)
    context._sync(
        asyncio.wait_for(context._impl_obj.close(None), SECONDS_TO_REST)
    )  # its own call has no limit


class Person:
    """Somebody who works with the pages as a person would."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.said: list[str] = []
        self.windows: list[BrowserContext] = []
        self.page: Page = self.comes(1280)

    def comes(self, width: int, scheme: str = "light") -> Page:
        """Open a window of this width."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        self.windows.append(context)
        self.page = context.new_page()
        self.page.on(
            "console", lambda message: self.said.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())
        return self.page

    def signs_in(self, name: str, width: int = 1280, scheme: str = "light") -> Page:
        """Sign in as one of the demo's accounts, in a new window."""
        page = self.comes(width, scheme)
        page.goto(f"{self.server.url}/sign-in")
        page.fill("#email", f"{name}@example.org")
        page.fill("#password", self.server.passwords[f"{name}@example.org"])
        page.click("main button.btn-primary")
        page.wait_for_url(f"{self.server.url}/")
        return page

    def leave(self) -> None:
        """Close every window of this person."""
        for context in self.windows:
            close(context)

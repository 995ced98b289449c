"""Take the README's pictures: ``make pictures``.

Makes the demo in a temporary folder on a fixed day, serves it from this process, and looks at one page for each
picture with Debian's Chromium. The demo is the same every time, so a picture changes only when the product does.
"""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import time_machine  # noqa: E402
from flask import Flask  # noqa: E402
from flask_migrate import upgrade  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from sqlalchemy import func, select  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

from config import Config  # noqa: E402
from training.app import create_app  # noqa: E402
from training.db import db  # noqa: E402
from training.models import AttendanceRecord, TrainingSession  # noqa: E402
from training.services.attendance import registers  # noqa: E402
from training.services.demo import build  # noqa: E402
from training.services.programmes import themes  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
DAY = datetime(2026, 5, 12, 7, 30, tzinfo=UTC)
"""A Tuesday in spring: the year has figures, and trainings lie behind and ahead."""
DESK, PHONE = (1280, 800), (360, 780)


@dataclass(frozen=True)
class Picture:
    """A page as one of the demo's accounts sees it, in a window of ``size`` pixels."""

    name: str
    account: str
    path: str
    size: tuple[int, int] = DESK


PICTURES = (
    Picture("schedule", "coordinator@example.org", "/calendar"),
    Picture("partner", "partner@example.org", "/", PHONE),
    Picture("register", "coordinator@example.org", "/sessions/{session}/register"),
    Picture("report", "manager@example.org", "/reports/attendance?ends_from=2026-01-01&ends_to=2026-05-12"),
)
"""In the order of the three jobs: schedule, register people, and report what their registers say."""


class Quiet(WSGIRequestHandler):
    """Prints no line for each request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[tuple[Flask, str, dict[str, str]]]:
    """The demo, its address, and the password of each of its accounts."""
    config = Config(secret_key=secrets.token_hex(32), local=True, demo=True, instance_dir=folder)
    app = create_app(config)
    with app.app_context():
        upgrade()
        themes.seed()
        passwords = {one.email: one.password for one in build.make("small")}
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield app, f"http://127.0.0.1:{server.server_port}", passwords
    finally:
        server.shutdown()


def half_kept(app: Flask) -> str:
    """The session whose open register has the most marks, by its id in addresses."""
    marks = func.count(AttendanceRecord.id)
    open_ones = registers.open_work(select(TrainingSession)).outerjoin(
        AttendanceRecord, AttendanceRecord.session_id == TrainingSession.id
    )
    with app.app_context():
        found = db.session.scalars(
            open_ones.group_by(TrainingSession.id).order_by(marks.desc(), TrainingSession.id.desc())
        ).first()
        return str(found.public_id) if found is not None else ""


def take(browser: Browser, url: str, picture: Picture, password: str, session: str) -> None:
    """Sign in, look at the page, and write the picture."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
        locale="en",
    )
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.fill("#email", picture.account)
    page.fill("#password", password)
    page.click("main button.btn-primary")
    page.wait_for_url(f"{url}/")
    answer = page.goto(url + picture.path.format(session=session), wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{picture.name}: {picture.path} was not answered as a page.")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Take every picture, or those that are named."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not installed: make system says how.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:]) or {one.name for one in PICTURES}
    with (
        time_machine.travel(DAY, tick=True),
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as (app, url, passwords),
        sync_playwright() as playwright,
    ):
        session = half_kept(app)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            if picture.name in wanted:
                take(browser, url, picture, passwords[picture.account], session)
                print(f"docs/pictures/{picture.name}.png")
        browser.close()


if __name__ == "__main__":
    main()

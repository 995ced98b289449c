"""No workbook, paper or page of the demo shows a key, a code or a zone's name that only programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import internal_keys
from tests.conftest import Client
from tests.isolation.asking import address, routes
from training.db import atomic, db
from training.models import (
    Agency,
    Programme,
    Registration,
    RegistrationState,
    Role,
    Room,
    Trainee,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
    User,
    Venue,
)
from training.output import roster_template
from training.rosters import example
from training.rules import zones
from training.services.demo import build
from training.services.programmes import themes
from training.texts import words
from training.web.kit.exports import COLUMNS

pytestmark = pytest.mark.once
REPORTS = (
    "ends_from=2000-01-01",
    "ends_from=2000-01-01&ends_to=2040-12-31&theme=BMV&only=1",
    "programme=MX2&country=XL",
    "agency=XN-001&sex=not_recorded",
    "state=reserve",
)
MODELS = {
    "programme": Programme,
    "session": TrainingSession,
    "agency": Agency,
    "trainee": Trainee,
    "registration": Registration,
    "user": User,
    "venue": Venue,
    "trainer": Trainer,
    "room": Room,
}
LEAST = 40
"""So many files are looked at in all."""


@pytest.fixture
def demo(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[Role, User]:
    """The demo, with a user of each role."""
    monkeypatch.setitem(app.config, "DEMO", True)
    themes.seed()
    build.make("small")
    return {user.role: user for user in db.session.scalars(select(User))}


def addresses() -> list[str]:
    """Where the files of the demo are."""
    found = [f"/{name}?as=xlsx" for name in COLUMNS]
    found += [f"/reports/attendance.{end}?{query}&names=yes" for query in REPORTS for end in ("xlsx", "pdf")]
    for state in (TrainingState.RUNNING, TrainingState.OPEN, TrainingState.COMPLETED):
        training = db.session.scalars(select(Training).where(Training.state == state)).first()
        assert training is not None
        session = db.session.scalars(
            select(TrainingSession).where(TrainingSession.training_id == training.id)
        ).first()
        assert session is not None
        found.append(f"/sessions/of/{training.public_id}/sign-in-sheet.pdf")
        found.append(f"/sessions/{session.public_id}/sign-in-sheet.pdf")
    for language in ("en", "ru", "ar"):
        registration = db.session.scalars(
            select(Registration)
            .join(Trainee, Trainee.id == Registration.trainee_id)
            .where(Trainee.language == language, Registration.state == RegistrationState.CONFIRMED)
        ).first()
        assert registration is not None
        found.append(f"/registrations/{registration.public_id}/confirmation.pdf")
    return found


@atomic
def speak(user: User, language: str) -> None:
    user.language = language


def keys(client: Client, user: User, paths: list[str], speaks: str) -> dict[str, set[str]]:
    """The keys in the files that ``user`` fetches in a language, by their address."""
    speak(user, speaks)
    client.sign_in(user)
    assert {"en": "Agencies", "fr": "Institutions"}[speaks] in client.get("/agencies").text
    shown = {}
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        assert response.data[:4] in (b"PK\x03\x04", b"%PDF"), path
        shown[path] = internal_keys.in_file(response.data)
    return shown


def test_no_file_of_the_demo_shows_an_internal_key(demo: dict[Role, User], client: Client, tmp_path: Path):
    found = {
        f"{speaks} {path}": shown
        for speaks, paths in (("en", addresses()), ("fr", addresses()[: len(COLUMNS) + 4]))
        for path, shown in keys(client, demo[Role.ADMIN], paths, speaks).items()
    }
    for language in example.TITLES:
        roster_template.workbook(tmp_path / language, language)
        found[f"list {language}"] = internal_keys.in_file((tmp_path / language).read_bytes())

    assert {path: shown for path, shown in found.items() if shown} == {}
    assert len(found) >= LEAST


def test_a_file_without_words_for_its_codes_would_be_seen(
    demo: dict[Role, User], client: Client, monkeypatch: pytest.MonkeyPatch
):
    def as_stored(value: str, *_: Any) -> str:
        return value

    monkeypatch.setattr(words, "country", as_stored)
    monkeypatch.setattr(zones, "said", as_stored)
    monkeypatch.setattr(words, "said", lambda _words, value: value)
    monkeypatch.setattr(words, "languages", as_stored)
    venues, sessions, people, report = "/venues?as=xlsx", "/sessions?as=xlsx", "/trainees?as=xlsx", REPORTS[0]
    workbook, paper = (f"/reports/attendance.{ending}?{report}" for ending in ("xlsx", "pdf"))

    found = keys(client, demo[Role.ADMIN], [venues, sessions, people, workbook, paper], "en")

    assert {"Venues: XL", "Venues: Africa/Dakar"} <= found[venues]
    assert "Sessions: Europe/Kyiv" in found[sessions]
    assert "Trainees: en" in found[people]
    assert {"Attendance: left_early", "Attendance: XL", "Summary: not_recorded"} <= found[workbook]
    assert {"XL", "not_recorded"} <= found[paper]


def pages(client: Client, user: User) -> dict[str, set[str]]:
    """The keys on every page that ``user`` may open, by its rule."""
    client.sign_in(user)
    things = {kind: db.session.scalars(select(model)).first() for kind, model in MODELS.items()}
    done = select(Training).where(Training.state == TrainingState.COMPLETED)
    things["training"] = db.session.scalars(done).first()
    shown = {}
    for rule, methods, _action, kind in routes():
        response = client.get(address(rule, kind, things)) if "GET" in methods else None
        if response and response.status_code == 200 and response.mimetype == "text/html":
            shown[rule] = internal_keys.on_page(response.text)
    return shown


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PARTNER])
def test_no_page_of_the_demo_shows_an_internal_key(role: Role, demo: dict[Role, User], client: Client):
    shown = pages(client, demo[role])

    assert {rule: keys for rule, keys in shown.items() if keys} == {}
    assert len(shown) >= {Role.ADMIN: 30, Role.PARTNER: 10}[role]


def test_a_key_on_a_page_is_seen_and_an_attribute_for_programs_is_none():
    page = "<main id='ends_from' class='left_early'><p>{}</p><b title='{}'>left early</b></main>"

    assert internal_keys.on_page(page.format("Sex: not_recorded", "theme:read")) == {
        "not_recorded",
        "theme:read",
    }
    assert internal_keys.on_page(page.format("Sex: not recorded", "Theme")) == set()


@pytest.mark.parametrize(
    "text",
    ["anti_trafficking", "Sex: not_recorded", "ends_from 2026", "theme:read", "in Europe/Kyiv", "Venue: XL."],
)
def test_a_key_in_a_text_is_seen(text: str):
    assert internal_keys.found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "BMV, MX2-CA-07 and XL-011 are codes that people gave",
        "left early: 3",
        "Kyiv time, 09:00",
        "https://meet.example.org/a_b",
        "ann_lee@example.org",
        "note: this",
    ],
)
def test_what_people_wrote_is_none(text: str):
    assert internal_keys.found_in(text) == set()

"""The law of types: mypy is strict over everything, nothing is switched off, and what a view passes on is checked."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from config import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
CHECKED = [
    *(ROOT / "training").rglob("*.py"),
    *(ROOT / "scripts").rglob("*.py"),
    ROOT / "config.py",
    ROOT / "wsgi.py",
]
MOST_IGNORED = 6
"""Lines that mypy is told to pass over; each names its code. The number goes down, not up."""

WRONG_VIEW = """
from flask import Blueprint
from werkzeug.wrappers import Response

from training.models import Registration
from training.policy import Action
from training.services import visible_trainings
from training.services.registrations import submissions, visible
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.once import once

bp = Blueprint("planted", __name__)


@bp.post("/<uuid:public_id>/again")
@permit(Action.REGISTRATION_WITHDRAW, visible.get)
@once
def right(registration: Registration) -> Response:
    submissions.resubmit(registration, by=access.user(), override=False)
    return Response()


@permit(Action.REGISTRATION_WITHDRAW, visible.get)
@once
def another_thing(registration: Registration) -> Response:
    submissions.resubmit(registration.training, by=access.user())  # thing
    return Response()


@permit(Action.REGISTRATION_WITHDRAW, visible.get)
@once
def another_actor(registration: Registration) -> Response:
    submissions.resubmit(registration, by="x")  # actor
    submissions.resubmit(registration, by=access.user_or_none())  # nobody
    submissions.resubmit(registration, by=access.user(), override=3)  # value
    return Response()


@permit(Action.TRAINING_READ, visible_trainings.get)  # loader
@once
def another_loader(registration: Registration) -> Response:
    return Response()
"""


def checked(source: str, folder: Path) -> dict[int, str]:
    """What mypy, with the settings of the house, says of a module, by its lines."""
    planted = folder / "planted.py"
    planted.write_text(source)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--no-error-summary",
            "--no-pretty",
            "--hide-error-context",
            str(planted),
        ],
        cwd=ROOT,
        env={**os.environ, "MYPY_FORCE_COLOR": "0"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    said = re.findall(r"^\S*planted\.py:(\d+): error: (.*)$", done.stdout, re.M)
    return {int(line): text for line, text in said}


def test_what_a_view_passes_on_is_checked(tmp_path: Path):
    wanted = {
        number: line.partition("  # ")[2]
        for number, line in enumerate(WRONG_VIEW.splitlines(), start=1)
        if "  # " in line
    }

    found = checked(WRONG_VIEW, tmp_path)

    assert sorted(wanted.values()) == ["actor", "loader", "nobody", "thing", "value"]
    assert {wanted.get(number, text) for number, text in found.items()} == set(wanted.values())


def switched_off(settings: dict[str, object]) -> set[str]:
    """What takes a part of the house, or a kind of mistake, out of the check."""
    known = {"files", "mypy_path", "python_version", "strict"}
    return set(settings) - known if settings.get("strict") is True else {"strict"}


def test_nothing_is_switched_off():
    assert switched_off(SETTINGS) == set()
    assert {"training", "config.py", "wsgi.py", "migrations", "scripts", "stubs"} <= set(SETTINGS["files"])


@pytest.mark.parametrize(
    "planted",
    [
        {"strict": False},
        {"disable_error_code": ["arg-type"]},
        {"ignore_missing_imports": True},
        {"exclude": ["training/web"]},
        {"overrides": [{"module": "training.web.*", "ignore_errors": True}]},
    ],
    ids=str,
)
def test_what_is_switched_off_would_be_seen(planted: dict[str, object]):
    assert switched_off({**SETTINGS, **planted})


def ignored(source: str) -> list[str]:
    """The lines, or the file, that mypy passes over."""
    return re.findall(r"#\s*(?:type:\s*ignore|mypy:).*", source)


def test_few_lines_are_passed_over_and_each_says_which_mistake():
    lines = [line for path in CHECKED for line in ignored(path.read_text())]

    assert len(CHECKED) > 150
    assert len(lines) <= MOST_IGNORED
    assert [line for line in lines if not re.match(r"# type: ignore\[[a-z, -]+\]", line)] == []


def test_a_line_or_a_file_passed_over_would_be_seen():
    assert ignored("x = 1  # type: ignore\n# mypy: ignore-errors\n") == [
        "# type: ignore",
        "# mypy: ignore-errors",
    ]


def asks_flask_login(source: str) -> bool:
    """Whether a module looks itself at who is signed in: what it gets has no type that says somebody is."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "flask_login"
        and any(alias.name in ("current_user", "*") for alias in node.names)
        or isinstance(node, ast.Import)
        and any(alias.name == "flask_login" for alias in node.names)
        for node in ast.walk(ast.parse(source))
    )


def test_only_access_asks_who_is_signed_in():
    asking = [
        str(path.relative_to(ROOT / "training"))
        for path in (ROOT / "training").rglob("*.py")
        if asks_flask_login(path.read_text())
    ]

    assert asking == ["web/kit/access.py"]


def test_another_module_that_asks_would_be_seen():
    assert asks_flask_login("from flask_login import current_user as me\n")
    assert asks_flask_login("import flask_login\n")

"""The laws of the house: layers, the services' order, one committer, one gate, small files."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from config import ROOT
from training.errors import RESOLVED_BY
from training.services import ORDER

PACKAGE = ROOT / "training"
FILES = sorted(PACKAGE.rglob("*.py"))
BOTTOM = {"errors", "text", "clock"}
PURE = {
    "alike",
    "names",
    "rosters",
    "output",
    "walltime",
    "passwords",
    "indicators",
    "seat_count",
    "seed_data",
    "demo_data",
    "letters",
    "links",
}
ALLOWED = {
    **dict.fromkeys(BOTTOM, BOTTOM),
    **dict.fromkeys(PURE, BOTTOM | PURE),
    "db": BOTTOM,
    "models": BOTTOM | {"db", "models"},
    "policy": {"models"},
    "services": BOTTOM | PURE | {"db", "models", "services"},
    "forms": {"errors", "models", "forms"},
    "web": BOTTOM | PURE | {"db", "models", "policy", "services", "forms", "web"},
    "cli": BOTTOM | {"db", "models", "services"},
    "app": BOTTOM | PURE | {"db", "models", "policy", "services", "forms", "web", "cli"},
}


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, ast.stmt]]:
    """(module, statement) of every import of our own, ``from training.services import x`` as ``training.services.x``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(alias.name, node) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(f"{node.module}.{alias.name}", node) for alias in node.names]
    return [(name, node) for name, node in found if name.startswith("training.")]


def upward(path: Path) -> list[str]:
    mine = layer(path)
    return [
        name
        for name, _ in imports(path)
        if mine != "__init__" and name.split(".")[1] not in ALLOWED[mine] | {mine}
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path):
    assert upward(path) == []


def test_an_upward_import_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    planted = PACKAGE / "models" / "planted_for_the_test.py"
    source = "from training.services import trainings\n"
    monkeypatch.setattr(Path, "read_text", lambda self: source)

    assert upward(planted) == ["training.services.trainings.changes"]


def place(path: Path) -> str:
    """``services/trainings/changes.py`` as it stands in the order: ``trainings.changes``."""
    return ".".join(path.relative_to(PACKAGE / "services").with_suffix("").parts)


SERVICES = [path for path in sorted((PACKAGE / "services").rglob("*.py")) if path.stem != "__init__"]


def test_services_call_only_those_that_stand_before_them():
    wrong = []
    for path in SERVICES:
        for name, _ in imports(path):
            called = [one for one in ORDER if f"{name}.".startswith(f"training.services.{one}.")]
            if any(ORDER.index(one) > ORDER.index(place(path)) for one in called):
                wrong.append(f"{place(path)} → {called[0]}")
    assert len(SERVICES) > 50
    assert wrong == []


def test_every_service_has_its_place_in_the_order():
    assert {place(path) for path in SERVICES} == set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_db_commits_and_rolls_back(path: Path):
    calls = [
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    rolling = {"db.py", "web/errors.py"}
    assert "commit" not in calls or path.name == "db.py"
    assert "rollback" not in calls or str(path.relative_to(PACKAGE)) in rolling


@pytest.mark.parametrize("folder", ["web", "forms"])
def test_there_is_no_sql_in_web_and_forms(folder: str):
    for path in (PACKAGE / folder).rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
            for alias in node.names
        }
        assert names <= {"Select", "OperationalError", "SQLAlchemyError"}, path.name


def test_below_the_web_there_is_no_request():
    for folder in ("services", "models", "forms", "rosters", "output"):
        for path in (PACKAGE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom):
                    assert node.module not in {"flask", "flask_login"}, path.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small_and_begin_with_what_they_own(path: Path):
    source = path.read_text()
    assert len(source.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(source)), "a module says what it owns"


def test_views_stay_short():
    for path in (PACKAGE / "web").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            decorated = isinstance(node, ast.FunctionDef) and any(
                "bp." in ast.unparse(mark) for mark in node.decorator_list
            )
            if decorated:
                assert node.end_lineno - node.lineno < 45, f"{path.name} {node.name}"


def test_every_view_declares_its_access(app):
    undeclared = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]

    assert undeclared == []


def test_a_view_without_declared_access_answers_403_to_everybody(app, client, make):
    app.view_functions["home.health"], kept = (lambda: "open"), app.view_functions["home.health"]
    try:
        assert client.get("/health").status_code == 403
        assert client.sign_in(make.user()).get("/health").status_code == 403
    finally:
        app.view_functions["home.health"] = kept


def test_templates_have_no_inline_style_or_script():
    for path in (ROOT / "templates").rglob("*.html"):
        source = path.read_text()
        assert "style=" not in source, path.name
        assert "<script>" not in source, path.name
        assert "|safe" not in source.replace(" ", ""), path.name


def test_nothing_changes_outside_a_unit_of_work(make):
    from training.db import WriteOutsideAtomic, db  # noqa: PLC0415 -- named where it is proven

    agency = make.agency()
    agency.name = "Changed in passing"
    with pytest.raises(WriteOutsideAtomic):
        db.session.flush()
    db.session.rollback()


def codeless(path: Path) -> list[int]:
    """The lines that make a ``Conflict`` without a code, written out, that says who can resolve it."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Conflict"
        if len(node.args) != 2
        or not isinstance(node.args[1], ast.Constant)
        or node.args[1].value not in RESOLVED_BY
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_refusal_has_a_code_that_says_who_can_resolve_it(path: Path):
    assert codeless(path) == []


def test_a_refusal_without_a_known_code_would_be_seen(tmp_path: Path):
    bad = tmp_path / "bad.py"
    bad.write_text('Conflict("a")\nConflict("a", code)\nConflict("a", "unheard_of")\nConflict("a", "full")\n')

    assert codeless(bad) == [1, 2, 3]

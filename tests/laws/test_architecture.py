"""The laws of the gate and of refusals: every view declares its access, every refusal says who can resolve it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from config import ROOT
from tests.laws.source import FILES, PACKAGE
from training.errors import RESOLVED_BY

MOST_STATEMENTS = 25
"""Of a view: what is longer decides something, and belongs into a service."""


def long_views(tree: ast.Module) -> list[str]:
    """Views with more statements than a view needs."""
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("bp." in ast.unparse(mark) for mark in node.decorator_list)
        and sum(isinstance(one, ast.stmt) for one in ast.walk(node)) - 1 > MOST_STATEMENTS
    ]


def test_views_stay_short():
    views = [path for path in (PACKAGE / "web").rglob("*.py") if path.stem != "__init__"]

    assert len(views) > 30
    found = {path.name: long_views(ast.parse(path.read_text())) for path in views}
    assert {name: long for name, long in found.items() if long} == {}


def test_a_long_view_would_be_seen():
    assert long_views(ast.parse("@bp.get('/')\ndef index():\n" + "    x = 1\n" * 26)) == ["index"]


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

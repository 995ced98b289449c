"""Reading source code: what a file imports in whatever form, and what it calls."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from config import ROOT

PACKAGE = ROOT / "training"
FILES = sorted(PACKAGE.rglob("*.py"))
PACKAGES = {".".join(path.parent.relative_to(ROOT).parts) for path in FILES if path.stem == "__init__"}


def subjects(folder: Path) -> set[str]:
    """The names of the packages in a folder."""
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def dotted(path: Path) -> str:
    """``training/services/audit.py`` as it is imported: ``training.services.audit``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(path: Path) -> ast.Module:
    """The file's tree. Nobody may change it: it is read once for all laws."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST, module: str) -> list[str]:
    """All that a module imports, as dotted names, ``from a import b`` as ``a.b``; relative forms are made whole.

    A name that is imported by a call (``import_module("a.b")``, ``__import__("a.b")``) counts too.
    """
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{_from(node, module)}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {
            "import_module",
            "__import__",
        }:
            found += [
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
    return found


def _from(node: ast.ImportFrom, module: str) -> str:
    above = module.split(".")[: -node.level] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def calls(tree: ast.AST) -> list[ast.Call]:
    """Every call."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def stands_for(tree: ast.AST, module: str = "") -> dict[str, str]:
    """What a module's names stand for, as dotted names: what it imports, and what it only names anew (``R = Registration``).

    A name that is imported is never taken for another.
    """
    real: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            real |= {alias.asname: alias.name for alias in node.names if alias.asname}
            real |= {(root := alias.name.split(".")[0]): root for alias in node.names if not alias.asname}
        elif isinstance(node, ast.ImportFrom):
            real |= {
                alias.asname or alias.name: f"{_from(node, module)}.{alias.name}" for alias in node.names
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            whole = whole_name(node.value, real)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if whole and isinstance(target, ast.Name):
                    real.setdefault(target.id, whole)
    return real


def whole_name(expression: ast.expr, real: dict[str, str]) -> str:
    """``sqlalchemy.update`` for ``sa.update``; empty for what is more than a name with dots."""
    if isinstance(expression, ast.Name):
        return real.get(expression.id, expression.id)
    if isinstance(expression, ast.Attribute):
        before = whole_name(expression.value, real)
        return f"{before}.{expression.attr}" if before else ""
    return ""


def strings(tree: ast.AST) -> list[str]:
    """Every text that is no docstring; what an f-string fills in stands as ``…``."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append(
                "".join(
                    str(getattr(one, "value", "")) if isinstance(one, ast.Constant) else "…"
                    for one in node.values
                )
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            found.append(node.value)
    return found

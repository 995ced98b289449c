"""What a module's text says of doors: its public units of work, whom a class calls, and which states it writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.laws.source import PACKAGE

SERVICES = PACKAGE / "services"
OF_ONE_MODEL = {"freed_seats", "cancelled_at", "cancel_reason"}
"""Columns whose name tells whose they are; of the others the variable's name has to."""
COLUMNS = OF_ONE_MODEL | {"state", "capacity", "is_active"}
MODELS = {"Training", "Agency", "Registration", "TrainingSession", "AttendanceRecord"}
"""Whose rows are made in one place each."""
BULK = {"insert", "insert_many", "store_many", "_insert"}
SQL = re.compile(
    r"\b(update|insert\s+into)\s+\"?(training|agency|registration|training_session|attendance_record)\b", re.I
)


def place(path: Path) -> str:
    """``trainings.changes`` for a service, ``web.trainings.planning`` for what stands elsewhere."""
    within = SERVICES if path.is_relative_to(SERVICES) else PACKAGE
    return ".".join(path.relative_to(within).with_suffix("").parts)


def doors(source: str, module: str) -> list[str]:
    """The public units of work of a module: ``registrations.drafts.keep``."""
    return [
        f"{module}.{node.name}"
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if any(_last(mark) == "atomic" for mark in node.decorator_list)
    ]


def called(source: str, of_class: str) -> set[str]:
    """The services' functions that the methods of a class call, by the module's imports."""
    tree, known = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("training.services."):
            package = (node.module or "").removeprefix("training.services.")
            known |= {alias.asname or alias.name: f"{package}.{alias.name}" for alias in node.names}
    (found,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == of_class]
    return {
        f"{known[node.func.value.id]}.{node.func.attr}"
        for node in ast.walk(found)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id in known
    }


def writes(source: str) -> set[str]:
    """The states that a module writes: ``training.state``, ``freed_seats``, ``Registration(`` and the like.

    ``training.*`` is a column that only runs tell. ``update(…)`` and ``insert(…)`` are of a model that only runs tell.
    """
    tree = ast.parse(source)
    real = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {written for node in ast.walk(tree) for written in _written(node, real)}


def _written(node: ast.AST, real: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
        yield from _assigned(node.target)
    elif isinstance(node, ast.Call):
        yield from _by_call(node, real)


def _assigned(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _assigned(one)
    elif isinstance(target, ast.Starred):
        yield from _assigned(target.value)
    elif isinstance(target, ast.Attribute) and target.attr in COLUMNS:
        yield _column(target.value, target.attr)


def _column(of: ast.expr, column: str) -> str:
    return column if column in OF_ONE_MODEL else f"{_last(of)}.{column}"


def _last(expression: ast.expr) -> str:
    """``training`` of ``batch.training`` and of ``training``."""
    if isinstance(expression, ast.Call):
        return _last(expression.func)
    return getattr(expression, "attr", None) or getattr(expression, "id", "?")


def _by_call(node: ast.Call, real: dict[str, str]) -> Iterator[str]:
    name = real.get(_last(node.func), _last(node.func))
    first = _last(node.args[0]) if node.args else ""
    model = real.get(first, first)
    if name in MODELS:
        yield f"{name}("
    elif name in BULK and isinstance(node.func, ast.Name) and (model in MODELS or not model[:1].isupper()):
        yield f"{model}(" if model in MODELS else f"{name}(…)"
    elif name == "setattr":
        yield from _by_setattr(node)
    elif name == "values" and isinstance(node.func, ast.Attribute):
        yield from _by_update(node, real)
    elif name == "text" and node.args and isinstance(node.args[0], ast.Constant):
        yield from ["SQL"] * bool(SQL.search(str(node.args[0].value)))


def _by_setattr(node: ast.Call) -> Iterator[str]:
    of, name = node.args[:2]
    if not isinstance(name, ast.Constant):
        yield f"{_last(of)}.*"
    elif name.value in COLUMNS:
        yield _column(of, str(name.value))


def _by_update(node: ast.Call, real: dict[str, str]) -> Iterator[str]:
    """``update(Training).where(…).values(state=…)``; a model that is not named has to be excepted."""
    for call in ast.walk(node.func):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "update":
            model = real.get(_last(call.args[0]), _last(call.args[0]))
            if not model[:1].isupper():
                yield "update(…)"
            elif model in MODELS:
                for column in _columns(node):
                    if column in COLUMNS or column == "*":
                        yield column if column in OF_ONE_MODEL else f"{model.lower()}.{column}"


def _columns(node: ast.Call) -> Iterator[str]:
    for keyword in node.keywords:
        yield keyword.arg or "*"
    for given in node.args:
        for key in given.keys if isinstance(given, ast.Dict) else [None]:
            if isinstance(key, ast.Constant):
                yield str(key.value)
            else:
                yield getattr(key, "attr", "*")

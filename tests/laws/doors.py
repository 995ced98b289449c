"""What a module's text says of doors: its public units of work, whom a class calls, and which states it writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.laws.source import PACKAGE, calls, stands_for, strings, whole_name

SERVICES = PACKAGE / "services"
OF_ONE_MODEL = {"freed_seats", "cancelled_at", "cancel_reason"}
"""Columns whose name tells whose they are; of the others the variable's name has to."""
COLUMNS = OF_ONE_MODEL | {"state", "capacity", "is_active", "seats", "released_at"}
MODELS = {"Training", "Agency", "Registration", "SeatAllocation", "TrainingSession", "AttendanceRecord"}
"""Whose rows are made in one place each."""
MANY = {"insert", "insert_many", "store_many", "_insert", "update"}
"""What writes rows of the model that it is given first."""
MAKING = {"bulk_insert_mappings", "bulk_update_mappings", "partial"}
"""What does so too, or makes them later, but is common with other things than models."""
TABLE = r"\"?(training|agency|registration|seat_allocation|training_session|attendance_record|…)\"?"
SQL = re.compile(
    rf"\bupdate\s+(only\s+)?{TABLE}\s+(as\s+\w+\s+)?set\b|\binsert\s+(or\s+\w+\s+)?into\s+{TABLE}", re.I
)
"""Statements that write; ``…`` is a table that only runs tell."""


def place(path: Path) -> str:
    """``trainings.changes`` for a service, ``web.trainings.planning`` for what stands elsewhere."""
    within = SERVICES if path.is_relative_to(SERVICES) else PACKAGE
    return ".".join(path.relative_to(within).with_suffix("").parts)


def doors(source: str, module: str) -> list[str]:
    """The public units of work of a module: ``registrations.drafts.keep``.

    A door is what says ``atomic`` of itself or in itself: a function, a method, a name that is given ``atomic(…)``.
    """
    tree = ast.parse(source)
    real = stands_for(tree)
    return [
        f"{module}.{name}"
        for name, node in _public(tree.body)
        if any(isinstance(one, ast.expr) and _last_of(one, real) == "atomic" for one in ast.walk(node))
    ]


def _public(body: list[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """The functions, methods and values that may be called from elsewhere, with their names."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            found = [(f"{node.name}.{name}", one) for name, one in _public(node.body)]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = [(node.name, node)]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            found = [
                (_last(one), node)
                for one in (node.targets if isinstance(node, ast.Assign) else [node.target])
            ]
        else:
            found = []
        yield from (one for one in found if not one[0].startswith("_"))


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
    A statement that updates a model is seen where it begins, as ``update(Training)``: its columns may stand anywhere.
    """
    tree = ast.parse(source)
    real = stands_for(tree)
    real |= {name: model for name, model in _queries(tree, real) if model and name not in real}
    found = {written for node in ast.walk(tree) for written in _set(node)}
    found |= {written for call in calls(tree) for written in _by_call(call, real)}
    return found | {"SQL" for text in strings(tree) if SQL.search(text)}


def _queries(tree: ast.AST, real: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The names that hold a query, which can update what it finds, with the model of each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(_last(call) == "query" for call in calls(node.value)):
            yield from ((_last(target), _model(node.value, real)) for target in node.targets)


def _set(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
        yield from _assigned(node.target)


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


def _last_of(expression: ast.expr, real: dict[str, str]) -> str:
    """The last part of what an expression stands for: ``update`` of ``sa.update``, and of ``change`` where that is it."""
    return (whole_name(expression, real) or _last(expression)).rpartition(".")[2]


def _by_call(node: ast.Call, real: dict[str, str]) -> Iterator[str]:
    name = _last_of(node.func, real)
    if name in MODELS:
        yield f"{name}("
    elif name == "setattr":
        yield from _by_setattr(node)
    elif name in MANY | MAKING:
        model = _model(node.args[0], real) if node.args else ""
        if name in {"insert", "update"} and isinstance(node.func, ast.Attribute):
            model = model or _model(node.func.value, real)
        if model:
            yield f"update({model})" if name == "update" else f"{model}("
        elif name in MANY and _is_of_any(node, real):
            yield f"{name}(…)"


def _model(expression: ast.expr, real: dict[str, str]) -> str:
    """The model at the beginning of a chain: of ``Training``, ``Training.__table__``, ``session.query(Training).filter(…)``.

    Empty where there is none.
    """
    name, whole = _last_of(expression, real), whole_name(expression, real)
    for part in whole.split("."):
        if part in MODELS:
            return part
    if isinstance(expression, ast.Call):
        within = (
            [expression.args[0]]
            if name in {"query", "inspect", "aliased"} and expression.args
            else [expression.func]
        )
    elif isinstance(expression, ast.Attribute):
        within = [expression.value]
    else:
        within = []
    return next((found for one in within if (found := _model(one, real))), "")


def _is_of_any(node: ast.Call, real: dict[str, str]) -> bool:
    """Whether it may write rows of any model: it is no method of a list or a dict, and its first argument is no class."""
    if isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in real
    ):
        return False
    first = _last_of(node.args[0], real) if node.args else ""
    return bool(first) and not first[:1].isupper()


def _by_setattr(node: ast.Call) -> Iterator[str]:
    of, name = node.args[:2]
    if not isinstance(name, ast.Constant):
        yield f"{_last(of)}.*"
    elif name.value in COLUMNS:
        yield _column(of, str(name.value))

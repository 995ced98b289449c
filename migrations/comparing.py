"""Compares what Alembic does not: the text of checks and the names of foreign keys.

Revisions are written on SQLite, so this compares only there. A new word in an enumeration changes a check and
nothing else. A renamed column changes the names that its foreign keys should have, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import CommandError, PriorityDispatchResult


@comparators.dispatch_for("table")
def compare_names_and_checks(
    context: AutogenContext,
    found: ops.ModifyTableOps,
    schema: str | None,
    name: str,
    stored: sa.Table | None,
    model: sa.Table | None,
) -> PriorityDispatchResult:
    """Add to ``found`` the checks and foreign keys of a table that must be dropped and made anew."""
    if stored is None or model is None or context.dialect is None or context.dialect.name != "sqlite":
        return PriorityDispatchResult.CONTINUE
    before, after = _stored_checks(context, stored), _checks(context, model)
    for key in sorted(before):
        if key not in after or _plain(before[key]) != _plain(after[key]):
            found.ops.append(ops.DropConstraintOp.from_constraint(_check(stored, key, before[key])))
    for key in sorted(after):
        if key not in before or _plain(before[key]) != _plain(after[key]):
            found.ops.append(ops.AddConstraintOp.from_constraint(_check(model, key, after[key])))
    _compare_keys(found, stored, model)
    return PriorityDispatchResult.CONTINUE


def _stored_checks(context: AutogenContext, table: sa.Table) -> dict[str, str]:
    inspector = sa.inspect(context.connection)
    return {str(one["name"]): one["sqltext"] for one in inspector.get_check_constraints(table.name)}


def _checks(context: AutogenContext, table: sa.Table) -> dict[str, str]:
    """Name → SQL of each check of a model. The checks of enumerations are among them."""
    impl = context.migration_context.impl
    checks = [one for one in table.constraints if isinstance(one, sa.CheckConstraint)]
    refuse_unnamed(table.name, checks)
    return {str(one.name): impl.render_ddl_sql_expr(one.sqltext) for one in checks}


def refuse_unnamed(table: str, constraints: Iterable[Any]) -> None:
    """Raise ``CommandError`` for the first constraint without a name, because nobody could drop it again."""
    for one in constraints:
        if not isinstance(one.name, str):
            what = getattr(one, "sqltext", None)
            if what is None:
                what = ", ".join(part.name for part in one.columns)
            raise CommandError(
                f"A {type(one).__name__} of {table} has no name ({what}): name it in the model. Nothing was written."
            )


def _check(table: sa.Table, name: str, text: str) -> sa.CheckConstraint:
    """A check outside of the model.

    It hangs on a table of its own with the same name, not on the model's table.
    """
    alone = sa.Table(table.name, sa.MetaData())
    check = sa.CheckConstraint(sa.text(text.replace(":", r"\:")), name=sa.sql.elements.conv(name))
    alone.append_constraint(check)
    return check


def _plain(text: str) -> str:
    return re.sub(r'[\s"()]+', "", text).lower()


def _compare_keys(found: ops.ModifyTableOps, stored: sa.Table, model: sa.Table) -> None:
    wanted = {_shape(one): one for one in model.foreign_key_constraints}
    for one in sorted(stored.foreign_key_constraints, key=lambda key: str(key.name)):
        other = wanted.get(_shape(one))
        # SQLite does not tell the name of a key that came with ALTER TABLE ADD COLUMN
        if other is not None and one.name is not None and one.name != other.name:
            found.ops.append(ops.DropConstraintOp.from_constraint(one))
            found.ops.append(ops.AddConstraintOp.from_constraint(other))


def _shape(key: sa.ForeignKeyConstraint) -> tuple[object, ...]:
    return tuple((part.parent.name, part.target_fullname) for part in key.elements)

"""Turns what Alembic found into steps that work on a filled database, up and down, on both engines.

A required column is added empty, then filled, then made required. Changes that SQLite can make in place are
made in place. All others go through ``altered``, which keeps the table's triggers, views and indexes. A
change that looks like a rename is refused until the author says what it is, because a drop would lose the
values.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _repr_type, render_op
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.dialects import sqlite

from migrations.comparing import refuse_unnamed

Steps = list[ops.MigrateOperation]
OPERATIONS = "from migrations.operations import "


@dataclass(frozen=True)
class Rename:
    """A table or a column that gets a new name. ``old`` is empty when the table itself is renamed."""

    table: str
    old: str
    new: str

    @classmethod
    def parse(cls, text: str) -> Rename:
        """Read ``agency.type_id:kind_id`` or ``agency_type:agency_kind``.

        Raises ``CommandError`` otherwise.
        """
        before, colon, new = text.partition(":")
        table, _, old = before.partition(".")
        if not (colon and table.isidentifier() and new.isidentifier() and (not old or old.isidentifier())):
            raise CommandError(f"{text!r} is no rename: write table.column:new_column, or table:new_table.")
        return cls(table, old, new)

    def reverse(self) -> Rename:
        """The rename that undoes this one."""
        return Rename(self.table, self.new, self.old) if self.old else Rename(self.new, "", self.table)

    def sql(self) -> str:
        """The statement in SQL. It is the same on both engines."""
        what = f'RENAME COLUMN "{self.old}" TO' if self.old else "RENAME TO"
        return f'ALTER TABLE "{self.table}" {what} "{self.new}"'


@dataclass(frozen=True)
class Wishes:
    """What the author says about the revision.

    ``renames`` are its renames. With ``drop``, other changes that look like renames may lose their values.
    With ``empty``, the revision gets no steps.
    """

    renames: Sequence[Rename] = ()
    drop: bool = False
    empty: bool = False


@dataclass
class Renamed(ops.MigrateOperation):
    """A rename, as a step."""

    rename: Rename


@dataclass
class Filled(ops.MigrateOperation):
    """A step that gives existing rows a value in a column. ``value`` is Python source."""

    table: str
    column: str
    kind: Any
    value: str
    why: str


@dataclass
class Altered(ops.MigrateOperation):
    """Steps that go through ``altered``."""

    table: str
    ops: Steps = field(default_factory=list)


def next_number(script: ScriptDirectory) -> str:
    """The number of the next revision."""
    numbers = [int(one.revision) for one in script.walk_revisions() if one.revision.isdigit()]
    return f"{max(numbers, default=0) + 1:04d}"


def write_steps(context: MigrationContext, script: ops.MigrationScript, wishes: Wishes) -> None:
    """Rewrite the steps of ``script``.

    Raises ``CommandError`` when nothing changed, a constraint has no name, or a step would lose values.
    """
    up = script.upgrade_ops
    assert up is not None and script.downgrade_ops is not None
    if not up.ops and not wishes.renames:
        raise CommandError("The models say nothing that the migrations do not say: nothing was written.")
    if not wishes.drop:
        _refuse_what_looks_like_a_rename(up)
    models = context.opts["target_metadata"]
    down = up.reverse()
    for one in down.ops:
        if isinstance(one, ops.CreateTableOp) and context.dialect.name == "sqlite":
            _complete(context, one)
    up.ops = [*(Renamed(one) for one in wishes.renames), *_all_steps(up, models)]
    script.downgrade_ops.ops = [
        *_all_steps(down, models),
        *(Renamed(one.reverse()) for one in reversed(wishes.renames)),
    ]
    script.imports.update(_imports([*up.ops, *script.downgrade_ops.ops]))


def _imports(steps: Steps) -> Iterator[str]:
    fills = [one for one in steps if isinstance(one, Filled)]
    names = {"fill" for _ in fills} | {one.value for one in fills if one.value == "DECIDE"}
    names |= {"altered" for one in steps if isinstance(one, Altered)}
    names |= {"renamed" for one in steps if isinstance(one, Renamed) and not one.rename.old}
    if names:
        yield OPERATIONS + ", ".join(sorted(names))
    if any(one.value.startswith("uuid.") for one in fills):
        yield "import uuid"


def _refuse_what_looks_like_a_rename(found: ops.UpgradeOps) -> None:
    likely = [*_likely_columns(found), *_likely_tables(found)]
    if likely:
        raise CommandError(
            "\n".join(
                f"{was} is gone and {now} is new, and they are alike: this looks like a rename. "
                f'Say rename="{told}", or drop=yes where the values are to be lost.'
                for was, now, told in likely
            )
        )


def _likely_columns(found: ops.UpgradeOps) -> Iterator[tuple[str, str, str]]:
    for table in found.ops:
        if not isinstance(table, ops.ModifyTableOps):
            continue
        added = [one.column for one in table.ops if isinstance(one, ops.AddColumnOp)]
        for one in table.ops:
            if not isinstance(one, ops.DropColumnOp):
                continue
            gone = one.to_column()
            for new in added:
                if _sql_type(new.type) == _sql_type(gone.type):
                    name = table.table_name
                    yield f"{name}.{gone.name}", f"{name}.{new.name}", f"{name}.{gone.name}:{new.name}"


def _likely_tables(found: ops.UpgradeOps) -> Iterator[tuple[str, str, str]]:
    new = [one.to_table() for one in found.ops if isinstance(one, ops.CreateTableOp)]
    for one in found.ops:
        if isinstance(one, ops.DropTableOp):
            gone = one.to_table()
            for table in new:
                if _columns(table) == _columns(gone):
                    yield gone.name, table.name, f"{gone.name}:{table.name}"


def _columns(table: sa.Table) -> dict[str, str]:
    return {one.name: _sql_type(one.type) for one in table.columns}


def _sql_type(kind: Any) -> str:
    return str(kind.compile(dialect=sqlite.dialect()))


def _all_steps(found: ops.OpContainer, models: sa.MetaData) -> Steps:
    """The steps in order. New tables come first and dropped tables last, because others refer to them."""
    first: Steps = []
    between: Steps = []
    last: Steps = []
    new = {one.table_name for one in found.ops if isinstance(one, ops.CreateTableOp)}
    for one in found.ops:
        if isinstance(one, ops.CreateTableOp):
            refuse_unnamed(one.table_name, one.to_table().constraints)
            first.append(one)
        elif isinstance(one, ops.DropTableOp):
            last.append(one)
        elif isinstance(one, ops.ModifyTableOps):
            (first if one.table_name in new else between).extend(_table_steps(one, models))
        else:
            between.append(one)
    return [*first, *between, *last]


def _complete(context: MigrationContext, step: ops.CreateTableOp) -> None:
    """Complete the step that brings a dropped table back.

    Alembic reads neither the name of its primary key nor AUTOINCREMENT from SQLite.
    """
    assert context.connection is not None
    query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
    made = context.connection.exec_driver_sql(query, (step.table_name,)).scalar_one()
    if "AUTOINCREMENT" in made:
        step.kw["sqlite_autoincrement"] = True
    for item in step.columns:
        if isinstance(item, sa.PrimaryKeyConstraint) and not item.name:
            item.name = sa.sql.elements.conv(f"pk_{step.table_name}")


def _table_steps(table: ops.ModifyTableOps, models: sa.MetaData) -> Steps:
    """The steps for one table: drop indexes, add and fill columns, make all other changes, create indexes."""
    name = table.table_name
    groups: dict[type, Steps] = {}
    for one in table.ops:
        groups.setdefault(type(one), []).append(one)
        if isinstance(one, ops.AddConstraintOp):
            refuse_unnamed(name, [one.to_constraint()])
    added = [one for one in groups.pop(ops.AddColumnOp, []) if isinstance(one, ops.AddColumnOp)]
    dropped_indexes, new_indexes = groups.pop(ops.DropIndexOp, []), groups.pop(ops.CreateIndexOp, [])
    dropped_columns = groups.pop(ops.DropColumnOp, [])
    dropped_constraints = groups.pop(ops.DropConstraintOp, [])
    changed = [one for one in groups.pop(ops.AlterColumnOp, []) if isinstance(one, ops.AlterColumnOp)]
    new_constraints = [
        one for kind in list(groups) if issubclass(kind, ops.AddConstraintOp) for one in groups.pop(kind)
    ]
    others = [one for kind in groups.values() for one in kind]

    tightened = [one for one in added if _must_be_filled(one.column)]
    batch: Steps = [*dropped_constraints]
    batch += [one for one in added if _needs_batch(one.column)]
    batch += [_as_plain(one) for one in changed]
    batch += [_tighten(name, one.column) for one in tightened]
    batch += new_constraints
    if dropped_constraints:
        batch += dropped_columns
        dropped_columns = []
    return [
        *dropped_indexes,
        *(_add(one, empty=one in tightened) for one in added if not _needs_batch(one.column)),
        *(_fill(name, one.column) for one in tightened),
        *(_fill(name, _model_column(one, models)) for one in changed if one.modify_nullable is False),
        *([Altered(name, batch)] if batch else []),
        *dropped_columns,
        *new_indexes,
        *others,
    ]


def _must_be_filled(column: sa.Column[Any]) -> bool:
    return not column.nullable and column.server_default is None


def _needs_batch(column: sa.Column[Any]) -> bool:
    """Whether the column has a computed default. SQLite cannot add such a column in place."""
    default = column.server_default
    return isinstance(default, sa.DefaultClause) and not isinstance(default.arg, str)


def _add(step: ops.AddColumnOp, *, empty: bool) -> ops.AddColumnOp:
    column = step.column._copy()
    column.type = _plain_type(column.type)
    column.nullable = True if empty else column.nullable
    return ops.AddColumnOp(step.table_name, column)


def _plain_type(kind: Any) -> Any:
    """The type without its check when it is an enumeration. The check is a step of its own."""
    is_checked = isinstance(kind, sa.Enum) and not kind.native_enum
    return sa.String(length=kind.length) if is_checked else kind


def _as_plain(step: ops.AlterColumnOp) -> ops.AlterColumnOp:
    step.existing_type = _plain_type(step.existing_type)
    step.modify_type = _plain_type(step.modify_type)
    return step


def _tighten(table: str, column: sa.Column[Any]) -> ops.AlterColumnOp:
    return ops.AlterColumnOp(
        table, column.name, existing_type=_plain_type(column.type), modify_nullable=False
    )


def _model_column(step: ops.AlterColumnOp, models: sa.MetaData) -> sa.Column[Any]:
    """The column that the step changes. It has the model's default when the models know the column."""
    table = models.tables.get(step.table_name)
    if table is not None and step.column_name in table.c:
        return table.c[step.column_name]
    return sa.Table(step.table_name, sa.MetaData(), sa.Column(step.column_name, step.existing_type)).columns[
        0
    ]


def _fill(table: str, column: sa.Column[Any]) -> Filled:
    value = _written_default(column)
    why = (
        "What the rows that stand there get is the model's default; they may need something else."
        if value != "DECIDE"
        else "Decide what the rows that stand there get. Until then the migration refuses to run."
    )
    return Filled(table, column.name, _plain_type(column.type), value, why)


def _written_default(column: sa.Column[Any]) -> str:
    """The model's default as Python source, or ``DECIDE`` when it has none or computes it."""
    default: Any = column.default
    if default is None or default.is_sequence or default.is_clause_element:
        return "DECIDE"
    if _is_unique(column) and not default.is_callable:
        return "DECIDE"  # a unique column cannot have the same value in all rows
    value = default.arg
    if default.is_callable:
        value = value(None)
        if isinstance(value, uuid.UUID):
            return "uuid.uuid4"
        return repr(value) if value in ({}, []) else "DECIDE"
    if isinstance(value, enum.Enum):
        value = value.value
    return repr(value) if isinstance(value, str | int | float | bool) else "DECIDE"


def _is_unique(column: sa.Column[Any]) -> bool:
    alone = [one for one in column.table.constraints if isinstance(one, sa.UniqueConstraint)]
    return bool(column.unique) or any(one.columns.keys() == [column.key] for one in alone)


@renderers.dispatch_for(Renamed)
def _render_rename(context: AutogenContext, step: Renamed) -> str:
    rename = step.rename
    if not rename.old:
        return f"renamed({rename.table!r}, {rename.new!r})"
    return f"op.alter_column({rename.table!r}, {rename.old!r}, new_column_name={rename.new!r})"


@renderers.dispatch_for(Filled)
def _render_fill(context: AutogenContext, step: Filled) -> list[str]:
    kind = _repr_type(step.kind, context)
    return [f"# {step.why}", f"fill({step.table!r}, sa.column({step.column!r}, {kind}), {step.value})"]


@renderers.dispatch_for(Altered)
def _render_altered(context: AutogenContext, step: Altered) -> list[str]:
    with context._within_batch():
        inner = [line for one in step.ops for line in render_op(context, one)]
    return [f"with altered({step.table!r}) as batch_op:", *inner, ""]

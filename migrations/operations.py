"""Steps of revisions that Alembic lacks: fill a column, and change a table without losing what hangs on it.

SQLite can change little of a table in place. A batch makes the table anew. Alone, it would lose the table's
triggers, views, indexes on expressions, AUTOINCREMENT and the count of given ids. Ids would then be used
twice.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from alembic.util import CommandError


class Undecided:
    """Stands where the author of a migration must decide a value."""

    def __repr__(self) -> str:
        return "DECIDE"


DECIDE = Undecided()


def fill(table: str, column: sa.ColumnClause[Any], value: object) -> None:
    """Give ``value`` to the rows of ``table`` in which ``column`` is empty. Other rows do not change.

    ``value`` is a plain value, an SQL expression (``sa.text("lower(code)")``) or a function, which is called for each
    row. The triggers of the table do nothing meanwhile. Raises ``CommandError`` for ``DECIDE``.
    """
    if isinstance(value, Undecided):
        caller = sys._getframe(1)
        raise CommandError(
            f"{Path(caller.f_code.co_filename).name}, line {caller.f_lineno}: decide what the rows of {table} "
            f"get in {column.name}, and write it in the place of DECIDE."
        )
    with silent_triggers(table):
        if callable(value):
            _fill_each(table, column, value)
        else:
            target = sa.table(table, sa.column(column.name, column.type))
            empty = target.c[column.name].is_(sa.null())
            op.get_bind().execute(sa.update(target).where(empty).values({column.name: value}))


def _fill_each(table: str, column: sa.ColumnClause[Any], value: Callable[[], object]) -> None:
    connection = op.get_bind()
    key = sa.inspect(connection).get_pk_constraint(table)["constrained_columns"]
    target = sa.table(table, *(sa.column(name) for name in key), sa.column(column.name, column.type))
    rows = connection.execute(
        sa.select(*(target.c[name] for name in key)).where(target.c[column.name].is_(sa.null()))
    ).all()
    if rows:
        this = [target.c[name] == sa.bindparam(f"key_{name}") for name in key]
        connection.execute(
            sa.update(target).where(*this).values({column.name: sa.bindparam("filled")}),
            [
                {f"key_{name}": part for name, part in zip(key, row, strict=True)} | {"filled": value()}
                for row in rows
            ],
        )


@contextmanager
def altered(table: str, **table_kwargs: Any) -> Iterator[BatchOperations]:
    """Change ``table`` by a batch. Its triggers, views and indexes stay, and no id is used twice.

    On SQLite the table is made anew with its old options and ``table_kwargs``
    (``sqlite_autoincrement=True``).
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        with op.batch_alter_table(table) as batch:
            yield batch
        return
    if re.search(r"\bAUTOINCREMENT\b", _definitions(connection, "table")[table]):
        table_kwargs.setdefault("sqlite_autoincrement", True)
    indexes, given = _indexes(connection, table), _ids_given(connection, table)
    with silent_triggers(table), warnings.catch_warnings():
        # Alembic skips these indexes with a warning, and _restore_indexes below makes them anew
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        recreate: Literal["always", "auto"] = "always" if table_kwargs else "auto"
        with op.batch_alter_table(table, recreate=recreate, table_kwargs=table_kwargs) as batch:
            yield batch
        wanted = {one[1][0].name for one in batch.impl.batch if one[0] in {"create_index", "drop_index"}}
        _restore_indexes(
            connection, table, {name: one for name, one in indexes.items() if name not in wanted}
        )
        _restore_ids_given(connection, table, given)


def renamed(table: str, new: str) -> None:
    """Rename ``table``.

    On PostgreSQL, also rename its primary key and its sequence of ids, which bear its name.
    """
    op.rename_table(table, new)
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        return
    key = sa.inspect(connection).get_pk_constraint(new)["name"]
    if key == f"pk_{table}":
        op.execute(f'ALTER TABLE "{new}" RENAME CONSTRAINT "{key}" TO "pk_{new}"')
    op.execute(f'ALTER SEQUENCE IF EXISTS "{table}_id_seq" RENAME TO "{new}_id_seq"')


@contextmanager
def silent_triggers(table: str) -> Iterator[None]:
    """The triggers of ``table`` do nothing inside the block.

    On SQLite, all triggers and views that mention the table are dropped and made anew afterwards.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield
        op.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        return
    kept = [
        (kind, name, definition)
        for kind in ("view", "trigger")
        for name, definition in _definitions(connection, kind).items()
        if re.search(rf"\b{re.escape(table)}\b", definition, re.IGNORECASE)
    ]
    for kind, name, _ in reversed(kept):
        connection.exec_driver_sql(f'DROP {kind} "{name}"')
    yield
    for _, _, definition in kept:
        connection.exec_driver_sql(definition)


def _definitions(connection: sa.Connection, kind: str) -> dict[str, str]:
    """Name → SQL of all that SQLite holds of this kind, the oldest first."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL ORDER BY rowid"
    return {one.name: one.sql for one in connection.exec_driver_sql(query, (kind,))}


def _indexes(connection: sa.Connection, table: str) -> dict[str, tuple[str, set[str]]]:
    """Name of each index of the table → its definition, and the columns that it names."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
        (table,),
    ).all()
    return {
        name: (
            definition,
            {one[2] for one in connection.exec_driver_sql(f'PRAGMA index_info("{name}")')} - {None},
        )
        for name, definition in rows
    }


def _restore_indexes(
    connection: sa.Connection, table: str, before: Mapping[str, tuple[str, set[str]]]
) -> None:
    """Make the indexes anew that the batch lost or changed. An index goes when one of its columns is gone."""
    now = _indexes(connection, table)
    columns = {one[1] for one in connection.exec_driver_sql(f'PRAGMA table_xinfo("{table}")')}
    for name, (definition, named) in before.items():
        if named <= columns and now.get(name, ("",))[0] != definition:
            connection.exec_driver_sql(f'DROP INDEX IF EXISTS "{name}"')
            connection.exec_driver_sql(definition)


def _ids_given(connection: sa.Connection, table: str) -> int | None:
    """The highest id that the table ever gave, or None when it does not count them."""
    if "sqlite_sequence" not in _definitions(connection, "table"):
        return None
    found = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).first()
    return found[0] if found else None


def _restore_ids_given(connection: sa.Connection, table: str, given: int | None) -> None:
    if given is None or _ids_given(connection, table) == given:
        return
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, given))

"""What is dear to build is built once in each process: its rows are kept, and put back for the next test that asks."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, inspect, select, update

from training.db import Base, db

Rows = list[tuple[Any, list[dict[str, Any]]]]
known: dict[tuple[str, str], tuple[Rows, Any]] = {}
"""(address of the database, what) → its rows, and the thing with a (model, id) in each row's place."""


def once(what: str, build: Callable[[], Any]) -> Any:
    """What ``build`` returns, with all that it stored in a database that holds the seeds alone."""
    key = str(db.session.connection().engine.url), what
    if key not in known:
        before = {table: _rows(table) for table in Base.metadata.sorted_tables}
        built = build()
        db.session.flush()
        after = {table: _rows(table) for table in before}
        for table, rows in before.items():
            assert [row for row in rows if row not in after[table]] == [], "what was there is as it was"
        known[key] = (
            [(table, [row for row in rows if row not in before[table]]) for table, rows in after.items()],
            _named(built),
        )
        return built
    rows, named = known[key]
    connection = db.session.connection()
    _wait_for_keys(connection, "ON")  # a person found to be another one refers to a row that comes later
    for table, some in rows:
        if some:
            ahead = dict.fromkeys(_to_later_rows(table))
            connection.execute(insert(table), [{**row, **ahead} for row in _in_order(table, some)])
    for table, some in rows:
        for name in _to_later_rows(table):
            for row in (row for row in some if row[name] is not None):
                connection.execute(update(table).where(table.c.id == row["id"]).values(row))
    _wait_for_keys(connection, "OFF")
    _set_sequences(connection)
    return _found(named)


def _wait_for_keys(connection: Connection, when: str) -> None:
    """SQLite looks at foreign keys row by row unless it is told to wait; PostgreSQL looks once a statement."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA defer_foreign_keys={when}")


def _to_later_rows(table: Any) -> list[str]:
    """The columns that refer to rows which themselves refer to this table's: they are filled in at the end."""
    return [key.parent.name for key in table.foreign_keys if key.constraint and key.constraint.use_alter]


def _in_order(table: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each after those of its own table that it refers to: PostgreSQL looks at each row at once."""
    to_itself = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    if not to_itself:
        return rows
    left, found = list(rows), []
    while left:
        ids = {row["id"] for row in left}
        free = [row for row in left if not {row[name] for name in to_itself} & (ids - {row["id"]})]
        assert free, "rows refer to each other in a ring"
        found += free
        left = [row for row in left if row not in free]
    return found


def _set_sequences(connection: Connection) -> None:
    """Ids were given here; PostgreSQL's counters go on behind them, SQLite's do by themselves."""
    if connection.dialect.name == "postgresql":
        for table in Base.metadata.sorted_tables:
            if "id" in table.c and table.name != "organisation":
                name = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                most = f'GREATEST(COALESCE((SELECT MAX(id) FROM "{table.name}"), 1), nextval({name}))'
                connection.exec_driver_sql(f"SELECT setval({name}, {most})")


def _rows(table: Any) -> list[dict[str, Any]]:
    found = db.session.execute(select(table).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]


@dataclasses.dataclass(frozen=True)
class Named:
    """A stored thing by its model and its key."""

    model: type[Base]
    key: tuple[Any, ...]


def _named(thing: Any) -> Any:
    return _each(thing, lambda one: Named(type(one), inspect(one).identity) if isinstance(one, Base) else one)


def _found(thing: Any) -> Any:
    return _each(thing, lambda one: db.session.get_one(one.model, one.key) if isinstance(one, Named) else one)


def _each(thing: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(thing, dict):
        return {_each(name, change): _each(one, change) for name, one in thing.items()}
    if isinstance(thing, list | tuple):
        return type(thing)(_each(one, change) for one in thing)
    if type(thing).__module__.startswith("tests.") and not isinstance(thing, Named):
        changed = copy.copy(thing)
        vars(changed).update(_each(vars(thing), change))
        return changed
    return change(thing)

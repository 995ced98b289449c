"""A database in which every table has rows: the demo, and rows by the models for what the demo leaves empty."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from training.db import Base, db
from training.models.columns import WallTime
from training.services.demo import build
from training.services.demo.past_trainings import Scale

TINY = Scale(agencies=8, trainees=80, trainings=12, venues=3, trainers=6, programmes=4, days_back=300)
ROWS: dict[str, dict[str, Any]] = {
    "room_block": {
        "starts_local": datetime.datetime(2030, 1, 1, 9),
        "ends_local": datetime.datetime(2030, 1, 1, 10),
    }
}
"""What a check of a table asks for, where the first value that comes to hand does not do."""


def fill_database(rows: dict[str, dict[str, Any]] = ROWS) -> dict[str, int]:
    """Fill the application's database, which has the seeds alone, and return how many rows each table has."""
    with patch.dict(build.SCALES, tiny=TINY):
        build.make("tiny")
    db.session.remove()
    with db.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if not count(connection, table.name):
                connection.execute(table.insert(), [_row(connection, table) | rows.get(table.name, {})])
        if connection.dialect.name == "sqlite":  # as if the newest rows had been deleted: their ids are given
            connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = seq + 10")
        return counts(connection)


def counts(connection: Connection) -> dict[str, int]:
    """The rows of every table."""
    names = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    return {name: count(connection, name) for name in sorted(names)}


def ids_given(connection: Connection) -> dict[str, int]:
    """The highest id that each table ever gave."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, seq FROM sqlite_sequence"
    else:
        query = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
    return {row[0]: row[1] for row in connection.exec_driver_sql(query)}


def count(connection: Connection, table: str) -> int:
    """The rows of one table."""
    return connection.execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar_one()


def _row(connection: Connection, table: Table) -> dict[str, Any]:
    """The least row: references lead to rows that stand there, each to another."""
    row: dict[str, Any] = {}
    used: dict[str, int] = {}
    for column in table.columns:
        if column.nullable or column.default is not None or column is table.autoincrement_column:
            continue
        keys = list(column.foreign_keys)
        if keys:
            target = keys[0].column
            nth = used[target.table.name] = used.get(target.table.name, -1) + 1
            row[column.name] = connection.execute(
                sa.select(target).order_by(target).offset(nth).limit(1)
            ).scalar_one()
        else:
            row[column.name] = _value(column.type)
    return row


def _value(kind: Any) -> Any:
    if isinstance(kind, sa.Enum):
        return kind.enum_class(kind.enums[0]) if kind.enum_class else kind.enums[0]
    if isinstance(kind, sa.String):
        return "x"
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.Date):
        return datetime.date(2030, 1, 1)
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, WallTime):
        return datetime.datetime(2030, 1, 1, 12)
    return datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)


def schema(connection: Connection) -> dict[str, Any]:
    """What hangs on each table, and which columns it has, as far as a migration could lose it."""
    read = _of_sqlite if connection.dialect.name == "sqlite" else _of_postgresql
    found: dict[str, Any] = {}
    for table, fact, name, what in read(connection):
        if table != "alembic_version" and fact:
            found.setdefault(table, {})[f"{fact} {name}"] = "".join(str(what).replace('"', "").split())
    return found


Facts = Iterator[tuple[str, str, str, Any]]
"""The table, what kind of fact, its name, and the fact."""


def _of_postgresql(connection: Connection) -> Facts:
    yield from connection.exec_driver_sql(
        "SELECT table_name, 'column', column_name, concat(data_type, character_maximum_length, is_nullable) "
        "FROM information_schema.columns WHERE table_schema = 'public' "
        "UNION ALL SELECT conrelid::regclass::text, 'constraint', conname, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE conrelid <> 0 AND contype NOT IN ('n', 'x') "
        "UNION ALL SELECT conrelid::regclass::text, 'trigger', conname, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE contype = 'x' "
        "UNION ALL SELECT tablename, 'index', indexname, indexdef FROM pg_indexes "
        "WHERE schemaname = 'public' AND indexname NOT LIKE 'ex\\_%%' "
        "UNION ALL SELECT tgrelid::regclass::text, 'trigger', tgname, concat(pg_get_triggerdef(oid), tgenabled) "
        "FROM pg_trigger WHERE NOT tgisinternal"
    )


def _of_sqlite(connection: Connection) -> Facts:
    columns = """SELECT m.name, 'column', p.name, p.type || p."notnull" || p.pk """
    keys = """SELECT m.name, 'key', p."from" || p."table", p."to" || p.on_delete """
    unique = "SELECT m.name, 'unique', (SELECT group_concat(name) FROM pragma_index_info(p.name)), '' "
    of_each = "FROM sqlite_master m JOIN {}(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' "
    for query in (
        columns + of_each.format("pragma_table_xinfo"),
        keys + of_each.format("pragma_foreign_key_list"),
        unique + of_each.format("pragma_index_list") + "AND p.origin = 'u'",
        "SELECT tbl_name, type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL",
    ):
        yield from connection.exec_driver_sql(query)
    for table, made in connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    ).all():
        if table.startswith("sqlite_"):
            continue
        for flag in ("AUTOINCREMENT", "WITHOUT ROWID"):
            yield table, "flag" if flag in made else "", flag, ""
        for name in re.findall(r"CONSTRAINT (?!pk_)(\w+)", made):
            yield table, "name", name, ""
        for check in re.finditer(r"CHECK \(", made):
            text = _in_brackets(made[check.end() :])
            yield table, "check", text, ""


def _in_brackets(text: str) -> str:
    depth = 1
    for place, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if not depth:
            return text[:place]
    return text

"""Migrations: numbered, with named constraints, and applied up, down and up again over a filled database."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from config import ROOT, Config
from tests import filled
from tests.conftest import LOCAL, migrated_app, new_database
from training.app import create_app
from training.db import Base, db

pytestmark = pytest.mark.real_commit

VERSIONS = ROOT / "migrations" / "versions"
FILES = sorted(path for path in VERSIONS.glob("*.py"))
NUMBERS = [path.name[:4] for path in FILES]
TRIGGERS_DROPPED: dict[str, set[str]] = {}
"""Triggers that a revision means to drop; any other that is gone after it was lost."""
FEWER_ROWS: dict[str, set[str]] = {}
"""Tables of which the way back from a revision means to lose rows; what the revision itself made is gone anyway."""


def numbering(files: list[Path]) -> list[str]:
    """What is wrong with the numbers of these files, in order."""
    wrong, before = [], None
    for number, path in enumerate(files, start=1):
        found = dict(
            re.findall(r'^(revision|down_revision) = (?:"(\w+)"|None)$', path.read_text(), re.MULTILINE)
        )
        wanted = f"{number:04d}"
        if not re.fullmatch(rf"{wanted}_[a-z0-9_]+\.py", path.name):
            wrong.append(f"{path.name}: the name should begin with {wanted}_")
        if found.get("revision") != wanted or (found.get("down_revision") or None) != before:
            wrong.append(f"{path.name}: revision should be {wanted}, and follow {before}")
        before = wanted
    return wrong


def test_files_and_revisions_are_numbered_without_a_gap(tmp_path: Path):
    assert len(FILES) >= 14
    assert numbering(FILES) == []

    for name, revision, follows in (
        ("0001_a", "0001", None),
        ("0003_b", "0003", "0001"),
        ("c", "ab12", "0003"),
    ):
        before = f'"{follows}"' if follows else None
        (tmp_path / f"{name}.py").write_text(f'revision = "{revision}"\ndown_revision = {before}\n')
    assert len(numbering(sorted(tmp_path.glob("*.py")))) == 4


NAMED_BY_KEYWORD = {
    "CheckConstraint",
    "ForeignKeyConstraint",
    "UniqueConstraint",
    "PrimaryKeyConstraint",
    "Enum",
}
NAMED_FIRST = re.compile(
    "(create|drop)_(check_constraint|foreign_key|unique_constraint|primary_key|exclude_constraint|constraint|index)"
)


def unnamed(source: str) -> list[int]:
    """The lines on which a constraint or an index is made or dropped without a name."""
    calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
    return [one.lineno for one in calls if _is_unnamed(one)] + [
        line for line, sql in _strings(source) if _is_unnamed_sql(sql)
    ]


def _is_unnamed(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {one.arg: one.value for one in call.keywords}
    if name in NAMED_BY_KEYWORD:
        return _is_none(keywords.get("name"))
    if NAMED_FIRST.fullmatch(name):
        return _is_none(call.args[0] if call.args else None)
    return name == "ForeignKey" or (name == "Column" and bool({"unique", "index"} & keywords.keys()))


def _is_unnamed_sql(sql: str) -> bool:
    rest = re.sub(r"CONSTRAINT \S+ (CHECK|UNIQUE|REFERENCES|PRIMARY|FOREIGN|EXCLUDE)", "", sql)
    return bool(re.search(r"\b(CHECK \(|REFERENCES |PRIMARY KEY|FOREIGN KEY|EXCLUDE USING)", rest))


def _strings(source: str) -> Iterator[tuple[int, str]]:
    """Strings with their lines; what an f-string puts in is a word."""
    for one in ast.walk(ast.parse(source)):
        if isinstance(one, ast.JoinedStr):
            yield (
                one.lineno,
                "".join(
                    str(getattr(part, "value", "")) if isinstance(part, ast.Constant) else "x"
                    for part in one.values
                ),
            )
            for part in one.values:
                part.value = ""  # its pieces are read
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.lineno, one.value


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


@pytest.mark.parametrize(
    "line",
    [
        'sa.CheckConstraint("a > 0")',
        'sa.ForeignKeyConstraint(["a_id"], ["a.id"], name=None)',
        'sa.UniqueConstraint("a")',
        'sa.Column("a_id", sa.Integer(), sa.ForeignKey("a.id", name="fk"))',
        'sa.Column("a", sa.Integer(), unique=True)',
        'sa.Enum("a", "b", create_constraint=True)',
        'batch_op.create_foreign_key(None, "a", ["a_id"], ["id"])',
        'batch_op.drop_constraint(None, type_="check")',
        'op.execute("ALTER TABLE a ADD COLUMN b INTEGER CHECK (b > 0)")',
        'op.execute("ALTER TABLE a ADD COLUMN b INTEGER CONSTRAINT fk_b REFERENCES b CHECK (b > 0)")',
    ],
)
def test_a_constraint_without_a_name_is_seen(line: str):
    assert unnamed(line) == [1]


def test_constraints_are_named():
    calls = 0
    for path in FILES:
        source = path.read_text()
        calls += source.count("Constraint(") + source.count("CONSTRAINT ")
        assert unnamed(source) == [], path.name
    assert calls > 150


def test_a_migration_imports_nothing_that_changes():
    """0011 makes keys by the rule of today, which is why it may be applied to a database that has people."""
    for path in FILES:
        imported = set(re.findall(r"^ *(?:from|import) ([\w.]+)", path.read_text(), re.MULTILINE))
        mine = {
            name for name in imported if name.split(".")[0] in {"training", "migrations", "config", "tests"}
        }
        assert mine <= {"migrations.operations"} | ({"training.alike"} if path.name[:4] == "0011" else set())


class Walk:
    """A filled database that goes up and down, and what each revision made of an empty one."""

    def __init__(self, app: Flask, folder: Path = VERSIONS.parent) -> None:
        self.app, self.folder = app, str(folder)
        self.made: dict[str, dict[str, Any]] = {}

    def look(self) -> tuple[dict[str, Any], dict[str, int]]:
        """The schema, and the rows of each table."""
        with db.engine.connect() as connection:
            return filled.schema(connection), filled.counts(connection)

    def bounce(self, number: str) -> list[str]:
        """Down from ``number``, up again and down once more; what was lost on the way, as sentences."""
        before = f"{int(number) - 1:04d}" if int(number) > 1 else "base"
        above, rows = self.look()
        downgrade(directory=self.folder, revision=before)
        below, fewer = self.look()
        upgrade(directory=self.folder, revision=number)
        above_again, rows_again = self.look()
        downgrade(directory=self.folder, revision=before)
        below_again, fewer_again = self.look()
        wrong = [
            f"{number}: {table} has {rows[table]} rows, {fewer[table]} below, and {rows_again[table]} again"
            for table in fewer.keys() & rows.keys() - FEWER_ROWS.get(number, set())
            if not rows[table] == fewer[table] == rows_again[table] == fewer_again[table]
        ]
        wrong += differences(f"{number}, up again", above, above_again)
        wrong += differences(f"{number}, down again", below, below_again)
        if before in self.made:
            wrong += differences(f"{number}, down", self.made[before], below)
        gone = triggers(below) - triggers(above_again) - TRIGGERS_DROPPED.get(number, set())
        return wrong + [f"{number} loses the {name}" for name in sorted(gone)]


def triggers(schema: dict[str, Any]) -> set[str]:
    """The triggers of all tables, and the constraints of PostgreSQL that stand for some."""
    return {fact for facts in schema.values() for fact in facts if fact.startswith("trigger ")}


def differences(where: str, one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What is not the same in two schemas, as sentences."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        was, now = one.get(table, {}), other.get(table, {})
        found += [
            f"{where}: {table}, {fact}: {was.get(fact, 'nothing')} became {now.get(fact, 'nothing')}"
            for fact in sorted(was.keys() | now.keys())
            if was.get(fact) != now.get(fact)
        ]
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Config]]:
    """A filled database at the newest revision, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    config = Config(
        database_url=new_database("training_filled", folder), instance_dir=folder, demo=True, **LOCAL
    )
    app = migrated_app(config)
    with app.app_context():
        rows = filled.fill_database()
        db.engine.dispose()
    assert len(rows) >= 35 and all(rows.values())
    yield folder, config


@pytest.fixture
def walk(source: tuple[Path, Config], tmp_path: Path) -> Iterator[Walk]:
    """A copy of the filled database."""
    _, config = source
    address = new_database("training_walk", tmp_path)
    if address.startswith("sqlite"):
        with sqlite3.connect(make_url(config.database).database or "") as there:
            there.execute("VACUUM INTO ?", (make_url(address).database,))
        there.close()
    else:
        _copy_on_postgresql("training_filled", "training_walk", address)
    app = create_app(Config(database_url=address, instance_dir=tmp_path, **LOCAL))
    with app.app_context():
        yield Walk(app)
        db.session.remove()
        db.engine.dispose()


def _copy_on_postgresql(source: str, target: str, address: str) -> None:
    server = address.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + "/postgres"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{target}"'))
        connection.execute(text(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'))
    engine.dispose()


def test_every_revision_goes_down_and_up_over_a_filled_database(walk: Walk, tmp_path: Path):
    empty = create_app(
        Config(database_url=new_database("training_empty", tmp_path), instance_dir=tmp_path, **LOCAL)
    )
    with empty.app_context():
        for number in NUMBERS:
            upgrade(revision=number)
            with db.engine.connect() as connection:
                walk.made[number] = filled.schema(connection)
        db.engine.dispose()

    wrong = [line for number in reversed(NUMBERS) for line in walk.bounce(number)]

    assert wrong == [], "\n".join(wrong)
    assert len(walk.made) >= 14


def test_the_newest_revision_is_what_the_models_say(walk: Walk, tmp_path: Path):
    """Names and texts of constraints too, and that ids are counted, which Alembic's own comparison does not see."""
    engine = create_engine(Config(database_url=new_database("training_models", tmp_path), **LOCAL).database)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        wanted = filled.schema(connection)
    engine.dispose()
    found, _ = walk.look()
    apart = [line for line in differences("models", wanted, found) if ", trigger " not in line]

    assert len(found) >= 35
    assert apart == [], "\n".join(apart)

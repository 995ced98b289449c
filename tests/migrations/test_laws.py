"""Migrations: numbered, with named constraints, and applied up, down and up again over a filled database."""

from __future__ import annotations

import ast
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy.exc import DBAPIError

from config import ROOT, Config
from tests.conftest import LOCAL, new_database
from tests.migrations.walk import Walk, from_models
from training.app import create_app
from training.db import Base, db

pytestmark = pytest.mark.real_commit

VERSIONS = ROOT / "migrations" / "versions"
FILES = sorted(path for path in VERSIONS.glob("*.py"))
NUMBERS = [path.name[:4] for path in FILES]


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


def not_allowed(source: str) -> set[str]:
    """What a revision imports of the application, and the batch that loses what hangs on a table."""
    imported = set(re.findall(r"^ *(?:from|import) ([\w.]+)", source, re.MULTILINE))
    ours = {name for name in imported if name.split(".")[0] in {"training", "config", "tests", "migrations"}}
    changes = re.search(r"batch_alter_table\(.*\n(?! *batch_op\.(create|drop)_index\()", source)
    return (ours - {"migrations.operations"}) | ({"batch_alter_table"} if changes else set())


def test_a_migration_imports_nothing_that_changes_and_uses_no_plain_batch():
    for path in FILES:
        # 0011 makes keys anew: by the rule of the day on which it is applied, for the application looks by that
        rule = {
            name for name in not_allowed(path.read_text()) if path.name.startswith("0011") and "alike" in name
        }
        assert not_allowed(path.read_text()) == rule, path.name

    assert not_allowed("from training.models import Agency\n") == {"training.models"}
    batch = 'with op.batch_alter_table("a") as batch_op:\n    batch_op.alter_column("b")\n'
    assert not_allowed(batch) == {"batch_alter_table"}


def test_every_revision_goes_down_and_up_over_a_filled_database(walk: Walk, tmp_path: Path):
    empty = create_app(
        Config(database_url=new_database("training_empty", tmp_path), instance_dir=tmp_path, **LOCAL)
    )
    with empty.app_context():
        for number in NUMBERS:
            upgrade(revision=number)
            walk.made[number] = walk.look()
        db.engine.dispose()

    wrong = [line for number in reversed(NUMBERS) for line in walk.bounce(number)]

    assert wrong == [], "\n".join(wrong)
    assert len(walk.made) >= 14
    assert walk.look().rows == {}


def test_the_newest_revision_is_what_the_models_say(walk: Walk, tmp_path: Path):
    """Names and texts of constraints too, and that ids are counted, which Alembic's own comparison does not see."""
    found = walk.look().schema

    assert len(found) >= 35
    assert from_models(found, Base.metadata, tmp_path) == []


PLANTED = '''"""planted"""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{number}", "{before}"
def upgrade():
    {up}
def downgrade():
    {down}
'''
BATCH = 'with op.batch_alter_table("{}") as t: t.alter_column("{}", existing_type=sa.Text(), nullable={})'


def planted(walk: Walk, folder: Path, up: str, down: str = "pass") -> str:
    """Put a revision after the newest into a copy of the migrations, and return its number."""
    number = f"{len(FILES) + 1:04d}"
    shutil.copytree(VERSIONS.parent, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    source = PLANTED.format(number=number, before=NUMBERS[-1], up=up, down=down)
    (folder / "migrations" / "versions" / f"{number}_planted.py").write_text(source)
    walk.folder = str(folder / "migrations")
    return number


def test_a_column_that_is_not_filled_is_seen(walk: Walk, tmp_path: Path):
    number = planted(
        walk, tmp_path, 'op.add_column("agency", sa.Column("kind", sa.String(4), nullable=False))'
    )

    with pytest.raises(DBAPIError, match=r"(?i)null"):
        walk.trial(number)


def test_rows_that_are_lost_are_seen(walk: Walk, tmp_path: Path):
    number = planted(walk, tmp_path, 'op.execute("DELETE FROM programme_target")')

    assert any("programme_target had" in line for line in walk.trial(number)[0])


def test_a_batch_that_loses_what_hangs_on_a_table_is_seen(walk: Walk, tmp_path: Path):
    column = ("training_session", "cancel_reason")
    number = planted(walk, tmp_path, BATCH.format(*column, True), BATCH.format(*column, False))

    wrong = walk.trial(number)[0]

    if db.engine.dialect.name == "sqlite":
        assert any("trigger tr_training_session_room_id_clash_insert is lost" in line for line in wrong)
        assert any("training_session, flag AUTOINCREMENT" in line for line in wrong)
        assert any("training_session had given" in line for line in wrong)
    else:
        assert wrong == []


KEEPS = """from migrations.operations import altered
    with altered("training_session") as t: t.alter_column("cancel_reason", existing_type=sa.Text(), nullable={})"""


def test_altered_keeps_views_and_indexes_on_expressions_too(walk: Walk, tmp_path: Path):
    with db.engine.begin() as connection:
        for made in (
            "VIEW seen AS SELECT id, starts_at FROM training_session",
            "INDEX ix_lower ON training_session (lower(cancel_reason)) WHERE cancelled_at IS NOT NULL",
            "INDEX ix_latest ON training_session (starts_at DESC)",
        ):
            connection.exec_driver_sql(f"CREATE {made}")
    number = planted(walk, tmp_path, KEEPS.format(True), KEEPS.format(False))

    assert walk.trial(number)[0] == []
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM seen").scalar_one() > 10


def test_ids_of_trainees_are_counted_again_where_that_was_lost(walk: Walk):
    """0006 lost it once, on databases that still stand."""
    if db.engine.dialect.name != "sqlite":
        return
    walk.down("0014")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'trainee'").scalar_one()
        connection.exec_driver_sql(made.replace(" AUTOINCREMENT", "").replace("trainee", "lost", 1))
        connection.exec_driver_sql("INSERT INTO lost SELECT * FROM trainee")
    assert "AUTOINCREMENT" not in made.replace(" AUTOINCREMENT", "")
    with sqlite3.connect(db.engine.url.database or "") as plain:
        plain.executescript("DROP TABLE trainee; ALTER TABLE lost RENAME TO trainee")
    plain.close()
    before = walk.look()
    assert "flag AUTOINCREMENT" not in before.schema["trainee"]

    walk.up("0014")

    after = walk.look()
    assert "flag AUTOINCREMENT" in after.schema["trainee"]
    assert after.rows == before.rows
    assert after.ids["trainee"] == after.rows["trainee"]


def test_a_database_that_a_newer_version_left_is_refused_in_words(walk: Walk, caplog):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SystemExit):
        upgrade()

    assert "at revision 9999, which this version of the application does not know" in caplog.text

"""What `make migrate` writes, applied to a filled database: up, down, and as the models say."""

from __future__ import annotations

import re
import shutil
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from config import ROOT
from migrations import generator
from migrations.writing import Rename, Wishes
from tests.migrations.walk import FEWER_ROWS, Walk, from_models
from training.db import NAMING, Base, db
from training.models.columns import UtcDateTime, text_enum

pytestmark = pytest.mark.real_commit


class Colour(StrEnum):
    """An enumeration that the models do not have."""

    RED = "red"
    BLUE = "blue"


@dataclass
class Author:
    """Somebody who changes the models and writes a migration."""

    walk: Walk
    folder: Path
    models: sa.MetaData

    def table(self, name: str) -> sa.Table:
        """A table of the models, to be changed."""
        return self.models.tables[name]

    def add(self, table: str, *items: Any) -> None:
        """Add columns and constraints."""
        for item in items:
            add = (
                self.table(table).append_column
                if isinstance(item, sa.Column)
                else self.table(table).append_constraint
            )
            add(item)

    def remake(self, table: str, name: str = "", **changes: sa.Column[Any] | None) -> None:
        """Make a table of the models anew, with other columns or another name."""
        old = self.table(table)
        self.models.remove(old)
        columns = [changes.get(one.name, one) for one in old.columns]
        items: list[Any] = [one._copy() if one.table is old else one for one in columns if one is not None]
        for one in old.constraints:
            if isinstance(one, sa.UniqueConstraint):
                items.append(sa.UniqueConstraint(*one.columns.keys()))
            elif isinstance(one, sa.CheckConstraint) and not one._type_bound:
                items.append(
                    sa.CheckConstraint(str(one.sqltext), name=str(one.name).removeprefix(f"ck_{table}_"))
                )
        items += [
            sa.Index(one.name, *one.columns.keys(), unique=one.unique, **one.dialect_kwargs)
            for one in old.indexes
            if len(one.columns) > 1 and not changes.keys() & set(one.columns.keys())
        ]
        is_counted = old.dialect_options["sqlite"]["autoincrement"]
        sa.Table(name or table, self.models, *items, sqlite_autoincrement=is_counted)

    def write(self, message: str = "something changed", **wishes: Any) -> Path:
        """What ``make migrate`` does, into a copy of the migrations."""
        path = generator.write(message, Wishes(**wishes), metadata=self.models, folder=self.folder)
        self.walk.folder = str(self.folder)
        return path

    def works(self, path: Path, tmp_path: Path) -> None:
        """The revision goes up and down over the filled database and loses nothing, and leads to the models."""
        number = path.name[:4]
        wrong, _, _ = self.walk.trial(number)
        assert wrong == [], "\n".join(wrong)
        self.walk.up(number)
        apart = from_models(self.walk.look().schema, self.models, tmp_path)
        assert apart == [], "\n".join(apart)


@pytest.fixture
def author(walk: Walk, tmp_path: Path) -> Author:
    """With the models of today and a copy of the migrations."""
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    models = sa.MetaData(naming_convention=NAMING)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(models)
    return Author(walk, folder, models)


def scalars(query: str) -> list[Any]:
    with db.engine.connect() as connection:
        return list(connection.exec_driver_sql(query).scalars())


def test_a_given_column_is_added_filled_and_tightened_over_triggers(author: Author, tmp_path: Path):
    for table in ("training_session", "registration_step"):  # the second refuses every update
        author.add(
            table,
            sa.Column("note", sa.String(80)),
            sa.Column("paint", text_enum(Colour, "paint"), default=Colour.RED, nullable=False),
            sa.Column("is_new", sa.Boolean, default=True, nullable=False),
            sa.Column("data", sa.JSON, default=dict, nullable=False),
            sa.Column("public_id2", sa.Uuid, default=uuid.uuid4, nullable=False, unique=True),
            sa.Column("helper_id", sa.ForeignKey("agency.id"), index=True),
            sa.Column("weight", sa.Integer, default=1, nullable=False, server_default="1"),
            sa.Column("is_odd", sa.Boolean, nullable=False, server_default=sa.false()),
            sa.Column("made_at", sa.DateTime, nullable=False, server_default=sa.func.now()),
            sa.CheckConstraint("weight > 0", name="weight_positive"),
        )

    path = author.write("Steps, and sessions: have a colour!")

    assert re.fullmatch(r"\d{4}_steps_and_sessions_have_a_colour\.py", path.name)
    assert f'revision = "{path.name[:4]}"' in path.read_text()
    assert "DECIDE" not in path.read_text() and "batch_alter_table" not in path.read_text()
    author.works(path, tmp_path)
    assert set(scalars("SELECT paint FROM registration_step")) == {"red"}
    assert (
        len(set(scalars("SELECT public_id2 FROM training_session")))
        == len(scalars("SELECT id FROM training_session"))
        > 10
    )
    with db.engine.begin() as connection, pytest.raises(DBAPIError, match="tr_registration_step_stays"):
        connection.exec_driver_sql("UPDATE registration_step SET paint = 'blue'")


def test_what_nobody_decided_refuses_to_run_and_names_its_line(author: Author, tmp_path: Path, caplog):
    author.add(
        "agency",
        sa.Column("grade", sa.Integer, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("short", sa.String(9), nullable=False, default="", unique=True),
    )

    path = author.write()

    lines = path.read_text().splitlines()
    first = next(number for number, line in enumerate(lines, start=1) if line.strip().startswith("fill("))
    with pytest.raises(SystemExit):
        author.walk.up(path.name[:4])
    assert f"{path.name}, line {first}: decide what the rows of agency get in grade" in caplog.text
    answers = iter(
        ['sa.text("id * 10")', "datetime(2030, 1, 1, tzinfo=UTC)", 'sa.text("CAST(id AS VARCHAR)")']
    )
    source = re.sub(r"DECIDE\)", lambda _: f"{next(answers)})", path.read_text())
    path.write_text(
        source.replace(
            "import sqlalchemy as sa", "from datetime import UTC, datetime\nimport sqlalchemy as sa"
        )
    )
    author.works(path, tmp_path)
    assert scalars("SELECT grade - id * 10 FROM agency") == [0] * len(scalars("SELECT id FROM agency"))


def test_what_needs_no_filling_is_added_in_place(author: Author, tmp_path: Path):
    author.add(
        "training_session", sa.Column("note", sa.String(80)), sa.Column("helper", sa.Integer, index=True)
    )

    path = author.write()

    assert "altered" not in path.read_text()
    author.works(path, tmp_path)


def test_a_new_table(author: Author, tmp_path: Path):
    sa.Table(
        "remark",
        author.models,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
        sa.Column("colour", text_enum(Colour), nullable=False),
        sa.CheckConstraint("agency_id > 0", name="some_agency"),
        sqlite_autoincrement=True,
    )
    author.add("training_session", sa.Column("remark_id", sa.ForeignKey("remark.id")))

    path = author.write()

    author.works(path, tmp_path)


def test_another_word_another_nullability_and_a_table_that_goes(author: Author, tmp_path: Path, monkeypatch):
    words = ("done", "refused", "failed", "partly")
    kind = sa.Enum(*words, name="audit_outcome", native_enum=False, create_constraint=True, length=24)
    author.remake("audit_entry", outcome=sa.Column("outcome", kind, nullable=False))
    author.table("agency").c.website.nullable = True
    author.table("import_batch").c.by_id.nullable = False
    author.models.remove(author.table("programme_target"))

    path = author.write()

    up, _, down = path.read_text().partition("def downgrade")
    assert re.search(r'fill\("agency", sa.column\("website".*, ""\)', down)
    assert re.search(r'fill\("import_batch", sa.column\("by_id".*, DECIDE\)', up)
    assert 'op.drop_table("programme_target")' in up
    path.write_text(path.read_text().replace("DECIDE)", "sa.text('(SELECT min(id) FROM \"user\")'))"))
    monkeypatch.setitem(FEWER_ROWS, path.name[:4], {"programme_target"})
    author.works(path, tmp_path)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET outcome = 'partly'")


def test_a_column_that_goes_comes_back_with_what_the_author_decides(author: Author, tmp_path: Path):
    author.remake("agency", is_active=None, website=None)

    path = author.write()

    up, _, down = path.read_text().partition("def downgrade")
    assert ("DECIDE" in up.partition("def upgrade")[2], down.count("DECIDE)")) == (False, 2)
    path.write_text(
        path.read_text()
        .replace("sa.Boolean()), DECIDE)", "sa.Boolean()), True)")
        .replace("BOOLEAN()), DECIDE)", "BOOLEAN()), True)")
        .replace("DECIDE)", "'-')")
    )
    author.works(path, tmp_path)


def test_a_rename_is_refused_until_it_is_told_and_keeps_what_stood_there(author: Author, tmp_path: Path):
    before = scalars("SELECT room_id FROM training_session ORDER BY id")
    place = sa.Column("place_id", sa.ForeignKey("room.id"))
    author.remake("training_session", room_id=place)
    files = sorted((author.folder / "versions").glob("*.py"))
    told = "training_session.room_id:place_id"

    with pytest.raises(CommandError, match=rf'looks like a rename. Say rename="{told}", or drop=yes'):
        author.write()
    assert sorted((author.folder / "versions").glob("*.py")) == files
    path = author.write(renames=[Rename.parse(told)])

    assert 'op.alter_column("training_session", "room_id", new_column_name="place_id")' in path.read_text()
    assert "drop_column" not in path.read_text()
    author.works(path, tmp_path)
    assert scalars("SELECT place_id FROM training_session ORDER BY id") == before
    double = "starts_at, ends_at, place_id) = (SELECT starts_at, ends_at, place_id FROM training_session"
    with (
        db.engine.begin() as connection,
        pytest.raises(DBAPIError, match="ex_training_session_room_id_clash"),
    ):
        connection.exec_driver_sql(
            f"UPDATE training_session SET ({double} WHERE place_id IS NOT NULL AND cancelled_at IS NULL LIMIT 1) "
            "WHERE cancelled_at IS NULL"
        )


def test_a_table_is_renamed_with_its_rows_and_the_names_of_its_constraints(author: Author, tmp_path: Path):
    for old, new in (("reminder", "nudge"), ("seat_request", "seat_wish")):
        author.remake(old, new)
    with pytest.raises(CommandError, match='rename="reminder:nudge"'):
        author.write()

    path = author.write(renames=[Rename.parse("reminder:nudge"), Rename.parse("seat_request:seat_wish")])

    author.works(path, tmp_path)
    assert (len(scalars("SELECT id FROM nudge")), len(scalars("SELECT id FROM seat_wish"))) == (1, 1)


def test_what_cannot_be_written_is_refused_in_words(author: Author):
    with pytest.raises(CommandError, match="nothing was written"):
        author.write()
    with pytest.raises(CommandError, match="Say what changed"):
        author.write("  ")
    with pytest.raises(CommandError, match="There is no agency.no that could be renamed"):
        author.write(renames=[Rename.parse("agency.no:yes")])
    with pytest.raises(CommandError, match="is no rename"):
        Rename.parse("agency.no")

    unnamed = sa.Enum("a", "b", native_enum=False, create_constraint=True)
    author.add("agency", sa.Column("letter", unnamed))
    with pytest.raises(CommandError, match="A CheckConstraint of agency has no name"):
        author.write()
    author.remake("agency", letter=None)
    sa.Table("letter", author.models, sa.Column("letter", unnamed))
    with pytest.raises(CommandError, match="of letter has no name"):
        author.write()


def test_a_revision_without_steps_is_numbered_too(author: Author):
    path = author.write("names are tidied", empty=True)

    assert re.fullmatch(r"\d{4}_names_are_tidied\.py", path.name)
    assert path.read_text().count("    pass\n") == 2

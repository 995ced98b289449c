"""Writes a revision from the differences between the models and a throwaway database with every migration.

It does not look at the developer's own database, which may be empty, filled, behind or ahead.
"""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as Alembic
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask

from config import ROOT, Config
from migrations.writing import Rename, Wishes, next_number
from training.app import create_app
from training.db import db


def write(
    message: str, wishes: Wishes, *, metadata: sa.MetaData | None = None, folder: Path = ROOT / "migrations"
) -> Path:
    """Write the next revision into ``folder`` and return its file. ``metadata`` stands for the models.

    Raises ``CommandError`` when there is nothing to write, or when the author must decide something first.
    """
    if not message.strip():
        raise CommandError('Say what changed: make migrate m="agencies have a website".')
    with tempfile.TemporaryDirectory() as scratch:
        app = _app(Path(scratch))
        with app.app_context():
            try:
                return _written(app, message, wishes, metadata, folder)
            finally:
                db.engine.dispose()


def _app(folder: Path) -> Flask:
    address = f"sqlite:///{folder}/throwaway.sqlite3"
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return create_app(
        Config(database_url=address, instance_dir=folder, local=True, secret_key="throwaway" * 4)
    )


def _written(app: Flask, message: str, wishes: Wishes, metadata: sa.MetaData | None, folder: Path) -> Path:
    alembic: Alembic = app.extensions["migrate"].migrate.get_config(str(folder))
    if metadata is not None:
        alembic.attributes["metadata"] = metadata
    alembic.attributes["wishes"] = wishes
    command.upgrade(alembic, "head")
    for rename in wishes.renames:
        _rename(rename)
    with redirect_stdout(io.StringIO()):
        script: Any = command.revision(
            alembic,
            message,
            autogenerate=not wishes.empty,
            rev_id=next_number(ScriptDirectory.from_config(alembic)),
        )
    path = Path(script.path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")))
    for tool in (("check", "--fix"), ("format",)):
        subprocess.run([sys.executable, "-m", "ruff", *tool, "--quiet", str(path)], cwd=ROOT, check=False)
    return path


def _rename(rename: Rename) -> None:
    """Rename in the throwaway database, so that the comparison finds only the other changes."""
    inspector = sa.inspect(db.engine)
    known = rename.table in inspector.get_table_names()
    if known and rename.old:
        known = rename.old in {one["name"] for one in inspector.get_columns(rename.table)}
    if not known:
        raise CommandError(
            f"There is no {rename.table}{'.' * bool(rename.old)}{rename.old} that could be renamed."
        )
    with db.engine.begin() as connection:
        connection.exec_driver_sql(rename.sql())

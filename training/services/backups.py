"""Backups of a SQLite database: made while it is used, verified before they count, refused when damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from training.db import db
from training.errors import Conflict, Invalid
from training.text import msg

PIECE = 2_000
"""Pages copied at a time, so that writers wait only briefly."""


def backup(target: Path) -> int:
    """Copy the running database to ``target`` (readable by its owner only) and verify it; returns its size in bytes."""
    source = _database()
    if target.exists():
        raise Conflict(
            msg("%(file)s exists already: give the backup a new name.", file=target.name), "exists"
        )
    unfinished = target.with_name(f".{target.name}.unfinished")
    os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        with sqlite3.connect(source) as live, sqlite3.connect(unfinished) as copy:
            live.backup(copy, pages=PIECE, sleep=0.005)
            copy.execute("PRAGMA journal_mode=DELETE")
        copy.close()
        live.close()
        verify(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def restore(source: Path) -> Path:
    """Put a verified backup in the database's place. Keep the old file beside it, and return its path.

    Stop the server first: a process that has the old file open would go on writing to it.
    """
    verify(source)
    target = _database()
    db.session.remove()
    db.engine.dispose()
    kept = target.with_name(f"{target.name}.before-restore")
    if target.exists():
        for ending in ("-wal", "-shm"):
            _fold_into(target, ending)
        target.replace(kept)
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.copyfile(source, unfinished)
    unfinished.chmod(0o600)
    unfinished.replace(target)
    return kept


def verify(path: Path) -> None:
    """Raise ``Invalid`` unless ``path`` is a whole, consistent database of this application."""
    if not path.is_file():
        raise Invalid(msg("There is no file %(file)s.", file=str(path)))
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            whole = database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            broken = database.execute("PRAGMA foreign_key_check").fetchone()
            version = database.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            database.close()
    except sqlite3.DatabaseError:
        whole, broken, version = False, None, None
    if not whole or broken or not version:
        raise Invalid(
            msg("%(file)s is damaged or not a backup of this system. Nothing was changed.", file=path.name)
        )


def _fold_into(database: Path, ending: str) -> None:
    """Write the rest of the write-ahead log into the database's file, before that file is moved away."""
    if database.with_name(database.name + ending).exists():
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def _database() -> Path:
    if db.engine.dialect.name != "sqlite":
        raise Conflict(
            msg("This instance runs on PostgreSQL: use pg_dump and pg_restore for its backups."), "postgresql"
        )
    return Path(str(db.engine.url.database))

"""Backups of a SQLite database and of the files that it names: verified before they count, refused when damaged.

A backup is the database's copy, and beside it a tar of the files with their list. The database is copied first: what
it names stays on the disk for a day after its removal, so the files are still there. Restoring goes the other way
round: files are added before the database that names them stands.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from training.db import db
from training.errors import Conflict, Invalid
from training.text import msg
from training.uploads.store import Store

PIECE = 2_000
"""Pages copied at a time, so that writers wait only briefly."""
LIST = "files.json"
MOST_LIST_BYTES = 100_000_000
Sizes = dict[str, int]
"""SHA-256 → size in bytes."""


@dataclass(frozen=True)
class Made:
    """A backup: the size of the database's copy, and the tar of its files, if there are files.

    ``lost`` are the hashes of contents that the database names and that are missing or damaged. The rest of the backup
    stands, so that one lost file does not leave an instance without backups.
    """

    size: int
    files: Path | None
    count: int
    lost: list[str]


def files_of(target: Path) -> Path:
    """Where the files of a backup lie: beside the database's copy."""
    return target.with_name(f"{target.name}.files.tar")


def backup(target: Path, store: Store) -> Made:
    """Copy the running database to ``target`` and its files beside it, for their owner only, and verify both."""
    source, packed = _database(), files_of(target)
    for path in (target, packed):
        if path.exists():
            raise Conflict(
                msg("%(file)s exists already: give the backup a new name.", file=path.name), "exists"
            )
    with _unfinished(target) as unfinished, _unfinished(packed) as unfinished_files:
        with sqlite3.connect(source) as live, sqlite3.connect(unfinished) as copy:
            live.backup(copy, pages=PIECE, sleep=0.005)
            copy.execute("PRAGMA journal_mode=DELETE")
        copy.close()
        live.close()
        verify(unfinished)
        named = _named(unfinished)
        lost = [sha256 for sha256 in named if not store.is_whole(sha256)]
        if named:
            _pack(unfinished_files, named, lost, store)
            unfinished_files.replace(packed)
        unfinished.replace(target)
    return Made(target.stat().st_size, packed if named else None, len(named) - len(lost), lost)


def restore(source: Path, store: Store) -> Path:
    """Put a verified backup in the database's place. Keep the old file beside it, and return its path.

    Files that the database names come from the tar beside it. Those that are not there must be in the store, else
    nothing is changed. Stop the server first: a process that has the old file open would go on writing to it.
    """
    verify(source)
    target, packed = _database(), files_of(source)
    named = _named(source)
    known = _verify_files(packed) if packed.exists() else set()
    missing = [sha256 for sha256 in named.keys() - known if not store.is_whole(sha256)]
    if missing:
        raise Invalid(
            msg(
                "%(count)s files that this backup names are missing: put %(file)s beside it. Nothing was changed.",
                count=len(missing),
                file=packed.name,
            )
        )
    for content in _contents(packed) if known else ():
        store.put(content)
    db.session.remove()
    db.engine.dispose()
    kept = target.with_name(f"{target.name}.before-restore")
    if target.exists():
        for ending in ("-wal", "-shm"):
            _fold_into(target, ending)
        target.replace(kept)
    with _unfinished(target) as unfinished:
        shutil.copyfile(source, unfinished)
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
        raise _damaged(path)


def _named(path: Path) -> Sizes:
    """The contents that a copy of the database names and that were not removed. Older copies know of none."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'stored_file'").fetchone():
            return {}
        rows = database.execute(
            "SELECT sha256, size FROM stored_file WHERE deleted_at IS NULL ORDER BY sha256"
        )
        return dict(rows.fetchall())
    finally:
        database.close()


def _pack(target: Path, named: Sizes, lost: list[str], store: Store) -> None:
    """Write the contents that are not lost into a tar, behind the list of all."""
    with tarfile.open(target, "w") as packed:
        listed = json.dumps({"files": named, "lost": lost}, indent=0, sort_keys=True).encode()
        packed.addfile(_entry(LIST, len(listed)), io.BytesIO(listed))
        for sha256, size in named.items():
            if sha256 not in lost:
                with store.path(sha256).open("rb") as content:
                    packed.addfile(_entry(sha256, size), content)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _verify_files(path: Path) -> set[str]:
    """The contents of which a tar knows: those in it, and those that were lost before.

    Raises ``Invalid`` unless each content that its list names is there and whole.
    """
    try:
        with tarfile.open(path) as packed:
            first = packed.next()
            if first is None or first.name != LIST or first.size > MOST_LIST_BYTES:
                raise _damaged(path)
            listed = json.loads(_opened(packed, first).read())
            lost = set(listed["lost"])
            found = {one.name: _sha256(_opened(packed, one)) for one in packed if one.name != LIST}
            wanted = set(listed["files"]) - lost
    except (tarfile.TarError, ValueError, KeyError, TypeError, OSError):
        raise _damaged(path) from None
    if found.keys() != wanted or any(name != sha256 for name, sha256 in found.items()):
        raise _damaged(path)
    return wanted | lost


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := content.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _contents(path: Path) -> Iterator[bytes]:
    """The contents of a verified tar, one after the other."""
    with tarfile.open(path) as packed:
        for entry in packed:
            if entry.name != LIST:
                yield _opened(packed, entry).read()


def _opened(packed: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    """The bytes of an entry. Raises ``ValueError`` for what is no plain file."""
    content = packed.extractfile(entry) if entry.isfile() else None
    if content is None:
        raise ValueError("A backup holds plain files only.")
    return content


def _damaged(path: Path) -> Invalid:
    return Invalid(
        msg("%(file)s is damaged or not a backup of this system. Nothing was changed.", file=path.name)
    )


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A file beside ``target`` for its owner only, which is gone afterwards unless it was renamed."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def _fold_into(database: Path, ending: str) -> None:
    """Write the rest of the write-ahead log into the database's file, before that file is moved away."""
    if database.with_name(database.name + ending).exists():
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def _database() -> Path:
    if db.engine.dialect.name != "sqlite":
        raise Conflict(
            msg(
                "This instance runs on PostgreSQL: use pg_dump and pg_restore for its backups, "
                "and copy the folder of files after the dump."
            ),
            "postgresql",
        )
    return Path(str(db.engine.url.database))

"""Files that somebody sent and that are kept: the single steps that acts take, and what is read of them.

An act keeps a file in two steps. ``take`` checks it and writes its content; it waits for the disk, so it stands
outside of the unit of work. ``keep`` adds its row inside, and the act refers to it. ``drop`` marks the row; the
content goes a day later (``sweep``), so that a backup that runs meanwhile holds what its rows name.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, or_, select

from training import clock
from training.db import db
from training.errors import Conflict, NotFound, TooMany
from training.models import FileKind, StoredFile, User
from training.text import msg
from training.uploads import check
from training.uploads.check import FORMATS, Checked, Format
from training.uploads.store import Store

log = logging.getLogger(__name__)
GRACE = timedelta(days=1)
"""How long a content stays that no row names, or that a removed row names."""
MOST_AN_HOUR = 40
"""How many files one person may send in an hour."""


@dataclass(frozen=True)
class Taken:
    """A file that was checked and whose content is in ``store``."""

    store: Store
    file: Checked


def take(store: Store, content: bytes, file_name: str, formats: Iterable[Format] = FORMATS) -> Taken:
    """Check a file and write its content. Raises ``Invalid`` for the field ``file``, with what to do."""
    found = check.check(content, file_name, formats)
    store.put(found.content)
    return Taken(store, found)


def keep(taken: Taken, *, by: User | None, kind: FileKind, language: str = "") -> StoredFile:
    """Add the row of a file that was taken. The caller refers to it and audits what it is for.

    Raises ``Conflict`` if the content is gone again, which happens when a day has passed since it was taken, and
    ``TooMany`` if somebody sends files without end.
    """
    file = taken.file
    if by is not None and _sent_lately(by) >= MOST_AN_HOUR:
        raise TooMany(
            msg("You sent %(most)s files within an hour. Send the next one later.", most=MOST_AN_HOUR), 3600
        )
    if not taken.store.holds(file.sha256, file.size):
        raise Conflict(msg("The file was not kept. Choose it again and send it once more."), "changed")
    stored = StoredFile(
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
        name=file.name,
        kind=kind,
        language=language,
        by_id=by.id if by else None,
        by_name=by.name if by else "",
    )
    db.session.add(stored)
    db.session.flush()  # whoever refers to the file needs its id
    return stored


def _sent_lately(by: User) -> int:
    since = clock.now() - timedelta(hours=1)
    found = select(func.count()).where(StoredFile.by_id == by.id, StoredFile.uploaded_at > since)
    return db.session.scalar(found) or 0


def drop(file: StoredFile, *, reason: str = "") -> None:
    """Mark a file as removed. Its row stays; its content goes a day later unless another row names it."""
    file.deleted_at, file.reason = clock.now(), reason


def said(file: StoredFile, *, before: StoredFile | None = None) -> dict[str, str | list[str]]:
    """What an audit entry tells of a file, and of the one that it took the place of. Their rows keep the rest."""
    return {"file": file.name if before is None else [before.name, file.name], "language": file.language}


def path(store: Store, file: StoredFile) -> Path:
    """Where the file's content lies. Raises ``NotFound`` if it was removed, or is lost."""
    if file.deleted_at is not None:
        raise NotFound
    if not store.holds(file.sha256, file.size):
        log.error("the content of the stored file %s is missing or cut short", file.public_id)
        raise NotFound(
            msg("The content of this file is missing here. An administrator can restore it from a backup.")
        )
    return store.path(file.sha256)


def sweep(store: Store) -> int:
    """Remove the contents that no row names since a day; returns how many."""
    if not store.folder.is_dir():
        return 0
    before = clock.now() - GRACE
    named = select(StoredFile.sha256).where(
        or_(StoredFile.deleted_at.is_(None), StoredFile.deleted_at > before)
    )
    return store.sweep(set(db.session.scalars(named)), before)

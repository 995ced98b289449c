"""The folder of contents: each is kept once, under its SHA-256. Who may have it, and since when, the rows say.

A content is written under a temporary name, forced to the disk, and renamed. So a name always holds a whole content.
What no row names is swept later (``sweep``): a file is written before its row, and a row may never come.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{64}")
UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Store:
    """The contents in ``folder``, which only its owner may read. It is made when the first one is put."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Where the content with this hash lies, if there is one. Raises ``ValueError`` for what is no hash."""
        if not NAME.fullmatch(sha256):
            raise ValueError("Contents are named by their SHA-256.")
        return self.folder / sha256[:2] / sha256[2:]

    def holds(self, sha256: str, size: int) -> bool:
        """Whether the content is there, in its whole length."""
        try:
            return self.path(sha256).stat().st_size == size
        except OSError:
            return False

    def put(self, content: bytes) -> str:
        """Keep a content and return its hash. When this returns, the content outlives a power cut."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        self._make(path.parent)
        unfinished = path.parent / f"{secrets.token_hex(8)}{UNFINISHED}"
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with self._locked(fcntl.LOCK_SH):
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _sync(path.parent)
        return sha256

    def hashes(self) -> Iterator[str]:
        """The hashes of all contents, in order."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if NAME.fullmatch(name := path.parent.name + path.name):
                yield name

    def is_whole(self, sha256: str) -> bool:
        """Whether the content is there and is the one that its name says."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def sweep(self, named: Collection[str], before: datetime) -> int:
        """Remove what was written before this instant and is not among the hashes in ``named``; returns how many."""
        removed = 0
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            is_content = NAME.fullmatch(path.parent.name + path.name) is not None
            if path.parent.name + path.name in named or not (is_content or path.name.endswith(UNFINISHED)):
                continue
            with self._locked(
                fcntl.LOCK_EX
            ):  # nobody puts the same content anew between the look and the removal
                if path.exists() and path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
        return removed

    def _make(self, folder: Path) -> None:
        """Make a folder of contents, and the store's own, for the owner alone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync(self.folder)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with os.fdopen(os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
            fcntl.flock(lock, how)
            yield


def _sync(folder: Path) -> None:
    """Force a folder's names to the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

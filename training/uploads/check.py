"""Says whether a file may be kept. Its name's ending, its first bytes and its inside must agree.

The file is opened in a limited process of its own. Its bytes are never changed: what is kept may be evidence.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from training.errors import Invalid
from training.text import Message, msg

CHILD = Path(__file__).with_name("child.py")
MOST_MB = 20
MOST_BYTES = MOST_MB * 1024 * 1024
SECONDS = 30  # waiting time on a busy machine; the child's own limit is ten seconds of work
LONGEST_NAME = 120


@dataclass(frozen=True)
class Format:
    """A kind of file that is kept. ``word`` is what people call it."""

    word: str
    media_type: str
    endings: tuple[str, ...]
    start: bytes


PDF = Format("PDF", "application/pdf", (".pdf",), b"%PDF-")
JPEG = Format("JPEG", "image/jpeg", (".jpg", ".jpeg"), b"\xff\xd8\xff")
PNG = Format("PNG", "image/png", (".png",), b"\x89PNG\r\n\x1a\n")
FORMATS = (PDF, JPEG, PNG)
REFUSALS: dict[str, Message] = {
    "encrypted": msg(
        "This PDF is locked or protected with a password. Save a copy without one and send that."
    ),
    "script": msg("This PDF contains a script or a form with one. Print it to a new PDF and send that."),
    "launch": msg(
        "This PDF would start a program or fetch data when it is opened. Print it to a new PDF and send that."
    ),
    "attachments": msg(
        "This PDF has files or media inside. Send it without them; send those files one by one."
    ),
    "too_large": msg(
        "This file takes too much to read. Make it smaller, or print it to a new PDF, and send that."
    ),
    "unreadable": msg("This file is damaged: it cannot be read. Open it, save it anew and send that."),
}


@dataclass(frozen=True)
class Checked:
    """A file that may be kept, and its name as it may be kept."""

    name: str
    media_type: str
    sha256: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)


def check(content: bytes, file_name: str, formats: Iterable[Format] = FORMATS) -> Checked:
    """The file, if it may be kept. Raises ``Invalid`` with a sentence that says what to do.

    It waits for another process, so it stands outside of a unit of work.
    """
    known = tuple(formats)
    if not content:
        raise Invalid(msg("There is nothing in this file."), field="file")
    if len(content) > MOST_BYTES:
        raise Invalid(
            msg("This file is larger than %(most)s MB. Make it smaller and send that.", most=MOST_MB),
            field="file",
        )
    ending = Path(file_name.replace("\\", "/")).suffix.lower()
    found = next((one for one in known if ending in one.endings), None)
    if found is None:
        raise Invalid(
            msg("Send the file as one of these: %(formats)s.", formats=", ".join(one.word for one in known)),
            field="file",
        )
    if not content.startswith(found.start):
        raise Invalid(
            msg("The content of the file does not match its name. Save it as %(format)s.", format=found.word),
            field="file",
        )
    if refused := _opened(content, found):
        raise Invalid(REFUSALS[refused], field="file")
    return Checked(_clean(file_name, found), found.media_type, hashlib.sha256(content).hexdigest(), content)


def word_of(media_type: str) -> str:
    """What people call files of this media type: PDF."""
    return next((one.word for one in FORMATS if one.media_type == media_type), media_type)


def _opened(content: bytes, found: Format) -> str:
    """Why the limited process refuses the file, as a key of ``REFUSALS``; empty if it does not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(CHILD), str(path), found.word],
                capture_output=True,
                timeout=SECONDS,
                env={},
            )
        except subprocess.TimeoutExpired:
            return "too_large"
    if done.returncode != 0:
        return "too_large" if done.returncode < 0 else "unreadable"
    answer = json.loads(done.stdout)["refused"]
    return answer if answer in REFUSALS or not answer else "unreadable"


def _clean(file_name: str, found: Format) -> str:
    """The name without folders, and without characters that a file's name on some system cannot have or that hide others."""
    base = unicodedata.normalize("NFC", file_name.replace("\\", "/").rpartition("/")[2])
    shown = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in base)
    stem = re.sub(r'[<>:"|?*%]', "_", shown.rpartition(".")[0])
    stem = re.sub(r" +", " ", stem).strip(" .")[:LONGEST_NAME]
    return f"{stem or 'file'}{found.endings[0]}"

"""Reading an upload into a table: looked at from outside first, then opened in a limited process of its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.errors import Invalid
from training.names import clean
from training.text import Message, msg

CHILD = Path(__file__).with_name("child.py")
MOST_BYTES = 10 * 1024 * 1024
SECONDS = 10  # of waiting on a busy machine; the child's own limit is two seconds of work
TEXT_ENDINGS = {".csv", ".tsv", ".txt"}
BOOK_ENDINGS = {".xlsx", ".xlsm", ".ods", ".xls"}
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
REFUSALS: dict[str, Message] = {
    "password": msg("This file is locked with a password. Save a copy without one and send that."),
    "too_wide": msg("This sheet has more than 200 columns. Keep the columns of the list and send it again."),
    "too_long": msg("This sheet has more than 20,000 rows. Send it in parts."),
    "too_large": msg("This file is too large when it is unpacked. Copy the list alone into a new file."),
    "unreadable": msg(
        "This file cannot be read as a spreadsheet. Open it, save it as XLSX or CSV and send that."
    ),
    "empty": msg("There is nothing in this file."),
    "macros": msg("This file has macros. Save it as XLSX without macros and send that."),
    "letters": msg(
        "The letters of this file cannot be told. Save it as XLSX, or as CSV in UTF-8, and send that."
    ),
    "too_big": msg(
        "This file is larger than 10 MB. Copy the list alone into a new file, or send it in parts."
    ),
}


@dataclass(frozen=True)
class Table:
    """The cells of a sheet as text; row n of the sheet is ``rows[n - 1]``."""

    rows: list[list[str]]
    sheet: str
    sha256: str
    file_name: str


def read(content: bytes, file_name: str) -> Table:
    """The table in a file, or ``Invalid`` with a sentence that says what to do."""
    kind = _kind(content, file_name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"roster{Path(file_name).suffix.lower()}"
        path.write_bytes(content)
        answer = _in_child(path, kind)
    if "refused" in answer:
        raise Invalid(REFUSALS[answer["refused"]], field="file")
    return Table(
        answer["rows"],
        answer["sheet"],
        hashlib.sha256(content).hexdigest(),
        clean(Path(file_name).name)[-200:],
    )


def _kind(content: bytes, file_name: str) -> str:
    ending = Path(file_name).suffix.lower()
    if not content.strip():
        raise Invalid(REFUSALS["empty"], field="file")
    if len(content) > MOST_BYTES:
        raise Invalid(REFUSALS["too_big"], field="file")
    looks_packed = content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if ending in BOOK_ENDINGS and looks_packed:
        if ending == ".xlsm":
            raise Invalid(REFUSALS["macros"], field="file")
        if ENCRYPTED in content:
            raise Invalid(REFUSALS["password"], field="file")
        if content.startswith(b"PK") == (ending != ".xls"):
            return "book"
    if ending in TEXT_ENDINGS and not looks_packed and not content.startswith(b"%PDF"):
        return "text"
    if ending in BOOK_ENDINGS | TEXT_ENDINGS:
        raise Invalid(
            msg("What is inside is not what the name of the file says. Save it as XLSX or CSV."), field="file"
        )
    raise Invalid(msg("Send the list as XLSX, ODS, XLS, CSV or TSV."), field="file")


def _in_child(path: Path, kind: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD), str(path), kind], capture_output=True, timeout=SECONDS, env={}
        )
    except subprocess.TimeoutExpired:
        return {"refused": "too_large"}
    if done.returncode != 0:
        return {"refused": "too_large" if done.returncode < 0 else "unreadable"}
    return dict(json.loads(done.stdout))

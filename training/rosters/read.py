"""Reading an upload into a table: looked at from outside first, then opened in a limited process of its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from training.errors import Invalid
from training.text import Message, msg

CHILD = Path(__file__).with_name("child.py")
MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_MEMBERS = 2_000
SECONDS = 10
TEXT_ENDINGS = {".csv", ".tsv", ".txt"}
BOOK_ENDINGS = {".xlsx", ".xlsm", ".ods", ".xls"}
REFUSALS: dict[str, Message] = {
    "password": msg("This file is locked with a password. Save a copy without one and send that."),
    "too_wide": msg("This sheet has more than 200 columns. Keep the columns of the list and send it again."),
    "too_long": msg("This sheet has more than 20,000 rows. Send it in parts."),
    "too_large": msg("This file is too large when it is unpacked. Copy the list alone into a new file."),
    "unreadable": msg(
        "This file cannot be read as a spreadsheet. Open it, save it as XLSX or CSV and send that."
    ),
    "empty": msg("There is nothing in this file."),
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
        path = Path(folder) / ("roster.csv" if kind == "text" else "roster.xlsx")
        path.write_bytes(content)
        if content.startswith(b"PK"):
            _check_zip(path)
        answer = _in_child(path, kind)
    if "refused" in answer:
        raise Invalid(REFUSALS[str(answer["refused"])], field="file")
    return Table(
        list(answer["rows"]), str(answer["sheet"]), hashlib.sha256(content).hexdigest(), Path(file_name).name[:200]
    )  # fmt: skip


def _kind(content: bytes, file_name: str) -> str:
    ending = Path(file_name).suffix.lower()
    if not content.strip():
        raise Invalid(REFUSALS["empty"], field="file")
    if len(content) > MOST_BYTES:
        raise Invalid(REFUSALS["too_large"], field="file")
    looks_packed = content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if ending in BOOK_ENDINGS and looks_packed:
        if ending == ".xlsm":
            raise Invalid(msg("This file has macros. Save it as XLSX and send that."), field="file")
        if content.startswith(b"\xd0\xcf\x11\xe0") and ending != ".xls":
            raise Invalid(REFUSALS["password"], field="file")
        return "book"
    if ending in TEXT_ENDINGS and not looks_packed and not content.startswith(b"%PDF"):
        return "text"
    if ending in BOOK_ENDINGS | TEXT_ENDINGS:
        raise Invalid(
            msg("What is inside is not what the name of the file says. Save it as XLSX or CSV."), field="file"
        )
    raise Invalid(msg("Send the list as XLSX, ODS, XLS, CSV or TSV."), field="file")


def _check_zip(path: Path) -> None:
    """Unpack by streaming, as far as the limit: sizes that a file states about itself prove nothing."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or any("vbaProject" in member.filename for member in members):
                raise Invalid(
                    REFUSALS["too_large" if len(members) > MOST_MEMBERS else "unreadable"], field="file"
                )
            total = 0
            for member in members:
                with archive.open(member) as unpacked:
                    while piece := unpacked.read(1024 * 1024):
                        total += len(piece)
                        if total > MOST_UNPACKED:
                            raise Invalid(REFUSALS["too_large"], field="file")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise Invalid(REFUSALS["unreadable"], field="file") from None


def _in_child(path: Path, kind: str) -> dict[str, object]:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD), str(path), kind], capture_output=True, timeout=SECONDS, env={}
        )
    except subprocess.TimeoutExpired:
        return {"refused": "too_large"}
    if done.returncode != 0:
        return {"refused": "too_large" if done.returncode < 0 else "unreadable"}
    return dict(json.loads(done.stdout))

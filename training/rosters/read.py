"""Reads an upload into a table.

It is first checked from outside, then opened in a limited process of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from training.errors import Invalid
from training.rosters import child, headers
from training.rosters.table import Table
from training.rules.names import clean
from training.text import Message, msg

__all__ = ["MOST_BYTES", "MOST_PASTED", "Table", "pasted", "read"]

CHILD = Path(__file__).with_name("child.py")
MOST_BYTES = 10 * 1024 * 1024
MOST_PASTED = 2_000_000
SECONDS = 10  # waiting time on a busy machine; the child's own limit is two seconds of work
TEXT_ENDINGS = {".csv", ".tsv", ".txt"}
BOOK_ENDINGS = {".xlsx", ".xlsm", ".ods", ".xls"}
RECIPIENT = re.compile(r"([^<>@\n\t]{2,200})<(?:mailto:)?([^<>@\s]+@[^<>@\s]+)>")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
REFUSALS: dict[str, Message] = {
    "password": msg("This file is locked with a password. Save a copy without one and send that."),
    "too_wide": msg("This sheet has more than 200 columns. Keep the columns of the list and send it again."),
    "too_long": msg("This sheet has more than 20,000 rows. Send it in parts."),
    "too_large": msg("This file is too large when it is unpacked. Copy the list alone into a new file."),
    "unreadable": msg(
        "This file cannot be read as a spreadsheet. Open it, save it as XLSX or CSV and send that."
    ),
    "quotes": msg(
        "Row %(row)s has a quotation mark without its partner: “%(value)s”. Take it out, or double it, and send it again."
    ),
    "empty": msg("There is nothing in this file."),
    "macros": msg("This file has macros. Save it as XLSX without macros and send that."),
    "letters": msg(
        "The letters of this file cannot be read. Save it as XLSX, or as CSV in UTF-8, and send that."
    ),
    "too_big": msg(
        "This file is larger than 10 MB. Copy the list alone into a new file, or send it in parts."
    ),
}
ON_SHEET: dict[str, Message] = {
    "too_wide": msg(
        "The sheet “%(sheet)s” has more than 200 columns. Keep the columns of the list and send it again."
    ),
    "too_long": msg("The sheet “%(sheet)s” has more than 20,000 rows. Send it in parts."),
}
"""The same refusals when the sheet is known."""


def read(content: bytes, file_name: str) -> Table:
    """The table in a file. Raises ``Invalid`` with a sentence that says what to do.

    Of several sheets, the one that looks most like a list of people is taken. The table names the others.
    """
    kind = _kind(content, file_name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"roster{Path(file_name).suffix.lower()}"
        path.write_bytes(content)
        answer = _in_child(path, kind)
    if "refused" in answer:
        raise _refusal(answer)
    return _table(answer["sheets"], content, clean(Path(file_name).name)[-200:])


def pasted(text: str) -> Table:
    """The rows that somebody pasted: from a spreadsheet, a CSV file, or the line of recipients of a mail."""
    if len(text) > MOST_PASTED:
        raise Invalid(msg("This is too much to paste. Send it as a file."), field="rows")
    text = text.removeprefix("\ufeff").rstrip().translate(child.UNWANTED)
    if not text.strip():
        raise Invalid(msg("There is nothing here yet: paste the rows of your list."), field="rows")
    try:
        rows = _recipients(text) or child.delimited(text)
    except child.Refused as refusal:
        raise _refusal(refusal.answer, field="rows") from None
    return _table([{"name": "", "rows": rows}], text.encode(), "")


def _table(sheets: list[dict[str, Any]], content: bytes, file_name: str) -> Table:
    taken = max(sheets, key=lambda sheet: headers.promise(sheet["rows"])) if len(sheets) > 1 else sheets[0]
    spare = {sheet["name"]: sheet["rows"] for sheet in sheets if sheet is not taken}
    sha256 = hashlib.sha256(content).hexdigest()
    return Table(taken["rows"], taken["name"], sha256, file_name, list(spare), spare)


def _recipients(text: str) -> list[list[str]]:
    """``Anna Petrova <anna@x.example>; …`` as rows of a name and an address.

    Any other part makes it no rows.
    """
    listed = [part.strip() for part in re.split(r"(?<=>)\s*[;,\n]+", text) if part.strip()]
    found = [RECIPIENT.fullmatch(part) for part in listed]
    if not all(found):
        return []
    return [[clean(match[1]).strip("\"' "), match[2]] for match in found if match]


def _refusal(answer: dict[str, Any], field: str = "file") -> Invalid:
    told = {name: value for name, value in answer.items() if name != "refused"}
    message = REFUSALS[answer["refused"]]
    if told.get("sheet"):
        message = ON_SHEET[answer["refused"]]
    return Invalid(Message(message.text, message.params | told), field=field)


def _kind(content: bytes, file_name: str) -> str:
    """``book`` or ``text``. Raises ``Invalid`` unless the name of the file and its first bytes agree."""
    ending = Path(file_name).suffix.lower()
    if not content.strip():
        raise Invalid(REFUSALS["empty"], field="file")
    if len(content) > MOST_BYTES:
        raise Invalid(REFUSALS["too_big"], field="file")
    packed, compound = content.startswith(b"PK\x03\x04"), content.startswith(b"\xd0\xcf\x11\xe0")
    if ending in BOOK_ENDINGS and (packed or compound):
        if ending == ".xlsm":
            raise Invalid(REFUSALS["macros"], field="file")
        if ENCRYPTED in content:
            raise Invalid(REFUSALS["password"], field="file")
        if packed == (ending != ".xls"):
            return "book"
    if ending in TEXT_ENDINGS and not packed and not compound and not _is_something_else(content):
        return "text"
    if ending in BOOK_ENDINGS | TEXT_ENDINGS:
        raise Invalid(
            msg("The content of the file does not match its name. Save it as XLSX or CSV."), field="file"
        )
    raise Invalid(msg("Send the list as XLSX, ODS, XLS, CSV or TSV."), field="file")


def _is_something_else(content: bytes) -> bool:
    """Whether the first bytes are those of a PDF, a picture, a web page, a letter or a program."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(
        (
            b"%pdf",
            b"<",
            b"{\\rtf",
            b"\xff\xd8\xff",
            b"\x89png",
            b"gif8",
            b"mz",
            b"\x1f\x8b",
            b"\x7felf",
            b"rar!",
        )
    ) and not re.match(rb"mz[;,\t|]|[^<]*<[^>]+@", start)


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

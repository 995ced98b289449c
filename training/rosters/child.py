"""The process that opens an upload: small, limited, and told nothing but a path. Its answer is JSON on stdout.

Run as a script, so that nothing of the application is loaded. What an attacker's file does to it hurts nobody.
"""

import csv
import datetime
import io
import json
import resource
import sys
from typing import Any

MOST_ROWS, MOST_COLUMNS, LONGEST = 20_000, 200, 5_000


def main(path: str, kind: str) -> None:
    """Read the file and print ``{"rows": [[…]], "sheet": …}`` or ``{"refused": code}``."""
    resource.setrlimit(resource.RLIMIT_AS, (700 * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (8, 8))
    try:
        answer = from_text(path) if kind == "text" else from_book(path)
    except MemoryError:
        answer = {"refused": "too_large"}
    json.dump(answer, sys.stdout)


def from_book(path: str) -> dict[str, Any]:
    """The first sheet that has rows."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415 -- slow import

    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.width > MOST_COLUMNS:
                return {"refused": "too_wide"}
            if sheet.height > MOST_ROWS:
                return {"refused": "too_long"}
            rows = [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            if any(any(row) for row in rows):
                return {"rows": rows, "sheet": name}
    except PasswordError:
        return {"refused": "password"}
    except (CalamineError, ValueError, KeyError, OSError):
        return {"refused": "unreadable"}
    return {"refused": "empty"}


def from_text(path: str) -> dict[str, Any]:
    """CSV or TSV in any usual encoding, with whatever separates its columns."""
    with open(path, "rb") as file:
        raw = file.read()
    if b"\x00" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return {"refused": "unreadable"}
    text = decoded(raw)
    first = [line for line in text.splitlines()[:20] if line.strip()]
    if not first:
        return {"refused": "empty"}
    separator = max(
        ",;\t|",
        key=lambda mark: (
            sum(line.count(mark) > 0 for line in first),
            sum(line.count(mark) for line in first),
        ),
    )
    csv.field_size_limit(LONGEST * 4)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if len(row) > MOST_COLUMNS:
                return {"refused": "too_wide"}
            rows.append([as_text(cell) for cell in row])
            if len(rows) > MOST_ROWS:
                return {"refused": "too_long"}
    except csv.Error:
        return {"refused": "unreadable"}
    return {"rows": rows, "sheet": ""}


def decoded(raw: bytes) -> str:
    """The text, by its mark, as UTF-8, or in the encoding that it looks like."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        import chardet  # noqa: PLC0415 -- slow import

        guess = chardet.detect(raw)["encoding"] or "cp1252"
        return raw.decode(guess, errors="replace")


def as_text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates in ISO 8601."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)[:LONGEST]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

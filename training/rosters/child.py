"""The process that opens an upload: small, limited, and told nothing but a path. Its answer is JSON on stdout.

Run as a script, so that nothing of the application is loaded. What an attacker's file does to it hurts nobody,
and its answer is limited too, so that the process that reads it stays small.
"""

import csv
import datetime
import io
import json
import resource
import sys
from typing import Any

MOST_ROWS, MOST_COLUMNS, LONGEST = 20_000, 200, 5_000
MOST_TEXT = 8_000_000
MOST_MEMBERS, MOST_UNPACKED = 2_000, 50 * 1024 * 1024
MEMORY, CPU_SECONDS = 512 * 1024 * 1024, 2
UNWANTED = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)], " ")
"""Characters that no database and no page takes; line ends and tabs are left to the reader of the cell."""


class Refused(Exception):
    """The file is not read; the argument is the code of the sentence."""


def main(path: str, kind: str) -> None:
    """Read the file and print ``{"rows": [[…]], "sheet": …}`` or ``{"refused": code}``."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(nothing, (0, 0))
    try:
        answer = from_text(path) if kind == "text" else from_book(path)
    except Refused as refusal:
        answer = {"refused": refusal.args[0]}
    except MemoryError:
        answer = {"refused": "too_large"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def from_book(path: str) -> dict[str, Any]:
    """The first visible sheet that has a row of two cells, else the first that has any."""
    from python_calamine import (  # noqa: PLC0415 -- slow import
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetVisibleEnum,
    )

    with open(path, "rb") as file:
        packed = file.read(2) == b"PK"
    if packed:
        check_zip(path)
    poorest: dict[str, Any] | None = None
    try:
        book = CalamineWorkbook.from_path(path)
        for about in book.sheets_metadata:
            if about.visible is not SheetVisibleEnum.Visible:
                continue
            rows = from_sheet(book.get_sheet_by_name(about.name))
            answer = {"rows": rows, "sheet": about.name.translate(UNWANTED)}
            if any(sum(map(bool, row)) > 1 for row in rows):
                return answer
            poorest = poorest or (answer if rows else None)
    except PasswordError:
        raise Refused("password") from None
    except (CalamineError, ValueError, KeyError, OSError):
        raise Refused("unreadable") from None
    if poorest is None:
        raise Refused("empty")
    return poorest


def from_sheet(sheet: Any) -> list[list[str]]:
    """The cells as text, counted from A1."""
    if sheet.width > MOST_COLUMNS:
        raise Refused("too_wide")
    if sheet.height > MOST_ROWS:
        raise Refused("too_long")
    return trimmed([as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False))


def check_zip(path: str) -> None:
    """Unpack by streaming, as far as the limit: sizes that a file states about itself prove nothing."""
    import zipfile  # noqa: PLC0415 -- not needed for text
    import zlib  # noqa: PLC0415 -- not needed for text

    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise Refused("too_large")
            if any("vbaproject" in member.filename.lower() for member in members):
                raise Refused("macros")
            for member in members:
                with archive.open(member) as unpacked:
                    while piece := unpacked.read(1024 * 1024):
                        total += len(piece)
                        if total > MOST_UNPACKED:
                            raise Refused("too_large")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        raise Refused("unreadable") from None


def from_text(path: str) -> dict[str, Any]:
    """CSV or TSV in any usual encoding, with whatever separates its columns."""
    with open(path, "rb") as file:
        text = decoded(file.read())
    first = [line for line in text.splitlines()[:20] if line.strip()]
    if not first:
        raise Refused("empty")
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
                raise Refused("too_wide")
            rows.append([as_text(cell) for cell in row])
            if len(rows) > MOST_ROWS:
                raise Refused("too_long")
    except csv.Error:
        raise Refused("unreadable") from None
    return {"rows": trimmed(rows), "sheet": ""}


def decoded(raw: bytes) -> str:
    """The text, by its mark, as UTF-8, or in the encoding that it looks like; never with letters lost."""
    try:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return raw.decode("utf-16")
        if b"\x00" in raw:
            return raw.decode(unmarked_utf16(raw))
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            import chardet  # noqa: PLC0415 -- slow import

            telling = [line for line in raw.splitlines() if not line.isascii()]
            return raw.decode(chardet.detect(b"\n".join(telling)[:100_000])["encoding"] or "cp1252")
    except (UnicodeDecodeError, LookupError):
        raise Refused("letters") from None


def unmarked_utf16(raw: bytes) -> str:
    """UTF-16 without its mark has zeros in every second place only; any other zero is no text."""
    low, high = raw[0::2].count(0), raw[1::2].count(0)
    if len(raw) % 2 or min(low, high) or max(low, high) * 50 < len(raw):
        raise Refused("unreadable")
    return "utf-16-le" if high else "utf-16-be"


def trimmed(rows: Any) -> list[list[str]]:
    """The rows without the empty cells at their ends and the empty rows at the end."""
    kept: list[list[str]] = []
    total = 0
    for row in rows:
        while row and not row[-1]:
            row.pop()
        total += sum(map(len, row))
        if total > MOST_TEXT:
            raise Refused("too_large")
        kept.append(row)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def as_text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates in ISO 8601."""
    if isinstance(cell, str):
        text = "" if cell.isspace() else cell[:LONGEST]
        return text if text.isprintable() else text.translate(UNWANTED)
    if cell is None:
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

"""The process that opens an upload. It is small and limited, gets only a path, and answers in JSON on stdout.

It runs as a script and loads nothing of the application. An attacker's file can harm only this process.
The answer is limited too, so that the process that reads it stays small.
"""

import codecs
import csv
import datetime
import html
import io
import json
import re
import resource
import struct
import sys
from collections.abc import Iterator
from typing import Any

MOST_ROWS, MOST_COLUMNS, LONGEST = 20_000, 200, 5_000
MOST_TEXT = 8_000_000
MOST_SHEETS = 20
MOST_MEMBERS, MOST_UNPACKED = 2_000, 50 * 1024 * 1024
MEMORY, CPU_SECONDS = 512 * 1024 * 1024, 2
UNWANTED = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)], " ")
"""Characters that no database and no page takes. Line ends and tabs are left to the reader of the cell."""
BLANKS = " \t\r\n\u00a0\u00ad\u061c\u180e\ufeff" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x2028, 0x2070)])
)
"""Characters that nobody sees. A cell that holds only these is empty."""
SIBLINGS = {"iso8859-2": "cp1250", "iso8859-6": "cp1256", "iso8859-9": "cp1254"}
"""Encoding → the Windows encoding with letters and signs in the places of its control characters."""
NO_WESTERN = re.compile(r"[¹³£Þþ](?=[^\W\d_])|(?<=[^\W\d_])[¹³£Þþ]|[ªº](?=[^\W\d_])|(?<=[^\W\d_]{3})[ªº]")
"""Polish, Romanian or Turkish letters that were read as Western ones, but not the signs of Nº and Mª."""
GUARDED = re.compile("'[ ]*[=+@＝＋－＠-]")
"""A text with an apostrophe that keeps it from becoming a formula. Our own files write it so, too."""
ODS_ERROR = b'calcext:value-type="error"'
ODS_TAG = re.compile(rb"<table:(table|table-row|(?:covered-)?table-cell)((?:\s[^>]*)?)>")
XLS_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
NO_RESULT = "#FORMULA?"
CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^>]*[^/>]|)>(.{0,9000}?)</c>', re.DOTALL)


class Refused(Exception):
    """The file is not read. ``code`` names the sentence for the person, and ``where`` its parameters."""

    def __init__(self, code: str, **where: Any) -> None:
        super().__init__(code)
        self.answer = {"refused": code, **where}


def main(path: str, kind: str) -> None:
    """Read the file and print ``{"sheets": [{"name": …, "rows": [[…]]}]}`` or ``{"refused": code, …}``."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(nothing, (0, 0))
    try:
        answer = from_text(path) if kind == "text" else from_book(path)
    except Refused as refusal:
        answer = refusal.answer
    except MemoryError:
        answer = {"refused": "too_large"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def from_book(path: str) -> dict[str, Any]:
    """The visible sheets that hold anything. The caller picks one. Hidden rows and columns are read, too."""
    from python_calamine import (  # noqa: PLC0415 -- slow import
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    with open(path, "rb") as file:
        packed = file.read(2) == b"PK"
    faults = check_zip(path) if packed else faults_of_xls(path)
    sheets: list[dict[str, Any]] = []
    budget = [MOST_TEXT]
    try:
        book = CalamineWorkbook.from_path(path)
        for about in book.sheets_metadata:
            if about.visible is SheetVisibleEnum.Visible and about.typ is SheetTypeEnum.WorkSheet:
                rows = from_sheet(book.get_sheet_by_name(about.name), about.name, faults, budget)
                if rows:
                    sheets.append({"name": about.name.translate(UNWANTED)[:100], "rows": rows})
            if len(sheets) == MOST_SHEETS:
                break
    except PasswordError:
        raise Refused("password") from None
    except (CalamineError, ValueError, KeyError, OSError):
        raise Refused("unreadable") from None
    if not sheets:
        raise Refused("empty")
    return {"sheets": sheets}


def from_sheet(
    sheet: Any, name: str, faults: dict[str, dict[tuple[int, int], str]], budget: list[int]
) -> list[list[str]]:
    """The cells as text, from A1. Formula errors stay as shown. A merged cell's text is in all its rows."""
    where = name.translate(UNWANTED)[:100]
    if sheet.total_width > MOST_COLUMNS:
        raise Refused("too_wide", sheet=where)
    if sheet.total_height > MOST_ROWS:
        raise Refused("too_long", sheet=where)
    rows = [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, place), text in faults.get(name, {}).items():
        if row < len(rows) and place < len(rows[row]) and not rows[row][place]:
            rows[row][place] = text
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if left == right and top < len(rows) and left < len(rows[top]) and (text := rows[top][left]):
            for below in rows[top + 1 : bottom + 1]:
                below[left] = below[left] or text
    return trimmed(rows, budget)


def check_zip(path: str) -> dict[str, dict[tuple[int, int], str]]:
    """Unpack by streaming, up to the limit. The sizes that a file states about itself prove nothing.

    Returns sheet → (row, column) → text of cells with an error or with a formula that was never calculated.
    The library that reads the cells shows both as empty.
    """
    import zipfile  # noqa: PLC0415 -- not needed for text
    import zlib  # noqa: PLC0415 -- not needed for text

    total = 0
    telling: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise Refused("too_large")
            if any("vbaproject" in member.filename.lower() for member in members):
                raise Refused("macros")
            for member in members:
                pieces = []
                with archive.open(member) as unpacked:
                    while piece := unpacked.read(1024 * 1024):
                        total += len(piece)
                        if total > MOST_UNPACKED:
                            raise Refused("too_large")
                        is_told = member.filename.startswith(("xl/w", "xl/_rels", "content.xml"))
                        pieces.append(piece if is_told else piece[:2000])
                xml = b"".join(pieces)
                if b"<!ENTITY" in xml:
                    raise Refused("unreadable")
                if any(mark in xml for mark in (b't="e"', b"<f", b"<sheets", b"<Relationship", ODS_ERROR)):
                    telling[member.filename] = xml
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        raise Refused("unreadable") from None
    return faults_of(telling)


def faults_of(parts: dict[str, bytes]) -> dict[str, dict[tuple[int, int], str]]:
    """Sheet → cell → what is wrong, from the parts of an XLSX file."""
    targets = {}
    for tag in re.findall(rb"<Relationship\b[^>]*>", parts.get("xl/_rels/workbook.xml.rels", b"")):
        told = dict(re.findall(rb'(\w+)="([^"]*)"', tag))
        targets[told.get(b"Id", b"")] = told.get(b"Target", b"").decode(errors="replace")
    found: dict[str, dict[tuple[int, int], str]] = faults_of_ods(parts.get("content.xml", b""))
    for tag in re.findall(rb"<sheet [^>]*>", parts.get("xl/workbook.xml", b"")):
        told = dict(re.findall(rb'([\w:]+)="([^"]*)"', tag))
        target = targets.get(told.get(b"r:id", b""), "")
        xml = parts.get(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
        if xml:
            found[html.unescape(told.get(b"name", b"").decode(errors="replace"))] = dict(faults_in(xml))
    return found


def faults_of_ods(xml: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """The same for an ODS file, which has one part. Its cells have no numbers and are therefore counted."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    name, row, place = "", 0, 0
    for match in ODS_TAG.finditer(xml):
        kind, rest = match.groups()
        times = re.search(rb'number-(?:rows|columns)-repeated="([0-9]{1,7})"', rest)
        many = int(times[1]) if times else 1
        if kind == b"table":
            told = re.search(rb'table:name="([^"]*)"', rest)
            name, row = html.unescape(told[1].decode(errors="replace")) if told else "", 0
        elif kind == b"table-row":
            row, place = row + many, 0
        else:
            if ODS_ERROR in rest:
                text = re.match(rb"\s*<text:p>([^<]{1,20})", xml[match.end() : match.end() + 100])
                found.setdefault(name, {})[row - 1, place] = (
                    text[1].decode(errors="replace") if text else "#REF!"
                )
            place += many
    return found


def faults_of_xls(path: str) -> dict[str, dict[tuple[int, int], str]]:
    """The same for the old binary format: this puts its stream together and walks its records."""
    with open(path, "rb") as file:
        raw = file.read()
    found: dict[str, dict[tuple[int, int], str]] = {}
    try:
        stream = workbook_stream(raw)
        names: dict[int, str] = {}
        at, cells = 0, {}
        while at + 4 <= len(stream):
            kind, size = struct.unpack_from("<HH", stream, at)
            data = stream[at + 4 : at + 4 + size]
            if kind == 0x0085:  # this record says where a sheet begins, and its name
                title = data[8:].decode("utf-16-le" if data[7] & 1 else "latin-1")
                names[int.from_bytes(data[:4], "little")] = title
            elif kind == 0x0809:
                cells = found.setdefault(names.get(at, ""), {})
            elif kind == 0x0205 and data[7] or kind == 0x0006 and data[6] == 2 and data[12:14] == b"\xff\xff":
                code = data[6] if kind == 0x0205 else data[8]
                cells[struct.unpack_from("<HH", data)] = XLS_ERRORS.get(code, "#REF!")
            at += 4 + size
    except (struct.error, IndexError, UnicodeDecodeError):
        return {}  # the library decides whether it refuses a stream that cannot be walked
    return found


def workbook_stream(raw: bytes) -> bytes:
    """The stream “Workbook” of a compound file, put together sector by sector. Empty when there is none."""

    def walked(sector: int, source: bytes, links: bytes, width: int) -> bytes:
        pieces: list[bytes] = []
        while sector * 4 + 4 <= len(links) and len(pieces) * 4 <= len(links):
            pieces.append(source[sector * width : (sector + 1) * width])
            (sector,) = struct.unpack_from("<I", links, sector * 4)
        return b"".join(pieces)

    size = 1 << min(raw[30], 12)
    count, folder, small = struct.unpack_from("<II8xI", raw, 44)
    body = raw[size:]
    tables = struct.unpack_from(f"<{min(count, 109)}I", raw, 76)
    table = b"".join(body[n * size : (n + 1) * size] for n in tables)
    entries = walked(folder, body, table, size)
    for at in range(0, len(entries) - 127, 128):
        title = entries[at : at + 64].decode("utf-16-le", errors="replace").partition("\0")[0]
        start, length = struct.unpack_from("<II", entries, at + 116)
        if title.lower() in {"workbook", "book"} and length >= 4096:
            return walked(start, body, table, size)
        if title.lower() in {"workbook", "book"}:  # short streams lie inside the root's stream
            root = walked(struct.unpack_from("<I", entries, 116)[0], body, table, size)
            return walked(start, root, walked(small, body, table, size), 64)
    return b""


def faults_in(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """The faulty cells of a sheet: the error as shown, or ``NO_RESULT`` for a formula never calculated."""
    for letters, row, rest, inside in CELL.findall(xml):
        value = re.search(rb"<v[^>]*>([^<]+)</v>", inside)
        if b't="e"' in rest:
            text = value[1].decode(errors="replace")[:20] if value else "#REF!"
        elif b"<f" in inside and not value and b't="str"' not in rest:
            text = NO_RESULT
        else:
            continue
        place = 0
        for letter in letters:
            place = place * 26 + letter - 64
        yield (int(row) - 1, place - 1), text


def from_text(path: str) -> dict[str, Any]:
    """CSV or TSV in any usual encoding, with whatever separates its columns."""
    with open(path, "rb") as file:
        text = decoded(file.read())
    return {"sheets": [{"name": "", "rows": delimited(text)}]}


def delimited(text: str) -> list[list[str]]:
    """The rows of a text. The cells are divided by the mark that divides most lines alike."""
    told = re.match(r"\s*sep=(\t|[^\s\w\"'])\r?\n?", text, re.IGNORECASE)
    if told:
        text = text[told.end() :]
    if not text.strip():
        raise Refused("empty")
    separator = told[1] if told else likely_separator(text)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            if len(row) > MOST_COLUMNS:
                raise Refused("too_wide")
            if any(len(cell) > LONGEST * 4 for cell in row):
                raise Refused("unreadable")
            rows.append([as_text(cell[1:] if GUARDED.match(cell) else cell) for cell in row])
            if len(rows) > MOST_ROWS:
                raise Refused("too_long")
    except csv.Error as error:
        if "expected after" in str(error) or "unexpected end" in str(error):
            raise Refused("quotes", **loose_quote(text, separator)) from None
        raise Refused("unreadable") from None
    return trimmed(rows, [MOST_TEXT])


def likely_separator(text: str) -> str:
    """The mark that most often gives the same number of cells. Of two such marks, the one with more cells."""

    def agreement(mark: str) -> tuple[int, int]:
        counts = []
        try:
            for row in csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=mark):
                counts += [len(row)] if len(row) > 1 else []
                if len(counts) == 30:
                    break
        except csv.Error:
            pass
        usual = max(set(counts), key=counts.count, default=0)
        return counts.count(usual), usual

    return max("\t;,|", key=agreement)


def loose_quote(text: str, separator: str) -> dict[str, Any]:
    """The row and text of the quotation mark that seems to have no partner. Such a mark blurs the rows."""
    quoted = re.compile(rf'(?:^|{re.escape(separator)})[^\S\t]*"')
    lines = list(enumerate(text.splitlines(), start=1))
    told = [(number, line) for number, line in lines if quoted.search(line)] or lines
    number, line = next(((n, line) for n, line in told if line.count('"') % 2), told[0])
    return {"row": number, "value": line.strip()[:80].translate(UNWANTED)}


def decoded(raw: bytes) -> str:
    """The text by its byte order mark, as UTF-8, or in the likely encoding. A lost letter shows as U+FFFD."""
    try:
        if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
            return raw.decode("utf-32")
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return raw.decode("utf-16", errors="replace")
        if b"\x00" in raw:
            text = raw.decode(unmarked_utf16(raw), errors="replace")
            if not any(mark in text for mark in ",;\t|"):
                raise Refused("unreadable")
            return text
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            nearly = raw.decode("utf-8-sig", errors="replace")
            lost = nearly.count("\ufffd")
            if lost * 4 <= sum(not character.isascii() for character in nearly):
                return nearly
            import chardet  # noqa: PLC0415 -- slow import

            telling = [line for line in raw.splitlines() if not line.isascii()]
            guess = codecs.lookup(chardet.detect(b"\n".join(telling)[:100_000])["encoding"] or "cp1252").name
            if guess in {"iso8859-1", "iso8859-15", "cp1252"}:
                text = raw.decode("iso8859-15" if b"\xa4" in raw else "cp1252")
                return NO_WESTERN.sub("\ufffd", text)
            text = raw.decode(guess)
            of_windows = any("\x80" <= letter <= "\x9f" for letter in text)
            return raw.decode(SIBLINGS.get(guess, guess)) if of_windows else text
    except (UnicodeDecodeError, LookupError):
        raise Refused("letters") from None


def unmarked_utf16(raw: bytes) -> str:
    """The kind of UTF-16 of unmarked text, which has zeros only in every second place. Refuses the rest."""
    low, high = raw[0::2].count(0), raw[1::2].count(0)
    if len(raw) % 2 or min(low, high) or max(low, high) * 50 < len(raw):
        raise Refused("unreadable")
    return "utf-16-le" if high else "utf-16-be"


def trimmed(rows: list[list[str]], budget: list[int]) -> list[list[str]]:
    """The rows without empty cells and rows at their ends. ``budget`` is the number of characters left."""
    kept: list[list[str]] = []
    for row in rows:
        while row and not row[-1]:
            row.pop()
        budget[0] -= sum(map(len, row))
        if budget[0] < 0:
            raise Refused("too_large")
        kept.append(row)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def as_text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates in ISO 8601."""
    if isinstance(cell, str):
        text = "" if cell.isspace() else cell[:LONGEST]
        if text.isprintable():
            return text
        return text.translate(UNWANTED) if text.strip(BLANKS) else ""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ") if cell.time() != datetime.time() else cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)[:LONGEST]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

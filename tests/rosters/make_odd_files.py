"""Bytes of spreadsheets, made by hand where the libraries refuse to make what people (and attackers) send."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

Rows = Sequence[Sequence[Any]]
Finish = Callable[[xlsxwriter.Workbook, Any], None]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def text(rows: Rows, separator: str = ";", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """Lines as they are: nothing is quoted."""
    return end.join(separator.join(map(str, row)) for row in rows).encode(encoding)


def xlsx(rows: Rows, finish: Finish | None = None, **options: Any) -> bytes:
    """A workbook whose first sheet (“List”) holds ``rows``; ``finish`` adds to it."""
    return sheets({"List": rows}, finish, **options)


def sheets(named: Mapping[str, Rows], finish: Finish | None = None, **options: Any) -> bytes:
    """A workbook of several sheets; ``finish`` gets the last one."""
    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {**plain, **options}) as book:
        day, moment = (
            book.add_format({"num_format": "dd/mm/yyyy"}),
            book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        )
        sheet = None
        for name, rows in named.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, datetime):
                        sheet.write_datetime(at, place, value, moment)
                    elif isinstance(value, date):
                        sheet.write_datetime(at, place, value, day)
                    elif value != "":
                        sheet.write(at, place, value)
        if finish:
            finish(book, sheet)
    return out.getvalue()


def changed(content: bytes, *, compression: int = zipfile.ZIP_DEFLATED, **parts: Any) -> bytes:
    """A zip with members replaced or added: ``sheet``, ``strings``, ``book``, ``other`` (text, bytes, or a change)."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml", "book": "xl/workbook.xml",
        "text": "content.xml", "manifest": "META-INF/manifest.xml", "macros": "xl/vbaProject.bin",
        "link": "xl/externalLinks/externalLink1.xml", "climbing": "../../etc/cron.d/x",
    }  # fmt: skip
    wanted = {names[name]: value for name, value in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            value = wanted.pop(name, None)
            now = old.read(name)
            new.writestr(name, now if value is None else value(now.decode()) if callable(value) else value)
        for name, value in wanted.items():
            new.writestr(name, value)
    return out.getvalue()


def raw_sheet(cells: str, before: str = "", prolog: str = "") -> str:
    """The XML of a sheet."""
    return f'{prolog}<worksheet xmlns="{MAIN}">{before}<sheetData>{cells}</sheetData></worksheet>'


def raw_row(number: int, *cells: str) -> str:
    """A row of texts that stand in their cells, not in the shared list."""
    written = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        for place, cell in enumerate(cells)
    )
    return f'<row r="{number}">{written}</row>'


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def ods(rows: Rows, table: str = "", settings: str = "", locked: str = "") -> bytes:
    """An OpenDocument sheet; a cell that begins with “<” is XML of its own."""
    lines = "".join("<table:table-row>" + "".join(map(_ods_cell, row)) + "</table:table-row>" for row in rows)
    spaces = " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}'
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f'<office:body><office:spreadsheet>{settings}<table:table table:name="Liste"{table}>{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    space = f'xmlns:manifest="{OFFICE}:manifest:1.0"'
    manifest = f'<manifest:manifest {space}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>{locked}</manifest:manifest>'
    return zipped({"mimetype": kind, "content.xml": body, "META-INF/manifest.xml": manifest})


def _ods_cell(value: Any) -> str:
    if isinstance(value, str) and value.startswith("<"):
        return value
    if value == "":
        return "<table:table-cell/>"
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p>{value}</text:p></table:table-cell>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def xls(rows: Rows, *, password: bool = False, merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """The old binary format (BIFF8) with texts, numbers and booleans, in the smallest container that holds it."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def string(value: str, size: str) -> bytes:
        return struct.pack(f"<{size}B", len(value), 1) + value.encode("utf-16-le")

    def cell(at: int, place: int, value: Any) -> bytes:
        where = struct.pack("<HHH", at, place, 0)
        if value == "#REF!":
            return record(0x0205, where + b"\x17\1")
        if value == "#N/A":  # the result of a formula
            return record(0x0006, where + b"\2\0\x2a\0\0\0\xff\xff" + b"\0" * 6 + b"\2\0\x1c\x2a")
        if isinstance(value, bool):
            return record(0x0205, where + struct.pack("<BB", value, 0))
        if isinstance(value, int | float):
            return record(0x0203, where + struct.pack("<d", value))
        return record(0x0204, where + string(value, "H"))

    globals_ = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    if password:
        globals_ += record(0x002F, struct.pack("<HHH", 1, 1, 1) + b"\1" * 48)
    globals_ += record(0x0042, struct.pack("<H", 1200))
    name = string("Old", "B")
    start = len(globals_) + 4 + 6 + len(name) + 4
    globals_ += record(0x0085, struct.pack("<IH", start, 0) + name) + record(0x000A)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    width = max(map(len, rows))
    sheet += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    sheet += b"".join(
        cell(at, place, value)
        for at, row in enumerate(rows)
        for place, value in enumerate(row)
        if value != ""
    )
    if merged:
        spans = b"".join(struct.pack("<HHHH", *span) for span in merged)
        sheet += record(0x00E5, struct.pack("<H", len(merged)) + spans)
    return compound("Workbook", globals_ + sheet + record(0x000A))


def compound(name: str, stream: bytes) -> bytes:
    """A compound file with one stream, long enough to need no small sectors."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    assert len(chain) <= 128, "one sector of the table holds 128 entries"
    table = struct.pack("<128I", *(chain + [0xFFFFFFFF] * (128 - len(chain))))

    def entry(title: str, kind: int, child: int, first: int, size: int) -> bytes:
        coded = (title + "\0").encode("utf-16-le") if title else b""
        head = coded.ljust(64, b"\0") + struct.pack("<HBB", len(coded), kind, 1)
        return (
            head
            + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
            + b"\0" * 36
            + struct.pack("<IQ", first, size)
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    folder += entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 6 + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + table + folder + stream

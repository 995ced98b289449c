"""XLSX: several sheets, header frozen and filtered, every text typed as text.

Big plain sheets are written by a fast library with constant memory. It writes the values of each row in the order of
the row's keys, refuses dates before 1900 and strings longer than a cell: rows are built here, and only here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import FastExcel, Format

from training.output.safe import excel_text

PALE, INK = "#EEF0F4", "#111827"
A4 = 9
WIDEST_UPRIGHT = 130
"""Sheets of more characters across are printed on their side, so that they stay legible."""
LINE, HIGH = 15.0, 42.0
"""The height of a line of text and of a picture, in points."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Line:
    """A line above the table, across all its columns. ``fill`` is the colour behind it, such as #DCFCE7."""

    text: str
    size: int = 11
    is_bold: bool = False
    fill: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, its columns' titles and widths (in characters), and its rows, which may be a generator.

    ``above`` stands above the header, and ``picture`` (PNG or JPEG) above that. ``strong`` are the numbers of
    the rows that head what follows them, 0 for the first. ``rounded`` are the columns whose numbers have one
    decimal, and ``wrapped`` those whose text is long.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()
    is_table: bool = True
    above: Sequence[Line] = ()
    picture: bytes | None = None
    strong: Collection[int] = ()
    rounded: Collection[int] = ()
    wrapped: Collection[int] = ()


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the sheets to ``path``, in order. The first is the one that it opens on."""
    book = FastExcel(str(path))
    book.format(datetime_format="dd/mm/yyyy")
    head = Format().set_bold().set_background_color("#E5E7EB").set_text_wrap().set_align("top")
    for sheet in sheets:
        top, across = (1 if sheet.picture else 0), sum(sheet.widths)
        first = top + len(sheet.above)
        lines = [_across(number, line, sheet) for number, line in enumerate(sheet.above, top)]
        heights = {number: _height(line, across) for number, line in enumerate(sheet.above, top)}
        if sheet.picture:
            heights[0] = HIGH
        strong = Format().set_bold().set_background_color(PALE)
        book.sheet(
            _name(sheet.name),
            _records(sheet),
            column_widths=[float(width) for width in sheet.widths] or None,
            column_formats=_formats(sheet),
            header_format=head,
            header_row=first,
            merge_ranges=lines or None,
            row_heights=heights or None,
            row_formats={first + 1 + number: strong for number in sheet.strong} or None,
            autofilter=sheet.is_table,
            images=_picture(sheet),
            page_setup=_on_paper(first, is_wide=across > WIDEST_UPRIGHT),
        )
        book.freeze(row=first + 1, col=0, sheet=_name(sheet.name))
    book.save()


def _on_paper(header: int, *, is_wide: bool) -> dict[str, Any]:
    """A4, all columns on one page, the header on every page."""
    return {
        "landscape": is_wide,
        "paper_size": A4,
        "fit_to_pages": (1, 0),
        "repeat_rows": header,
        "footer": "&R&P / &N",
        "margins": {"left": 0.5, "right": 0.5, "top": 0.5, "bottom": 0.6},
    }


def _across(number: int, line: Line, sheet: Sheet) -> tuple[Any, ...]:
    look = Format().set_font_size(line.size).set_text_wrap().set_align("vcenter").set_font_color(INK)
    if line.is_bold:
        look.set_bold()
    if line.fill:
        look.set_background_color(line.fill)
    return number, 0, number, len(sheet.columns) - 1, excel_text(line.text), look


def _height(line: Line, across: int) -> float:
    """High enough for the line's text, which wraps at the width of the table."""
    letters = max(1.0, across * 11 / line.size * 0.95)
    return LINE * line.size / 11 * max(1, -(-len(line.text) // int(letters))) + 3


def _formats(sheet: Sheet) -> list[Any] | None:
    """The formats of columns: one decimal where numbers are rounded, more lines where text is long.

    The first column has none of its own, so that it takes that of a strong row.
    """
    if sheet.wrapped:
        wrapped, top = Format().set_text_wrap().set_align("top"), Format().set_align("top")
        return [wrapped if number in sheet.wrapped else top for number in range(len(sheet.columns))]
    if sheet.rounded:
        rounded, whole = Format().set_num_format("#,##0.0"), Format().set_num_format("#,##0")
        own = [rounded if number in sheet.rounded else whole for number in range(1, len(sheet.columns))]
        return [None, *own]
    return None


def _picture(sheet: Sheet) -> list[dict[str, Any]] | None:
    if not sheet.picture:
        return None
    return [{"data": sheet.picture, "row": 0, "col": 0, "fit_to_cell": True, "keep_aspect_ratio": True}]


def _name(name: str) -> str:
    """The name as a sheet may bear it: 31 letters, without those that Excel keeps for itself."""
    return FORBIDDEN.sub(" ", name)[:31]


def _records(sheet: Sheet) -> Iterator[dict[str, Any]]:
    columns = list(sheet.columns)
    rows = iter(sheet.rows)
    first = next(rows, None)
    if first is None:  # a sheet gets its header from its first row
        yield dict.fromkeys(columns)
        return
    for row in chain([first], rows):
        yield dict(zip(columns, map(_cell, row), strict=True))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return excel_text(value) if value else None
    return value

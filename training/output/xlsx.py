"""XLSX: several sheets, header frozen and filtered, every text typed as text.

Big plain sheets are written by a fast library with constant memory. It writes the values of each row in the order of
the row's keys, refuses dates before 1900 and strings longer than a cell: rows are built here, and only here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import FastExcel, Format

from training.output.safe import excel_text

ON_PAPER = {
    "landscape": True,
    "paper_size": 9,
    "fit_to_pages": (1, 0),
    "repeat_rows": 0,
    "footer": "&R&P / &N",
}
"""A4 across, all columns on one page, the header on every page."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, its columns' titles and widths (in characters), and its rows, which may be a generator."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()
    is_table: bool = True


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the sheets to ``path``, in order."""
    book = FastExcel(str(path))
    head = Format().set_bold().set_background_color("#E5E7EB").set_text_wrap()
    for sheet in sheets:
        book.sheet(
            sheet.name,
            _records(sheet),
            column_widths=[float(width) for width in sheet.widths] or None,
            header_format=head,
            autofilter=sheet.is_table,
            page_setup=ON_PAPER,
        )
        book.freeze(row=1, col=0, sheet=sheet.name)
    book.save()


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

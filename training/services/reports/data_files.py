"""The report for programs: its figures as CSV, and the whole of it as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from training.errors import Invalid
from training.models import User
from training.models.about_people import Class
from training.output import csv
from training.rules.indicators import Totals
from training.services import may_take
from training.services.reports import detail_rows, notes, report
from training.services.reports.definitions import DEFINITIONS, FIGURES
from training.services.reports.report import Report
from training.services.reports.selection import Filters
from training.text import msg

ROWS, FIGURES_ALONE = "rows", "figures"
SHAPES = {"csv": (ROWS, FIGURES_ALONE), "json": (FIGURES_ALONE, ROWS)}
"""The shapes that a file may have, its usual one first. Other kinds of file have one shape only."""
HOLDS = (Class.OPEN, Class.PERSONAL)
"""What these files hold: who came, from where, for how long, and who completed."""
FIGURE_COLUMNS = ("table", "row", "figure", "name", "value", "code")
"""The columns of the CSV of figures. ``code`` tells rows of one name apart. ``table`` is header, notes, total, or what the row belongs to."""


def shape_of(kind: str, asked: str | None) -> str:
    """The shape of a file that is asked for, or its usual one. Raises ``Invalid`` for one that it does not have."""
    shapes = SHAPES.get(kind, ())
    if asked is None:
        return shapes[0] if shapes else ""
    if asked not in shapes:
        raise Invalid(msg("There is no %(kind)s file of the shape %(shape)s.", kind=kind, shape=asked[:60]))
    return asked


def figures_csv(filters: Filters, *, user: User | None, demo: bool) -> Iterator[bytes]:
    """The header, the notes and the summary as CSV, a line for each value."""
    may_take.whole(user, HOLDS)
    made = report.make(filters, user=user, demo=demo)
    return csv.stream(FIGURE_COLUMNS, _lines(made), text_columns=range(len(FIGURE_COLUMNS)))


def as_json(filters: Filters, *, user: User | None, demo: bool) -> Iterator[bytes]:
    """The whole report as one JSON object, in pieces: the rows come last."""
    may_take.whole(user, HOLDS)
    made = report.make(filters, user=user, demo=demo)
    rows = detail_rows.long_rows(filters, user=user)
    return _pieces(_envelope(made), rows)


def array(rows: Iterator[list[Any]]) -> Iterator[bytes]:
    """Rows as a JSON array of objects, in pieces."""
    yield b"["
    for number, row in enumerate(rows):
        record = dict(zip(detail_rows.COLUMNS, row, strict=True))
        yield (b",\n" if number else b"\n") + json.dumps(record, ensure_ascii=False, default=str).encode()
    yield b"\n]"


def _lines(made: Report) -> Iterator[list[str]]:
    for key, name, value in made.header.lines():
        yield ["header", "", key, name.translated(), value, ""]
    for note in made.notes:
        yield ["notes", "", note.id, note.text.translated(), str(note.count), ""]
        for one in notes.named(note.rows):
            yield ["notes", one.training, note.id, one.participant_id, one.detail, ""]
    for table, row, code, totals in made.lines():
        for title, attribute in FIGURES:
            value = getattr(totals, attribute)
            yield [table, row, attribute, title.translated(), "" if value is None else str(value), code]


def _envelope(made: Report) -> dict[str, Any]:
    return {
        "header": made.header.as_json(),
        "notes": [
            {
                "id": note.id,
                "text": note.text.translated(),
                "count": note.count,
                "rows": [
                    {"training_code": one.training, "trainee_id": one.participant_id, "detail": one.detail}
                    for one in notes.named(note.rows)
                ],
            }
            for note in made.notes
        ],
        "figures": _figures(made.totals),
        "table": [
            {"table": table, "row": row, "code": code, "figures": _figures(totals)}
            for table, row, code, totals in made.lines()
        ],
        "names": {attribute: title.translated() for title, attribute in FIGURES},
        "definitions": [{"name": name.translated(), "text": text.translated()} for name, text in DEFINITIONS],
    }


def _figures(totals: Totals) -> dict[str, Any]:
    return {attribute: getattr(totals, attribute) for _, attribute in FIGURES}


def _pieces(envelope: dict[str, Any], rows: Iterator[list[Any]]) -> Iterator[bytes]:
    head = json.dumps(envelope, ensure_ascii=False, indent=1)
    yield head.removesuffix("\n}").encode() + b',\n "rows": '
    yield from array(rows)
    yield b"}\n"

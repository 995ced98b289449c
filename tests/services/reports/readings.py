"""One report read four times: from its page, its workbook, its CSV of figures and its JSON. All must say the same."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import openpyxl

from tests.conftest import Client
from tests.make import Make
from training.models import Role
from training.rules import indicators
from training.services.reports import (
    definitions,
    detail_rows,
    downloads,
    figures,
    participations,
    report,
    supply,
)
from training.services.reports.report import Words
from training.services.reports.selection import Filters

NAMES = {
    "cf": "confirmed", "cm": "participations", "dn": "completed", "ns": "no_shows", "ex": "excused", "nk": "not_known",
    "pd": "pending", "dr": "dropped_out", "lt": "joined_late", "att": "attended", "due": "due", "r": "attendance_rate",
    "rc": "attendance_rate_of_attendees", "rn": "attendance_rate_excused_neutral", "nsr": "no_show_rate",
    "h": "person_hours", "d": "person_days", "hd": "person_days_half", "tr": "persons_trained", "ps": "persons",
    "td": "training_days", "ac": "activities", "sw": "share_of_women", "nr": "sex_not_recorded", "fr": "fill_rate",
    "su": "seat_use", "tc": "to_come", "oh": "optional_hours",
}  # fmt: skip
SHOWN = [attribute for _, attribute in definitions.FIGURES]
Figures = dict[str, float | None]


def said(expected: str) -> Figures:
    """The figures of a row of the table; ``-`` is none."""
    pairs = re.findall(r"([a-z]+)(-|[\d.]+)", expected)
    return {NAMES[name]: None if value == "-" else float(value) for name, value in pairs}


def counted(**filters: Any) -> indicators.Totals:
    """The totals of a selection, as the service counts them."""
    wanted = Filters(**filters)
    found = participations.of_selection(wanted, user=None)
    offered = supply.of_selection(wanted, user=None)
    beside = supply.beside(wanted, found, user=None)
    return figures.summary(found, supply.of_trainings_with(found, offered, wanted), beside)


def of(totals: indicators.Totals, expected: str) -> Figures:
    """Those of the totals that the row of the table names."""
    return {name: getattr(totals, name) for name in said(expected)}


@dataclass
class Reading:
    """What one form of the report says: its figures, its lines, its header and the counts of its notes."""

    figures: Figures
    lines: dict[tuple[str, str], Figures] | None
    header: dict[str, str]
    notes: dict[str, int]
    rows: list[dict[str, str]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)


def _number(text: str) -> float | None:
    text = html.unescape(text).replace(",", "").strip()
    return None if text in ("–", "") else float(text)


def from_page(page: str) -> Reading:
    """The figures that the page shows in its table of all figures."""
    told = dict(re.findall(r'data-figure="(\w+)">([^<]*)<', page))
    notes = {name: int(re.findall(r"\d+", text)[0 if name != "closed_late" else 1])
             for name, text in re.findall(r'data-note="(\w+)">([^<]*)<', page)}  # fmt: skip
    header = dict(re.findall(r'data-header="([\w.]+)">([^<]*)<', page))
    return Reading(
        {name: _number(text) for name, text in told.items()},
        None,
        {key: html.unescape(text) for key, text in header.items()},
        notes,
    )


def from_workbook(content: bytes, of_programs: Iterable[tuple[str, str]] | None = None) -> Reading:
    """The figures of the sheet All figures, the header and the notes of the sheet About this report.

    The workbook names its lines in words, and has codes only of what people gave a code; ``of_programs`` are the
    (table, code) of a file for programs, to compare.
    """
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, *rows = [[cell.value for cell in row] for row in book["All figures"].iter_rows()]
    by_title = {str(title): attribute for title, attribute in definitions.FIGURES}
    by_table = {str(title): name for name, title in report.TABLES.items()}
    codes = {(table, Words().of(table, code)): code for table, code in of_programs or ()}
    lines: dict[tuple[str, str], Figures] = {}
    for table, row, code, *values in rows:
        found = dict(zip((by_title[title] for title in head[3:]), values, strict=True))
        line = by_table[table], code or codes.get((by_table[table], row), row or "")
        assert line not in lines
        lines[line] = found
    about = [[cell.value for cell in row] for row in book["About this report"].iter_rows(min_row=2)]
    edge = next((number for number, (name, _) in enumerate(about) if name is None), len(about))
    notes = [text for name, text in about if name == "Note"]
    rows, people = (_named(book[sheet]) for sheet in ("Attendance", "Participants"))
    return Reading(lines["total", ""], lines, dict(about[:edge]), dict.fromkeys(notes, 0), rows, people)


def _named(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def from_csv(content: str) -> Reading:
    """The CSV of figures."""
    lines: dict[tuple[str, str], Figures] = {}
    header, notes = {}, {}
    for row in csv.DictReader(io.StringIO(content)):
        match row["table"]:
            case "header":
                header[row["figure"]] = row["value"]
            case "notes":
                if not row["row"]:
                    notes.setdefault(row["figure"], int(row["value"])) if row["value"].isdigit() else None
            case table:
                line = lines.setdefault((table, row["code"]), {})
                assert row["figure"] not in line, "each line has a code of its own"
                line[row["figure"]] = _number(row["value"])
    return Reading(lines["total", ""], lines, header, notes)


def from_json(content: str) -> Reading:
    """The envelope."""
    told = json.loads(content)
    lines = {(one["table"], one["code"]): one["figures"] for one in told["table"]}
    assert len(lines) == len(told["table"])
    notes = {one["id"]: one["count"] for one in told["notes"]}
    return Reading(told["figures"], lines, told["header"]["words"], notes, _as_text(told["rows"]))


def _as_text(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The values as CSV writes them; a workbook knows no whole numbers."""
    return [
        {
            name: "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
            for name, value in row.items()
        }
        for row in rows
    ]


def rows_of(**filters: Any) -> list[dict[str, str]]:
    """The rows of the long CSV, as the service writes them."""
    raw = b"".join(downloads.long_csv(Filters(**filters), user=None))
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def total(rows: list[dict[str, str]], name: str = "attended_minutes") -> int:
    """The sum of a column over the rows that count. While its register is open, a cell without a mark is not due."""
    waits = "not_recorded", "open"
    counting = [
        row
        for row in rows
        if row["counts"] == "1" and (row["attendance_status"], row["register_state"]) != waits
    ]
    return sum(int(row[name] or 0) for row in counting)


@dataclass
class Readings:
    """Reads a selection in all its forms, as a manager does, and holds them against each other."""

    client: Client
    make: Make
    manager: Any = None

    def query(self, filters: dict[str, Any]) -> str:
        """The address's part that asks for these filters."""
        told = {name: getattr(value, "code", None) or getattr(value, "value", None) or value
                for name, value in filters.items()}  # fmt: skip
        return urlencode(
            {
                name: 1 if value is True else value
                for name, value in (told or {"ends_from": "2000-01-01"}).items()
            }
        )

    def all(self, **filters: Any) -> dict[str, Reading]:
        """The four readings."""
        self.manager = self.manager or self.make.user(Role.MANAGER)
        self.client.sign_in(self.manager)
        query = self.query(filters)
        answers = [
            self.client.get(f"/reports/attendance{ending}?{query}{shape}")
            for ending, shape in (
                ("", ""),
                (".xlsx", ""),
                (".csv", "&shape=figures"),
                (".json", ""),
                (".csv", ""),
            )  # fmt: skip
        ]
        assert [one.status_code for one in answers] == [200] * 5
        page, book, lines, envelope, rows = answers
        told = from_json(envelope.text)
        return {
            "page": from_page(page.text),
            "workbook": from_workbook(book.data, told.lines),
            "csv": from_csv(lines.data.decode("utf-8-sig")),
            "json": told,
            "rows": Reading(
                {}, None, {}, {}, list(csv.DictReader(io.StringIO(rows.data.decode("utf-8-sig"))))
            ),
        }

    def hold(self, expected: str = "", **filters: Any) -> Reading:
        """Assert that service, page, workbook, CSV and JSON say the same, and what is expected.

        The rows add up to the figures. Returns what the JSON says, with the people of the workbook.
        """
        totals = counted(**filters)
        assert of(totals, expected) == said(expected), (of(totals, expected), expected)
        assert totals.confirmed == totals.participations + totals.not_known + totals.excused + totals.no_shows
        exact = {name: getattr(totals, name) for name in SHOWN}
        found = self.all(**filters)
        told, rows = found["json"], found.pop("rows").rows
        for name, reading in found.items():
            assert reading.figures == exact, name
        assert (total(rows), total(rows, "scheduled_minutes")) == (totals.attended, totals.due)
        assert told.rows == rows
        titles = {str(title): name for name, title in detail_rows.TITLES.items()}
        read = [{titles[title]: cell for title, cell in row.items()} for row in found["workbook"].rows]
        worth = [(row["counts"], row["scheduled_minutes"], row["attended_minutes"] or 0) for row in read]
        assert worth == [
            (
                "yes" if row["counts"] == "1" else "no",
                int(row["scheduled_minutes"]),
                int(row["attended_minutes"] or 0),
            )
            for row in rows
        ]
        told.people = found["workbook"].people
        assert found["csv"].lines == found["workbook"].lines == told.lines
        words = {key: text for key, text in told.header.items() if key != "made_at"}
        for name in ("page", "csv"):
            assert {k: v for k, v in found[name].header.items() if k != "made_at"} == words, name
        assert set(words.values()) <= set(found["workbook"].header.values())
        assert found["page"].notes == found["csv"].notes == told.notes
        assert len(found["workbook"].notes) == len(told.notes)
        return told

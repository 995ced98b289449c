"""Staging: a roster is read, its columns matched, its rows corrected and chosen for; nothing else is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, select

from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import Agency, BatchState, ImportBatch, RosterMapping, Training, User
from training.names import fold
from training.rosters import headers, read, rows
from training.rosters.table import Table
from training.services import audit, import_verdicts, trainings
from training.services.import_verdicts import NEW, SKIP
from training.text import msg

SAMPLE = 3
"""Cells that the page of the mapping shows of each column."""


@dataclass(frozen=True)
class Column:
    """A column of the sheet as the page of the mapping shows it; ``field`` is "" where it is not stored."""

    place: int
    letter: str
    title: str
    sample: list[str]
    field: str
    is_guess: bool


def stage(
    training: Training, *, by: User | None, agency: Agency, content: bytes, file_name: str
) -> ImportBatch:
    """Read a file and keep its rows until somebody confirms or discards them; raises ``Invalid``."""
    return stage_table(training, by=by, agency=agency, table=read.read(content, file_name))


def stage_pasted(training: Training, *, by: User | None, agency: Agency, text: str) -> ImportBatch:
    """The same for rows pasted from a spreadsheet."""
    return stage_table(training, by=by, agency=agency, table=read.pasted(text))


@atomic
def stage_table(training: Training, *, by: User | None, agency: Agency, table: Table) -> ImportBatch:
    """Keep a table that was read, its columns matched as the agency said the last time, else by title and content."""
    mapping = _remembered(agency, table) or headers.match(table)
    batch = ImportBatch(
        training=training,
        agency=agency,
        sha256=table.sha256,
        file_name=table.file_name,
        state=BatchState.STAGED,
        source={"rows": table.rows, "sheet": table.sheet, "others": table.others},
        by=by,
        by_name=by.name if by else "",
    )
    _keep(batch, table, mapping, agency)
    db.session.add(batch)
    audit.record(
        by=by, action="import.stage", thing=batch, changes={"file": table.file_name, "rows": len(batch.rows)}
    )
    return batch


def columns(batch: ImportBatch) -> list[Column]:
    """The sheet's columns, with what each is said to hold and its first cells."""
    table, mapping = _table(batch), import_verdicts.mapping_of(batch)
    width = max(map(len, table.rows), default=0)
    fields = {place: name for name, place in mapping.columns.items()}
    below = table.rows[mapping.header_row :]
    found = []
    for place in range(width):
        cells = [row[place] for row in below if place < len(row) and row[place].strip()]
        title = mapping.titles[place] if place < len(mapping.titles) else ""
        if cells or title.strip():
            name = fields.get(place, "")
            letter = headers.column_letter(place)
            found.append(Column(place, letter, title, cells[:SAMPLE], name, name in mapping.proposed))
    return found


@atomic
def remap(
    batch: ImportBatch, *, by: User | None, fields: dict[int, str], header_row: int | None = None
) -> ImportBatch:
    """Read the sheet anew with columns matched by hand; what was corrected in its rows is read anew, too.

    The agency's next list with these titles is read alike.
    """
    _check_staged(batch)
    table = _table(batch)
    mapping = headers.remapped(table, fields, header_row=header_row)
    _keep(batch, table, mapping, batch.agency)
    if mapping.has_header:
        known = db.session.scalar(_memory(batch.agency, mapping.titles)) or RosterMapping(
            agency=batch.agency, titles_hash=_titles_hash(mapping.titles)
        )
        known.columns = {"fields": mapping.columns, "header_row": mapping.header_row}
        db.session.add(known)
    audit.record(by=by, action="import.remap", thing=batch, changes={"columns": mapping.columns})
    return batch


@atomic
def correct(batch: ImportBatch, *, by: User | None, number: int, values: dict[str, str]) -> None:
    """Correct a row in place; ``values`` by field are read by the rules of the sheet."""
    _check_staged(batch)
    place = _place(batch, number)
    known = _rows(batch)[place]["values"]
    asked = {name: values.get(name, known[name])[:500] for name in known}
    row = rows.corrected(number, asked, default_country=batch.agency.country, sheet=str(_sheet(batch)))
    kept = import_verdicts.as_json(row)
    kept["values"] |= {
        e.title: asked[e.title] for e in row.errors if e.title in asked
    }  # what was typed is not lost
    batch.rows = [*_rows(batch)[:place], kept, *_rows(batch)[place + 1 :]]


@atomic
def choose(batch: ImportBatch, *, by: User | None, number: int, choice: str) -> None:
    """Say whom a row means: ``new``, ``skip`` (leave it out), a known person's id, or "" for what the file says."""
    _check_staged(batch)
    if choice not in ("", NEW, SKIP) and choice not in {
        str(one.public_id) for one in import_verdicts.known_people(batch.agency_id)
    }:
        raise NotFound
    place = _place(batch, number)
    kept = {**_rows(batch)[place], "choice": choice}
    batch.rows = [*_rows(batch)[:place], kept, *_rows(batch)[place + 1 :]]


def _keep(batch: ImportBatch, table: Table, mapping: headers.Mapping, agency: Agency) -> None:
    roster = rows.people(table, mapping, default_country=agency.country)
    if not roster.rows:
        raise Invalid(msg("There is no person below the header row."), field="file")
    batch.mapping = asdict(mapping) | {"skipped": roster.skipped}
    batch.rows = [import_verdicts.as_json(row) for row in roster.rows]


def _table(batch: ImportBatch) -> Table:
    assert isinstance(batch.source, dict)
    return Table(
        batch.source["rows"], batch.source["sheet"], batch.sha256, batch.file_name, batch.source["others"]
    )


def _sheet(batch: ImportBatch) -> str:
    return _table(batch).sheet


def _rows(batch: ImportBatch) -> list[Any]:
    assert isinstance(batch.rows, list)
    return batch.rows


def _place(batch: ImportBatch, number: int) -> int:
    """Where the row with this number stands among those that are kept."""
    for place, row in enumerate(_rows(batch)):
        if row["number"] == number:
            return place
    raise NotFound


def _check_staged(batch: ImportBatch) -> None:
    trainings.lock(batch.training)
    db.session.refresh(batch)
    if batch.state is not BatchState.STAGED:
        raise Conflict(msg("This file was confirmed or discarded already."), "ended")


def _titles_hash(titles: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(fold(title) for title in titles).encode()).hexdigest()


def _memory(agency: Agency, titles: Sequence[str]) -> Select[RosterMapping]:
    return select(RosterMapping).where(
        RosterMapping.agency_id == agency.id, RosterMapping.titles_hash == _titles_hash(titles)
    )


def _remembered(agency: Agency, table: Table) -> headers.Mapping | None:
    """The mapping that somebody of the agency made by hand for a list with the same titles in the same row."""
    for known in db.session.scalars(select(RosterMapping).where(RosterMapping.agency_id == agency.id)):
        kept: Any = known.columns
        at = kept["header_row"]
        if 0 < at <= len(table.rows) and _titles_hash(table.rows[at - 1]) == known.titles_hash:
            return headers.remapped(
                table, {place: name for name, place in kept["fields"].items()}, header_row=at
            )
    return None

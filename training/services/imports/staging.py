"""Staging: a roster is read, its columns are matched, its rows are corrected. Only the batch is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from training import clock
from training.db import atomic, db, found_or_stored
from training.errors import Conflict, Invalid, NotFound
from training.models import Agency, BatchState, ImportBatch, RosterMapping, Training, User
from training.rosters import headers, read, rows
from training.rosters.table import Table
from training.rules.names import fold
from training.services import audit, locked_trainings
from training.services.imports import verdicts
from training.services.imports.verdicts import NEW, SKIP
from training.text import msg

NOT_TOLD = headers.NO_HEADER
"""What a command says if nothing tells what the columns of a list hold. A page asks instead."""
MOST_TYPED = 2_000
"""How many characters of a typed text are kept.

No field takes so many, so a text that is too long is reported, not cut.
"""
SAMPLE = 3
"""How many cells of each column the page of the mapping shows."""


@dataclass(frozen=True)
class Column:
    """A column of the sheet as the page of the mapping shows it. ``field`` is "" if it is not stored."""

    place: int
    letter: str
    title: str
    sample: list[str]
    field: str
    is_guess: bool


def stage(
    training: Training, *, by: User | None, agency: Agency, content: bytes, file_name: str
) -> ImportBatch:
    """Read a file and keep its rows until somebody confirms or discards them.

    Raises ``Invalid`` if the file cannot be read or names nobody.
    """
    return stage_table(training, by=by, agency=agency, table=read.read(content, file_name))


def stage_pasted(training: Training, *, by: User | None, agency: Agency, text: str) -> ImportBatch:
    """Stage rows that were pasted from a spreadsheet, like those of a file."""
    return stage_table(training, by=by, agency=agency, table=read.pasted(text))


@atomic
def stage_table(training: Training, *, by: User | None, agency: Agency, table: Table) -> ImportBatch:
    """Keep a table that was read, with its columns matched.

    The columns are matched as the agency said the last time, else by title and content. If nothing tells what
    they hold, the batch has no rows until somebody says it.
    """
    batch = ImportBatch(
        training=training,
        agency=agency,
        sha256=table.sha256,
        file_name=table.file_name,
        state=BatchState.STAGED,
        source=_source(table),
        by=by,
        by_name=by.name if by else "",
    )
    _keep(batch, table, _mapping(agency, table), agency)
    db.session.add(batch)
    audit.record(
        by=by, action="import.stage", thing=batch, changes={"file": table.file_name, "lines": len(batch.rows)}
    )
    return batch


def columns(batch: ImportBatch) -> list[Column]:
    """The sheet's columns, each with the field that it is said to hold and with its first cells."""
    table, mapping = _table(batch), verdicts.mapping_of(batch)
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
            found.append(Column(place, letter, title, cells[:SAMPLE], name, name in mapping.guessed))
    return found


def other_sheets(batch: ImportBatch) -> list[str]:
    """The names of the workbook's other sheets that can be read instead."""
    return list(_table(batch).spare)


def corrected_count(batch: ImportBatch) -> int:
    """The number of rows in which somebody corrected or chose something."""
    return sum(bool(row.get("typed") or row["choice"]) for row in _rows(batch))


@atomic
def remap(
    batch: ImportBatch, *, by: User | None, fields: dict[int, str], header_row: int | None = None
) -> ImportBatch:
    """Read the sheet anew with columns matched by hand. Corrections and choices in its rows stay.

    The agency's next list with these titles is read the same way.
    """
    _check_staged(batch)
    table = _table(batch)
    mapping = headers.remapped(table, fields, header_row=header_row)
    before = {row["number"]: row for row in _rows(batch)}
    _keep(batch, table, mapping, batch.agency)
    batch.rows = [_kept_work(batch, row, before.get(row["number"])) for row in _rows(batch)]
    if mapping.has_header:
        known = found_or_stored(
            lambda: db.session.scalar(_memory(batch.agency, mapping.titles)),
            lambda: RosterMapping(agency_id=batch.agency_id, titles_hash=_titles_hash(mapping.titles)),
        )
        known.columns = {"fields": mapping.columns, "header_row": mapping.header_row}
    audit.record(by=by, action="import.remap", thing=batch, changes={"columns": mapping.columns})
    return batch


@atomic
def correct(batch: ImportBatch, *, by: User | None, number: int, values: dict[str, str]) -> None:
    """Correct a row in place. ``values`` holds texts by field, which are read by the rules of the sheet."""
    _check_staged(batch)
    place = _place(batch, number)
    before = _rows(batch)[place]
    was = verdicts.shown(before)
    typed = {name: values[name][:MOST_TYPED] for name in was if name in values and values[name] != was[name]}
    kept = _kept_work(batch, before, {**before, "typed": before.get("typed", {}) | typed})
    batch.rows = [*_rows(batch)[:place], kept, *_rows(batch)[place + 1 :]]


@atomic
def take_sheet(batch: ImportBatch, *, by: User | None, sheet: str) -> None:
    """Read another sheet of the workbook. Corrections to the rows of the present sheet are not kept."""
    _check_staged(batch)
    table = _table(batch)
    if sheet not in table.spare:
        raise Invalid(msg("There is no such sheet."), field="sheet")
    spare = {**table.spare, table.sheet: table.rows}
    taken = spare.pop(sheet)
    table = Table(taken, sheet, table.sha256, table.file_name, list(spare), spare)
    batch.source = _source(table)
    _keep(batch, table, _mapping(batch.agency, table), batch.agency)
    audit.record(by=by, action="import.sheet", thing=batch, changes={"sheet": sheet})


@atomic
def choose(batch: ImportBatch, *, by: User | None, number: int, choice: str) -> None:
    """Say whom a row means.

    ``choice`` is ``new``, ``skip`` (leave the row out), the id of a person whom the agency knows, or "" to
    follow the file. Raises ``NotFound`` for any other id.
    """
    _check_staged(batch)
    if choice not in ("", NEW, SKIP) and not verdicts.is_known(batch.agency_id, choice):
        raise NotFound
    place = _place(batch, number)
    kept = {**_rows(batch)[place], "choice": choice, "chosen_at": clock.now().isoformat()}
    batch.rows = [*_rows(batch)[:place], kept, *_rows(batch)[place + 1 :]]


def _keep(batch: ImportBatch, table: Table, mapping: headers.Mapping, agency: Agency) -> None:
    roster = rows.Roster([], [])
    if mapping.columns:
        roster = rows.people(table, mapping, default_country=agency.country)
        if not roster.rows:
            raise Invalid(msg("There is no person below the header row."), field="file")
    batch.mapping = verdicts.mapping_as_json(mapping) | {"skipped": roster.skipped}
    batch.rows = [verdicts.as_json(row) for row in roster.rows]


def _kept_work(batch: ImportBatch, row: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """The row with what somebody typed into it and chose for it, as the kept row ``before`` says."""
    if before is None:
        return row
    if (typed := before.get("typed")) is not None:
        asked = verdicts.shown(row) | typed
        read_again = rows.corrected(
            row["number"],
            asked,
            default_country=batch.agency.country,
            sheet=str(_sheet(batch)),
            guessed=_untouched(row["proposals"], typed),
        )
        row = verdicts.as_json(read_again) | {"typed": typed}
    return row | {"choice": before["choice"], "chosen_at": before.get("chosen_at", "")}


def _untouched(guesses: Sequence[str], typed: dict[str, str]) -> list[str]:
    """The guesses that nobody has touched.

    One guess splits a full name in two. Somebody who types one of the two names has looked at both.
    """
    settled = {*typed, *(rows.GUESSED_NAMES if rows.GUESSED_NAMES & typed.keys() else ())}
    return [name for name in guesses if name not in settled]


def _source(table: Table) -> dict[str, Any]:
    return {"rows": table.rows, "sheet": table.sheet, "others": table.others, "spare": table.spare}


def _mapping(agency: Agency, table: Table) -> headers.Mapping:
    """The mapping that the agency made once, else the one that titles and cells tell, else an empty one."""
    try:
        return _remembered(agency, table) or headers.match(table)
    except Invalid:
        return headers.untold(table)


def _table(batch: ImportBatch) -> Table:
    assert isinstance(batch.source, dict)
    kept = batch.source
    return Table(
        kept["rows"], kept["sheet"], batch.sha256, batch.file_name, kept["others"], kept.get("spare", {})
    )


def _sheet(batch: ImportBatch) -> str:
    return _table(batch).sheet


def _rows(batch: ImportBatch) -> list[Any]:
    assert isinstance(batch.rows, list)
    return batch.rows


def _place(batch: ImportBatch, number: int) -> int:
    """The index of the row with this number among the rows that are kept."""
    for place, row in enumerate(_rows(batch)):
        if row["number"] == number:
            return place
    raise NotFound


def _check_staged(batch: ImportBatch) -> None:
    locked_trainings.lock(batch.training)
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
    """The mapping that the agency made by hand for a list with the same titles, as far as it still fits."""
    searched = table.rows[: headers.SEARCHED_ROWS]
    hashes = {_titles_hash(row): number for number, row in reversed(list(enumerate(searched, start=1)))}
    known = select(RosterMapping).where(
        RosterMapping.agency_id == agency.id, RosterMapping.titles_hash.in_(hashes)
    )
    width = max(map(len, table.rows), default=0)
    for one in sorted(db.session.scalars(known), key=lambda one: hashes[one.titles_hash]):
        kept: Any = one.columns
        fields = {place: name for name, place in kept["fields"].items() if place < width}
        try:
            return headers.remapped(table, fields, header_row=hashes[one.titles_hash])
        except Invalid:
            continue  # it does not fit any more: the list is read like any other
    return None

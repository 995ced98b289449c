"""Tells which column holds which field: by its header in four languages, by its cells, or as a person says.

The header may stand in any of the first rows, take two rows, or be missing. A field that only the cells tell
is a guess, and is named as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field

from training.errors import Invalid
from training.rosters import contents
from training.rosters.table import Table
from training.rosters.words import HEADERS, MEANINGLESS, ORDINAL
from training.rules.names import clean, fold
from training.text import Message, msg

FIELDS = tuple(HEADERS)
"""The fields that a column can hold, in the order in which the page offers them."""
BY_KEY = {fold(header): name for name, headers in HEADERS.items() for header in headers}
NAMES = {"family_name", "full_name", "passport_name"}
VAGUE = {fold(word) for word in ("name", "имя", "الاسم")}
"""Headers that mean given names beside a family name, and full names when they stand alone."""
SEARCHED_ROWS = 30
SAMPLE = 100
NO_HEADER = msg(
    "No header row was found: one row must name the columns, family name or full name among them."
)
Found = dict[str, list[int]]


@dataclass(frozen=True)
class Mapping:
    """Which column holds which field (field → column index). The people begin below the row ``header_row``.

    Without ``has_header`` the sheet has no header. ``guessed`` names the fields that only the cells told.
    """

    header_row: int
    columns: dict[str, int]
    titles: list[str]
    unmatched: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    has_header: bool = True


@dataclass(frozen=True)
class _Frame:
    """Where the people begin, the titles above them, and the fields that the titles name."""

    header_row: int
    titles: list[str]
    found: Found
    has_header: bool = True


def match(table: Table) -> Mapping:
    """Match the columns by title, then by content. Raises ``Invalid`` when no column holds names.

    Of two columns with the same meaning, the first one is taken.
    """
    frame = _frame(table.rows)
    named = _by_address(frame, table.rows)
    guessed = _by_content(table.rows, frame, named, beyond=not table.is_text)
    columns = named | guessed
    if not columns.keys() & NAMES:
        raise Invalid(NO_HEADER, field="file")
    return _mapping(frame, columns, [name for name in FIELDS if name in guessed])


def _by_address(frame: _Frame, rows: list[list[str]]) -> dict[str, int]:
    """The columns by their titles.

    For “Title” and “اللقب”, the cells tell whether they are forms of address.
    """
    named = {name: places[0] for name, places in frame.found.items()}
    below = rows[frame.header_row : frame.header_row + SAMPLE]
    title, family = named.get("form_of_address"), named.get("family_name")
    if title is not None and "function" not in named and contents.share_of_addresses(below, title) < 0.5:
        named["function"] = named.pop("form_of_address")
    has_full = title is None and named.keys() & {"full_name", "passport_name"}
    if has_full and family is not None and contents.share_of_addresses(below, family) > 0.5:
        named["form_of_address"] = named.pop("family_name")
    return named


def untold(table: Table) -> Mapping:
    """The mapping of a list when nothing tells its columns. A person must say what they hold."""
    rows = table.rows
    at = next((number for number, row in enumerate(rows, start=1) if sum(map(bool, row)) > 1), 1)
    return Mapping(at, {}, rows[at - 1])


def remapped(table: Table, columns: Pairs[int, str], *, header_row: int | None = None) -> Mapping:
    """The mapping as a person says it. ``columns`` is column index → field, or "" for a column to leave out.

    ``header_row`` is the row of the header, or 0 for a list without one. With None, the header is looked for.
    Raises ``Invalid`` for what cannot be.
    """
    try:
        frame = _frame(table.rows)
    except Invalid:
        frame = _Frame(0, [], {}, has_header=False)
    if header_row is not None:
        if not 0 <= header_row <= len(table.rows):
            raise Invalid(msg("There is no such row in this sheet."), field="header_row")
        titles = table.rows[header_row - 1] if header_row else []
        frame = _Frame(header_row, titles, {}, has_header=header_row > 0)
    width = max(map(len, table.rows), default=0)
    chosen: dict[str, int] = {}
    for place, name in sorted(columns.items()):
        if not name:
            continue
        if name not in HEADERS or not 0 <= place < width:
            raise Invalid(msg("There is no such column or field."), field="columns")
        if name in chosen:
            raise Invalid(
                msg(
                    "Columns %(one)s and %(two)s are set to the same field. Choose one of them.",
                    one=column_letter(chosen[name]),
                    two=column_letter(place),
                ),
                field="columns",
            )
        chosen[name] = place
    if not chosen.keys() & {"full_name", "passport_name"} and not {"family_name", "given_names"} <= set(
        chosen
    ):
        raise Invalid(_names_needed(), field="columns")
    return _mapping(frame, chosen, [])


def promise(rows: list[list[str]]) -> int:
    """How much a sheet looks like a list of people. 0 means not at all."""
    try:
        frame = _frame(rows)
    except Invalid:
        return 0
    columns = {name: places[0] for name, places in frame.found.items()}
    columns |= _by_content(rows, frame, columns)
    if not columns.keys() & NAMES:
        return 0
    has_people = any(any(row) for row in rows[frame.header_row :])
    return len(columns) + 50 * (bool(frame.found.keys() & NAMES)) + 100 * has_people


def column_letter(place: int) -> str:
    """The name of the column with this index in the sheet: A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _names_needed() -> Message:
    return msg("Say which columns hold the family name and the given names, or which holds the full name.")


def _mapping(frame: _Frame, columns: dict[str, int], guessed: list[str]) -> Mapping:
    used = set(columns.values())
    unmatched = [
        clean(title)[:80]
        for place, title in enumerate(frame.titles)
        if title.strip() and place not in used and fold(title) not in ORDINAL
    ]
    return Mapping(frame.header_row, columns, frame.titles, unmatched, guessed, frame.has_header)


def _frame(rows: list[list[str]]) -> _Frame:
    """The header: the row, or two rows, that name most fields, a name among them. Else the cells decide."""
    best = max(_candidates(rows), key=lambda candidate: candidate[0], default=None)
    if best is None:
        return _frame_by_content(rows)
    _, number, titles, found = best
    while number < len(rows) and _says_the_same(rows[number], found):
        number += 1
    return _Frame(number, titles, found)


def _candidates(rows: list[list[str]]) -> list[tuple[tuple[int, int, int], int, list[str], Found]]:
    """(rank, row number, titles, their fields) of each row, or two rows together, that may be the header."""
    candidates = []
    searched = rows[:SEARCHED_ROWS]
    said = [{} if _is_data(row) else _matched(row) for row in searched]
    for at, row in enumerate(searched):
        if said[at] and _is_enough(said[at], row, rows):
            candidates.append(((len(said[at]), 1, -at), at + 1, row, said[at]))
        if at and said[at] and any(searched[at - 1]) and not _is_data(searched[at - 1]):
            titles = _combined(searched[at - 1], row)
            together = _matched(titles)
            if len(together) > 1 and together.keys() & NAMES:
                candidates.append(((len(together), 0, -at), at + 1, titles, together))
    return candidates


def _is_enough(found: Found, row: Sequence[str], rows: list[list[str]]) -> bool:
    """Whether a row names enough fields for a header: a name and something else.

    A full name alone is enough when the cells below do not repeat the title (a column that says “participant”
    in every row holds no titles).
    """
    if not found.keys() & NAMES or sum(map(bool, row)) < 2:
        return False
    if len(found) > 1:
        return True
    place = next(iter(found.values()))[0]
    times = sum(len(other) > place and fold(other[place]) == fold(row[place]) for other in rows[:SAMPLE])
    return "full_name" in found and times == 1


def _is_data(row: Sequence[str]) -> bool:
    """Whether the row holds somebody's e-mail address or phone number. Such a row is no header."""
    return any(
        contents.has_email(cell) or cell.startswith("+") and contents.is_phone(cell)
        for cell in row
        if "@" in cell or "+" in cell
    )


def _combined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The titles of two rows.

    Where both have one, the lower title counts, since it is closer to the cells.
    """
    width = max(len(upper), len(lower))
    both = zip([*upper, *[""] * (width - len(upper))], [*lower, *[""] * (width - len(lower))], strict=True)
    return [below or above for above, below in both]


def _says_the_same(row: Sequence[str], found: Found) -> bool:
    """Whether the row is the header once more, in another language."""
    again = _matched(row)
    return len(again) > 1 and all(found.get(name) == places for name, places in again.items())


def _frame_by_content(rows: list[list[str]]) -> _Frame:
    """The frame of a list without a known header.

    The first row with two cells is a header in unknown words if its cells do not fit their columns. Else it
    is data.
    """
    start = next((at for at, row in enumerate(rows) if sum(map(bool, row)) > 1), None)
    if start is None:
        raise Invalid(NO_HEADER, field="file")
    guess = contents.guessed(rows[start + 1 : start + 1 + SAMPLE], range(len(rows[start])))
    first = rows[start]
    said = {} if _is_data(first) else _matched(first)
    typed = {name: first[place] for name, place in guess.items() if place < len(first) and first[place]}
    fitting = [name for name, cell in typed.items() if name in contents.FITS and contents.fits(name, cell)]
    is_header = set(fitting).isdisjoint(contents.SURE) and any(
        name in contents.FITS and name not in fitting for name in typed
    )
    if is_header:
        return _Frame(start + 1, first, said)
    return _Frame(start, [], {}, has_header=False)


def _by_content(
    rows: list[list[str]], frame: _Frame, named: dict[str, int], *, beyond: bool = True
) -> dict[str, int]:
    """The fields that only the cells tell: those of columns without a telling title, and e-mail addresses.

    Names are looked for in all columns when no title names any. In a text, a stray separator pushes cells
    beyond the header, where they tell nothing: ``beyond`` is False then.
    """
    body = [row for row in rows[frame.header_row : frame.header_row + SAMPLE] if sum(map(bool, row)) > 1]
    if not body:
        return {}
    width = max(map(len, body)) if beyond or not frame.has_header else len(frame.titles)
    free = [place for place in range(width) if place not in named.values()]
    silent = [
        place
        for place in free
        if not frame.found or place >= len(frame.titles) or _says_nothing(frame.titles[place])
    ]
    has_names = bool(named.keys() & NAMES)
    everywhere = contents.guessed(body, free, names=not has_names)
    guess = {
        name: place
        for name, place in everywhere.items()
        if name == "email" or not has_names and name in contents.NAMES
    }
    taken = set(guess.values())
    guess |= contents.guessed(body, [place for place in silent if place not in taken], names=not has_names)
    return {name: place for name, place in guess.items() if name not in named and place not in named.values()}


def _says_nothing(title: str) -> bool:
    return fold(title[:200]).rstrip("0123456789 ") in MEANINGLESS


def _matched(row: Sequence[str]) -> Found:
    found: Found = {}
    for place, title in enumerate(row):
        name = _field(title) if title.strip() else None
        if name:
            found.setdefault(name, []).append(place)
    return _settled(found, row)


def _field(title: str) -> str | None:
    """The field of a title: by all of it, else by its parts before a bracket: “Surname / Nom (passport)”."""
    if len(title) > 200:
        return None
    parts = re.split(r"[/|\n]| [–—-] ", title.partition("(")[0])
    said = {BY_KEY.get(key) for key in map(fold, parts) if key not in VAGUE}
    if {"family_name", "given_names"} <= said:
        return "full_name"  # “Surname / First name”: both stand in one cell
    return next(
        (BY_KEY[key] for key in map(fold, [title, title.partition("(")[0], *parts]) if key in BY_KEY), None
    )


def _settled(found: Found, row: Sequence[str]) -> Found:
    """The fields of a header once its neighbours tell what “Name” means.

    It may mean the given names, the family name, or both in one cell.
    """
    given = found.get("given_names", [])
    vague = [place for place in given if fold(row[place]) in VAGUE]
    if len(vague) == 1 and len(given) == 2:
        given.remove(vague[0])
        found.setdefault("full_name" if "family_name" in found else "family_name", vague)
    elif vague and vague == given and not found.keys() & NAMES:
        found["full_name"] = found.pop("given_names")
    family = found.get("family_name", [])
    alone = not found.keys() & {"given_names", "full_name", "passport_name"}
    if alone and [fold(row[place]) for place in family] == ["nom"]:
        found["full_name"] = found.pop("family_name")
    return found

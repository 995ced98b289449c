"""Turns rows into people: checks every cell, names each mistake by row and column, and marks each guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from training.errors import Invalid
from training.rosters import contents, example, footers
from training.rosters import values as cell_values
from training.rosters.child import NO_RESULT
from training.rosters.headers import Mapping, column_letter
from training.rosters.table import Table
from training.rosters.words import NATIONALITY
from training.rules import given
from training.rules.names import clean, fold, same_person_key, split_full_name
from training.text import Message, msg

T = TypeVar("T")
NATIONALITIES = {fold(title) for title in NATIONALITY}
LONGEST = {
    "family_name": 200,
    "given_names": 200,
    "native_name": 200,
    "function": 200,
    "rank": 100,
    "phone": 40,
    **given.MOST,
}
MOST_OF_A_NAME = 400
"""A longer full name is refused and not split."""
PARTICLES = {"al", "el", "abd", "abdel", "abdul", "bin", "ben", "ibn", "abu", "de", "da", "di", "van", "von", "der",
             "den", "la"}  # fmt: skip
GUESSED_NAMES = {"family_name", "given_names", "patronymic", "full_name", "passport_name"}
ERRORS = {
    "#REF!",
    "#N/A",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#####",
    NO_RESULT,
}
"""The texts that a spreadsheet shows for a formula that failed or was never calculated."""
NOTHING = {"", "n/a", "na", "none", "н/д"}
"""Words that people write into an empty cell. Dashes and points count as empty, too."""


@dataclass(frozen=True)
class CellError:
    """The error of one cell. ``row`` and ``column`` are written as the sheet shows them (1, A)."""

    row: int
    column: str
    title: str
    value: str
    message: Message
    sheet: str = ""


@dataclass
class RosterRow:
    """A person as the sheet has them.

    ``guesses`` names the guessed fields, which a person must confirm. ``faults`` is field → typed text that
    cannot be taken, or that was not understood and is replaced by a guess.
    """

    number: int
    values: dict[str, str]
    errors: list[CellError] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster:
    """A whole file: its people, and the numbers of the rows that hold none."""

    rows: list[RosterRow]
    skipped: list[int]

    @property
    def errors(self) -> list[CellError]:
        """Every error, row by row."""
        return [error for row in self.rows for error in row.errors]


def parse(table: Table, mapping: Mapping, *, default_country: str) -> Roster:
    """The people below the header row. People who stand there twice are marked as errors."""
    roster = people(table, mapping, default_country=default_country)
    mark_duplicates(roster.rows, mapping, table.sheet)
    return roster


def corrected(
    number: int,
    values: dict[str, str],
    *,
    default_country: str,
    sheet: str = "",
    guessed: Sequence[str] = (),
) -> RosterRow:
    """A row that somebody corrected, read by the same rules. ``values`` is field → text.

    A ``guessed`` field that nobody has touched stays a guess.
    """
    names = list(values)
    table = Table([], sheet or "-", "", "")
    titles = ["nationality" if name == "country" and name in guessed else name for name in names]
    mapping = Mapping(0, {name: place for place, name in enumerate(names)}, titles, guessed=list(guessed))
    row = _Reader([values[name] for name in names], mapping, number, default_country, table).row()
    row.errors = [replace(error, column="", sheet=sheet) for error in row.errors]
    return row


def people(table: Table, mapping: Mapping, *, default_country: str) -> Roster:
    """The people below the header row, not yet compared. ``default_country`` helps to read phone numbers."""
    rows: list[RosterRow] = []
    skipped: list[int] = []
    header = _filled(mapping.titles)
    for number, cells in enumerate(table.rows[mapping.header_row :], start=mapping.header_row + 1):
        filled = _filled(cells)
        if not filled:
            continue
        if filled == header or footers.is_footer(cells, mapping, len(filled)) or example.is_unchanged(filled):
            skipped.append(number)
            continue
        rows.append(_Reader(cells, mapping, number, default_country, table).row())
    return Roster(rows, skipped)


def _filled(cells: list[str]) -> list[str]:
    return [cell for cell in cells if cell and not cell.isspace()]


class _Reader:
    """Reads one row and collects its errors."""

    def __init__(
        self, cells: list[str], mapping: Mapping, number: int, default_country: str, table: Table
    ) -> None:
        self.cells, self.mapping, self.country, self.table = cells, mapping, default_country, table
        self.result = RosterRow(number, {}, guesses=[n for n in mapping.guessed if n in GUESSED_NAMES])
        self.spoilt = {place for place in mapping.columns.values() if self._is_spoilt(place)}

    def row(self) -> RosterRow:
        values = self.result.values
        self._check_width()
        values["family_name"], values["given_names"], values["native_name"] = self._names()
        readers: dict[str, Callable[[str], str]] = {
            "sex": cell_values.sex, "country": self._country, "language": cell_values.language,
            "email": cell_values.email, "phone": lambda text: cell_values.phone(text, self.country),
        }  # fmt: skip
        for name, reader in readers.items():
            values[name] = self._read(name, reader)
        values["sex"] = values["sex"] or self._sex_by_address()
        for name in ("function", "rank"):
            values[name] = self._text(name)
        for name in given.NAMES:
            values[name] = self._given(name)
        for name, most in LONGEST.items():
            if len(values[name]) > most:
                by_passport = name in {"family_name", "given_names"} and self._text("passport_name")
                self._error(
                    "passport_name" if by_passport else name,
                    msg("This is longer than %(most)s characters. Shorten it.", most=most),
                )
        return self.result

    def _is_spoilt(self, place: int) -> bool:
        """Whether an accident left no value in the cell. Names the error once; the cell counts as empty."""
        text = self.cells[place] if place < len(self.cells) else ""
        if not text or text.isascii() and text[0] not in "#E":
            return False
        if text.strip().upper() in ERRORS or re.fullmatch(r"Err:\d{3}", text):
            message = msg("The formula in this cell gives no value. Type the value itself.")
        elif "\ufffd" in text:
            message = msg(
                "A letter of this cell was lost on the way. Type it again, and save the file as XLSX."
            )
        elif contents.is_garbled(text):
            message = msg(
                "The letters of this cell were garbled on the way. Save the list as XLSX and send that."
            )
        else:
            return False
        self._error_at(place, message)
        return True

    def _check_width(self) -> None:
        """Find a separator inside a cell of a text, which pushes all later cells to the right."""
        width = len(self.mapping.titles)
        if self.table.is_text and self.mapping.has_header and any(map(str.strip, self.cells[width:])):
            place = next(n for n, cell in enumerate(self.cells) if n >= width and cell.strip())
            self._error_at(
                place,
                msg("This row has more cells than the header. Put quotation marks around a text that holds the separator,"
                    " or give each column a title."),
            )  # fmt: skip

    def _raw(self, name: str, most: int = cell_values.LONGEST) -> str:
        place = self.mapping.columns.get(name)
        if place is None or place >= len(self.cells) or place in self.spoilt:
            return ""
        return self.cells[place][:most]

    def _given(self, name: str) -> str:
        """A value given with the registration. It is cut only beyond the length at which it is refused."""
        text = clean(self._raw(name, 2 * given.MOST[name]))
        return "" if text.strip("-–—. ").lower() in NOTHING else text

    def _text(self, name: str) -> str:
        return clean(self._raw(name))

    def _read(self, name: str, reader: Callable[[str], str]) -> str:
        """The value of an optional cell, or an empty text after an error."""
        text = self._text(name)
        if text.strip("-–—. ").lower() in NOTHING:
            return ""
        try:
            return reader(text)
        except Invalid as refusal:
            self._error(name, refusal.message)
            return ""

    def _country(self, text: str) -> str:
        """The country. An unknown nationality leaves it empty: the agency's country is then the guess."""
        place = self.mapping.columns.get("country", 0)
        title = self.mapping.titles[place] if place < len(self.mapping.titles) else ""
        try:
            return cell_values.nationality(text, self.country)
        except Invalid:
            if fold(title[:80]) not in NATIONALITIES:
                raise
            self.result.guesses.append("country")
            self.result.faults["country"] = text
            return ""

    def _sex_by_address(self) -> str:
        """The sex that a form of address tells (Mme, г-н), or an empty text (Dr, Col.)."""
        try:
            return cell_values.sex(self._text("form_of_address"))
        except Invalid:
            return ""

    def _error(self, name: str, message: Message) -> None:
        columns = self.mapping.columns
        self.result.faults.setdefault(name, self._given(name) if name in given.NAMES else self._text(name))
        place = next(
            (columns[n] for n in (name, "full_name", "passport_name", "family_name") if n in columns), 0
        )
        if place not in self.spoilt:  # the error of a spoilt cell was named already
            self._error_at(place, message)

    def _error_at(self, place: int, message: Message) -> None:
        title = clean(self.mapping.titles[place]) if place < len(self.mapping.titles) else ""
        value = clean(self.cells[place][: cell_values.LONGEST]) if place < len(self.cells) else ""
        if name := next((name for name, one in self.mapping.columns.items() if one == place), ""):
            self.result.faults.setdefault(name, value)
        self.result.errors.append(
            CellError(
                self.result.number, column_letter(place), title[:80], value[:80], message, self.table.sheet
            )
        )

    def _names(self) -> tuple[str, str, str]:
        family, given, native = (
            self._text("family_name"),
            self._text("given_names"),
            self._text("native_name"),
        )
        passport, full = self._text("passport_name"), self._text("full_name")
        patronymic = self._text("patronymic")
        if passport:
            native = native or full or " ".join(part for part in (family, given, patronymic) if part)
            return (*self._passport_split(passport, family), native)
        if not family and full:
            family, given = split_full_name(full) if len(full) <= MOST_OF_A_NAME else (full, full)
            self.result.guesses += ["family_name", "given_names"]
        elif patronymic:
            given = f"{given} {patronymic}"
        elif given and not given.strip("-–—"):
            given = ""  # a dash says that the person has one name only
            if any(map(str.isalpha, family)):
                return family, given, native
        if not family:
            self._error(
                "family_name",
                msg("The family name is missing. If the person has only one name, write it here."),
            )
        elif not any(map(str.isalpha, family)):
            self._error("family_name", msg("This is no family name: it has no letters. Write the name."))
        if not given:
            self._error(
                "given_names",
                msg("The given names are missing. Write them, or a dash for somebody with one name only."),
            )
        elif not any(map(str.isalpha, given)):
            self._error("given_names", msg("Given names have letters: these have none. Write the names."))
        return family, given, native

    def _passport_split(self, passport: str, native_family: str) -> tuple[str, str]:
        """Split by comma or capitals, by the family name in its own column, or by the header's order."""
        if len(passport) > MOST_OF_A_NAME:
            return passport, passport
        parts = _joined_particles(passport.split())
        if len(parts) < 2:
            self._error("passport_name", msg("Both names are needed: write them as in the passport."))
            return passport, ""
        capitals = sum(part.isupper() and len(part) > 1 and "." not in part for part in parts)
        if "," in passport or 0 < capitals < len(parts):
            told = split_full_name(passport)
            if all(told):
                self.result.guesses += ["family_name", "given_names"]
                return told
        if native_family:
            for place in (0, len(parts) - 1):
                if _alike(parts[place], native_family):
                    return parts[place], " ".join(parts[:place] + parts[place + 1 :])
        place, titles = self.mapping.columns["passport_name"], self.mapping.titles
        title = fold(titles[place]) if place < len(titles) else ""
        family_first = (
            re.search(r"(familiya|surname|family|nom).*(imya|given|prenom|first)", title) is not None
        )
        family_last = (
            re.search(r"(imya|given|prenom|first).*(familiya|surname|family|nom)", title) is not None
        )
        if not (family_first and len(parts) == 2 and native_family):
            self.result.guesses += ["family_name", "given_names"]
        if family_first and not family_last:
            return parts[0], " ".join(parts[1:])
        return parts[-1], " ".join(parts[:-1])


def _joined_particles(parts: list[str]) -> list[str]:
    joined: list[str] = []
    belongs = False
    for part in parts:
        if belongs:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
        belongs = fold(part).rpartition(" ")[2] in PARTICLES
    return joined


def _alike(latin: str, native: str) -> bool:
    """Whether two folded spellings begin alike. Transliterations differ mostly at the end."""
    a, b = fold(latin).replace(" ", ""), fold(native).replace(" ", "")
    return bool(a) and bool(b) and a[:3] == b[:3]


def first_of(found: dict[str, T], email: str) -> T | None:
    """The thing in ``found`` (e-mail address → thing) with this address or with none.

    With an empty ``email``, the first thing in ``found``.
    """
    return found.get(email, found.get("")) if email else next(iter(found.values()), None)


def mark_duplicates(rows: list[RosterRow], mapping: Mapping, sheet: str) -> None:
    """Mark rows with the same name as the same person, unless the two have different e-mail addresses."""
    seen: dict[str, dict[str, RosterRow]] = {}
    for row in rows:
        if not row.values["family_name"] or not row.values["given_names"] and row.errors:
            continue
        key = same_person_key(row.values["family_name"], row.values["given_names"])
        email, named = row.values["email"], seen.setdefault(key, {})
        earlier = first_of(named, email)
        named.setdefault(email, row)
        if earlier is not None:
            place = mapping.columns.get(
                "family_name", mapping.columns.get("full_name", mapping.columns.get("passport_name", 0))
            )
            row.errors.append(
                CellError(
                    row.number, column_letter(place),
                    clean(mapping.titles[place])[:80] if place < len(mapping.titles) else "",
                    row.values["family_name"][:80],
                    msg("This person stands in row %(row)s already. Delete one of the two rows, or tell them apart by"
                        " e-mail address.", row=earlier.number), sheet,
                )
            )  # fmt: skip

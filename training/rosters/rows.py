"""Rows into people: every cell checked, every mistake named by row and column, guesses marked as proposals."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from training.errors import Invalid
from training.names import clean, fold, same_person_key, split_full_name
from training.rosters import values as cell_values
from training.rosters.headers import Mapping
from training.rosters.read import Table
from training.text import Message, msg

LONGEST = {
    "family_name": 200,
    "given_names": 200,
    "native_name": 200,
    "function": 200,
    "rank": 100,
    "phone": 40,
}
PARTICLES = {"al", "el", "abd", "abdel", "abdul", "bin", "ben", "ibn", "abu", "de", "da", "di", "van", "von", "der",
             "den", "la"}  # fmt: skip
NOTHING = {"", "n/a", "na", "none", "н/д"}
"""What people write into a cell that has to stay empty, dashes and points apart."""


@dataclass(frozen=True)
class CellError:
    """What is wrong with one cell: ``row`` and ``column`` as the sheet shows them (1, A)."""

    row: int
    column: str
    title: str
    value: str
    message: Message


@dataclass
class RosterRow:
    """A person as the sheet has them. ``proposals`` name the fields that were guessed and want a confirmation."""

    number: int
    values: dict[str, str]
    errors: list[CellError] = field(default_factory=list)
    proposals: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Roster:
    """A whole file: its people, and the rows that hold none."""

    rows: list[RosterRow]
    skipped: list[int]

    @property
    def errors(self) -> list[CellError]:
        """Every error, row by row."""
        return [error for row in self.rows for error in row.errors]


def parse(table: Table, mapping: Mapping, *, default_country: str) -> Roster:
    """The people below the header row; ``default_country`` helps to read phone numbers."""
    rows: list[RosterRow] = []
    skipped: list[int] = []
    for number, cells in enumerate(table.rows[mapping.header_row :], start=mapping.header_row + 1):
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            continue
        if _is_footer(cells, mapping, len(filled)):
            skipped.append(number)
            continue
        rows.append(_Reader(cells, mapping, number, default_country).row())
    _mark_doubles(rows, mapping)
    return Roster(rows, skipped)


def column_letter(place: int) -> str:
    """A, B, … Z, AA: what the sheet calls the column with this index."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _is_footer(cells: list[str], mapping: Mapping, filled: int) -> bool:
    """A remark below the list: one filled cell that is no name, or neither a name nor an address in the row."""
    places = mapping.columns
    if len(places) < 2:
        return False
    if filled == 1:
        place = next(n for n, cell in enumerate(cells) if cell.strip())
        named = {places[name] for name in ("family_name", "full_name", "passport_name") if name in places}
        return place not in named or len(cells[place].split()) > 4
    telling = ("family_name", "given_names", "full_name", "passport_name", "native_name", "email", "phone")
    return not any(
        cells[places[name]].strip() for name in telling if name in places and places[name] < len(cells)
    )


class _Reader:
    """Reads one row; collects its errors."""

    def __init__(self, cells: list[str], mapping: Mapping, number: int, default_country: str) -> None:
        self.cells, self.mapping, self.country = cells, mapping, default_country
        self.result = RosterRow(number, {})

    def row(self) -> RosterRow:
        values = self.result.values
        values["family_name"], values["given_names"], values["native_name"] = self._names()
        readers: dict[str, Callable[[str], str]] = {
            "sex": cell_values.sex, "country": cell_values.country, "language": cell_values.language,
            "email": cell_values.email, "phone": lambda text: cell_values.phone(text, self.country),
        }  # fmt: skip
        for name, reader in readers.items():
            values[name] = self._read(name, reader)
        values["sex"] = values["sex"] or self._sex_by_address()
        for name in ("function", "rank"):
            values[name] = self._text(name)
        for name, most in LONGEST.items():
            if len(values[name]) > most:
                by_passport = name in {"family_name", "given_names"} and self._text("passport_name")
                self._error(
                    "passport_name" if by_passport else name,
                    msg("This is longer than %(most)s characters.", most=most),
                )
        return self.result

    def _raw(self, name: str) -> str:
        place = self.mapping.columns.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def _text(self, name: str) -> str:
        return clean(self._raw(name))

    def _read(self, name: str, reader: Callable[[str], str]) -> str:
        """The value of an optional cell; an error keeps it empty."""
        text = self._text(name)
        if text.strip("-–—. ").lower() in NOTHING:
            return ""
        try:
            return reader(text)
        except Invalid as refusal:
            self._error(name, refusal.message)
            return ""

    def _sex_by_address(self) -> str:
        """Told by the form of address, where it tells (Mme, г-н); Dr and Col. do not."""
        try:
            return cell_values.sex(self._text("form_of_address"))
        except Invalid:
            return ""

    def _error(self, name: str, message: Message) -> None:
        columns = self.mapping.columns
        place = next(
            (columns[n] for n in (name, "full_name", "passport_name", "family_name") if n in columns), 0
        )
        title = clean(self.mapping.titles[place]) if place < len(self.mapping.titles) else ""
        value = clean(self.cells[place]) if place < len(self.cells) else ""
        self.result.errors.append(
            CellError(self.result.number, column_letter(place), title[:80], value[:80], message)
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
            family, given = split_full_name(full)
            self.result.proposals += ["family_name", "given_names"]
        elif patronymic:
            given = f"{given} {patronymic}"
        if not family:
            self._error("family_name", msg("The family name is missing."))
        elif not any(map(str.isalpha, family)):
            self._error("family_name", msg("A family name has letters: this is none."))
        if not given:
            self._error("given_names", msg("The given names are missing."))
        return family, given, native

    def _passport_split(self, passport: str, native_family: str) -> tuple[str, str]:
        """Split by the family name known from its own column, else by the order that the header states."""
        parts = _joined_particles(passport.split())
        if len(parts) < 2:
            self._error("passport_name", msg("Both names are needed, as in the passport."))
            return passport, ""
        capitals = sum(part.isupper() and len(part) > 1 and "." not in part for part in parts)
        if "," in passport or 0 < capitals < len(parts):
            told = split_full_name(passport)
            if all(told):
                self.result.proposals += ["family_name", "given_names"]
                return told
        if native_family:
            for place in (0, len(parts) - 1):
                if _alike(parts[place], native_family):
                    return parts[place], " ".join(parts[:place] + parts[place + 1 :])
        title = fold(self.mapping.titles[self.mapping.columns["passport_name"]])
        family_first = (
            re.search(r"(familiya|surname|family|nom).*(imya|given|prenom|first)", title) is not None
        )
        family_last = (
            re.search(r"(imya|given|prenom|first).*(familiya|surname|family|nom)", title) is not None
        )
        if not (family_first and len(parts) == 2 and native_family):
            self.result.proposals += ["family_name", "given_names"]
        if family_first and not family_last:
            return parts[0], " ".join(parts[1:])
        return parts[-1], " ".join(parts[:-1])


def _joined_particles(parts: list[str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        if joined and fold(joined[-1]).split()[-1:] and fold(joined[-1]).split()[-1] in PARTICLES:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def _alike(latin: str, native: str) -> bool:
    """Whether two spellings begin alike once both are folded: transliterations differ in their tails."""
    a, b = fold(latin).replace(" ", ""), fold(native).replace(" ", "")
    return bool(a) and bool(b) and a[:3] == b[:3]


def _mark_doubles(rows: list[RosterRow], mapping: Mapping) -> None:
    """The same name twice is one person twice, unless their e-mail addresses differ."""
    seen: dict[tuple[str, str], RosterRow] = {}
    for row in rows:
        if not row.values["family_name"] or not row.values["given_names"]:
            continue
        key = (same_person_key(row.values["family_name"], row.values["given_names"]), row.values["email"])
        earlier = seen.setdefault(key, row)
        if earlier is not row:
            place = mapping.columns.get(
                "family_name", mapping.columns.get("full_name", mapping.columns.get("passport_name", 0))
            )
            row.errors.append(
                CellError(
                    row.number, column_letter(place), mapping.titles[place], row.values["family_name"][:80],
                    msg("This person stands in row %(row)s already. Delete one of the two rows, or tell them apart by"
                        " e-mail address.", row=earlier.number),
                )
            )  # fmt: skip

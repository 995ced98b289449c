"""Rows into people: every cell checked, every mistake named by row and column, guesses marked as proposals."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import phonenumbers
from babel import Locale
from email_validator import EmailNotValidError, validate_email

from training.names import clean, fold, same_person_key, split_full_name
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
SEXES = {
    "f": ("f", "female", "woman", "w", "feminin", "femme", "ж", "жен", "женский", "женщина", "أنثى", "انثى", "امرأة", "mrs", "ms",
          "mme", "madame", "mlle", "miss", "г жа", "السيدة", "ف"),
    "m": ("m", "male", "man", "masculin", "homme", "h", "м", "муж", "мужской", "мужчина", "ذكر", "رجل", "mr", "mister",
          "monsieur", "г н", "السيد"),
    "x": ("x", "other", "diverse", "non binary", "autre", "другой", "آخر"),
}  # fmt: skip
SEX_BY_KEY = {fold(word): sex for sex, words in SEXES.items() for word in words}
PARTICLES = {
    "al",
    "el",
    "abd",
    "abdel",
    "abdul",
    "bin",
    "ben",
    "ibn",
    "abu",
    "de",
    "da",
    "di",
    "van",
    "von",
    "der",
    "den",
    "la",
}


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
    """One filled cell where a list has several columns is a remark below the list, unless it is a name's."""
    if filled > 1 or len(mapping.columns) < 2:
        return False
    name_places = {
        mapping.columns[name]
        for name in ("family_name", "full_name", "passport_name")
        if name in mapping.columns
    }
    place = next(n for n, cell in enumerate(cells) if cell.strip())
    return place not in name_places or len(cells[place].split()) > 4


class _Reader:
    """Reads one row; collects its errors."""

    def __init__(self, cells: list[str], mapping: Mapping, number: int, default_country: str) -> None:
        self.cells, self.mapping, self.country = cells, mapping, default_country
        self.result = RosterRow(number, {})

    def row(self) -> RosterRow:
        values = self.result.values
        values["family_name"], values["given_names"], values["native_name"] = self._names()
        readers: dict[str, Callable[[], str]] = {
            "sex": self._sex, "country": self._country, "language": self._language,
            "email": self._email, "phone": self._phone,
        }  # fmt: skip
        for name, reader in readers.items():
            values[name] = reader()
        for name in ("function", "rank"):
            values[name] = self._text(name)
        for name, most in LONGEST.items():
            if len(values[name]) > most:
                source = (
                    "full_name"
                    if name not in self.mapping.columns and "full_name" in self.mapping.columns
                    else name
                )
                self._error(source, msg("This is longer than %(most)s characters.", most=most))
        return self.result

    def _raw(self, name: str) -> str:
        place = self.mapping.columns.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def _text(self, name: str) -> str:
        return clean(self._raw(name))

    def _error(self, name: str, message: Message) -> None:
        place = self.mapping.columns.get(name, self.mapping.columns.get("family_name", 0))
        title = self.mapping.titles[place] if place < len(self.mapping.titles) else ""
        value = self.cells[place] if place < len(self.cells) else ""
        self.result.errors.append(
            CellError(self.result.number, column_letter(place), title, value[:80], message)
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
        if not given:
            self._error("given_names", msg("The given names are missing."))
        return family, given, native

    def _passport_split(self, passport: str, native_family: str) -> tuple[str, str]:
        """Split by the family name known from its own column, else by the order that the header states."""
        parts = _joined_particles(passport.split())
        if len(parts) < 2:
            self._error("passport_name", msg("Both names are needed, as in the passport."))
            return passport, ""
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

    def _sex(self) -> str:
        for name in ("sex", "form_of_address"):
            text = self._text(name)
            if not text:
                continue
            found = SEX_BY_KEY.get(fold(text).rstrip(".")) if "?" not in text else None
            if found:
                return found
            if name == "sex":
                self._error("sex", msg("Write F, M or X, or leave it empty."))
        return ""

    def _country(self) -> str:
        text = self._text("country")
        if not text:
            return ""
        found = country_code(text)
        if not found:
            self._error("country", msg("This country is not known. Write its name or its two-letter code."))
        return found

    def _language(self) -> str:
        text = fold(self._text("language"))
        return _languages().get(text, text if re.fullmatch(r"[a-z]{2}", text) else "")

    def _email(self) -> str:
        text = self._text("email").replace(" ", "").lower()
        if not text:
            return ""
        try:
            return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()[
                :254
            ]
        except EmailNotValidError:
            self._error("email", msg("This is not an e-mail address: it needs a name, an @ and a domain."))
            return ""

    def _phone(self) -> str:
        text = latin_digits(self._text("phone"))
        if not text:
            return ""
        text = re.sub(r"^\s*00", "+", text)
        digits = re.sub(r"\D", "", text)
        if not 5 <= len(digits) <= 20:
            self._error("phone", msg("This is not a phone number: it needs 5 to 20 digits."))
            return ""
        try:
            number = phonenumbers.parse(text, self.country or None)
        except phonenumbers.NumberParseException:
            return text
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return text


def latin_digits(text: str) -> str:
    """Arabic-Indic and other decimal digits as 0 to 9."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def country_code(text: str) -> str:
    """The two-letter code of a country given by code or by its name in one of the languages; empty when unknown."""
    if re.fullmatch(r"[A-Za-z]{2}", text) and text.upper() in Locale("en").territories:
        return text.upper()
    return _countries().get(fold(text), "")


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


@cache
def _countries() -> dict[str, str]:
    return {
        fold(name): code
        for language in ("ar", "ru", "fr", "en")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }


@cache
def _languages() -> dict[str, str]:
    return {
        fold(name): code
        for language in ("ar", "ru", "fr", "en")
        for code, name in Locale(language).languages.items()
        if len(code) == 2
    }

"""An odd file, and what must come out of it; the rows and people that several of them share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.rosters.make_odd_files import xlsx

Error = tuple[int, str, str, str]

HEAD = ["Surname", "First name", "Sex", "E-mail"]

LEE, KOVAC = ["Lee", "Ann", "f", "ann@a.example"], ["Kovač", "Bo", "m", "bo@a.example"]

TWO = [HEAD, LEE, KOVAC]

BOTH = ["Lee, Ann", "Kovač, Bo"]

ONE = ["Lee, Ann"]

RU = [["Фамилия", "Имя", "Пол"], ["Щёголева", "Юлия", "ж"], ["Бережной", "Олег", "м"]]

RU_PEOPLE = ["Щёголева, Юлия", "Бережной, Олег"]

RU_PLAIN = [["Фамилия", "Имя", "Пол"], ["Щеголева", "Юлия", "ж"], ["Бережной", "Олег", "м"]]

AR = [["اسم العائلة", "الاسم الأول", "الجنس"], ["العلي", "خالد", "ذكر"], ["الحسن", "ليلى", "أنثى"]]

AR_PEOPLE = ["العلي, خالد", "الحسن, ليلى"]

FR = [["Nom", "Prénom", "Sexe"], ["Lefèvre", "Zoé", "F"], ["Françoise-Noël", "André", "M"]]

FR_PEOPLE = ["Lefèvre, Zoé", "Françoise-Noël, André"]

PL = [["Family name", "Given names", "Function"], ["Łukasiewicz", "Stanisław", "naczelnik wydziału"],
      ["Świątek", "Małgorzata", "inspektor"], ["Żak", "Józef", "kierownik"]]  # fmt: skip

PL_PEOPLE = ["Łukasiewicz, Stanisław", "Świątek, Małgorzata", "Żak, Józef"]

TR = [
    ["Family name", "Given names", "Function"],
    ["Yılmaz", "Ayşe", "Şube müdürü"],
    ["Çağlar", "Gökhan", "uzman"],
]

TR_PEOPLE = ["Yılmaz, Ayşe", "Çağlar, Gökhan"]

RO = [
    ["Family name", "Given names", "Function"],
    ["Şerban", "Ştefan", "inspector"],
    ["Ţurcanu", "Ion", "şef"],
]

CZ = [
    ["Family name", "Given names", "Function"],
    ["Šťastný", "Tomáš", "inspektor"],
    ["Němcová", "Božena", "ředitelka"],
]

CZ_PEOPLE = ["Šťastný, Tomáš", "Němcová, Božena"]

LOST = "letter of this cell was lost"

SENTENCE_WRONG_KIND = "content of the file does not match its name"

UNREADABLE = "cannot be read as a spreadsheet"


@dataclass(frozen=True)
class Odd:
    """A file, and what must come out of it: people and errors, or a refusal."""

    name: str
    make: Callable[[], bytes]
    people: Sequence[str] = ()
    file: str = "list.xlsx"
    refused: str = ""
    errors: Sequence[Error] = ()
    """(row, column, beginning of the value, words of the sentence)."""
    skipped: Sequence[int] = ()
    values: dict[str, list[str]] = field(default_factory=dict)
    """Field → its value for each of the people."""
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    """(row, column index) → the text of the cell, where it is not stored."""
    sheet: str | None = None
    others: Sequence[str] = ()
    unmatched: Sequence[str] | None = None
    guessed: Sequence[str] = ()
    has_header: bool = True
    header_row: int | None = None


def odd(name: str, make: Callable[[], bytes], people: Sequence[str] = (), **expected: Any) -> Odd:
    """A line of the table."""
    return Odd(name, make, people, **expected)


def csv(
    name: str, content: bytes | str, people: Sequence[str] = (), file: str = "list.csv", **expected: Any
) -> Odd:
    """A line of the table for a text."""
    raw = content.encode() if isinstance(content, str) else content
    return Odd(name, lambda: raw, people, file=file, **expected)


def one(name: str, cell: Any, title: str, people: Sequence[str] = ONE, **expected: Any) -> Odd:
    """A workbook with one person, whose third cell is odd."""
    return Odd(
        name, lambda: xlsx([["Surname", "First name", title], ["Lee", "Ann", cell]]), people, **expected
    )


def value(name: str, typed: Any, title: str, to: str, kept: str) -> Odd:
    """A cell that is read as something."""
    return one(name, typed, title, values={to: [kept]})


def wrong(name: str, typed: Any, title: str, words: str, shown: str | None = None) -> Odd:
    """A cell that is refused where it stands, with its value."""
    return one(name, typed, title, (), errors=[(2, "C", str(typed) if shown is None else shown, words)])


def named(name: str, family: str, given: str, person: str | None = None, **expected: Any) -> Odd:
    """A person whose names are odd and stay as they are."""
    people = [person or f"{family}, {given}"]
    return Odd(
        name, lambda: xlsx([["Surname", "First name", "Sex"], [family, given, "f"]]), people, **expected
    )

"""Columns as people say them, and rows that they paste."""

from __future__ import annotations

import pytest

from tests.rosters.make_odd_files import xlsx
from training.errors import Invalid
from training.rosters import headers, read, rows

LINES = [["Nom", "Lee", "x"], ["A", "Ann", "f"], ["B", "Bo", "m"]]


def table(lines: list[list[str]]) -> read.Table:
    return read.Table(lines, "List", "", "list.xlsx")


def people(found: read.Table, mapping: headers.Mapping | None = None) -> list[str]:
    roster = rows.parse(found, mapping or headers.match(found), default_country="AT")
    assert roster.errors == []
    return [f"{row.values['family_name']}, {row.values['given_names']}" for row in roster.rows]


def test_the_fields_are_named_in_order() -> None:
    assert headers.FIELDS[:2] == ("family_name", "given_names")
    assert len(set(headers.FIELDS)) == len(headers.FIELDS) == len(headers.HEADERS)


def test_a_person_says_what_the_columns_hold() -> None:
    found = table([["Last", "Nick", "Real", "Note"], ["Lee", "Annie", "Ann", "a@b.example"]])

    mapping = headers.remapped(found, {0: "family_name", 1: "", 2: "given_names"}, header_row=1)

    assert people(found, mapping) == ["Lee, Ann"]
    assert mapping.columns == {"family_name": 0, "given_names": 2}
    assert (mapping.guessed, mapping.unmatched) == ([], ["Nick", "Note"])


def test_countries_one_of_which_is_misspelt_are_nobodys_names() -> None:
    found = table(
        [["Mesto", "Prezime", "Ime"], ["AT", "Petran", "Ana"], ["UA", "Lovran", "Iva"], ["DE", "Kolar", "Eva"],
         ["Narnia", "Zorin", "Mia"]]
    )  # fmt: skip

    assert headers.match(found).columns == {"family_name": 1, "given_names": 2}


def test_a_person_says_that_there_is_no_header() -> None:
    found = table([["Name", "Nom", "f"], ["Lee", "Ann", "f"]])

    mapping = headers.remapped(found, {0: "family_name", 1: "given_names", 2: "sex"}, header_row=0)

    assert people(found, mapping) == ["Name, Nom", "Lee, Ann"]
    assert mapping.has_header is False


def test_the_header_is_found_where_nobody_says_where_it_stands() -> None:
    found = table([["List"], ["Surname", "First name"], ["Lee", "Ann"]])

    assert headers.remapped(found, {0: "given_names", 1: "family_name"}).header_row == 2
    assert people(found, headers.remapped(found, {0: "given_names", 1: "family_name"})) == ["Ann, Lee"]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({0: "family_name", 1: "family_name"}, "Columns A and B are set to the same"),
        ({0: "family_name"}, "Say which columns hold"),
        ({0: "email", 1: "sex"}, "Say which columns hold"),
        ({}, "Say which columns hold"),
        ({0: "family_name", 1: "given_names", 2: "password_hash"}, "no such column or field"),
        ({0: "family_name", 3: "given_names"}, "no such column or field"),
        ({-1: "family_name", 1: "given_names"}, "no such column or field"),
    ],
)
def test_what_cannot_be_is_refused(columns: dict[int, str], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        headers.remapped(table(LINES), columns)


@pytest.mark.parametrize(
    "columns", [{0: "full_name"}, {0: "passport_name"}, {0: "family_name", 1: "given_names"}]
)
def test_one_full_name_or_two_halves_are_enough(columns: dict[int, str]) -> None:
    assert headers.remapped(table(LINES), columns).columns == {name: place for place, name in columns.items()}


@pytest.mark.parametrize("row", [-1, 4])
def test_a_header_row_stands_in_the_sheet(row: int) -> None:
    with pytest.raises(Invalid, match="no such row"):
        headers.remapped(table(LINES), {0: "family_name", 1: "given_names"}, header_row=row)


def test_names_told_by_their_cells_want_a_confirmation() -> None:
    found = read.read(xlsx([["Lee", "Ann", "f"], ["Kovač", "Bo", "m"]]), "list.xlsx")

    roster = rows.parse(found, headers.match(found), default_country="AT")

    assert all({"family_name", "given_names"} <= set(row.guesses) for row in roster.rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Surname\tFirst name\nLee\tAnn\nKovač\tBo", ["Lee, Ann", "Kovač, Bo"]),
        ("\ufeffSurname\tFirst name\r\nLee\tAnn\r\n\r\n", ["Lee, Ann"]),
        ('Surname\tFirst name\tPost\nLee\tAnn\t"Head\nof ""unit"""\nKovač\tBo\t', ["Lee, Ann", "Kovač, Bo"]),
        ("Lee\tAnn\tann@a.example\nKovač\tBo\tbo@a.example", ["Lee, Ann", "Kovač, Bo"]),
        ("Surname;First name\nLee;Ann", ["Lee, Ann"]),
        ('Surname,First name,Post\nLee,Ann,"Head, unit"', ["Lee, Ann"]),
        ("Фамилия\tИмя\nЩёголева\tЮлия", ["Щёголева, Юлия"]),
        ("Ann LEE <ann@a.example>; Bo KOVAČ <bo@a.example>", ["LEE, Ann", "KOVAČ, Bo"]),
        ('"Lee, Ann" <ann@a.example>\n"Kovač, Bo" <bo@a.example>\n', ["Lee, Ann", "Kovač, Bo"]),
        ("Lee\u200b\tAnn\x00\tf\nKovač\tBo\ud800\tm", ["Lee, Ann", "Kovač, Bo"]),
        ("  Surname\tFirst name\n\t\nLee\tAnn", ["Lee, Ann"]),
    ],
)
def test_rows_are_pasted_as_they_come(text: str, expected: list[str]) -> None:
    assert people(read.pasted(text)) == expected


def test_the_same_paste_has_the_same_fingerprint() -> None:
    one, other = read.pasted("Lee\tAnn"), read.pasted("Lee\tBo")

    assert one.sha256 == read.pasted("Lee\tAnn").sha256 != other.sha256
    assert (one.sheet, one.file_name, one.is_text) == ("", "", True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "nothing here yet"),
        (" \n\t\r\n", "nothing here yet"),
        ("x" * (read.MOST_PASTED + 1), "too much to paste"),
        ("a\tb\n" * 20_001, "20,000 rows"),
        ("\t".join("abcdefghij" * 21), "200 columns"),
        ('Surname\tFirst name\nLee\t"Ann', "Row 2 has a quotation mark"),
    ],
)
def test_a_paste_that_cannot_be_read_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refusal:
        read.pasted(text)
    assert refusal.value.field == "rows"

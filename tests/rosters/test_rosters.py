"""Rosters in the shapes in which agencies send them, and files that are refused with a sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from config import ROOT
from tests.rosters import at_most
from training.errors import Invalid
from training.rosters import child, headers, read, rows

SAMPLES = ROOT / "tests" / "data" / "rosters"


def parsed(name: str) -> rows.Roster:
    table = read.read((SAMPLES / name).read_bytes(), name)
    return rows.parse(table, headers.match(table), default_country="AT")


def book(*lines: list[object]) -> bytes:
    made = openpyxl.Workbook()
    for line in lines:
        made.active.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def of(content: bytes, name: str = "list.xlsx") -> rows.Roster:
    table = read.read(content, name)
    return rows.parse(table, headers.match(table), default_country="AT")


def test_english_with_title_rows_a_footer_and_a_namesake():
    found = parsed("norland-en.xlsx")

    assert (len(found.rows), found.errors, found.skipped) == (18, [], [24])
    smiths = [r.values["email"] for r in found.rows if r.values["family_name"] == "Smith"]
    assert smiths == ["p10@border.norland.example", "p11@border.norland.example"]
    assert found.rows[0].number == 5


def test_russian_with_patronymics_and_the_passport_name():
    found = parsed("velmar-ru.xlsx")

    assert (len(found.rows), found.errors) == (10, [])
    names = [(r.values["family_name"], r.values["given_names"], r.values["native_name"]) for r in found.rows]
    assert names[1] == ("Shchegolev", "Petr", "Щёголев Пётр Ильич")
    assert names[7] == ("Ter-Petrosyan", "Armen", "Тер-Петросян Армен Гагикович")
    assert found.rows[5].values["email"] == "u6@granitsa.example"
    assert [r.values["sex"] for r in found.rows[:2]] == ["f", "m"]
    assert not any(r.guesses for r in found.rows)


def test_french_in_cp1252_with_the_sex_told_by_the_form_of_address():
    found = parsed("ministere-fr.csv")

    assert (len(found.rows), found.errors) == (6, [])
    assert [r.values["sex"] for r in found.rows] == ["f", "m", "m", "f", "m", "f"]
    assert found.rows[3].values["family_name"] == "Œuvrard"
    assert found.rows[4].values["phone"] == "+221 33 555 01 15"


def test_arabic_full_names_are_split_by_a_guess():
    found = parsed("marqab-ar.xlsx")

    assert (len(found.rows), found.errors) == (7, [])
    first = found.rows[0]
    assert (first.values["family_name"], first.values["given_names"]) == ("ABDEL RAHMAN", "MOHAMED")
    assert first.values["native_name"] == "محمد عبد الرحمن"
    assert first.values["phone"] == "+962 6 555 0101"
    assert all(r.guesses for r in found.rows)


def test_every_cell_at_fault_is_named_and_a_formula_is_text():
    found = parsed("with-errors.xlsx")

    assert [(e.row, e.column) for e in found.errors] == [
        (3, "A"),
        (4, "B"),
        (5, "C"),
        (6, "D"),
        (7, "A"),
        (9, "A"),
    ]
    assert found.rows[6].values["family_name"] == "=HYPERLINK"


@pytest.mark.parametrize(
    "titles",
    [["Фамилия", "Имя", "Пол"], ["Nom", "Prénom", "Sexe"], ["اسم العائلة", "الاسم الأول", "الجنس"], ["SURNAME", "first name", "Gender"],
     ["Sex", "Given names", "Family name"]],
)  # fmt: skip
def test_headers_are_matched_in_every_language_and_order(titles):
    values = {"Sex": "f", "Given names": "Ann", "Family name": "Lee"}
    line = [values.get(t, v) for t, v in zip(titles, ["Lee", "Ann", "f"], strict=True)]

    found = of(book(["A title"], [], titles, line))

    assert found.rows[0].values | {} == {
        **found.rows[0].values,
        "family_name": "Lee",
        "given_names": "Ann",
        "sex": "f",
    }


def test_columns_that_match_nothing_are_listed():
    table = read.read(book(["Surname", "First name", "Shoe size"], ["Lee", "Ann", 38]), "x.xlsx")

    assert headers.match(table).unmatched == ["Shoe size"]


def test_of_two_columns_for_one_thing_the_first_is_taken_and_the_other_named():
    table = read.read(
        book(["Surname", "First name", "Country", "Nationality", "Phone", "Mobile"],
             ["Lee", "Ann", "Austria", "Ukraine", "+43 1 5550101", "+43 1 5550102"]), "x.xlsx",
    )  # fmt: skip
    mapping = headers.match(table)

    found = rows.parse(table, mapping, default_country="AT").rows[0].values
    assert (found["country"], found["phone"]) == ("AT", "+43 1 5550101")
    assert mapping.unmatched == ["Nationality", "Mobile"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_any_encoding_and_separator(encoding, separator):
    lines = [
        ["Фамилия", "Имя", "Должность"],
        ["Щёголева", "Юлия", "инспектор отдела"],
        ["Бережная", "Оксана", "переводчик"],
    ]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)

    found = of(content, "list.csv")

    assert [r.values["family_name"] for r in found.rows] == ["Щёголева", "Бережная"]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (200 * 1024 * 1024))
    return out.getvalue()


def wide() -> bytes:
    return book(["Surname", "First name", *[f"c{n}" for n in range(16_382)]])


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (lambda: b"%PDF-1.7 not a sheet", "list.xlsx", "does not match its name"),
        (lambda: b"%PDF-1.7 not a sheet", "list.csv", "does not match its name"),
        (bomb, "list.xlsx", "too large when it is unpacked"),
        (wide, "list.xlsx", "more than 200 columns"),
        (lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "list.xlsx", "password"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 2000, "list.xlsx", "does not match its name"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 2000, "list.xls", "cannot be read"),
        (lambda: b"PK\x03\x04 broken", "list.xlsx", "cannot be read"),
        (lambda: b"", "list.xlsx", "nothing in this file"),
        (lambda: book(["hello"], ["there"]), "list.xlsx", "No header row"),
        (lambda: b"MZ program", "list.exe", "Send the list as"),
        (lambda: b"a,b\n" * 30_000, "list.csv", "20,000 rows"),
        (lambda: b"Surname;First name\n\x00\x00\x00", "list.csv", "cannot be read"),
    ],
)
def test_wrong_files_are_refused_with_little_work(make, name, sentence):
    content = make()

    with at_most(50), pytest.raises(Invalid, match=sentence):
        of(content, name)


def test_nothing_of_the_application_is_loaded_where_a_file_is_opened():
    source = Path(read.CHILD).read_text()

    assert "from training" not in source and "import training" not in source


def test_a_database_error_cannot_hide_in_odd_names():
    found = of(book(["Surname", "First name"], ["\u202eevil\u200b  Name ", "A\u00adnn"]))

    assert (found.rows[0].values["family_name"], found.rows[0].values["given_names"]) == ("evil Name", "Ann")


def test_signs_that_stand_in_western_names_are_no_lost_letters():
    for text in ("Mª José, Jefa de la 2ª Sección", "Técnico, Nº 3", "Srª Núñez", "£ 100, 3³"):
        assert child.NO_WESTERN.search(text) is None
    for text in ("£ukasz", "Stanis³aw", "ªerban", "Dragoº", "Þurcanu"):
        assert child.NO_WESTERN.search(text)

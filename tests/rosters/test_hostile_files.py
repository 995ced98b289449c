"""Files made to hurt: refused with a sentence, soon, and without the process that asked growing."""

from __future__ import annotations

import io
import random
import resource
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from config import ROOT
from tests.rosters import at_most, cpu_seconds, reference
from training.errors import Invalid
from training.rosters import headers, read, rows

SAMPLES = ROOT / "tests" / "data" / "rosters"
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Surname</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>First name</t></is></c></row>'
)
PERSON = (
    '<row r="2"><c r="A2" t="inlineStr"><is><t>Lee</t></is></c>'
    '<c r="B2" t="inlineStr"><is><t>Ann</t></is></c></row>'
)


def of(content: bytes, name: str = "list.xlsx") -> rows.Roster:
    table = read.read(content, name)
    return rows.parse(table, headers.match(table), default_country="AT")


def book(*lines: list[object]) -> bytes:
    made = openpyxl.Workbook()
    for line in lines:
        made.active.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_parts(**parts: str) -> bytes:
    """A whole workbook whose named parts (``sheet``, ``strings``) are replaced or added."""
    paths = {"sheet": SHEET, "strings": "xl/sharedStrings.xml"}
    replaced = {paths[name]: text for name, text in parts.items()}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(["Surname", "First name"]))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, replaced.pop(name, source.read(name)))
        for name, text in replaced.items():
            target.writestr(name, text)
    return out.getvalue()


def sheet(cells: str, before: str = "") -> str:
    return f"<worksheet {NAMESPACE}>{before}<sheetData>{HEADER}{cells}</sheetData></worksheet>"


def with_member(name: str) -> bytes:
    out = io.BytesIO(book(["Surname", "First name"]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


def torn() -> bytes:
    content = bytearray((SAMPLES / "norland-en.xlsx").read_bytes())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo(SHEET).header_offset + 60
    content[start : start + 300] = b"\xff" * 300
    return bytes(content)


def repeated_text() -> bytes:
    """One long text in a shared list, which half a million cells point to: small, until it is spelt out."""
    cells = "".join(
        f'<row r="{n}">' + f'<c r="A{n}" t="s"><v>0</v></c><c r="B{n}" t="s"><v>0</v></c>' + "</row>"
        for n in range(2, 15_000)
    )
    text = f'<sst {NAMESPACE} count="1" uniqueCount="1"><si><t>{"x" * 4_000}</t></si></sst>'
    return with_parts(sheet=sheet(cells), strings=text)


def repeated_rows() -> bytes:
    """An ODS whose one row says that it stands there a million times, sixteen thousand cells wide."""
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="List"><table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return out.getvalue()


def many_members() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(20_000):
            archive.writestr(str(number), b"")
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (torn, "list.xlsx", "cannot be read"),
        (lambda: with_member("né.txt").replace("né".encode(), b"n\xff\xfe"), "list.xlsx", "cannot be read"),
        (lambda: with_member("xl/vbaProject.bin"), "list.xlsx", "has macros"),
        (lambda: book(["Surname"]), "list.xlsm", "has macros"),
        (lambda: book(["Surname"]), "list.xls", "does not match its name"),
        (many_members, "list.xlsx", "too large when it is unpacked"),
        (repeated_text, "list.xlsx", "too large when it is unpacked"),
        (repeated_rows, "list.ods", "unpacked|cannot be read|more than"),
        (lambda: with_parts(sheet=sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
         "list.xlsx", "unpacked|cannot be read|more than"),
        (lambda: with_parts(sheet=sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
         "list.xlsx", "20,000 rows"),
        (lambda: b"Surname;First name\n" + b"Lee;Ann\n" * 1000 + b"L\0ee;Bo\n", "list.csv", "cannot be read"),
        (lambda: b"a" * (read.MOST_BYTES + 1), "list.csv", "larger than 10 MB"),
        (lambda: b"Surname;First name;x\n" + b"Lee;Ann;" + b"y" * 30_000 + b"\n", "list.csv", "cannot be read"),
    ],
)  # fmt: skip
def test_it_is_refused_with_little_work_in_little_memory(
    make: Callable[[], bytes], name: str, sentence: str
) -> None:
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with at_most(50), pytest.raises(Invalid, match=sentence):
        of(content, name)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is():
    found = of(with_parts(sheet=sheet(PERSON, before='<dimension ref="A1:XFD1048576"/>')))

    assert [row.values["family_name"] for row in found.rows] == ["Lee"]


def test_a_hidden_sheet_and_a_cover_are_passed_by():
    made = openpyxl.Workbook()
    made.active.append(["Surname", "First name"])
    made.active.append(["Hidden", "One"])
    made.active.sheet_state = "hidden"
    made.create_sheet("Cover").append(["Please send this back by Friday"])
    people = made.create_sheet("People")
    people.append(["Surname", "First name"])
    people.append(["Lee", "Ann"])
    out = io.BytesIO()
    made.save(out)

    assert [row.values["family_name"] for row in of(out.getvalue()).rows] == ["Lee"]


def test_what_a_database_cannot_store_never_leaves_the_reader():
    table = read.read(b"Surname;First\x01 name;\x02Odd\nLee;Ann;1\n", "a\x00b\ud800.csv")

    spoken = [table.file_name, *headers.match(table).unmatched, *(cell for row in table.rows for cell in row)]
    assert all(text.isprintable() for text in spoken)


@pytest.mark.parametrize("name", ["norland-en.xlsx", "velmar-ru.xlsx", "ministere-fr.csv"])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(name):
    whole = (SAMPLES / name).read_bytes()
    dice = random.Random(name)
    ends = set()

    for _ in range(15):
        content = bytearray(whole)
        for _ in range(dice.choice([1, 5, 50])):
            content[dice.randrange(4, len(content))] = dice.randrange(256)
        try:
            of(bytes(content), name)
            ends.add("read")
        except Invalid as refusal:
            assert str(refusal).endswith(".")
            ends.add("refused")

    assert ends <= {"read", "refused"} and ends


EVIL = ("<" + "@" * 4_990 + "<", "a" * 2_500 + "@" + "b" * 2_490, "a" * 4_990, "al " * 1_660, "AA bb " * 830)
GOOD = ", ".join(["Head of the unit"] * 277)


def worked_on(cell: str, title: str) -> float:
    """How long a list takes in which the long cell stands in each of its rows, and in many rows that may be the header."""
    head = f"{title};Given names;E-mail"
    lines = [*[f"{cell};" * 20] * 5, head, *[f"{cell};Bb;{cell}"] * 100]
    started = cpu_seconds()
    table = read.Table([line.split(";") for line in lines], "List", "", "")
    rows.people(table, headers.match(table), default_country="AT")
    return cpu_seconds() - started


@pytest.mark.parametrize("title", ["Family name", "Full name", "Passport name"])
@pytest.mark.parametrize("cell", EVIL, ids=lambda cell: cell[:6])
def test_no_cell_takes_much_longer_to_read_than_a_harmless_one_of_its_length(cell: str, title: str) -> None:
    worked_on(GOOD, title)

    assert worked_on(cell, title) < 5 * worked_on(GOOD, title) + 3 * reference()


def test_a_pasted_separator_is_a_mark() -> None:
    with at_most(20):
        for text in ('sep="\na"b', "sep= \n" + " " * 50_000 + 'x"y"z'):
            try:
                read.pasted(text)
            except Invalid as refusal:
                assert str(refusal).endswith(".")

"""Cells that stay text, papers in every script, and workbooks that read back as they were written."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from tests.make import Make
from tests.papers import text_of
from training.output import csv
from training.output.safe import csv_text
from training.output.xlsx import Sheet, write
from training.services.papers import sign_in_sheets
from training.services.schedule import visible


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1", "=HYPERLINK(\"x\")", "+41 22 x", "+"]
)  # fmt: skip
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+41 22 555 01 01", "+41 (22) 555-01-01", "Ann", "a=b", "", "Ünal", "3-4"])
def test_a_phone_number_and_plain_text_stay_as_they_are(text):
    assert csv_text(text) == text


def test_only_typed_columns_are_made_safe_and_the_file_has_its_mark():
    raw = b"".join(csv.stream(["a", "n"], [["=x", -5], ["y", 3]], text_columns={0}))

    assert raw.decode("utf-8") == "\ufeffa,n\r\n'=x,-5\r\ny,3\r\n"


def test_a_workbook_reads_back_with_text_as_text(tmp_path: Path):
    path = tmp_path / "x.xlsx"
    rows = [["=1+1", 5, None], ["+41 22", 7, "x\x0by"], ["محمد", 0, "z" * 40_000]]

    write(
        path, [Sheet("People", ["Name", "Count", "Note"], iter(rows), [20, 8, 30]), Sheet("Empty", ["A"], [])]
    )

    book = openpyxl.load_workbook(path)
    cells = [[c.value for c in row] for row in book["People"].iter_rows()]
    assert cells[:3] == [["Name", "Count", "Note"], ["=1+1", 5, None], ["+41 22", 7, "xy"]]
    assert book["People"]["A2"].data_type == "s"
    assert len(cells[3][2]) == 32_767
    assert [c.value for c in book["Empty"][1]] == ["A"]


def test_a_sign_in_sheet_has_every_session_and_every_script(make: Make):
    training = make.training(capacity=5, title='#read("/etc/passwd") \\ *x*')
    for hour in range(13, 23):
        on = datetime.combine(training.starts_on, time(hour))
        make.session(training, starts_local=on, ends_local=on.replace(minute=45))
    make.registration(
        training, make.trainee(family_name="Щёголева", given_names="Юлия", native_name="محمد عبد الرحمن")
    )

    pdf = sign_in_sheets.sign_in_sheet(training, visible.of(training), reader=None, demo=True)

    assert pdf.startswith(b"%PDF")
    text = text_of(pdf)
    assert "22:00" in text and "09:00" in text
    assert "Щёголева" in text
    assert '#read("/etc/passwd")' in text


def test_a_workbook_prints_on_a4_with_its_header_on_every_page(tmp_path: Path):
    path = tmp_path / "x.xlsx"

    write(path, [Sheet("People", [f"Column {n}" for n in range(20)], [["x"] * 20] * 200, [20] * 20)])

    sheet = openpyxl.load_workbook(path)["People"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 0), (None, 0))
    assert sheet.print_title_rows == "$1:$1"

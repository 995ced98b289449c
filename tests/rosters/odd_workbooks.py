"""Odd workbooks, and what is no list at all: sheets, formulas, formats, and files that are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.rosters import make_odd_files
from tests.rosters.make_odd_files import changed, ods, raw_row, raw_sheet, sheets, xls, xlsx, zipped
from tests.rosters.odd import (
    AR,
    AR_PEOPLE,
    BOTH,
    HEAD,
    KOVAC,
    LEE,
    ONE,
    RU,
    RU_PEOPLE,
    SENTENCE_WRONG_KIND,
    TWO,
    UNREADABLE,
    csv,
    odd,
)


def _finish_hidden(book: Any, sheet: Any) -> None:
    sheet.set_row(1, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, None, {"hidden": True})


def _two_sheets(first: Any, second: Any, hide: int | None = None) -> bytes:
    def finish(book: Any, sheet: Any) -> None:
        if hide is not None:
            book.worksheets()[1 - hide].activate()
            book.worksheets()[1 - hide].set_first_sheet()
            book.worksheets()[hide].hide()

    return sheets({"Cover": first, "People": second}, finish)


SHEETS = [
    odd("a cover before the list", lambda: _two_sheets([["Ministry", "2026"], ["Please", "return"]], TWO), BOTH,
        sheet="People", others=["Cover"]),
    odd("a list of countries behind the list", lambda: sheets({"List": TWO, "Codes": [["Country", "Code"], ["Ukraine", "UA"]]}),
        BOTH, sheet="List", others=["Codes"]),
    odd("a hidden sheet with people", lambda: _two_sheets([HEAD, ["Hidden", "One", "f", ""]], TWO, hide=0), BOTH, sheet="People"),
    odd("an empty form before the list", lambda: _two_sheets([HEAD], TWO), BOTH, sheet="People", others=["Cover"]),
    odd("two lists: the first one", lambda: _two_sheets(TWO[:2], [HEAD, KOVAC]), ONE, sheet="Cover", others=["People"]),
    odd("an error names its sheet", lambda: _two_sheets([], [HEAD, ["Lee", "Ann", "q", ""]]), sheet="People",
        errors=[(2, "C", "q", "Write F, M or X")]),
    odd("a name of a sheet in Arabic with quotes", lambda: sheets({"القائمة \"١\"": AR}), AR_PEOPLE, sheet='القائمة "١"'),
    odd("only empty sheets", lambda: sheets({"A": [], "B": []}), refused="nothing in this file"),
    odd("hidden rows and columns are read", lambda: xlsx(TWO, _finish_hidden), BOTH),
    odd("rows hidden by a filter are read", lambda: xlsx(TWO, lambda book, sheet: (
        sheet.autofilter(0, 0, 2, 3), sheet.filter_column(2, "x == m"), sheet.set_row(1, None, None, {"hidden": True}))), BOTH),
    odd("one country merged over two people",
        lambda: xlsx([["Surname", "First name", "Country"], ["Lee", "Ann", ""], ["Kovač", "Bo", ""]],
                     lambda book, sheet: sheet.merge_range("C2:C3", "Ukraine")), BOTH, values={"country": ["UA", "UA"]}),
    odd("a merged title and merged cells in a row",
        lambda: xlsx([["", "", ""], HEAD, LEE], lambda book, sheet: sheet.merge_range("A1:D1", "Participants")), ONE),
    odd("the list does not begin in A1", lambda: xlsx([[], [], ["", "", *HEAD], ["", "", *LEE]]), ONE, header_row=3,
        errors=[]),
    odd("an error counts columns from A, not from the list", lambda: xlsx([[], ["", "", *HEAD], ["", "", "Lee", "Ann", "q"]]),
        errors=[(3, "E", "q", "Write F, M or X")]),
    odd("a thousand formatted empty rows below", lambda: xlsx(TWO, lambda book, sheet: [
        sheet.write_blank(n, 0, None, book.add_format({"bold": True})) for n in range(3, 1003)]), BOTH),
    odd("comments and a picture's anchor do no harm", lambda: xlsx(TWO, lambda book, sheet: sheet.write_comment("A2", "check")), BOTH),
]  # fmt: skip


def _formula(at: str, formula: str, shown: Any) -> Callable[[Any, Any], None]:
    return lambda book, sheet: sheet.write_formula(at, formula, None, shown)


def _never_reckoned(xml: str) -> str:
    return xml.replace("</row>", '<c r="D2"><f>LOWER(A2)</f></c></row>', 2).replace(
        '<c r="D2"><f>LOWER(A2)</f></c></row>', "</row>", 1
    )


def _link() -> bytes:
    return changed(
        xlsx(TWO, _formula("B2", "=[1]Sheet1!A1", "Ann")),
        link='<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    )


def _entities() -> str:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    return raw_sheet(raw_row(1, "Surname", "First name") + raw_row(2, "Lee", "Ann"),
                     prolog=f"<?xml version='1.0'?><!DOCTYPE x [{lines}]>")  # fmt: skip


def _outside() -> str:
    prolog = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    row = raw_row(2, "Lee", "@@").replace("@@", "&e;")
    return raw_sheet(raw_row(1, "Surname", "First name") + row, prolog=prolog)


def _long(count: int) -> str:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>Lee</t></is></c><c r="B{n}"><v>{n}</v></c></row>'
        for n in range(2, count + 2)
    )
    return raw_sheet(raw_row(1, "Surname", "First name") + rows)


FORMULAS = [
    odd("formulas with their results", lambda: xlsx(TWO, _formula("A2", "=UPPER(A3)", "LEE")), ["LEE, Ann", BOTH[1]]),
    odd("a formula that was never reckoned", lambda: changed(xlsx([HEAD, ["Lee", "Ann", "f"]]), sheet=_never_reckoned),
        errors=[(2, "D", "#FORMULA?", "formula in this cell gives no value. Type")]),
    odd("a formula whose result is empty", lambda: changed(xlsx([HEAD, ["Lee", "Ann", "f"]], _formula("D2", '=""', "")),
        sheet=lambda xml: xml.replace('<c r="D2">', '<c r="D2" t="str">')), ONE),
    *[odd(f"a cell that shows {shown}", lambda shown=shown: xlsx([HEAD, ["", "Ann", "f"]], _formula("A2", "=B9", shown)),
          errors=[(2, "A", shown, "formula in this cell gives no value. Type")])
      for shown in ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!")],
    odd("an error in a column that is not stored", lambda: xlsx([[*HEAD, "Age"], LEE], _formula("E2", "=B9", "#REF!")), ONE),
    csv("an error in a text", "Surname;First name\n#NAME?;Ann", errors=[(2, "A", "#NAME?", "gives no value")]),
    odd("a link to another file", _link, BOTH),
    odd("an error in an ODS file", lambda: ods([HEAD, ["Lee", "Ann", "f",
        '<table:table-cell table:formula="of:=X" office:value-type="string" office:string-value=""'
        ' calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>']]), file="list.ods",
        errors=[(2, "D", "#REF!", "gives no value")]),
    odd("a failed formula as LibreOffice names it", lambda: xlsx([HEAD, ["Err:504", "Ann", "f"]]),
        errors=[(2, "A", "Err:504", "gives no value")]),
]  # fmt: skip

BOOKS = [
    odd("an ODS file", lambda: ods(TWO), BOTH, file="list.ods", sheet="Liste"),
    odd("an ODS file with repeated cells and lines",
        lambda: ods([HEAD, ['<table:table-cell table:number-columns-repeated="1" office:value-type="string">'
                            "<text:p>de la</text:p><text:p>Cruz</text:p></table:table-cell>", "Ann", "f"]]),
        ["de la Cruz, Ann"], file="list.ods"),
    odd("numbers and dates in an ODS file",
        lambda: ods([[*HEAD, "Phone", "Born"], [*LEE, 436641234567.0, date(1990, 5, 17)]]), ONE, file="list.ods",
        values={"phone": ["+43 664 1234567"]}, cells={(2, 5): "1990-05-17"}),
    odd("an old XLS file", lambda: xls(TWO), BOTH, file="list.xls", sheet="Old"),
    odd("Russian and Arabic in an old XLS file", lambda: xls([*RU, ["العلي", "خالد", "ذكر"]]), [*RU_PEOPLE, AR_PEOPLE[0]],
        file="list.xls"),
    odd("numbers in an old XLS file", lambda: xls([[*HEAD, "Phone"], [*LEE, 436641234567]]), ONE, file="list.xls",
        values={"phone": ["+43 664 1234567"]}),
    odd("merged cells in an old XLS file", lambda: xls([[*HEAD, "Country"], [*LEE, "UA"], [*KOVAC, ""]], merged=[(1, 2, 4, 4)]),
        BOTH, file="list.xls", values={"country": ["UA", "UA"]}),
    odd("errors in an old XLS file", lambda: xls([HEAD, ["Lee", "Ann", "f", "#REF!"], ["Kovač", "#N/A", "m"]]), file="list.xls",
        errors=[(2, "D", "#REF!", "gives no value"), (3, "B", "#N/A", "gives no value")]),
    odd("an error behind the last filled cell of an old XLS file", lambda: xls([["Surname", "First name"], ["Lee", "#REF!"]]),
        file="list.xls", errors=[(2, "B", "#REF!", "gives no value")]),
    odd("an XLS file with a password", lambda: xls(TWO, password=True), file="list.xls", refused="password. Save a copy"),
    odd("an XLSX file with a password", lambda: make_odd_files.compound("EncryptedPackage", b"x" * 9000), refused="password. Save a copy"),
    odd("an ODS file with a password", lambda: ods(TWO, locked='<manifest:file-entry manifest:full-path="content.xml"'
        ' manifest:media-type="text/xml"><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'),
        file="list.ods", refused="password. Save a copy"),
    odd("macros in a file that says so", lambda: changed(xlsx(TWO), macros=b"x"), file="list.xlsm", refused="has macros. Save it"),
    odd("macros in a file that does not say so", lambda: changed(xlsx(TWO), macros=b"x"), refused="has macros. Save it"),
    odd("inline texts", lambda: changed(xlsx([[]]), sheet=raw_sheet(raw_row(1, *HEAD) + raw_row(2, *LEE))), ONE),
    odd("rich text in a cell", lambda: xlsx([HEAD, ["", "Ann", "f", ""]], lambda book, sheet: sheet.write_rich_string(
        "A2", book.add_format({"bold": True}), "Le", "e")), ONE),
    odd("a size that lies", lambda: changed(xlsx([[]]), sheet=raw_sheet(
        raw_row(1, *HEAD) + raw_row(2, *LEE), before='<dimension ref="A1:XFD1048576"/>')), ONE),
]  # fmt: skip

REFUSED = [
    csv("an empty file", b"", refused="nothing in this file"), csv("blanks and line ends", b" \r\n\t\n", refused="nothing in this file"),
    csv("only a mark of UTF-8", b"\xef\xbb\xbf", refused="nothing in this file"),
    csv("only separators", ";;;\n;;;\n", refused="No header row|nothing in this file"),
    odd("an empty workbook", lambda: xlsx([]), refused="nothing in this file"),
    csv("a PDF that says XLSX", b"%PDF-1.7\n1 0 obj", file="list.xlsx", refused=SENTENCE_WRONG_KIND),
    csv("a PDF that says CSV", b"%PDF-1.7\n1 0 obj", refused=SENTENCE_WRONG_KIND),
    csv("a picture that says XLSX", b"\xff\xd8\xff\xe0\0\x10JFIF", file="list.xlsx", refused=SENTENCE_WRONG_KIND),
    csv("a picture that says CSV", b"\xff\xd8\xff\xe0\0\x10JFIF", refused=SENTENCE_WRONG_KIND),
    csv("a page that says XLS", "<html><table><tr><td>Surname</td><td>First name</td></tr></table>", file="list.xls", refused=SENTENCE_WRONG_KIND),
    csv("a page that says CSV", "\ufeff\n <!DOCTYPE html><script>alert(1)</script>", refused=SENTENCE_WRONG_KIND),
    csv("XML of 2003 that says XLS", '<?xml version="1.0"?><Workbook/>', file="list.xls", refused=SENTENCE_WRONG_KIND),
    csv("SVG that says CSV", '<svg xmlns="http://www.w3.org/2000/svg"/>', refused=SENTENCE_WRONG_KIND),
    csv("a letter in RTF that says CSV", r"{\rtf1 Lee}", refused=SENTENCE_WRONG_KIND),
    odd("a letter in DOCX that says XLSX", lambda: zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}), refused=UNREADABLE),
    odd("a zip that says CSV", lambda: zipped({"a.csv": "Surname;First name\nLee;Ann"}), file="list.csv", refused=SENTENCE_WRONG_KIND),
    odd("XLSX that says XLS", lambda: xlsx(TWO), file="list.xls", refused=SENTENCE_WRONG_KIND),
    odd("XLS that says XLSX", lambda: xls(TWO), refused=SENTENCE_WRONG_KIND),
    odd("XLSX that says ZIP", lambda: xlsx(TWO), file="list.zip", refused="Send the list as XLSX"),
    csv("a program", b"MZ\x90\0", file="list.exe", refused="Send the list as XLSX"),
    csv("a program that says CSV", b"MZ\x90\x03abc", refused=SENTENCE_WRONG_KIND),
    csv("a file without an ending", b"Surname;First name\nLee;Ann", file="list", refused="Send the list as XLSX"),
    odd("a zip cut in the middle", lambda: xlsx(TWO)[:2000], refused=UNREADABLE),
    odd("a zip cut at its end", lambda: xlsx(TWO)[:-30], refused=UNREADABLE),
    odd("an XLS cut in the middle", lambda: xls(TWO)[:1500], file="list.xls", refused=UNREADABLE),
    odd("a zip bomb", lambda: changed(xlsx([[]]), sheet=b"0" * 120_000_000), refused="too large when it is unpacked"),
    odd("a bomb in a member that nobody reads", lambda: changed(xlsx(TWO), link=b"0" * 120_000_000), refused="too large when it is unpacked"),
    odd("a bomb in an ODS file", lambda: changed(ods(TWO), text=b"0" * 120_000_000), file="list.ods", refused="too large when it is unpacked"),
    odd("entities in entities", lambda: changed(xlsx([[]]), sheet=_entities()), refused=UNREADABLE),
    odd("an entity that reads a file", lambda: changed(xlsx([[]]), sheet=_outside()), refused=UNREADABLE),
    odd("a member that climbs out", lambda: changed(xlsx(TWO), climbing="x"), BOTH),
    odd("200,000 rows", lambda: changed(xlsx([[]]), sheet=_long(200_000)), refused="more than 20,000 rows. Send it in parts|too large when"),
    odd("25,000 rows name their sheet", lambda: changed(xlsx([[]]), sheet=_long(25_000)), refused="sheet “List” has more than 20,000 rows"),
    csv("200,000 rows of text", b"Surname;First name\n" + b"Lee;Ann\n" * 200_000, refused="more than 20,000 rows. Send it in parts"),
    odd("16,384 columns", lambda: xlsx([[*HEAD, *[f"c{n}" for n in range(16_380)]], LEE]), refused="sheet “List” has more than 200 columns"),
    csv("16,384 columns of text", ";".join(["Surname", "First name", *["x"] * 16_382]), refused="more than 200 columns"),
    csv("a cell of a million letters", "Surname;First name\nLee;" + "x" * 1_000_000, refused=UNREADABLE),
    csv("random bytes", bytes((n * 7919 + n // 3) % 256 for n in range(4000)), refused="."),
]  # fmt: skip

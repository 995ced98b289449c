"""Odd files, as agencies and attackers send them: one line of the table says what goes in and what must come out.

The files are made anew for every run, always alike, by ``make_odd_files``. ``python -m tests.rosters.odd_files FOLDER``
writes them all into a folder, to look at them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rosters import make_odd_files
from tests.rosters.make_odd_files import changed, ods, raw_row, raw_sheet, sheets, text, xls, xlsx, zipped

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
SENTENCE_WRONG_KIND = "not what the name of the file says"
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


ENCODINGS = [
    *[csv(f"{label} in {code}, {mark!r}", text(rows, mark, code), people)
      for label, rows, people, code, mark in [
        ("Russian", RU, RU_PEOPLE, "utf-8", ","), ("Russian", RU, RU_PEOPLE, "utf-8-sig", ";"),
        ("Russian", RU, RU_PEOPLE, "utf-16", "\t"), ("Russian", RU, RU_PEOPLE, "utf-16-le", ";"),
        ("Russian", RU, RU_PEOPLE, "utf-16-be", ","), ("Russian", RU, RU_PEOPLE, "utf-32", ","),
        ("Russian", RU, RU_PEOPLE, "cp1251", ";"), ("Russian", RU, RU_PEOPLE, "koi8-r", "\t"),
        ("Russian", RU, RU_PEOPLE, "iso-8859-5", "|"), ("Russian", RU, RU_PEOPLE, "cp866", ";"),
        ("Arabic", AR, AR_PEOPLE, "cp1256", ";"), ("Arabic", AR, AR_PEOPLE, "iso-8859-6", ","),
        ("Arabic", AR, AR_PEOPLE, "utf-8", "\t"), ("Arabic", AR, AR_PEOPLE, "utf-16-le", "\t"),
        ("French", FR, FR_PEOPLE, "cp1252", ";"), ("French", FR, FR_PEOPLE, "iso-8859-1", ","),
        ("French", FR, FR_PEOPLE, "mac-roman", ";"), ("French", FR, FR_PEOPLE, "utf-8-sig", "|"),
        ("Polish", PL, PL_PEOPLE, "cp1250", ";"), ("Polish", PL, PL_PEOPLE, "iso-8859-2", ";"),
        ("Polish", PL, PL_PEOPLE, "cp852", ";"), ("Czech", CZ, CZ_PEOPLE, "cp1250", ";"),
        ("Turkish", TR, TR_PEOPLE, "cp1254", ";"), ("Turkish", TR, TR_PEOPLE, "iso-8859-9", ";"),
      ]],
    csv("tabs in a file named .tsv", text(TWO, "\t"), BOTH, file="list.tsv"),
    csv("tabs in a file named .csv", text(TWO, "\t"), BOTH),
    csv("semicolons in a file named .txt", text(TWO), BOTH, file="list.txt"),
    csv("an ending in capitals", text(TWO), BOTH, file="LIST.CSV"),
    csv("a mark of UTF-8 in the middle", "Surname;First name;Sex\nLee;\ufeffAnn;f\n", ONE),
    csv("a letter that is no UTF-8 among many that are",
        "Фамилия;Имя;Пол\nЩёголева;Юлия;ж\nБереж".encode() + b"\xff" + "ной;Олег;м".encode(), RU_PEOPLE[:1],
        errors=[(3, "A", "Береж\ufffdной", "letter of this cell was lost")]),
    csv("half a surrogate in UTF-16", "Surname;First name\nLee;Ann\ud83d;f".encode("utf-16-le", "surrogatepass"),
        errors=[(2, "B", "Ann\ufffd", "letter of this cell was lost"), (2, "C", "f", "more cells than the header")]),
    csv("half a surrogate written as UTF-8",
        "Имя;Фамилия\nЮлия;Щёго".encode() + b"\xed\xa0\x80" + "лева".encode(),
        errors=[(2, "B", "Щёго\ufffd\ufffd\ufffdлева", "letter of this cell was lost")]),
    csv("UTF-8 read as cp1252 before", "Surname;First name\nPÃ©rez;JosÃ©", errors=[
        (2, "A", "PÃ©rez", "garbled"), (2, "B", "JosÃ©", "garbled")]),
    csv("UTF-8 read as cp1251 before", f"Surname;First name\n{'Петрова'.encode().decode('cp1251', 'replace')};Ann",
        errors=[(2, "A", "РџРµС‚СЂРѕРІР°", "garbled")]),
    csv("letters that became question marks", "Surname;First name;Sex\n???????;????;f",
        errors=[(2, "A", "???????", "no letters"), (2, "B", "????", "have letters")]),
    csv("Romanian letters that cannot be told from Western ones", text(RO, ";", "cp1250"), errors=[
        (2, "A", "\ufffderban", LOST), (2, "B", "\ufffdtefan", LOST), (3, "A", "\ufffdurcanu", LOST), (3, "C", "\ufffdef", LOST)]),
    csv("a NUL in a text", b"Surname;First name\nL\0ee;Ann\n", refused=UNREADABLE),
    csv("UTF-16 cut in the middle of a letter", "Surname;First name\nLee;Ann".encode("utf-16-le")[:-1], refused=UNREADABLE),
]  # fmt: skip

SEPARATORS = [
    csv("a line that names the separator", "sep=|\nSurname|First name|Sex\nLee|Ann|f\n", ONE, header_row=1),
    csv("a named separator against all appearance", "sep=;\nSurname;First name;Post\nLee;Ann;a,b,c,d\n", ONE,
        values={"function": ["a,b,c,d"]}),
    csv("ends of lines as on old Macs", text(TWO, ";", end="\r"), BOTH),
    csv("ends of lines as on Unix, the last one missing", text(TWO, ";", end="\n"), BOTH),
    csv("ends of lines of both kinds", "Surname;First name\r\nLee;Ann\nKovač;Bo\r\n", BOTH),
    csv("separators at the end of each line", "Surname;First name;Sex;;;\nLee;Ann;f;;;\nKovač;Bo;m;;;\n", BOTH),
    csv("ragged rows", "Surname;First name;Sex;E-mail\nLee;Ann\nKovač;Bo;m;bo@a.example", BOTH,
        values={"email": ["", "bo@a.example"]}),
    csv("a cell too many", "Surname;First name;Post\nLee;Ann;Head; of unit\nKovač;Bo;Clerk", BOTH[1:],
        errors=[(2, "D", "of unit", "more cells than the header")]),
    csv("another separator in one row", "Surname;First name;Sex\nLee,Ann,f\nKovač;Bo;m", BOTH[1:],
        errors=[(2, "B", "", "given names are missing")]),
    csv("commas inside quotation marks", 'Surname,First name,Post\n"Lee","Ann","Head, Unit 1"\n', ONE,
        values={"function": ["Head, Unit 1"]}),
    csv("more commas in cells than semicolons between them",
        "Surname;First name;Country;Post\nLee;Ann;Moldova, Republic of;a, b, c, d\n", ONE, values={"country": ["MD"]}),
    csv("a line break inside quotation marks", 'Surname;First name;Post\nLee;Ann;"Head\nof unit"\nKovač;Bo;""', BOTH,
        values={"function": ["Head of unit", ""]}),
    csv("a nickname inside a name", 'Surname;First name;Sex\nLee;Ann "Annie";f', ['Lee, Ann "Annie"']),
    csv("doubled quotation marks", 'Surname;First name;Sex\nLee;"Ann ""Annie""";f', ['Lee, Ann "Annie"']),
    csv("a quotation mark that is never closed", 'Surname;First name\nLee;Ann\nKovač;"Bo\nOdd;Cy\n',
        refused=r"Row 3 has a quotation mark.*Kovač;\"Bo.*Take it out"),
    csv("a quotation mark that closes too early", 'Surname;First name\nLee;"Ann"ie\nKovač;Bo',
        refused=r"Row 2 has a quotation mark.*Take it out"),
    csv("a quotation mark that the next cell closes", 'Surname;First name\nLee;"Ann\nKovač;"Bo"\n',
        refused=r"Row 2 has a quotation mark"),
    csv("blanks around everything", "  Surname ;First name ; Sex\n  Lee ; Ann\u00a0; f \n", ONE),
    csv("a table drawn with pipes", "| Surname | First name | Sex |\n| Lee | Ann | f |\n", ONE),
]  # fmt: skip

HEADERS = [
    odd("the header in row 7", lambda: xlsx([["Ministry"], ["List of participants"], [], ["Period", "May"], [], [], *TWO]),
        BOTH, header_row=7),
    odd("a header of other words, told by the cells",
        lambda: xlsx([["Nachname", "Vorname", "Kontakt"], ["Lee", "Ann", "ann@a.example"], ["Kovač", "Bo", "bo@a.example"]]),
        BOTH, guessed=["family_name", "given_names", "email"], unmatched=[]),
    odd("no header at all", lambda: xlsx(TWO[1:]), BOTH, has_header=False, header_row=0,
        guessed=["family_name", "given_names", "sex", "email"]),
    odd("no header, everything in another order",
        lambda: xlsx([["+43 1 5550101", "М", "ann@a.example", "Ukraine", "Лысенко", "Остап", "Олегович"],
                      ["+43 1 5550102", "Ж", "bo@a.example", "Moldova", "Чебан", "Анна", "Ивановна"]]),
        ["Лысенко, Остап Олегович", "Чебан, Анна Ивановна"], has_header=False,
        values={"sex": ["m", "f"], "country": ["UA", "MD"], "phone": ["+43 1 5550101", "+43 1 5550102"]},
        guessed=["family_name", "given_names", "patronymic", "sex", "country", "email", "phone"]),
    odd("no header, full names and functions",
        lambda: xlsx([["Anna LEE", "Inspector"], ["Bo KOVAČ", "Head of unit"], ["Cy ODD", "Inspector"]]),
        ["LEE, Anna", "KOVAČ, Bo", "ODD, Cy"], has_header=False, guessed=["full_name", "function"]),
    odd("no header, the family name in capitals and second", lambda: xlsx([["Ann", "LEE", "f"], ["Bo", "KOVAČ", "m"]]),
        ["LEE, Ann", "KOVAČ, Bo"], has_header=False, guessed=["family_name", "given_names", "sex"]),
    odd("no header below a title", lambda: xlsx([["List of participants"], [], *TWO[1:]]), BOTH, has_header=False,
        guessed=["family_name", "given_names", "sex", "email"]),
    odd("a header that leaves columns unnamed",
        lambda: xlsx([["Surname", "First name", "", "Column3", "Passport No."],
                      ["Lee", "Ann", "f", "+43 1 5550101", "12345678"],
                      ["Kovač", "Bo", "m", "+43 1 5550102", "12345679"]]), BOTH,
        guessed=["sex", "phone"], unmatched=["Passport No."], values={"sex": ["f", "m"]}),
    odd("numbers of documents are nobody's phone", lambda: xlsx([["Surname", "First name", ""], ["Lee", "Ann", "72345678"]]),
        ONE, guessed=[], values={"phone": [""]}),
    odd("two header rows with a merged one above",
        lambda: xlsx([["No.", "Name", "", "Sex"], ["", "Family name", "Given names", ""], [1, "Lee", "Ann", "f"]],
                     lambda book, sheet: sheet.merge_range("B1:C1", "Name")), ONE, header_row=2),
    odd("two header rows of groups",
        lambda: xlsx([["Participant", "", "Contact", ""], ["Surname", "First name", "E-mail", "Phone"],
                      ["Lee", "Ann", "ann@a.example", ""]]), ONE, header_row=2, values={"email": ["ann@a.example"]}),
    odd("the header in two languages, one below the other",
        lambda: xlsx([["Surname", "First name", "Sex"], ["Nom", "Prénom", "Sexe"], ["Lee", "Ann", "f"]]), ONE,
        header_row=2),
    odd("the header once more on the second page", lambda: xlsx([*TWO[:2], HEAD, KOVAC]), BOTH, skipped=[3]),
    odd("the same header twice", lambda: xlsx([["Surname", "First name", "E-mail", "Email"], ["Lee", "Ann", "", ""]]),
        ONE, unmatched=["Email"]),
    odd("a title that is a function", lambda: xlsx([["Surname", "First name", "Title"], ["Lee", "Ann", "Senior inspector"]]),
        ONE, values={"function": ["Senior inspector"]}),
    odd("a title that is a form of address", lambda: xlsx([["Surname", "First name", "Title"], ["Lee", "Ann", "Ms"]]),
        ONE, values={"function": [""], "sex": ["f"]}),
    odd("a form of address in Arabic beside a full name",
        lambda: xlsx([["اللقب", "الاسم الكامل", "الوظيفة"], ["السيد", "محمد الخطيب", "ضابط"]]), ["الخطيب, محمد"],
        values={"sex": ["m"]}),
    odd("both names in one column, and said so",
        lambda: xlsx([["Surname / First name", "E-mail"], ["PETROVA Anna", "a@x.example"]]), ["PETROVA, Anna"]),
    odd("the same word in two languages is one name",
        lambda: xlsx([["Surname / Nom", "First name / Prénom"], ["Lee", "Ann"]]), ONE),
    *[odd(f"a column named {title}", lambda title=title, cell=cell: xlsx([["Surname", "First name", title], ["Lee", "Ann", cell]]),
          ONE, values={name: [cell]})
      for title, cell, name in [
        ("Моб. тел.", "+43 1 5550101", "phone"), ("N° de téléphone", "+43 1 5550101", "phone"), ("Titre", "Cheffe", "function"),
        ("Designation", "Inspector", "function"), ("Должность и звание", "инспектор, майор", "function"),
      ]],
    odd("a header in capitals with blanks and stars",
        lambda: xlsx([[" SURNAME *", "FIRST  NAME*", "SEX: "], ["Lee", "Ann", "f"]]), ONE, values={"sex": ["f"]}),
    odd("a header with line breaks", lambda: xlsx([["Family\nname", "Given\nnames"], ["Lee", "Ann"]]), ONE),
    odd("a header in full-width letters", lambda: xlsx([["Ｓｕｒｎａｍｅ", "Ｆｉｒｓｔ ｎａｍｅ"], ["Lee", "Ann"]]), ONE),
    odd("a header with marks of direction", lambda: xlsx([["\u200fSurname\u200e", "\u202bFirst name\u202c"], ["Lee", "Ann"]]), ONE),
    odd("a header and nobody", lambda: xlsx([HEAD])),
    odd("no names anywhere", lambda: xlsx([["E-mail", "Sex"], ["ann@a.example", "f"]]), refused="No header row was found"),
    odd("one word per row", lambda: xlsx([["hello"], ["there"]]), refused="No header row was found"),
    odd("a word of a header among the data", lambda: xlsx([["Lee", "Ann", "Participant"], ["Kovač", "Bo", "Participant"]]),
        BOTH, has_header=False, guessed=["family_name", "given_names"]),
]  # fmt: skip


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

ROWS = [
    odd("empty rows between", lambda: xlsx([HEAD, [], LEE, [], [], KOVAC]), BOTH),
    odd("rows of blanks between", lambda: xlsx([HEAD, LEE, [" ", "\u00a0", "\u200b"], KOVAC]), BOTH),
    odd("numbered rows", lambda: xlsx([["No.", *HEAD], [1, *LEE], [2, *KOVAC]]), BOTH, unmatched=[]),
    odd("numbers go on below the people", lambda: xlsx([["№", *HEAD], [1, *LEE], [2, *KOVAC], [3], [4]]), BOTH, skipped=[4, 5]),
    odd("a total below", lambda: xlsx([*TWO, ["Total: 2"]]), BOTH, skipped=[4]),
    odd("a total in two cells", lambda: xlsx([*TWO, ["Total", 2]]), BOTH, skipped=[4]),
    odd("a total in Russian", lambda: xlsx([*RU, ["Итого", "2 человек"]]), RU_PEOPLE, skipped=[4]),
    odd("signatures below", lambda: xlsx([*TWO, [], ["Head of the Training Department: ______"], ["", "", "", "Date: ____"]]),
        BOTH, skipped=[5, 6]),
    odd("the same person twice", lambda: xlsx([*TWO, ["LEE", "Ann", "f", "ann@a.example"]]), [*BOTH],
        errors=[(4, "A", "LEE", "stands in row 2 already")]),
    odd("two people of one name", lambda: xlsx([*TWO, ["Lee", "Ann", "f", "lee2@a.example"]]), [*BOTH, "Lee, Ann"]),
    odd("the names in the wrong order make the same person", lambda: xlsx([*TWO, ["Ann", "Lee", "f", "ann@a.example"]]), BOTH,
        errors=[(4, "A", "Ann", "stands in row 2 already")]),
    odd("a number for a name", lambda: xlsx([HEAD, [17, "Ann", "f", ""]]), errors=[(2, "A", "17", "no letters")]),
    odd("a date for a name", lambda: xlsx([HEAD, [date(1990, 5, 17), "Ann", "f", ""]]), errors=[(2, "A", "1990-05-17", "no letters")]),
    odd("missing names", lambda: xlsx([HEAD, ["", "Ann", "f", "a@a.example"], ["Lee", "", "f", "b@a.example"]]),
        errors=[(2, "A", "", "family name is missing"), (3, "B", "", "given names are missing")]),
    odd("somebody with one name", lambda: xlsx([HEAD, ["Suharto", "-", "m", ""]]), ["Suharto, "]),
    odd("a name of 400 letters", lambda: xlsx([HEAD, ["L" + "e" * 399, "Ann", "f", ""]]),
        errors=[(2, "A", "L" + "e" * 79, "longer than 200")]),
    odd("a cell of 30,000 letters", lambda: xlsx([[*HEAD, "Post"], [*LEE, "x" * 30_000]]),
        errors=[(2, "E", "x" * 80, "longer than 200")]),
]  # fmt: skip

NAMES = [
    named("an apostrophe", "O'Dwyer", "Ann"), named("a typographic apostrophe", "O’Dwyer", "Ann"),
    named("a hyphen", "Kovačević-Łukasik", "Anne-Marie"), named("particles", "de la Cruz y Ferrer", "María"),
    named("a Dutch name", "van den Berg", "Joost"), named("Turkish letters", "İnce", "Gülşen"),
    named("an Ottoman i", "IŞIK", "Işıl"), named("Kazakh letters", "Әлімжанов", "Қуат"),
    named("a formula of a calculator", "=cmd|' /C calc'!A0", "Ann"), named("a plus and an at", "+Lee", "@Ann"),
    named("an emoji", "Lee 🦊", "Ann"), named("a family of emoji keeps its parts", "Lee", "Ann 👩‍💻", "Lee, Ann 👩💻"),
    named("full-width Latin letters stay as typed", "ＬＥＥ", "Ａｎｎ"),
    named("marks of direction go", "\u202eLee\u202c\u200f", "\u061cAnn", "Lee, Ann"),
    named("blanks of no width go", "L\u200bee", "A\u2060nn\ufeff", "Lee, Ann"),
    named("soft hyphens go", "Le\u00ade", "Ann", "Lee, Ann"),
    named("a line break and a tab", "de la\nCruz", "Ann\tMaria", "de la Cruz, Ann Maria"),
    named("accents in two pieces", "Lefe\u0300vre", "Zoe\u0301", "Lefèvre, Zoé"),
    named("a true or false", True, "Ann", "yes, Ann"),
    named("Chinese", "王", "小明"), named("markup", "<b>Lee</b>", "Ann & Bo"), named("a slash", "Lee / Smith", "Ann"),
    odd("patronymics", lambda: xlsx([["Фамилия", "Имя", "Отчество"], ["Ким", "Олег", "Ильич"], ["Ким", "Анна", ""]]),
        ["Ким, Олег Ильич", "Ким, Анна"]),
    odd("full names in one column", lambda: xlsx([["Full name", "Sex"], ["LEE Ann Maria", "f"], ["Kovač, Bo", "m"]]),
        ["LEE, Ann Maria", "Kovač, Bo"]),
    odd("a full name of one word", lambda: xlsx([["Full name", "Sex"], ["Suharto", "m"]]),
        errors=[(2, "A", "Suharto", "given names are missing")]),
]  # fmt: skip

VALUES = [
    value("a phone as a number with the country", 436641234567, "Phone", "phone", "+43 664 1234567"),
    value("a phone whose zero was lost", 6641234567, "Phone", "phone", "+43 664 1234567"),
    value("a phone as a text with zeros", "0664 1234567", "Phone", "phone", "+43 664 1234567"),
    value("a phone with 00", "00436641234567", "Phone", "phone", "+43 664 1234567"),
    value("a phone in Arabic-Indic digits", "٠٠٩٦٢ ٦ ٥٥٥ ٠١٠١", "Phone", "phone", "+962 6 555 0101"),
    value("a phone in Persian digits", "+۹۸ ۲۱ ۸۸۸۸ ۸۸۸۸", "Phone", "phone", "+98 21 8888 8888"),
    value("a phone in full-width digits", "＋４３ ６６４ １２３４５６７", "Phone", "phone", "+43 664 1234567"),
    value("a phone between marks of direction", "\u202a+43 664 1234567\u202c", "Phone", "phone", "+43 664 1234567"),
    wrong("a phone cut off by the spreadsheet", "4.3664E+11", "Phone", "cut the digits of this number off"),
    wrong("a phone of too many digits for a number", 4366412345678901234567, "Phone", "cut the digits", "4.366412345678901e+21"),
    wrong("a phone that became a date", date(2024, 5, 1), "Phone", "made a date of this number"),
    wrong("a phone of four digits", "1234", "Phone", "5 to 20 digits"),
    value("an address in capitals with blanks", " Ann@A.EXAMPLE ", "E-mail", "email", "ann@a.example"),
    value("an address with its name", "Ann Lee <ann@a.example>", "E-mail", "email", "ann@a.example"),
    value("an address copied as a link", "mailto:ann@a.example", "E-mail", "email", "ann@a.example"),
    value("an address in full-width letters", "ann＠a.example", "E-mail", "email", "ann@a.example"),
    wrong("several addresses", "ann@a.example; bo@a.example", "E-mail", "several e-mail addresses"),
    wrong("two addresses in two lines", "ann@a.example\nbo@a.example", "E-mail", "several e-mail addresses",
          "ann@a.example bo@a.example"),
    wrong("an address without a domain", "ann@", "E-mail", "not an e-mail address"),
    wrong("an address with a blank in it", "ann lee@a.example", "E-mail", "not an e-mail address"),
    wrong("an address with a comma", "ann@a,example", "E-mail", "not an e-mail address"),
    wrong("a word for an address", "later", "E-mail", "not an e-mail address"),
    value("a dash for an address", "—", "E-mail", "email", ""),
    value("a sex in Russian", "жен.", "Sex", "sex", "f"), value("a sex in Arabic", "ذكر", "Sex", "sex", "m"),
    value("a sex in French", "Féminin", "Sex", "sex", "f"), value("a sex by one Cyrillic letter", "М", "Sex", "sex", "m"),
    wrong("an unknown sex", "Q", "Sex", "Write F, M or X"), wrong("a doubtful sex", "f?", "Sex", "Write F, M or X"),
    wrong("a sex that says yes", True, "Sex", "Write F, M or X", "yes"), wrong("a coded sex", 2, "Sex", "Write F, M or X"),
    value("a country in English", "Ukraine", "Country", "country", "UA"),
    value("a country in French", "Émirats arabes unis", "Country", "country", "AE"),
    value("a country in Russian", "Узбекистан", "Country", "country", "UZ"),
    value("a country in Arabic", "الأردن", "Country", "country", "JO"),
    value("a country by two letters", "kz", "Country", "country", "KZ"),
    value("a country by three letters", "KGZ", "Country", "country", "KG"),
    value("a nationality in English", "Austrian", "Nationality", "country", "AT"),
    value("a nationality in French", "française", "Nationalité", "country", "FR"),
    value("a nationality in Russian", "украинка", "Гражданство", "country", "UA"),
    value("a nationality in Arabic", "أردني", "الجنسية", "country", "JO"),
    value("a nationality that is not known says nothing", "Atlantean", "Nationality", "country", ""),
    wrong("an unknown country", "Atlantis", "Country", "country is not known"),
    wrong("an unknown language", "Klingonish", "Language", "language is not known"),
    value("a whole number for a function", 12.0, "Function", "function", "12"),
    value("a date for a function", date(1990, 5, 17), "Function", "function", "1990-05-17"),
    value("a date and time for a function", datetime(1990, 5, 17, 13, 5), "Function", "function", "1990-05-17 13:05:00"),
    value("tabs and line breaks in a cell", "Head\tof\r\nunit", "Function", "function", "Head of unit"),
    one("a date as text stays", "17.05.1990", "Born", cells={(2, 2): "17.05.1990"}, unmatched=["Born"]),
    one("a date as a number", 33010, "Born", cells={(2, 2): "33010"}),
    one("a date as a date", date(1990, 5, 17), "Born", cells={(2, 2): "1990-05-17"}),
    odd("a date counted from 1904", lambda: xlsx([[*HEAD, "Born"], [*LEE, date(1990, 5, 17)]], date_1904=True), ONE,
        cells={(2, 4): "1990-05-17"}),
    odd("a day in 1900 that never was", lambda: xlsx([[*HEAD, "Born"], [*LEE, ""]], lambda book, sheet:
        sheet.write_number("E2", 60, book.add_format({"num_format": "yyyy-mm-dd"}))), ONE),
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

ODD: list[Odd] = [
    *ENCODINGS, *SEPARATORS, *HEADERS, *SHEETS, *ROWS, *NAMES, *VALUES, *FORMULAS, *BOOKS, *REFUSED,
]  # fmt: skip


def write_all(folder: Path) -> None:
    """Write every file under its number and name."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(ODD, start=1):
        plain = "".join(c if c.isalnum() else "-" for c in case.name)[:60]
        (folder / f"{number:03}-{plain}{Path(case.file).suffix}").write_bytes(case.make())


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))

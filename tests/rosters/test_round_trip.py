"""People written to a file and read back are the same people; a long list is read soon and in little memory."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import ROOT
from tests.rosters import reference
from tests.rosters.make_odd_files import ods, xlsx
from tests.rosters.make_odd_files import text as plain_text
from training.output import csv
from training.rosters import contents, example, headers, read, rows
from training.rules.given import NAMES
from training.rules.names import clean, same_person_key

SCRIPTS = [
    "ABCDEFŁŠÉÑabcdefłšéñığ'-",
    "АБВГДЄЇабвгдёїь-",
    "ابتثجحخدذرزسشصضطظ",
    "ΑΒΓΔαβγδάέ",
    "王李小明芳秀英",
]
ODD = st.sampled_from(
    ["007", "+43", "=1+1", "@home", "🦊", "-", "=HYPERLINK(1)", "0012,5", "1e5", "'t", '"x"', ";", "\t|"]
)


@st.composite
def words(draw: st.DrawFn) -> str:
    """A name: letters of one script, sometimes with what makes spreadsheets stumble."""
    alphabet = draw(st.sampled_from(SCRIPTS))
    parts = draw(st.lists(st.text(alphabet, min_size=2, max_size=9), min_size=1, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        parts.insert(draw(st.integers(0, len(parts))), draw(ODD))
    name = clean(" ".join(parts)).lstrip("'")
    return name if any(map(str.isalpha, name)) else "Lee"


FREE = st.one_of(
    st.just(""),
    ODD,
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufffd"), max_size=40
    ),
).map(clean)


@st.composite
def person(draw: st.DrawFn) -> dict[str, str]:
    """Somebody, as they would be stored."""
    function = draw(FREE)
    if contents.is_garbled(function) or function.startswith("'") or function.upper() in rows.ERRORS:
        function = ""  # accidents and guards, which have tests of their own
    number = phonenumbers.parse(f"+4366{draw(st.integers(40_000_000, 49_999_999))}")
    return {
        "family_name": draw(words()),
        "given_names": draw(words()),
        "native_name": draw(st.one_of(st.just(""), words())),
        "sex": draw(st.sampled_from(["f", "m", "x", ""])),
        "country": draw(st.sampled_from(["UA", "CI", "KZ", "NO", ""])),
        "function": function,
        "rank": draw(st.sampled_from(["", "007", "=1", "майор"])),
        "language": draw(st.sampled_from(["en", "fr", "ru", "ar", ""])),
        "email": draw(st.sampled_from(["", "a+b@c.example", "o'neil@c.example", "0@c.example"])),
        "phone": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        **{name: draw(st.one_of(st.just(""), words())) for name in NAMES},
    }


def key(values: dict[str, str]) -> str:
    return same_person_key(values["family_name"], values["given_names"])


PEOPLE = st.lists(person(), min_size=25, max_size=25, unique_by=key)


def read_back(content: bytes, name: str) -> list[dict[str, str]]:
    table = read.read(content, name)
    found = rows.parse(table, headers.match(table), default_country="AT")
    assert (found.errors, found.skipped) == ([], [])
    return [row.values for row in found.rows]


@settings(
    max_examples=40, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much,
                           HealthCheck.large_base_example, HealthCheck.data_too_large],
)  # fmt: skip
@given(people=PEOPLE, language=st.sampled_from(sorted(example.TITLES)))
def test_a_thousand_people_come_back_as_they_were(people: list[dict[str, str]], language: str) -> None:
    titles = list(example.TITLES[language])
    lines = [[values[name] for name in example.COLUMNS] for values in people]

    assert read_back(xlsx([titles, *lines]), "list.xlsx") == people
    streamed = csv.stream(titles, [list(line) for line in lines], text_columns=range(len(titles)))
    assert read_back(b"".join(streamed), "list.csv") == people


def test_the_round_trip_would_see_a_difference() -> None:
    lines = [["Surname", "First name", "Phone"], ["Lee", "Ann", "0664 1234567"]]

    assert read_back(xlsx(lines), "list.xlsx")[0]["phone"] == "+43 664 1234567"
    assert (
        unicodedata.normalize("NFD", "é")
        != read_back(xlsx([lines[0], ["Lé", "Ann", ""]]), "l.xlsx")[0]["family_name"][1:]
    )


def long_list(count: int) -> list[Sequence[object]]:
    titles = ["No.", *example.TITLES["en"], "Signature"]
    letters = "abcdefghijklmnop"
    return [titles] + [
        [n, "Petrova" + "".join(letters[n >> shift & 15] for shift in (0, 4, 8, 12)), "Anna Maria", "Петрова Анна", "f",
         "Ukraine", "Inspector of the unit", "Major", "English", f"p{n}@agency.example", f"+43 664 {1_000_000 + n}", "", "none"]
        for n in range(count)
    ]  # fmt: skip


MEASURED = """
import os, resource, sys
from pathlib import Path
from training.rosters import headers, read, rows
content, name = Path(sys.argv[1]).read_bytes(), sys.argv[1]
table = read.read(content, name)
found = rows.parse(table, headers.match(table), default_country="AT")
seconds = sum(os.times()[:4])
most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(len(found.rows), len(found.errors), seconds, most / 1024)
"""


@pytest.mark.parametrize(("make", "ending"), [(xlsx, ".xlsx"), (ods, ".ods"), (plain_text, ".csv")])
def test_five_thousand_rows_take_little_work_and_memory(make, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"list{ending}"
    path.write_bytes(make(long_list(5_000)))

    # through a shell: a process that this one starts is counted as large as this one
    done = subprocess.run(
        ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", MEASURED, str(path)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip

    people, errors, seconds, megabytes = map(float, done.stdout.split())
    assert (people, errors) == (5_000, 0)
    assert (seconds < 80 * reference(), megabytes < 300) == (True, True), (seconds, reference(), megabytes)

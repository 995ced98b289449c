"""Every odd file is read right, or refused soon with a sentence that says where and what to do."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.rosters import at_most
from tests.rosters.odd_files import ODD, Odd
from training.errors import Invalid
from training.rosters import headers, read, rows

REMEDY = re.compile(
    r"\b(Write|Format|Keep|Correct|Type|Save|Send|send|Delete|Copy|Take|Put|Shorten|write it|must name|nothing in)\b"
)


@pytest.mark.parametrize("case", ODD, ids=[case.name for case in ODD])
def test_it_is_read_right_or_refused_with_a_remedy(case: Odd) -> None:
    content = case.make()

    if case.refused:
        with at_most(50), pytest.raises(Invalid, match=case.refused) as refusal:
            headers.match(read.read(content, case.file))
        assert REMEDY.search(str(refusal.value)), refusal.value
        return
    table = read.read(content, case.file)
    mapping = headers.match(table)
    found = rows.parse(table, mapping, default_country="AT")
    is_read_right(case, table, mapping, found)


def is_read_right(case: Odd, table: read.Table, mapping: headers.Mapping, found: rows.Roster) -> None:
    """Compare all that the case states; the people without an error, and the errors, always."""
    whole = [row for row in found.rows if not row.errors]
    people = [f"{row.values['family_name']}, {row.values['given_names']}" for row in whole]
    assert people == list(case.people), found.errors
    stated = [(e.row, e.column, e.value) for e in found.errors]
    assert stated == [error[:3] for error in case.errors], [str(e.message) for e in found.errors]
    for error, (*_, words) in zip(found.errors, case.errors, strict=True):
        assert words in str(error.message) and REMEDY.search(str(error.message))
        assert error.sheet == table.sheet
    assert found.skipped == list(case.skipped)
    for name, values in case.values.items():
        assert [row.values[name] for row in whole] == values
    for (number, place), text in case.cells.items():
        assert table.rows[number - 1][place] == text
    assert sorted(mapping.guessed) == sorted(case.guessed)
    assert mapping.has_header is case.has_header
    assert table.others == list(case.others)
    for stated_value, real in (
        (case.sheet, table.sheet),
        (case.header_row, mapping.header_row),
        (case.unmatched, mapping.unmatched),
    ):
        assert stated_value is None or stated_value == real


def test_there_are_enough_of_them_and_each_has_a_name() -> None:
    assert len(ODD) >= 120
    assert len({case.name for case in ODD}) == len(ODD)


@pytest.mark.parametrize(
    "change",
    [{"people": ["Nobody, At all"]}, {"errors": [(2, "A", "Lee", "")]}, {"sheet": "Other"}, {"others": ["Other"]},
     {"skipped": [3]}, {"values": {"sex": ["m", "m"]}}, {"guessed": ["sex"]}, {"has_header": False}],
)  # fmt: skip
def test_a_wrong_statement_would_be_seen(change: dict[str, object]) -> None:
    case = next(case for case in ODD if case.name == "hidden rows and columns are read")
    table = read.read(case.make(), case.file)
    mapping = headers.match(table)
    found = rows.parse(table, mapping, default_country="AT")

    is_read_right(case, table, mapping, found)
    with pytest.raises(AssertionError):
        is_read_right(dataclasses.replace(case, **change), table, mapping, found)


def test_a_wide_sheet_is_looked_at_in_little_work() -> None:
    cells = [[f"Ab/в{row}.{place} (é) x{place}" for place in range(200)] for row in range(300)]

    with at_most(30):
        assert headers.promise(cells) == 0


def test_the_files_are_the_same_every_time() -> None:
    few = [case for case in ODD if case.file.endswith((".csv", ".ods", ".xls"))][:200:10]

    assert [case.make() for case in few] == [case.make() for case in few]

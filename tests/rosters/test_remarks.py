"""A column of remarks is read in four languages, kept as typed, and marked where it is too long."""

from __future__ import annotations

import pytest

from training.forms import labels
from training.rosters import example, headers, read, rows
from training.rules.given import MOST, NAMES


def one(title: str, cell: str) -> rows.RosterRow:
    table = read.pasted(f"Family name\tGiven names\t{title}\nLee\tAnn\t{cell}")
    [row] = rows.parse(table, headers.match(table), default_country="AT").rows
    return row


@pytest.mark.parametrize(
    "title",
    [
        "Remarks",
        "Comments",
        "NOTES",
        "Remarques",
        "Observations / Remarques",
        "Commentaire",
        "Примечание",
        "Примечания (необязательно)",
        "Комментарий",
        "ملاحظات",
    ],
)
def test_its_title_is_known_in_four_languages(title):
    assert one(title, "Arrives on Monday.").values["remarks"] == "Arrives on Monday."


@pytest.mark.parametrize("cell", ["", "-", "n/a", "None"])
def test_words_for_nothing_are_nothing(cell):
    assert one("Remarks", cell).values["remarks"] == ""


def test_another_column_is_none_of_it():
    assert one("Marks", "Arrives on Monday.").values["remarks"] == ""


@pytest.mark.parametrize(("more", "count"), [(0, 0), (1, 1), (5_000, 1)])
def test_what_is_too_long_is_marked_with_its_cell_and_never_cut_to_fit(more, count):
    row = one("Remarks", "x" * (MOST["remarks"] + more))

    assert [(error.column, error.row) for error in row.errors] == [("C", 2)] * count
    assert str(MOST["remarks"]) in "".join(str(error.message) for error in row.errors) or not count


def test_whatever_is_given_has_its_titles_its_name_and_its_column_to_download():
    assert set(NAMES) <= set(headers.FIELDS)
    assert set(NAMES) <= labels.ROSTER_FIELD.keys()
    assert set(NAMES) <= set(example.COLUMNS)
    for titles, cells in zip(example.TITLES.values(), example.EXAMPLES.values(), strict=True):
        assert len(titles) == len(cells) == len(example.COLUMNS)

"""The list to download: its header is read in every language, its example is not read as a person."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from training.output import roster_template
from training.rosters import example, headers, read, rows

LANGUAGES = sorted(example.TITLES)


def parsed(path: Path) -> tuple[headers.Mapping, rows.Roster]:
    table = read.read(path.read_bytes(), path.name)
    mapping = headers.match(table)
    return mapping, rows.parse(table, mapping, default_country="AT")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_is_known_and_nobody_is_in_the_list(language: str, tmp_path: Path) -> None:
    roster_template.workbook(tmp_path / "list.xlsx", language)

    mapping, found = parsed(tmp_path / "list.xlsx")

    assert mapping.columns == {name: place for place, name in enumerate(example.COLUMNS)}
    assert (mapping.unmatched, mapping.guessed) == ([], [])
    assert (found.rows, found.skipped) == ([], [2])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_would_be_a_person_without_errors_once_it_is_changed(
    language: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.xlsx"
    roster_template.workbook(path, language)
    book = openpyxl.load_workbook(path)
    book.active["B2"] = "Zoé"
    book.active.append(["Lee", "Ann"])
    book.save(path)

    _, found = parsed(path)

    assert ([row.values["given_names"] for row in found.rows], found.errors) == (["Zoé", "Ann"], [])
    assert [found.rows[0].values[name] for name in ("sex", "country", "language")] == [
        "f", "AT", language,
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_sex_is_chosen_from_words_that_are_read(language: str, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    roster_template.workbook(path, language)
    book = openpyxl.load_workbook(path)
    sheet = book.active

    (rule,) = sheet.data_validations.dataValidation
    assert (str(rule.sqref), rule.type) == ("D2:D2002", "list")
    assert rule.formula1.strip('"').split(",") == list(example.SEXES[language])
    assert [rows.cell_values.sex(word) for word in example.SEXES[language]] == ["f", "m", "x"]
    assert sheet["J2"].number_format == "@"
    assert bool(sheet.sheet_view.rightToLeft) is (language == "ar")


def test_a_language_that_we_do_not_have_gets_the_english_list(tmp_path: Path) -> None:
    roster_template.workbook(tmp_path / "list.xlsx", "de")

    assert openpyxl.load_workbook(tmp_path / "list.xlsx").active["A1"].value == "Family name"

"""The same word in every layer: what a package of services or of the web does is told in the tests' folder of its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ROOT
from tests.laws.source import PACKAGE, subjects

TESTS = ROOT / "tests"
MOST_LINES = 400


def told(layer: str, tests: Path = TESTS) -> set[str]:
    """The folders of a layer that hold tests."""
    return {path.parent.name for path in (tests / layer).glob("*/test_*.py")}


def long(tests: Path = TESTS) -> list[str]:
    return sorted(
        path.name for path in tests.rglob("*.py") if len(path.read_text().splitlines()) > MOST_LINES
    )


@pytest.mark.parametrize(("layer", "least"), [("services", 15), ("web", 14)])
def test_every_package_has_its_folder_of_tests_and_no_folder_is_of_another_word(layer: str, least: int):
    assert len(subjects(PACKAGE / layer)) >= least
    assert told(layer) == subjects(PACKAGE / layer)


def test_every_package_of_the_web_has_its_folder_of_templates():
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}

    assert subjects(PACKAGE / "web") - {"kit"} <= folders  # the kit has no pages of its own


def test_files_of_tests_stay_small():
    assert len(list(TESTS.rglob("*.py"))) > 150
    assert long() == []


def test_a_folder_without_tests_and_a_long_file_would_be_seen(tmp_path: Path):
    for name in ("letters", "papers"):
        (tmp_path / "services" / name).mkdir(parents=True)
    (tmp_path / "services" / "letters" / "test_kinds.py").write_text("x = 1\n" * (MOST_LINES + 1))

    assert told("services", tmp_path) == {"letters"}
    assert long(tmp_path) == ["test_kinds.py"]

"""All pages speak French and Russian: every string of them, or it is marked as waiting for its translation."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from config import ROOT
from scripts import release, translate

KEYWORDS = {
    **dict.fromkeys(("_", "_l", "msg", "gettext", "lazy_gettext")),
    **dict.fromkeys(("nmsg", "ngettext"), (1, 2)),
}


def strings() -> set[str]:
    """Every string that a page, a refusal or a letter may say."""
    found: set[str] = set()
    for path in (ROOT / "training").rglob("*.py"):
        found |= {str(row[1]) for row in extract_from_file("python", path, keywords=KEYWORDS)}
    for path in (ROOT / "templates").rglob("*.html"):
        rows = extract_from_file(
            "jinja2.ext:babel_extract", path, keywords=KEYWORDS, options={"trimmed": "true"}
        )
        found |= {str(row[1]) for row in rows}
    return found


LANGUAGES = ("fr", "ru")


def catalogue_of(language: str) -> Catalog:
    return translate.read(ROOT / "translations" / language / "LC_MESSAGES" / "messages.po")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_in_the_catalogue_translated_or_marked(language: str):
    messages = {str(one.id): one for one in catalogue_of(language) if one.id}
    wanted = strings()

    assert len(wanted) > 1_000
    assert wanted - messages.keys() == set(), "run `make translate`"
    assert [
        name for name, one in messages.items() if not one.string and translate.WAITS not in one.user_comments
    ] == []
    assert [
        name for name, one in messages.items() if one.string and translate.WAITS in one.user_comments
    ] == []


def test_a_string_without_a_translation_is_marked_and_refuses_a_release():
    catalogue = Catalog(locale="ru")
    catalogue.add("Saved.", "Сохранено.", user_comments=[translate.WAITS])
    catalogue.add("Called off")

    translate.mark(catalogue)

    assert translate.waiting(catalogue) == ["Called off"]
    assert {one.id: one.user_comments for one in catalogue if one.id} == {
        "Saved.": [],
        "Called off": [translate.WAITS],
    }
    assert release.reasons("1.2.0", UNRELEASED, {"ru": translate.waiting(catalogue)}) == [
        "ru waits for a translation: Called off"
    ]


UNRELEASED = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n"


def test_a_release_has_a_number_of_its_own_and_says_what_is_new():
    assert release.reasons("1.2.0", UNRELEASED, {"fr": [], "ru": []}) == []
    after = release.released(UNRELEASED, "1.2.0", date(2030, 5, 6))

    assert "## [Unreleased]\n\n## [1.2.0] - 2030-05-06\n\n### Added" in after
    assert release.reasons("1.2.0", after, {}) == [
        "CHANGELOG.md has a release 1.2.0 already.",
        "CHANGELOG.md says nothing under [Unreleased].",
    ]
    assert release.reasons("next", UNRELEASED, {}) == ["'next' is no number like 1.2.0."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_named_parameters_survive_translation(language: str):
    """A language has as many forms of a plural as it needs. Each names what one of the English forms names."""
    for message in catalogue_of(language):
        said = {parameters(one) for one in forms(message.id)}
        assert {parameters(one) for one in forms(message.string) if one and message.id} <= said


def forms(said: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def parameters(said: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"%\(\w+\)[sd]", said)))


def test_a_lost_parameter_would_be_seen():
    assert parameters("%(count)s of %(num)d") == ("%(count)s", "%(num)d") != parameters("%(count)s")


def test_a_page_speaks_the_readers_language(client, make):
    from training.models import Role  # noqa: PLC0415 -- named where it is used

    client.sign_in(make.user(Role.MANAGER, language="ru"))

    page = client.get("/themes").text

    assert '<html lang="ru"' in page
    assert "Темы" in page and "Торговля людьми" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_has_the_head_without_which_it_is_not_compiled(language: str, tmp_path: Path):
    path = ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
    beheaded = tmp_path / "messages.po"
    beheaded.write_text(path.read_text(encoding="utf-8").partition("\n\n")[2], encoding="utf-8")

    assert f'"Language: {language}\\n"' in translate.head_of(path)
    assert not read_po(path.read_bytes().splitlines()).fuzzy
    with pytest.raises(ValueError, match="has no head"):
        translate.head_of(beheaded)
    assert read_po(beheaded.read_bytes().splitlines()).fuzzy

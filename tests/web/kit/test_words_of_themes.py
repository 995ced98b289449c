"""A theme is what something is tagged with; a thematic area is one of six. Each has one word in each language, everywhere."""

from __future__ import annotations

import re

import pytest

from config import ROOT
from scripts import translate
from tests.make import Make
from training.models import Role

THEME, AREA = re.compile(r"\bthemes?\b", re.I), re.compile(r"\bareas?\b", re.I)
SAID = {
    "fr": (re.compile(r"\bthèmes?\b", re.I), re.compile(r"\bdomaines?\b", re.I)),
    "ru": (re.compile(r"\bтем(а|ы|е|у|ой|ам|ах)?\b", re.I), re.compile(r"\bобласт", re.I)),
}
"""The word for a theme, and the one for an area."""


def mixed(messages: list[tuple[str, str]], language: str) -> list[str]:
    """The strings whose translation says theme where the English says area, or the other way round."""
    theme, area = SAID[language]
    found = []
    for english, said in messages:
        names_theme, names_area = bool(THEME.search(english)), bool(AREA.search(english))
        is_wrong = names_theme != names_area and bool(said)
        if is_wrong and names_theme:
            is_wrong = not theme.search(said) or bool(area.search(said))
        elif is_wrong:
            is_wrong = not area.search(said) or (bool(theme.search(said)) and "tag" not in english)
        if is_wrong:
            found.append(english)
    return found


@pytest.mark.parametrize("language", SAID)
def test_each_has_one_word_in_the_catalogue(language: str):
    catalogue = translate.read(ROOT / "translations" / language / "LC_MESSAGES" / "messages.po")
    messages = [
        (" ".join(one.id) if isinstance(one.id, tuple) else one.id,
         " ".join(one.string) if isinstance(one.string, tuple) else one.string)
        for one in catalogue if one.id
    ]  # fmt: skip
    found = [one for one in messages if THEME.search(one[0]) or AREA.search(one[0])]
    formats = [(english, re.sub(r"%\(\w+\)s", "", said)) for english, said in found]

    assert len(found) > 40
    assert mixed([(re.sub(r"%\(\w+\)s", "", english), said) for english, said in formats], language) == []


def test_a_mixed_word_is_seen():
    assert mixed([("All themes", "Все области")], "ru") == ["All themes"]
    assert mixed([("Areas covered", "Thèmes couverts")], "fr") == ["Areas covered"]
    assert mixed([("All themes", "Tous les thèmes"), ("Areas covered", "Domaines couverts")], "fr") == []


@pytest.mark.parametrize(("language", "word"), (("en", "Theme"), ("fr", "Thème"), ("ru", "Тема")))
def test_lists_filters_and_pages_call_a_tag_by_the_same_word(client, make: Make, language: str, word: str):
    programme = make.programme("MIEUX2")
    training = make.training(programme=programme)
    make.trainee()
    client.sign_in(make.user(Role.ADMIN, language=language))
    for path in ("/trainings", "/sessions", "/agencies", "/trainees", "/courses", "/programmes"):
        assert re.search(rf">\s*{word}\s*<", client.get(path).text), path
    page = client.get(f"/programmes/{programme.public_id}").text
    assert f"<th>{word}</th>" in page and f"<dt>{word}</dt>" in page

    client.sign_in(make.user(Role.PARTNER, language=language))
    assert f"<dt>{word}</dt>" in client.get(f"/trainings/{training.public_id}").text

"""All pages speak French and Russian, every string of them."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from config import ROOT

KEYWORDS = {"_": None, "_l": None, "msg": None, "gettext": None, "lazy_gettext": None}


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


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_no_string_is_untranslated(language):
    content = (ROOT / "translations" / language / "LC_MESSAGES" / "messages.po").read_bytes()
    catalogue = read_po(io.BytesIO(content), locale=language)
    translated = {str(message.id) for message in catalogue if message.string and not message.fuzzy}

    wanted = strings()

    assert len(wanted) > 1_000
    assert wanted - translated == set()


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_named_parameters_survive_translation(language):
    content = (ROOT / "translations" / language / "LC_MESSAGES" / "messages.po").read_bytes()

    for message in read_po(io.BytesIO(content), locale=language):
        if message.id:
            assert sorted(re.findall(r"%\(\w+\)s", str(message.id))) == sorted(
                re.findall(r"%\(\w+\)s", str(message.string))
            )


def test_a_page_speaks_the_readers_language(client, make):
    from training.models import Role  # noqa: PLC0415 -- named where it is used

    client.sign_in(make.user(Role.MANAGER, language="ru"))

    page = client.get("/themes").text

    assert '<html lang="ru"' in page
    assert "Темы" in page and "Торговля людьми" in page

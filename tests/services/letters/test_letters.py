"""Letters: every kind in every language with the same placeholders, and nothing that people typed has a power."""

from __future__ import annotations

import re

import pytest

from config import LANGUAGES
from tests.make import Make
from training.services.letters import samples
from training.texts import letters, links
from training.texts.letters import FOLDER, KINDS, TEXTS, Ready, block, fill, one_line


def test_every_kind_exists_in_every_language_and_no_other_file_does():
    found = {language: {path.stem for path in (FOLDER / language).glob("*.txt")} for language in LANGUAGES}

    assert found == dict.fromkeys(LANGUAGES, set(TEXTS))


@pytest.mark.parametrize("kind", TEXTS)
def test_a_kind_has_the_same_placeholders_in_every_language(kind):
    names = {language: letters.placeholders(kind, language) for language in LANGUAGES}

    assert names["fr"] == names["ru"] == names["en"]


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_begins_with_a_subject_that_names_at_most_the_training(kind, language):
    subject, blank, *body = (FOLDER / language / f"{kind}.txt").read_text().splitlines()

    assert subject.strip() and blank == "" and len(body) >= 2
    assert letters._source(kind, language)[0].get_identifiers() in (["training"], [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_can_be_previewed_about_a_real_training(kind, language, make: Make):
    letter = samples.sample(kind, make.training(), language)

    assert "Detection of forged documents" in letter.subject + letter.body
    assert "$" not in letter.subject + letter.body and "\n\n\n" not in letter.body


def test_a_missing_placeholder_is_an_error_and_not_a_gap():
    with pytest.raises(KeyError):
        fill("confirmed", "en", {"training": "x", "when": "y"})


EVIL = "Ann\r\nBcc: x@example.org\n\n{{7*7}} {% x %} ${people} %(a)s \x02my:0\x02 \u202eevil\u2028line"


def test_what_people_typed_makes_no_line_no_header_no_link_and_no_placeholder():
    letter = fill("submitted", "en", {"training": EVIL, "when": EVIL, "people": block([one_line(EVIL)])})

    assert letter.subject.startswith("Received: Ann Bcc: x@example.org {{7*7}} {% x %} ${people} %(a)s my:0")
    for bad in "\r\x02\u202e\u2028":
        assert bad not in letter.body
    assert "\nBcc" not in letter.body
    assert links.written_out(letter.body, public_url="https://t", secret_key="k") == letter.body


def test_a_line_whose_placeholders_are_empty_falls_away():
    values = {"training": "T", "when": "w", "seats": "", "pool": "", "deadline": "d", "people": Ready("")}

    body = fill("deadline_near", "en", values).body

    assert "Seats kept for you" not in body and "Please register by: d" in body


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "are not finished"), ("fr", "ne sont pas terminées"), ("ru", "не закончены")],
)
def test_the_sentence_that_leads_to_a_list_stands_only_above_people(language, sentence):
    values = {"training": "T", "when": "w", "seats": "2", "pool": "", "deadline": "d", "people": Ready("")}

    without = fill("deadline_near", language, values).body
    with_people = fill("deadline_near", language, {**values, "people": block(["– A"])}).body

    assert sentence not in without and ":\n\n" not in without
    assert re.search(sentence + r".*:\n  – A\n", with_people)


def test_links_are_put_in_when_a_letter_is_sent_and_only_those_made_here_are_read(make: Make):
    registration = make.registration()
    mark = links.to_my(registration.public_id, registration.trainee.public_id)

    text = links.written_out(
        f"{mark} {links.to_page('/trainings/1')}", public_url="https://t", secret_key="k" * 40
    )
    token = text.split()[0].removeprefix("https://t/my/")

    assert text.endswith(" https://t/trainings/1")
    assert links.read(token, secret_key="k" * 40) == (registration.public_id, registration.trainee.public_id)
    assert links.read(token, secret_key="other" * 9) is None
    assert links.read(token + "x", secret_key="k" * 40) is None
    assert links.read("", secret_key="k" * 40) is None


def test_a_link_made_for_another_purpose_is_not_read():
    from itsdangerous import URLSafeSerializer  # noqa: PLC0415 -- only this test makes one by hand

    other = URLSafeSerializer("k" * 40, salt="one-time-link").dumps("0" * 64)
    right = URLSafeSerializer("k" * 40, salt=links.SALT).dumps("0" * 64)

    assert links.read(other, secret_key="k" * 40) is None
    assert links.read(right, secret_key="k" * 40) is not None

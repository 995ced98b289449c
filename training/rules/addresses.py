"""E-mail addresses: the one rule that says whether letters can be sent to an address. It never asks the network.

The part before the @ is plain ASCII, because few mail servers take anything else. The domain may be written in any
script that is widely written: it is stored and shown readable, and sent in its ASCII form (``xn--…``). Letters of two
scripts in one word, and a last word that only looks Latin, are refused and named, because nobody sees that a Cyrillic а
stands where a Latin a belongs.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from functools import lru_cache

import idna
from email_validator import EmailNotValidError, validate_email

from training.errors import Invalid
from training.rules.names import clean
from training.text import Message, msg

MOST = 254
NO_ADDRESS = msg("This is not an e-mail address: it needs a name, an @ and a domain.")
NO_ADDRESS_OR_EMPTY = msg(
    "This is not an e-mail address: it needs a name, an @ and a domain. Correct it or leave it empty."
)
SCRIPTS = {
    "LATIN": msg("Latin"),
    "CYRILLIC": msg("Cyrillic"),
    "GREEK": msg("Greek"),
    "ARMENIAN": msg("Armenian"),
    "GEORGIAN": msg("Georgian"),
    "ARABIC": msg("Arabic"),
    "HEBREW": msg("Hebrew"),
    "EAST ASIAN": msg("East Asian"),
    "PHONETIC": msg("phonetic"),
}
EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
"""Scripts that are written together, also with Latin letters."""
WIDELY_WRITTEN = frozenset({
    "ARABIC", "ARMENIAN", "BENGALI", "CYRILLIC", "DEVANAGARI", "EAST ASIAN", "ETHIOPIC", "GEORGIAN", "GREEK", "GUJARATI",
    "GURMUKHI", "HEBREW", "KANNADA", "KHMER", "LAO", "LATIN", "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL",
    "TELUGU", "THAANA", "THAI", "TIBETAN",
})  # fmt: skip
"""The scripts that Unicode recommends for names (UAX 31, table 5). Of the others, like Cherokee and Lisu, many letters
look Latin."""
WRITTEN_LATIN = frozenset("ßæðøþđħıłŋœŧƒƙƭƴǝǥəɓɔɖɗɛɣɨɲʉʊʋʒ")
"""Latin letters without a simpler form below their accent that some language is written with. The rest, like ɡ, are signs
of phonetics, and look like common letters."""
LOOK_LATIN = frozenset("аеорсухіјѕһԁԛԝӏАВЕКМНОРСТУХІЈЅανορυΑΒΕΖΗΙΚΜΝΟΡΤΥΧօոսցհ")
"""Cyrillic, Greek and Armenian letters that nobody can tell from Latin ones."""
DELEGATED = frozenset({
    "бг", "бел", "дети", "ею", "католик", "ком", "мкд", "мон", "москва", "онлайн", "орг", "рус", "рф", "сайт", "срб", "укр",
    "қаз", "ελ", "ευ", "հայ",
})  # fmt: skip
"""The top domains in Cyrillic, Greek and Armenian letters: the root zone as IANA lists it (Root Zone Database). A new one
works at once after names in its own letters, unless it looks Latin. After Latin names it has to be added here."""
LABEL = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)


def checked(text: str, *, optional: bool = False) -> str:
    """The address as it is stored, with a readable domain. Raises ``Invalid`` if no letter can be sent to it.

    ``optional`` chooses the sentence for a text that is no address at all: it may be left empty.
    """
    return _both_forms(text, optional)[0]


def sent(text: str) -> str:
    """The address as a mail server takes it, in ASCII. Raises ``Invalid`` if no letter can be sent to it."""
    return _both_forms(text, False)[1]


@lru_cache(maxsize=20_000)
def fault(text: str) -> Message | None:
    """Why no letter can be sent to the address, or None if one can."""
    try:
        _both_forms(text, False)
    except Invalid as refusal:
        return refusal.message
    return None


def is_usable(text: str) -> bool:
    """Whether a letter can be sent to the address."""
    return bool(text) and fault(text) is None


def key(text: str) -> str:
    """The form in which addresses are compared, whichever way they were typed. It takes any text."""
    if text.isascii() and "xn--" not in text.lower():
        return text.strip().lower()[:MOST]
    name, at, domain = readable(_tidy(text)).lower().rpartition("@")
    with contextlib.suppress(idna.IDNAError):
        domain = idna.uts46_remap(domain, std3_rules=False, transitional=False)
    return f"{name}{at}{domain}"[:MOST]


def readable(text: str) -> str:
    """The text with each ``xn--…`` in it as it is read. What cannot be read stays."""
    return LABEL.sub(_read, text)


def _read(label: re.Match[str]) -> str:
    try:
        return idna.decode(label[0].lower())
    except (idna.IDNAError, UnicodeError):
        return label[0]


def _tidy(text: str) -> str:
    return clean(unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=20_000)
def _both_forms(text: str, optional: bool) -> tuple[str, str]:
    typed = _tidy(text[: MOST + 1])
    written_out = readable(typed)
    if wrong := _wrong_letter(written_out):
        if written_out.lower() != typed.lower():
            wrong = msg(
                "Written out, this address is %(address)s. %(fault)s", address=written_out, fault=wrong
            )
        raise Invalid(wrong)
    try:
        if len(text.strip()) > MOST:
            raise EmailNotValidError
        found = validate_email(
            typed, check_deliverability=False, test_environment=True, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        raise Invalid(NO_ADDRESS_OR_EMPTY if optional else NO_ADDRESS) from None
    assert found.ascii_email is not None  # without SMTPUTF8 every address has one
    return found.normalized, found.ascii_email


def _wrong_letter(address: str) -> Message | None:
    """A sentence that names the letter that does not belong into this address, or None."""
    name, at, domain = address.rpartition("@")
    if not at:
        return None
    return _wrong_in_name(name) or _wrong_in_domain(domain, len(name) + 1)


def _wrong_in_name(name: str) -> Message | None:
    place = next((place for place, character in enumerate(name) if not character.isascii()), None)
    if place is None:
        return None
    letters = [character for character in name if character.isalpha()]
    is_disguised = any(one.isascii() for one in letters) or all(one in LOOK_LATIN for one in letters)
    script = _script(name[place])
    if is_disguised and script not in ("", "LATIN"):
        return _named(place, name[place], "LATIN")
    return msg(
        "Before the @ an address has only Latin letters without accents, digits and signs. This one has “%(letter)s”.",
        letter=name[place],
    )


def _wrong_in_domain(domain: str, first: int) -> Message | None:
    labels = domain.split(".")
    has_latin = any(_script(character) == "LATIN" for character in domain)
    for number, label in enumerate(labels, 1):
        scripts = ["EAST ASIAN" if one in EAST_ASIAN else one for one in map(_script, label)]
        kinds = set(scripts) - {""}
        strange = kinds - WIDELY_WRITTEN
        if strange or (len(kinds) > 1 and kinds != {"LATIN", "EAST ASIAN"}):
            usual = sorted(kinds - strange, key=lambda one: one != "LATIN")
            home = max(usual, key=scripts.count, default="LATIN")
            wrong = strange or kinds - {home}
            odd = next(place for place, one in enumerate(scripts) if one in wrong)
            return _named(first + odd, label[odd], home)
        letters = [character for character in label if character.isalpha()]
        looks_latin = bool(letters) and all(one in LOOK_LATIN for one in letters)
        is_last = number == len(labels)
        if (looks_latin and labels[-1].isascii()) or (
            is_last and _is_no_top(label, kinds, has_latin or looks_latin)
        ):
            odd = label.index(letters[0])
            return _named(first + odd, label[odd], "LATIN")
        first += len(label) + 1
    return None


def _is_no_top(label: str, kinds: set[str], where_latin_belongs: bool) -> bool:
    """Whether there is no such top domain, and it stands where Latin letters belong."""
    return (
        where_latin_belongs
        and not kinds.isdisjoint({"CYRILLIC", "GREEK", "ARMENIAN"})
        and label.lower() not in DELEGATED
    )


def _named(place: int, letter: str, wanted: str) -> Message:
    said = {"letter": letter, "script": _word(_script(letter)), "wanted": _word(wanted)}
    if place == 0:
        return msg(
            "The first letter of this address is a %(script)s %(letter)s. Type it again in %(wanted)s letters.",
            **said,
        )
    return msg(
        "Character %(place)s of this address is a %(script)s %(letter)s. Type it again in %(wanted)s letters.",
        place=place + 1,
        **said,
    )


def _word(script: str) -> Message | str:
    return SCRIPTS.get(script, script.capitalize())


def _script(character: str) -> str:
    """The script of a letter, or nothing for digits, signs and marks, which every script uses."""
    if not character.isalpha() or unicodedata.category(character) == "Lm":
        return ""
    script = unicodedata.name(character, "").partition(" ")[0]
    return "PHONETIC" if script == "LATIN" and not _is_written(character) else script


def _is_written(latin: str) -> bool:
    base = unicodedata.normalize("NFD", latin.lower())[0]
    return base.isascii() or base in WRITTEN_LATIN

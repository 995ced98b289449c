"""Turns cells into values: sex, country, language, e-mail address and phone number as agencies write them.

Each function takes cleaned text that is not empty. It raises ``Invalid`` with a sentence for the sender of
the list.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import phonenumbers
from babel import Locale
from babel.core import get_global

from training.errors import Invalid
from training.rosters.words import NATIONALITIES
from training.rules import addresses, countries
from training.rules.names import fold
from training.text import msg

SEXES = {
    "f": (
        "f",
        "female",
        "woman",
        "w",
        "feminin",
        "femme",
        "ж",
        "жен",
        "женский",
        "женщина",
        "أنثى",
        "امرأة",
        "أنثي",
        "ف",
        "mrs",
        "ms",
        "miss",
        "mme",
        "madame",
        "mlle",
        "mademoiselle",
        "г жа",
        "госпожа",
        "السيدة",
        "الآنسة",
    ),
    "m": (
        "m",
        "male",
        "man",
        "masculin",
        "homme",
        "h",
        "м",
        "муж",
        "мужской",
        "мужчина",
        "ذكر",
        "رجل",
        "mr",
        "mister",
        "monsieur",
        "г н",
        "господин",
        "السيد",
    ),
    "x": ("x", "other", "diverse", "non binary", "autre", "другой", "آخر"),
}
SEX_BY_KEY = {fold(word): sex for sex, words in SEXES.items() for word in words}
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
"""Codes in the list of names that are nobody's country."""
COUNTRY_ALIASES = {
    "CD": ("democratic republic of the congo", "dr congo", "drc", "rdc"),
    "CI": ("cote divoire", "ivory coast"),
    "CZ": ("czech republic", "republique tcheque"),
    "GB": ("uk", "great britain", "royaume uni de grande bretagne"),
    "IR": ("iran islamic republic of", "islamic republic of iran"),
    "KG": ("kyrgyz republic", "кыргызстан", "kirghizistan", "кыргызская республика"),
    "LA": ("lao pdr",),
    "MD": ("republic of moldova", "moldova republic of", "молдавия", "республика молдова"),
    "MK": ("macedonia", "северная македония"),
    "PS": ("palestine", "state of palestine", "палестина", "فلسطين"),
    "RU": ("russian federation", "federation de russie", "российская федерация"),
    "SY": ("syrian arab republic",),
    "TR": ("turkey", "turquie", "türkiye"),
    "TZ": ("united republic of tanzania",),
    "US": ("usa", "united states of america", "сша"),
    "VN": ("viet nam",),
    "XK": ("kosovo",),
}
DEMONYMS = {fold(word): code for code, words in NATIONALITIES.items() for word in words.split()}
LONGEST = 500
"""How many characters of a cell are looked at.

An address with a name beside it is shorter, like every value.
"""


def sex(text: str) -> str:
    """``f``, ``m`` or ``x``, by letter, word or form of address in any of the languages."""
    found = SEX_BY_KEY.get(fold(text)) if "?" not in text else None
    if not found:
        raise Invalid(msg("Write F, M or X, or leave it empty."))
    return found


def country(text: str, home: str = "") -> str:
    """The two-letter code of a country, from its code or its name in one of the languages.

    The invented countries are known only when the agency's own country, ``home``, is one of them.
    """
    code = text.upper()
    if home in countries.COUNTRIES and (invented := _invented().get(fold(text))):
        return invented
    if re.fullmatch(r"[A-Z]{2}", code) and code in Locale("en").territories and code not in NO_COUNTRIES:
        return code
    found = _countries().get(fold(text)) or _by_three_letters().get(code)
    if not found:
        raise Invalid(msg("This country is not known. Write its name or its two-letter code."))
    return found


def nationality(text: str, home: str = "") -> str:
    """The country of a nationality, from a word like "French" or "française" or from the country's name."""
    return DEMONYMS.get(fold(text)) or country(text, home)


def language(text: str) -> str:
    """The two-letter code of the language. Of several named languages, the first known one counts."""
    for part in re.split(r"[,;/+&]|\b(?:and|et|и)\b", text):
        key = fold(part)
        if key in _languages().values():
            return key
        if key in _languages():
            return _languages()[key]
    raise Invalid(msg("This language is not known. Write its name or its two-letter code."))


def email(text: str) -> str:
    """The address in lower case, alone or with a name beside it. Raises ``Invalid`` as every form does."""
    address = unicodedata.normalize("NFKC", text[:LONGEST])
    named = re.fullmatch(r"(?:[^<>@]*<)?(?:mailto:)?([^<>@\s]+@[^<>\s]+?)>?", address, re.IGNORECASE)
    address = named[1] if named else address
    if address.count("@") > 1 and len(re.split(r"[\s;,/|]+", address)) > 1:
        raise Invalid(msg("There are several e-mail addresses in this cell. Keep one of them."))
    return addresses.checked(address, optional=True).lower()


def phone(text: str, region: str) -> str:
    """The number with its country code when the text tells it or ``region`` makes it sure, else as typed."""
    typed = re.sub(r"^00", "+", latin_digits(unicodedata.normalize("NFKC", text)))
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?e[+]?\d+", typed, re.IGNORECASE):
        raise Invalid(
            msg("The spreadsheet shortened this number. Format the column as text and type the number again.")
        )
    if re.match(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d", typed):
        raise Invalid(
            msg("The spreadsheet made a date of this number. Format the column as text and type it again.")
        )
    digits = re.sub(r"\D", "", typed)
    if not 5 <= len(digits) <= 20:
        raise Invalid(
            msg("This is not a phone number: it needs 5 to 20 digits. Correct it or leave it empty.")
        )
    try:
        number = phonenumbers.parse(typed, region or None)
    except phonenumbers.NumberParseException:
        return typed
    told = typed.startswith("+") and phonenumbers.is_possible_number(number)
    if told or phonenumbers.is_valid_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return typed


def latin_digits(text: str) -> str:
    """The text with Arabic-Indic and other decimal digits as 0 to 9."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


@cache
def _countries() -> dict[str, str]:
    named = {
        fold(name): code
        for language in ("ar", "ru", "fr", "en")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }
    return named | {fold(name): code for code, names in COUNTRY_ALIASES.items() for name in names}


@cache
def _invented() -> dict[str, str]:
    return {fold(said): code for code, (name, *_) in countries.COUNTRIES.items() for said in (code, name)}


@cache
def _by_three_letters() -> dict[str, str]:
    return {
        old: new[0]
        for old, new in get_global("territory_aliases").items()
        if len(old) == 3 and old.isalpha() and len(new) == 1 and new[0] in Locale("en").territories
        if len(new[0]) == 2 and new[0] not in NO_COUNTRIES
    }


@cache
def _languages() -> dict[str, str]:
    return {
        fold(name): code
        for language in ("ar", "ru", "fr", "en")
        for code, name in Locale(language).languages.items()
        if len(code) == 2
    }

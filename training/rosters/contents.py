"""Guesses from its cells what a column holds, when its header says nothing or is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice

from training.errors import Invalid
from training.rosters import values
from training.rosters.words import JOBS
from training.rules.names import clean, fold, script_of

EMAIL = re.compile(r"(?<![^\s@<>;,])[^\s@<>;,]+@[^\s@<>;,]+\.[^\s@<>;,]+")
"""Matches only where a word begins, so that the search goes through a long cell once."""
PHONE = re.compile(r"[+(]?[0-9][0-9 ().\-/]{5,22}[0-9]")
DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
PATRONYMIC = re.compile(r".+(ович|евич|ьич|овна|евна|ична|оглы|оғлу|кызы|ұлы|қызы)", re.IGNORECASE)
PARTICLES = {
    "de",
    "da",
    "do",
    "dos",
    "del",
    "della",
    "di",
    "la",
    "le",
    "van",
    "von",
    "der",
    "den",
    "ten",
    "ter",
    "bin",
    "ben",
    "ibn",
    "al",
    "el",
    "e",
    "y",
    "zu",
    "af",
}
ADDRESSES = {
    fold(word)
    for word in (
        "mr",
        "mrs",
        "ms",
        "miss",
        "mme",
        "mlle",
        "m",
        "dr",
        "prof",
        "madame",
        "monsieur",
        "г-н",
        "г-жа",
        "السيد",
        "السيدة",
        "د",
    )
}
JOB_KEYS = {fold(word) for word in JOBS}
TYPED = ("email", "sex", "form_of_address", "country", "language", "phone")
SURE = ("email", "sex", "form_of_address", "phone")
"""Those of ``TYPED`` whose cells cannot be mistaken for a header or a name."""
NAMES = ("family_name", "given_names", "patronymic", "full_name", "passport_name")
MOST_COLUMNS, MOST_ROWS, FIRST = 40, 100, 12
MOST = 0.8
"""The share of a column's cells that must fit a field."""


def guessed(rows: Sequence[Sequence[str]], places: Iterable[int], *, names: bool = True) -> dict[str, int]:
    """Field → column, for those of the columns ``places`` whose cells tell it.

    Without ``names``, no name fields.
    """
    looked_at = islice(places, MOST_COLUMNS)
    columns = {place: cells for place in looked_at if (cells := _cells(rows[:MOST_ROWS], place))}
    found: dict[str, int] = {}
    for name in TYPED:
        place = next((p for p, cells in columns.items() if _share(name, cells) >= MOST), None)
        if place is not None:
            found[name] = place
            del columns[place]
    job = next((p for p, cells in columns.items() if _job_share(cells) >= 0.5), None)
    if job is not None:
        found["function"] = job
        del columns[job]
    return found | (_names(columns) if names else {})


def fits(name: str, text: str) -> bool:
    """Whether a cell with this text can stand in a column of this field."""
    return FITS[name](clean(text))


def has_email(text: str) -> bool:
    """Whether the cell holds something like an e-mail address."""
    return bool(EMAIL.search(text[: values.LONGEST]))


def is_garbled(text: str) -> bool:
    """Whether UTF-8 was read in another encoding on the way: PÃ©rez, РџРµС‚СЂРѕРІР°.

    One letter is proof when it comes out Latin. Other scripts need several, because “Éš” and “Рі” may be real
    letters.
    """
    for wrong, least in (("cp1252", 2), ("latin-1", 2), ("cp1251", 3)):
        try:
            meant = [letter for letter in text.strip().encode(wrong).decode() if not letter.isascii()]
        except UnicodeError:
            continue
        if wrong != "cp1251" and any("\u00c0" <= letter <= "\u017f" for letter in meant):
            return True
        if sum("\u0370" <= letter <= "\u06ff" for letter in meant) >= least:
            return True
    return False


def share_of_addresses(rows: Sequence[Sequence[str]], place: int) -> float:
    """The share of a column's cells that are forms of address (Mr, Mme, السيد). 1 for an empty column."""
    cells = _cells(rows, place)
    return sum(fold(cell[:60]) in ADDRESSES for cell in cells) / len(cells) if cells else 1


def is_phone(text: str) -> bool:
    """Whether the text is written like a phone number: with a plus or in groups, and no date."""
    digits = values.latin_digits(clean(text))
    return bool(PHONE.fullmatch(digits)) and not DATE.fullmatch(digits) and not digits.isdecimal()


def _is_long_number(text: str) -> bool:
    digits = values.latin_digits(text)
    return bool(PHONE.fullmatch(digits)) and not DATE.fullmatch(digits)


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [text for row in rows if place < len(row) and (text := clean(row[place]))]


def _share(name: str, cells: list[str]) -> float:
    """The share of the cells that fit.

    0 when most of the first cells do not fit, so that a wide sheet takes no time.
    """
    first = cells[:FIRST]
    if sum(map(FITS[name], first)) * 2 < len(first):
        return 0
    if name == "phone" and not sum(map(_looks_dialled, cells)) * 2 >= len(cells):
        return 0  # plain numbers may as well be passport numbers
    if name == "sex" and any(fold(cell) in ADDRESSES and len(fold(cell)) > 1 for cell in cells):
        return 0
    if name == "language" and any(cell.isupper() and len(cell) == 2 for cell in cells):
        return 0
    if name == "country" and all(cell.islower() and len(cell) == 2 for cell in cells):
        return 0
    return sum(map(FITS[name], cells)) / len(cells)


def _looks_dialled(text: str) -> bool:
    return is_phone(text) or values.latin_digits(text).startswith("0")


def _job_share(cells: list[str]) -> float:
    first = [fold(cell).partition(" ")[0] for cell in cells]
    return sum(word in JOB_KEYS for word in first) / len(first)


@lru_cache(maxsize=5_000)
def _reads(reader: Callable[[str], str], text: str) -> bool:
    try:
        return bool(reader(text))
    except Invalid:
        return False


FITS: dict[str, Callable[[str], bool]] = {
    "email": lambda text: has_email(text),
    "sex": lambda text: _reads(values.sex, text[:60]),
    "form_of_address": lambda text: fold(text) in ADDRESSES,
    "country": lambda text: (
        (len(text) > 2 or text.isupper() or text.islower()) and _reads(values.country, text[:60])
    ),
    "language": lambda text: (len(text) > 2 or text.islower()) and _reads(values.language, text[:60]),
    "phone": _is_long_number,
}


def _is_name(text: str) -> bool:
    """Whether the text has one to six words of letters, none of which begins small, particles apart."""
    words = text.replace(",", " ").split()
    return 0 < len(words) <= 6 and all(
        word.lower() in PARTICLES
        or word[0].isalpha()
        and not word[0].islower()
        and all(c.isalpha() or c in "'’`.-" for c in word)
        for word in words
    )


def _names(columns: dict[int, list[str]]) -> dict[str, int]:
    """The columns of names: up to three of name parts, or one of full names, or two in different scripts."""
    found = [
        place
        for place, cells in columns.items()
        if sum(map(_is_name, cells)) >= MOST * len(cells)
        and sum(map(FITS["country"], cells)) * 2 < len(cells)  # countries with a misspelt one are no names
        and (len(cells) < 4 or len(set(cells)) * 2 >= len(cells))
    ]
    full = [place for place in found if _words(columns[place]) >= MOST]
    scripts = {script_of(columns[place][0]) for place in full}
    if len(full) == 1 or len(scripts) > 1:
        return _full_names(full, columns)
    if len(found) < 2:
        return {}
    first, second, *rest = found
    if _capitals(columns[second]) and not _capitals(columns[first]):
        first, second = second, first
    names = {"family_name": first, "given_names": second}
    third = rest[0] if rest else None
    if third is not None and sum(bool(PATRONYMIC.fullmatch(cell)) for cell in columns[third]) * 2 > len(
        columns[third]
    ):
        names["patronymic"] = third
    return names


def _full_names(full: list[int], columns: dict[int, list[str]]) -> dict[str, int]:
    by_script: dict[str, int] = {}
    for place in full:
        by_script.setdefault("latin" if script_of(columns[place][0]) == "latin" else "other", place)
    if len(by_script) == 2:
        return {"passport_name": by_script["latin"], "full_name": by_script["other"]}
    return {"full_name": full[0]}


def _words(cells: list[str]) -> float:
    return sum(len(cell.split()) > 1 for cell in cells) / len(cells)


def _capitals(cells: list[str]) -> bool:
    return sum(cell.isupper() for cell in cells) >= MOST * len(cells)

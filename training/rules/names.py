"""People's names. They are kept as typed, and folded into a key that finds them in any script."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

INVISIBLE = dict.fromkeys(
    [
        0x00AD,
        0x061C,
        0x180E,
        0xFEFF,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xE0000, 0xE0080),
    ]
)
ARABIC_SPELLINGS = dict.fromkeys([0x0640, 0x0670, *range(0x064B, 0x0660)]) | {0x0649: 0x064A}
"""Drops the long stroke and the vowel marks, which are rarely written. Unites the two final forms of y."""
KEY_LENGTH = 800
JOINED = re.compile(
    r"abd(?:[aeou]|ou)?[lrsnzdt]?|ab[oi]|abo?u|عبد|أبو|ابو|أبي|ابي|van|von|der|den|del?|della|d[iau]|dos"
)
ARTICLES = {"al", "el", "ul", "آل"}
FILIATION = {"bin", "ben", "ibn", "bn", "bint", "بن", "ابن", "بنت"}


def clean(text: str) -> str:
    """``text`` in NFC, without invisible marks and control characters. Blanks are collapsed and trimmed."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(
            " " if unicodedata.category(c) in {"Cc", "Cs", "Zs", "Zl", "Zp"} else c
            for c in composed.translate(INVISIBLE)
        )
    return " ".join(composed.split())


def fold(text: str) -> str:
    """The search key of ``text``: lower case Latin letters and digits, parts separated by single blanks."""
    plain = unicodedata.normalize("NFKC", clean(text)).translate(ARABIC_SPELLINGS)
    latin = anyascii(plain).casefold().replace("'", "").replace("`", "")
    parts = (part.strip(".") for part in re.sub(r"[^a-z0-9@.]+", " ", latin).split())
    return " ".join(part for part in parts if part)


def search_key(*texts: str) -> str:
    """One key of several texts (family name, given names, native name), each once, at most ``KEY_LENGTH`` long."""
    parts = [key for key in dict.fromkeys(fold(text) for text in texts) if key]
    return " ".join(parts)[:KEY_LENGTH]


def same_person_key(family_name: str, given_names: str) -> str:
    """The key that two spellings of one name share: the folded parts in alphabetical order."""
    return " ".join(sorted(fold(f"{family_name} {given_names}").split()))


def script_of(text: str) -> str:
    """The script of the first letter that is ``latin``, ``cyrillic`` or ``arabic``, else ``other``."""
    for character in text:
        name = unicodedata.name(character, "")
        for script in ("LATIN", "CYRILLIC", "ARABIC"):
            if name.startswith(script):
                return script.lower()
    return "other"


def leads_on(part: str) -> bool:
    """Whether this part of a name belongs to the one after it: Abdel, van, al, ben."""
    lowered = part.casefold()
    return lowered in ARTICLES or lowered in FILIATION or bool(JOINED.fullmatch(lowered))


def split_full_name(text: str) -> tuple[str, str]:
    """Propose (family name, given names) for a full name. A person confirms the proposal.

    A comma tells where the family name ends. Parts in capitals among others are the family name. Otherwise
    Latin and Arabic names end with the family name and the particles before it (Abdel Rahman, van der Berg),
    and Cyrillic names begin with the family name.
    """
    full = clean(text)
    if "," in full:
        family, _, given = full.partition(",")
        return family.strip(), given.strip()
    parts = full.split(" ")
    if len(parts) == 1:
        return full, ""
    places = _in_capitals(parts)
    if places and len(places) < len(parts):
        return (
            " ".join(parts[place] for place in places),
            " ".join(part for place, part in enumerate(parts) if place not in places),
        )
    if script_of(full) == "cyrillic":
        return parts[0], " ".join(parts[1:])
    if script_of(full) == "arabic":
        return _arabic_split(parts)
    place = len(parts) - 1
    while place > 1 and leads_on(parts[place - 1]):
        place -= 1
    return " ".join(parts[place:]), " ".join(parts[:place])


def _in_capitals(parts: list[str]) -> list[int]:
    """The places of the parts in capitals and of the particles right before them (van der BERG).

    Initials do not count.
    """
    places = [n for n, part in enumerate(parts) if len(part) > 1 and "." not in part and part.isupper()]
    while places and places[0] > 0 and parts[places[0] - 1].islower():
        places.insert(0, places[0] - 1)
    return places


def _arabic_split(parts: list[str]) -> tuple[str, str]:
    """The last part is the family name, all others are given names.

    Joined words (عبد الرحمن) are one part.
    """
    joined: list[str] = []
    for part in parts:
        if joined and joined[-1].split(" ")[-1] in {"عبد", "أبو", "ابو", "أم", "بن", "ابن", "آل"}:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return (joined[-1], " ".join(joined[:-1])) if len(joined) > 1 else (joined[0], "")

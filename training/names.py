"""People's names: kept as typed, and folded into a key that finds them in any script."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x00AD]
)
KEY_LENGTH = 800


def clean(text: str) -> str:
    """``text`` in NFC, without invisible marks and control characters, blanks collapsed and trimmed."""
    visible = unicodedata.normalize("NFC", text).translate(INVISIBLE)
    printable = "".join(
        " " if unicodedata.category(c) in {"Cc", "Cs", "Zs", "Zl", "Zp"} else c for c in visible
    )
    return " ".join(printable.split())


def fold(text: str) -> str:
    """The search key of ``text``: lower case Latin letters and digits, parts separated by single blanks."""
    latin = anyascii(unicodedata.normalize("NFKC", clean(text))).casefold()
    return " ".join(re.sub(r"[^a-z0-9@.]+", " ", latin.replace("'", "").replace("`", "")).split())


def search_key(*texts: str) -> str:
    """One key of several texts (family name, given names, native name), each once, at most ``KEY_LENGTH`` long."""
    parts = [key for key in dict.fromkeys(fold(text) for text in texts) if key]
    return " ".join(parts)[:KEY_LENGTH]


def same_person_key(family_name: str, given_names: str) -> str:
    """What two spellings of one name share: the folded parts in alphabetical order."""
    return " ".join(sorted(fold(f"{family_name} {given_names}").split()))


def script_of(text: str) -> str:
    """``latin``, ``cyrillic``, ``arabic`` or ``other``: the script of the first letter that tells."""
    for character in text:
        name = unicodedata.name(character, "")
        for script in ("LATIN", "CYRILLIC", "ARABIC"):
            if name.startswith(script):
                return script.lower()
    return "other"


def split_full_name(text: str) -> tuple[str, str]:
    """Propose (family name, given names) for a full name; a person confirms it.

    A comma tells; so does a part in capitals among others. Else Latin and Arabic names end with the family name,
    Cyrillic ones begin with it.
    """
    full = clean(text)
    if "," in full:
        family, _, given = full.partition(",")
        return family.strip(), given.strip()
    parts = full.split(" ")
    if len(parts) == 1:
        return full, ""
    capitals = [part for part in parts if len(part) > 1 and part.isupper()]
    if capitals and len(capitals) < len(parts):
        return " ".join(capitals), " ".join(part for part in parts if part not in capitals)
    if script_of(full) == "cyrillic":
        return parts[0], " ".join(parts[1:])
    if script_of(full) == "arabic":
        return _arabic_split(parts)
    return parts[-1], " ".join(parts[:-1])


def _arabic_split(parts: list[str]) -> tuple[str, str]:
    """The first name with what belongs to it (عبد الرحمن) is given, the last part the family's."""
    joined: list[str] = []
    for part in parts:
        if joined and joined[-1] in {"عبد", "أبو", "ابو", "أم", "بن", "ابن", "آل"}:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return (joined[-1], " ".join(joined[:-1])) if len(joined) > 1 else (joined[0], "")

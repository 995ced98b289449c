"""Finds people who may be one person: the spellings of a name share keys across scripts and transliterations.

A name is reduced to a skeleton: its consonants by sound, its parts in alphabetical order. A part with few
consonants keeps its vowels. A spelling with two readings (the ``w`` of Szewczenko and of Marwan) gets the
keys of both.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from anyascii import anyascii

from training.rules import addresses
from training.rules.names import ARTICLES, FILIATION, JOINED, clean, fold, leads_on, same_person_key

KEY_LENGTH = 120
FEW, LONG = 2, 5
"""A part with up to FEW consonants needs its vowels.

A code of LONG letters or more may differ by one letter.
"""


class Grade(StrEnum):
    """How sure it is that two records are one person, the surest first."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


GRADES = {"1": Grade.CERTAIN, "2": Grade.LIKELY, "3": Grade.POSSIBLE}
"""First character of a key → its grade. Keys sort by how much they prove.

Keys that begin with 4 are only for a search and prove nothing.
"""

Key = tuple[str, int]
"""A key and its side. Two people meet under a key when both sides are 0, or when one is 1 and the other 2."""

CYRILLIC = dict(
    zip(
        "абвгґдђжзијклљмнњопрстћуўфхцчџшщьъюяѣіїєэыйеёқғңұүөәһҳҷҡ",
        ["a", "b", "v", "g", "g", "d", "dj", "zh", "z", "i", "y", "k", "l", "l", "m", "n", "n", "o", "p", "r", "s", "t",
         "tch", "u", "u", "f", "kh", "ts", "tch", "dj", "sh", "shch", "-", "-", "yu", "ya", "e", "i", "i", "e", "e", "y", "y", "e", "e", "k", "g", "n", "u", "u", "o", "a", "h", "h", "dj", "k"],
        strict=True,
    )
)  # fmt: skip
ARABIC = dict(
    zip(
        "بتثجحخدذرزسشصضطظغفقكلمنهپچژگڤکةاأإآٱويىیعءئؤ",
        [
            "b",
            "t",
            "t",
            "j",
            "h",
            "h",
            "d",
            "d",
            "r",
            "z",
            "s",
            "x",
            "s",
            "d",
            "t",
            "z",
            "h",
            "f",
            "k",
            "k",
            "l",
            "m",
            "n",
            "h",
            "p",
            "x",
            "j",
            "h",
            "f",
            "k",
            "A",
            "A",
            "A",
            "A",
            "A",
            "A",
            "U",
            "I",
            "A",
            "I",
            "'",
            "'",
            "'",
            "'",
        ],
        strict=True,
    )
)
MARKED = {
    "š": "sh", "ś": "sh", "ş": "sh", "ș": "sh", "č": "tch", "ć": "tch", "ž": "zh", "ż": "zh", "ź": "zh", "đ": "dj",
    "ţ": "ts", "ț": "ts", "ç": "s",
}  # fmt: skip
"""Letters whose mark changes the sound. Many people leave the mark out, so a name is also read without it."""

X = ("shch", "chtch", "szcz", "tsch", "tch", "sch", "sh", "cz", "sz", "ch")
SOUNDS = {
    **dict.fromkeys(X, "x"), "dzh": "j", "zh": "j", "dj": "j", "kh": "h", "gh": "h", "dh": "d", "th": "t", "ph": "f",
    "ck": "k", "qu": "k", "q": "k", "x": "ks", "ts": "s", "tz": "s", "g": "h", "j": "j", "v": "f", "w": "f", "c": "k",
    "ce": "sI", "ci": "sI", "cy": "sI", "a": "A", "e": "I", "i": "I", "y": "I", "o": "U", "u": "U",
}  # fmt: skip
SPELLINGS = re.compile("|".join(sorted(SOUNDS, key=len, reverse=True)))
ARABIC_LETTER = re.compile("[\u0600-\u06ff]")
READINGS = {"w": "U", "j": "I", "ch": "h", "ck": "sk"}
"""Spelling → its second sound: as in Marwan, in Julia for Юлия, in Mychajlo, in Werbycka."""

ASSIMILATED = re.compile(r"[aeu](?:d|r|s|z|n|t|sh|ch)")
OF_FAITH = re.compile(r"(?:[aeu]l|[aeu]d)?d(?:in|ine|een)|الدين")
NAMESAKES = {"Olena": "Elena", "Hanna": "Anna", "Kateryna": "Ekaterina", "Mykola": "Nikolai"}
"""Ukrainian given name → its Russian form. A person may have a passport with each."""


def keys(
    *, family_name: str, given_names: str, native_name: str = "", email: str = "", near: bool = True
) -> set[Key]:
    """The keys of a person. Two people who share a key are alike. The smallest shared key tells the grade.

    An e-mail address proves much together with a part of the name. Alone it proves little, because the people
    of an office may share one. ``near=False`` leaves out the keys of the grade ``POSSIBLE`` and the keys that
    only a search uses, which saves half of the work.
    """
    found: set[Key] = set()
    words: set[Key] = set()
    if native_name:
        native = " ".join(sorted(fold(native_name).split()))
        found.add((f"1n {same_person_key(family_name, given_names)} | {native}", 0))
    has_arabic = any(_is_arabic(text) for text in (family_name, given_names, native_name))
    given = given_names.split()
    leads = len(given) > 1 and leads_on(given[-1])  # Mohamed Abdel, of the family Rahman
    full_name = f"{given_names} {family_name}" if leads else f"{family_name} {given_names}"
    for text in (full_name, native_name):
        side = 1 if _is_arabic(text) else 0 if has_arabic else 2
        readings = _readings(text)
        for parts in readings:
            found |= _of_parts(parts, side)
            words |= {key for part in parts for key in _of_word(part, side)}
        if near and readings:
            found |= _near_misses(readings[0])
    if address := addresses.key(email):
        found |= {("1e " + _short(f"{address} | {word}"), side) for word, side in words}
    if near:
        found |= words | ({("3e " + _short(address), 0)} if address else set())
    return {(key[:KEY_LENGTH], side) for key, side in found}


def words(text: str) -> list[set[Key]]:
    """The keys of each part of a searched name.

    A person bears that name when they share a key of every part.
    """
    side = 1 if _is_arabic(text) else 2
    readings = _readings(text)
    places = zip(*(parts for parts in readings if len(parts) == len(readings[0])), strict=True)
    return [
        {(key[:KEY_LENGTH], on) for part in dict.fromkeys(place) for key, on in _of_word(part, side)}
        for place in places
    ]


def other_side(side: int) -> int:
    """The side that a key of ``side`` meets."""
    return (0, 2, 1)[side]


def grade(one: Iterable[Key], other: Iterable[Key]) -> Grade | None:
    """How sure it is that the owners of these keys are one person, or ``None`` when they share no key."""
    mine = set(one)
    met = [key for key, side in other if (key, other_side(side)) in mine]
    return GRADES.get(min(met)[0]) if met else None


def _of_parts(parts: list[str], side: int) -> set[Key]:
    """The keys of one reading of a name. ``parts`` are the sounds of its parts.

    Arabic leaves short vowels out. An Arabic name (side 1) therefore meets a Latin one (side 2) by its
    consonants alone. For two names of one script, consonants alone prove too little. Side 0 is a Latin name
    of a person whose name is also known in Arabic: the Arabic one then meets other people's names.
    """
    found: set[Key] = {("2s " + " ".join(sorted(map(_code, parts))), 0)}
    if side and any(_consonants(part) <= FEW for part in parts):
        found.add(("2b " + " ".join(sorted(map(_bare, parts))), side))
    return found


def _of_word(part: str, side: int) -> set[Key]:
    """The keys by which a search for one part of the name finds somebody.

    The sides are those of ``_of_parts``.
    """
    found: set[Key] = {("4w " + _code(part), 0)}
    if side and _consonants(part) <= FEW:
        found.add(("4b " + _bare(part), side))
    return found


def _near_misses(parts: list[str]) -> set[Key]:
    """Keys shared by two names when one of them leaves a part out, or when a long part differs by one letter.

    The sides 1 and 2 make a whole name meet only a name with a part left out.
    """
    codes = sorted(map(_code, parts))
    if len(codes) == 1:
        return set()
    found: set[Key] = {("3d " + _short(" ".join(codes)), 1)}
    for place, code in enumerate(codes):
        others = " ".join(codes[:place] + codes[place + 1 :])
        if len(codes) > 2:
            found.add(("3d " + _short(others), 2))
        found |= {("3p " + _short(f"{others} | {near}"), 0) for near in _near(code)}
    return found


def _short(key: str) -> str:
    """A short form of a key. The keys of near misses are many, and most of what is stored."""
    return base64.b85encode(hashlib.blake2b(key.encode(), digest_size=8).digest()).decode()


def _near(code: str) -> set[str]:
    """The codes that a long part shares with parts that differ by a letter: whole, and without one letter."""
    if code != code.lower() or not code.replace("@", "").isalpha() or len(code) < LONG - 1:
        return set()
    if len(code) < LONG:
        return {code}
    return {code} | {code[:n] + code[n + 1 :] for n in range(len(code))}


@lru_cache(maxsize=20_000)
def _code(sounds: str) -> str:
    """A part's skeleton: its consonants, and marks for a first vowel and a last ``a``.

    A part with few consonants keeps all its vowels.
    """
    bare = _bare(sounds)
    code = bare if _consonants(sounds) > FEW else re.sub("[AIU]+", _vowel, sounds.replace("'", ""))
    return _same_names().get(code, code)


def _bare(sounds: str) -> str:
    consonants = re.sub("[AIU']", "", sounds)
    if re.match(r"A'?bd", sounds) and consonants.startswith("bdl") and len(consonants) > 3:
        consonants = "bd" + consonants[3:]  # the article after Abd, written or not, and assimilated or not
    if re.fullmatch("m[AIU]*hmU+d", sounds):
        consonants = "mhmud"  # Mahmoud is not Mohamed, and many people bear each of the two names
    return ("@" if sounds[0] in "AIU" else "") + consonants + ("a" if sounds[-1] == "A" else "")


def _consonants(sounds: str) -> int:
    return len(re.sub("[AIU']", "", sounds))


def _vowel(group: re.Match[str]) -> str:
    """A group of vowels by its last one; ``Y`` for -ia and -ya."""
    return "Y" if group[0].endswith("IA") else group[0][-1]


@lru_cache(maxsize=1)
def _same_names() -> dict[str, str]:
    def plain(name: str) -> str:
        sounds = _latin_sounds(name.lower(), SOUNDS)
        return _bare(sounds) if _consonants(sounds) > FEW else re.sub("[AIU]+", _vowel, sounds)

    return {plain(one): plain(other) for one, other in NAMESAKES.items()}


@lru_cache(maxsize=8_192)  # the names of a list are read twice: when it is shown and when it is stored
def _readings(text: str) -> list[list[str]]:
    """Every way to read a name, each as the sounds of its parts. Callers must not change the cached lists."""
    lowered = unicodedata.normalize("NFKC", clean(text)).casefold()
    if not lowered:
        return []
    texts = dict.fromkeys(
        ("".join(MARKED.get(letter, letter) for letter in lowered), lowered)
        if not MARKED.keys().isdisjoint(lowered) else (lowered,)
    )  # fmt: skip
    found: dict[tuple[str, ...], None] = {}
    for one in texts:
        tokens = _parts([_plain(token) for token in re.findall(r"[^\W_]+", _unmarked(one))])
        for stripped in dict.fromkeys((tuple(tokens), tuple(_without_article(token) for token in tokens))):
            options = [s for s in READINGS if any(s in token for token in stripped)]
            for chosen in itertools.product((False, True), repeat=len(options)):
                second = {s: READINGS[s] for s, on in zip(options, chosen, strict=True) if on}
                sounds = {**SOUNDS, **second}
                spoken = tuple(_sounds(token, sounds) for token in stripped)
                found[tuple(part for part in spoken if part)] = None
    return [list(parts) for parts in found if parts]


def _unmarked(text: str) -> str:
    """The text without apostrophes, Arabic vowel marks and the long stroke.

    People write these differently.
    """
    return re.sub("['’‘`ʼʹʻ\u0640\u0670\u064b-\u065f]", "", text)


def _plain(token: str) -> str:
    if _is_arabic(token):
        return token
    cyrillic = "".join(CYRILLIC.get(letter, letter) for letter in token).replace("-", "")
    return re.sub("[^a-z0-9]", "", anyascii(cyrillic).casefold())


def _parts(tokens: list[str]) -> list[str]:
    """The parts of a name, without articles and words like "bin".

    Abd el Rahman or van den Berg is one part.
    """
    tokens = [token for token in tokens if token]
    if len([token for token in tokens if token not in FILIATION]) > 1:
        tokens = [token for token in tokens if token not in FILIATION]
    found: list[str] = []
    pending = ""
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if following and _is_article(token, following):
            continue
        if OF_FAITH.fullmatch(token) and found and not pending:
            found[-1] += token.removeprefix("ال")
        elif following and JOINED.fullmatch(token):
            pending += token
        else:
            found.append(pending + token)
            pending = ""
    long = [token for token in found if len(token) > 1]
    return long if len(long) > 1 else found


def _is_article(token: str, following: str) -> bool:
    return token in ARTICLES or bool(ASSIMILATED.fullmatch(token) and following.startswith(token[1:]))


def _without_article(token: str) -> str:
    if _is_arabic(token):
        return token[2:] if token.startswith("ال") and len(token) > 4 else token
    return token[2:] if re.match(r"[ae]l[^aeiouyl]", token) and len(token) > 6 else token


def _sounds(token: str, sounds: dict[str, str]) -> str:
    if not _is_arabic(token):
        return _latin_sounds(token, sounds)
    spoken = "".join(ARABIC.get(letter, "") for letter in token)
    if token[0] == "ع":
        spoken = "A" + spoken[1:]
    if token[-1] == "ه" and len(token) > 2 and token[-2] not in "اويى":
        spoken = spoken[:-1] + "A"
    return _single(spoken)


def _latin_sounds(token: str, sounds: dict[str, str]) -> str:
    if len(token) > 3 and token.endswith("e"):
        token = token[:-1]  # this e is mute in French, and elsewhere one vowel matters little
    return _single(SPELLINGS.sub(lambda found: sounds[found[0]], token))


def _single(sounds: str) -> str:
    """The sounds with double consonants as one, and without an h behind the last vowel."""
    return re.sub(r"(?<=[AIU])h$", "", re.sub(r"([^AIU])\1+", r"\1", sounds))


def _is_arabic(text: str) -> bool:
    return ARABIC_LETTER.search(text) is not None

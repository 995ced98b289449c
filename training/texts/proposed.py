"""The titles of half-days that the product itself proposes, such as "Day 1, morning".

A session keeps its title in the language of whoever planned it. Others read a proposed title in their own language: it is known
again by its words, in every language that ships. What a person typed is nobody's proposal, and stays as it is.
"""

from __future__ import annotations

import re
from enum import IntEnum

from training.rules.half_days import DAY


class Part(IntEnum):
    """A part of a day, in order."""

    MORNING, AFTERNOON, EVENING = range(3)


OF_A_DAY = {
    "en": ("morning", "afternoon", "evening"),
    "fr": ("matin", "après-midi", "soir"),
    "ru": ("до полудня", "после полудня", "вечер"),
}
"""The parts of a day after its number."""
ALONE = {
    "en": ("Morning", "Afternoon"),
    "fr": ("Matin", "Après-midi"),
    "ru": ("Первая половина дня", "Вторая половина дня"),
}
"""The half-days of a training that has no numbers of days."""


def of_day(day: int, place: int, language: str) -> str:
    """The title of the half-day at a place (from 0) of a day (from 1): "Day 1, morning". The last word is that of all late ones."""
    language = language if language in DAY else "en"
    parts = OF_A_DAY[language]
    return f"{DAY[language].format(number=day)}, {parts[min(place, len(parts) - 1)]}"


def alone(part: Part, language: str) -> str:
    """The title of a morning or an afternoon: "Morning"."""
    return ALONE.get(language, ALONE["en"])[part]


def said(title: str, language: str) -> str:
    """A session's title as somebody reads it: a proposed one in their language, any other one as it was typed."""
    if title in _ALONE:
        return alone(_ALONE[title], language)
    for pattern, places in _NUMBERED:
        if found := pattern.fullmatch(title):
            return of_day(int(found[1]), places[found[2]], language)
    return title


_ALONE = {word: Part(place) for words in ALONE.values() for place, word in enumerate(words)}
_NUMBERED = [
    (
        re.compile(rf"{re.escape(DAY[code]).replace(re.escape('{number}'), '([1-9][0-9]{0,2})')}, ({'|'.join(words)})"),
        {word: place for place, word in enumerate(words)},
    )
    for code, words in OF_A_DAY.items()
]  # fmt: skip

"""The words for what is stored as a code: states, marks, roles, countries and languages.

Files and pages show these words. A code that people gave, such as a training's, stays as it is.
"""

from __future__ import annotations

from functools import cache

from babel import Locale

from training.rules import countries
from training.text import Message, msg

SEX = {"f": msg("female"), "m": msg("male"), "x": msg("other"), "not_recorded": msg("not recorded")}
REGISTRATION_STATE = {
    "draft": msg("draft"),
    "submitted": msg("submitted"),
    "returned": msg("returned"),
    "confirmed": msg("confirmed"),
    "reserve": msg("reserve"),
    "offered": msg("offered"),
    "declined": msg("declined"),
    "withdrawn": msg("withdrawn"),
    "replaced": msg("replaced"),
    "joined": msg("joined"),
}
REGISTER_STATE = {"open": msg("open"), "closed": msg("closed"), "locked": msg("locked")}
ATTENDANCE = {
    "present": msg("present"),
    "late": msg("late"),
    "left_early": msg("left early"),
    "excused": msg("excused"),
    "absent": msg("absent"),
}
MARK_LETTERS = {
    "en": {"present": "P", "late": "L", "left_early": "E", "excused": "X", "absent": "A"},
    "fr": {"present": "P", "late": "R", "left_early": "T", "excused": "E", "absent": "A"},
    "ru": {"present": "П", "late": "О", "left_early": "Р", "excused": "У", "absent": "Н"},
}
"""The letter of each mark, on the page and on the keyboard: for one присутствовал, опоздал, ушёл раньше, уважительная."""
NO_MARK = {"not_recorded": msg("not recorded"), "not_there": msg("was not there")}
"""What stands in place of a mark: one is missing, or the person was not expected."""
ROLE = {
    "admin": msg("administrator"),
    "coordinator": msg("coordinator"),
    "partner": msg("partner"),
    "trainer": msg("trainer"),
    "manager": msg("manager"),
}
YES_NO = {True: msg("yes"), False: msg("no")}


def said(words: dict[str, Message], value: str) -> str:
    """The word for ``value`` in the reader's language, or ``value`` itself if there is none."""
    return words[value].translated() if value in words else value


@cache
def territories(language: str) -> dict[str, str]:
    """The countries' names by code, the invented ones of the demo too."""
    invented = {code: country[0] for code, country in countries.COUNTRIES.items()}
    return {code: name for code, name in Locale(language).territories.items() if len(code) == 2} | invented


def country(code: str, language: str) -> str:
    """The country's name, or the code if the country is not known."""
    return territories(language).get(code, code)


@cache
def languages(codes: str, language: str) -> str:
    """The names of languages, from their codes with commas between: English, French."""
    names = Locale(language).languages
    return ", ".join(str(names.get(code, code)) for code in codes.replace(" ", "").split(",") if code)

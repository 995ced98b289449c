"""Which column is what: headers in English, French, Russian and Arabic, in any order, with title rows above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from training.errors import Invalid
from training.names import clean, fold
from training.rosters.read import Table
from training.text import msg

HEADERS: dict[str, tuple[str, ...]] = {
    "family_name": (
        "family name", "surname", "last name", "family names", "nom", "nom de famille", "фамилия",
        "اسم العائلة", "اللقب", "العائلة", "الكنية", "family name as in passport", "nom de famille usuel",
        "nom d usage", "last names", "الاسم الأخير",
    ),
    "given_names": (
        "given names", "given name", "first name", "first names", "forename", "forenames", "name",
        "prenom", "prénoms", "имя", "имена", "الاسم الأول", "الاسم الشخصي", "الاسم", "given name s",
        "prenom s", "first given names",
    ),
    "patronymic": (
        "patronymic", "отчество", "patronyme",
    ),
    "full_name": (
        "full name", "name and surname", "participant", "nom et prenom", "nom complet", "фио", "ф.и.о.",
        "ф и о", "полное имя", "الاسم الكامل", "الاسم واللقب", "الاسم الثلاثي", "الاسم الرباعي",
        "full name as in passport", "الاسم بالكامل", "surname and name", "name surname", "surname name",
        "surname and first name", "first name and surname", "family name and given names", "nom prenom",
        "prenom et nom", "prenom nom", "nom et prenoms", "nom prenoms", "фамилия имя", "фамилия и имя",
        "фамилия имя отчество", "имя и фамилия", "name of participant", "participant name",
        "participant s name", "nom du participant", "اسم المشارك", "الاسم الثنائي",
    ),
    "passport_name": (
        "passport name", "name in passport", "name as in passport", "name in latin", "latin name",
        "фио латиницей", "фамилия и имя латиницей", "имя в паспорте", "как в паспорте",
        "имя и фамилия латиницей", "фамилия имя латиницей", "имя латиницей", "латиницей",
        "фамилия имя как в загранпаспорте", "nom dans le passeport", "الاسم كما في جواز السفر",
        "الاسم باللاتينية", "الاسم في جواز السفر", "الاسم بالأحرف اللاتينية", "name as in the passport",
        "name as per passport", "name as shown in passport", "full name as in the passport",
        "фио латиницей как в паспорте",
    ),
    "native_name": (
        "native name", "name in native script", "local name", "nom dans la langue nationale",
    ),
    "sex": (
        "sex", "gender", "m/f", "f/m", "sexe", "genre", "пол", "الجنس", "النوع",
    ),
    "form_of_address": (
        "title", "form of address", "civilite", "salutation", "mr/ms", "обращение", "اللقب المهني",
    ),
    "country": (
        "country", "nationality", "pays", "nationalite", "страна", "гражданство", "البلد", "الدولة",
        "الجنسية", "citizenship", "country of nationality",
    ),
    "function": (
        "function", "position", "job title", "post", "role", "fonction", "poste", "должность", "الوظيفة",
        "المنصب", "المسمى الوظيفي", "الصفة", "current position", "job position", "занимаемая должность",
        "الوظيفة الحالية",
    ),
    "rank": (
        "rank", "grade", "звание", "чин", "الرتبة", "ранг", "military rank", "воинское звание",
        "специальное звание",
    ),
    "language": (
        "language", "working language", "langue", "langue de travail", "язык", "рабочий язык", "اللغة",
        "preferred language", "language of training", "язык обучения", "لغة العمل",
    ),
    "email": (
        "email", "e-mail", "email address", "e-mail address", "mail", "courriel", "adresse électronique",
        "mél", "электронная почта", "эл. почта", "почта", "البريد الإلكتروني", "البريد", "الإيميل",
        "адрес электронной почты", "work e mail", "work email", "e mail professionnel", "adresse e mail",
        "adresse mail", "adresse courriel", "электронный адрес", "e mail адрес", "عنوان البريد الإلكتروني",
    ),
    "phone": (
        "phone", "telephone", "mobile", "phone number", "tel", "cell", "portable", "телефон", "мобильный",
        "контактный телефон", "الهاتف", "رقم الهاتف", "الجوال", "رقم الجوال", "mobile phone",
        "mobile number", "contact number", "telephone number", "cell phone", "work phone",
        "numero de telephone", "telephone portable", "мобильный телефон", "номер телефона",
        "الهاتف المحمول", "رقم الهاتف المحمول", "رقم التواصل",
    ),
}  # fmt: skip
"""Field → the headers under which agencies send it."""

ORDINAL = {"no", "n", "nr", "num", "#", "№", "number", "numero", "p p", "no p p", "م", "ت", "الرقم", "مسلسل"}
BY_KEY = {fold(header): name for name, headers in HEADERS.items() for header in headers}
NAMES = {"family_name", "full_name", "passport_name"}
VAGUE = {fold(word) for word in ("name", "имя", "الاسم")}
"""Headers of given names beside a family name, of full names where they stand alone."""
SEARCHED_ROWS = 30


@dataclass(frozen=True)
class Mapping:
    """Where the header stands (row number in the sheet) and which column holds what (field → column index)."""

    header_row: int
    columns: dict[str, int]
    titles: list[str]
    unmatched: list[str] = field(default_factory=list)


def match(table: Table) -> Mapping:
    """Find the header row and match its columns by name, or raise ``Invalid`` that says what was looked for."""
    best: tuple[int, int, dict[str, list[int]]] | None = None
    for number, row in enumerate(table.rows[:SEARCHED_ROWS], start=1):
        found = _matched(row)
        score = len(found)
        enough = score >= 2 or "full_name" in found and sum(map(bool, row)) > 1
        if enough and found.keys() & NAMES and (best is None or score > best[0]):
            best = (score, number, found)
    if best is None:
        raise Invalid(
            msg(
                "No header row was found: one row must name the columns, family name or full name among them."
            ),
            field="file",
        )
    _, number, found = best
    twice = next((columns for columns in found.values() if len(columns) > 1), None)
    titles = table.rows[number - 1]
    if twice:
        raise Invalid(
            msg("The columns “%(first)s” and “%(second)s” say the same. Keep one of them.",
                first=clean(titles[twice[0]])[:80], second=clean(titles[twice[1]])[:80]),
            field="file",
        )  # fmt: skip
    columns = {name: places[0] for name, places in found.items()}
    used = set(columns.values())
    unmatched = [
        clean(title)[:80]
        for place, title in enumerate(titles)
        if title.strip() and place not in used and fold(title) not in ORDINAL
    ]
    return Mapping(number, columns, titles, unmatched)


def _matched(row: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, title in enumerate(row):
        name = _field(title) if title.strip() else None
        if name:
            found.setdefault(name, []).append(place)
    return _settled(found, row)


def _field(title: str) -> str | None:
    """By the whole title, else by its parts before a bracket: “Surname / Nom (as in passport)”."""
    parts = re.split(r"[/|\n]| [–—-] ", title.partition("(")[0])
    return next(
        (BY_KEY[key] for key in map(fold, [title, title.partition("(")[0], *parts]) if key in BY_KEY), None
    )


def _settled(found: dict[str, list[int]], row: Sequence[str]) -> dict[str, list[int]]:
    """What “Name” means is told by its neighbours: given names, the family name, or both in one cell."""
    given = found.get("given_names", [])
    vague = [place for place in given if fold(row[place]) in VAGUE]
    if len(vague) == 1 and len(given) == 2:
        given.remove(vague[0])
        found.setdefault("full_name" if "family_name" in found else "family_name", vague)
    elif vague and vague == given and not found.keys() & NAMES:
        found["full_name"] = found.pop("given_names")
    family = found.get("family_name", [])
    alone = not found.keys() & {"given_names", "full_name", "passport_name"}
    if alone and [fold(row[place]) for place in family] == ["nom"]:
        found["full_name"] = found.pop("family_name")
    return found

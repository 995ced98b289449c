"""Which column is what: headers in English, French, Russian and Arabic, in any order, with title rows above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from training.errors import Invalid
from training.names import fold
from training.rosters.read import Table
from training.text import msg

HEADERS: dict[str, tuple[str, ...]] = {
    "family_name": ("family name", "surname", "last name", "family names", "nom", "nom de famille", "фамилия",
                    "اسم العائلة", "اللقب", "العائلة", "الكنية", "family name as in passport"),
    "given_names": ("given names", "given name", "first name", "first names", "forename", "forenames", "name", "prenom",
                    "prénom", "prénoms", "имя", "имена", "الاسم الأول", "الاسم الشخصي", "الاسم"),
    "patronymic": ("patronymic", "отчество", "patronyme"),
    "full_name": ("full name", "name and surname", "participant", "nom et prenom", "nom et prénom", "nom complet",
                  "фио", "ф.и.о.", "ф и о", "полное имя", "الاسم الكامل", "الاسم واللقب", "الاسم الثلاثي",
                  "الاسم الرباعي", "full name as in passport", "الاسم بالكامل"),
    "passport_name": ("passport name", "name in passport", "name as in passport", "name in latin", "latin name",
                      "фио латиницей", "фамилия и имя латиницей", "имя в паспорте", "фамилия и имя латиницей", "как в паспорте",
                      "имя и фамилия латиницей", "фамилия имя латиницей", "имя латиницей", "латиницей",
                      "фамилия имя как в загранпаспорте", "nom dans le passeport", "الاسم كما في جواز السفر",
                      "الاسم باللاتينية", "الاسم في جواز السفر", "الاسم بالأحرف اللاتينية"),
    "native_name": ("native name", "name in native script", "local name", "nom dans la langue nationale"),
    "sex": ("sex", "gender", "m/f", "f/m", "sexe", "genre", "пол", "الجنس", "النوع"),
    "form_of_address": ("title", "form of address", "civilite", "civilité", "salutation", "mr/ms", "обращение", "اللقب المهني"),
    "country": ("country", "nationality", "pays", "nationalite", "nationalité", "страна", "гражданство", "البلد",
                "الدولة", "الجنسية"),
    "function": ("function", "position", "job title", "post", "role", "fonction", "poste", "должность", "الوظيفة",
                 "المنصب", "المسمى الوظيفي", "الصفة"),
    "rank": ("rank", "grade", "звание", "чин", "الرتبة", "ранг"),
    "language": ("language", "working language", "langue", "langue de travail", "язык", "рабочий язык", "اللغة"),
    "email": ("email", "e-mail", "e mail", "email address", "e-mail address", "mail", "courriel", "adresse électronique",
              "mél", "электронная почта", "эл. почта", "эл почта", "почта", "البريد الإلكتروني", "البريد الالكتروني",
              "البريد", "الإيميل", "адрес электронной почты"),
    "phone": ("phone", "telephone", "mobile", "phone number", "tel", "cell", "téléphone", "tél", "portable", "телефон",
              "тел", "мобильный", "контактный телефон", "الهاتف", "رقم الهاتف", "الجوال", "رقم الجوال"),
}  # fmt: skip
"""Field → the headers under which agencies send it."""

ORDINAL = {"no", "n", "nr", "num", "#", "№", "number", "numero", "p p", "no p p", "م", "ت", "الرقم", "مسلسل"}
BY_KEY = {fold(header): name for name, headers in HEADERS.items() for header in headers}
NAMES = {"family_name", "full_name", "passport_name"}
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
        if score >= 2 and found.keys() & NAMES and (best is None or score > best[0]):
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
                first=titles[twice[0]], second=titles[twice[1]]),
            field="file",
        )  # fmt: skip
    columns = {name: places[0] for name, places in found.items()}
    used = set(columns.values())
    unmatched = [
        title
        for place, title in enumerate(titles)
        if title.strip() and place not in used and fold(title).rstrip(".") not in ORDINAL
    ]
    return Mapping(number, columns, titles, unmatched)


def _matched(row: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, title in enumerate(row):
        name = (
            BY_KEY.get(fold(title))
            or BY_KEY.get(fold(title.partition("(")[0]))
            or BY_KEY.get(fold(title.partition("/")[0]))
        )
        if name and title.strip():
            found.setdefault(name, []).append(place)
    return found

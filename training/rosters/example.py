"""The list to fill in: its columns in four languages, and an example row, which nobody has to delete."""

from __future__ import annotations

from training.rules import given
from training.rules.names import clean

COLUMNS = (
    "family_name",
    "given_names",
    "native_name",
    "sex",
    "country",
    "function",
    "rank",
    "language",
    "email",
    "phone",
    *given.NAMES,
)
"""The columns of the list, by field."""
TITLES = {
    "en": (
        "Family name",
        "Given names",
        "Name in native script",
        "Sex",
        "Country",
        "Function",
        "Rank",
        "Working language",
        "E-mail",
        "Phone",
        "Remarks",
    ),
    "fr": (
        "Nom de famille",
        "Prénoms",
        "Nom dans la langue nationale",
        "Sexe",
        "Pays",
        "Fonction",
        "Grade",
        "Langue de travail",
        "Courriel",
        "Téléphone",
        "Remarques",
    ),
    "ru": (
        "Фамилия (как в паспорте)",
        "Имя (как в паспорте)",
        "Имя на родном языке",
        "Пол",
        "Страна",
        "Должность",
        "Звание",
        "Рабочий язык",
        "Электронная почта",
        "Телефон",
        "Примечание",
    ),
    "ar": (
        "اسم العائلة",
        "الاسم الأول",
        "الاسم باللغة الوطنية",
        "الجنس",
        "البلد",
        "الوظيفة",
        "الرتبة",
        "لغة العمل",
        "البريد الإلكتروني",
        "الهاتف",
        "ملاحظات",
    ),
}
SEXES = {"en": ("F", "M", "X"), "fr": ("F", "M", "X"), "ru": ("Ж", "М", "X"), "ar": ("أنثى", "ذكر", "آخر")}
"""Language → the choices of the drop-down."""
EXAMPLES = {
    "en": (
        "EXAMPLE",
        "Anna Maria",
        "",
        "F",
        "Austria",
        "Example of a function",
        "Major",
        "English",
        "anna.example@agency.example",
        "+43 1 0000000",
        "",
    ),
    "fr": (
        "EXEMPLE",
        "Anne-Marie",
        "",
        "F",
        "Autriche",
        "Exemple de fonction",
        "Commandante",
        "français",
        "anne.exemple@agence.example",
        "+43 1 0000000",
        "",
    ),
    "ru": (
        "PRIMER",
        "Anna",
        "Пример Анна",
        "Ж",
        "Австрия",
        "Пример должности",
        "майор",
        "русский",
        "anna.primer@agency.example",
        "+43 1 0000000",
        "",
    ),
    "ar": (
        "MITHAL",
        "Amina",
        "أمينة مثال",
        "أنثى",
        "النمسا",
        "مثال على الوظيفة",
        "رائد",
        "العربية",
        "amina.mithal@agency.example",
        "+43 1 0000000",
        "",
    ),
}
MARKS = {
    "en": "← Example: write over it or leave it, it is not read",
    "fr": "← Exemple : remplacez-le ou laissez-le, il n’est pas lu",
    "ru": "← Пример: замените его или оставьте, он не читается",
    "ar": "← مثال: اكتب مكانه أو اتركه، فهو لا يُقرأ",
}
NAMES = {"en": "People", "fr": "Personnes", "ru": "Список", "ar": "القائمة"}
"""The name of the sheet."""
UNCHANGED = {frozenset(map(clean, row)) - {""} for row in EXAMPLES.values()}
FEWEST = min(map(len, UNCHANGED))
"""How many cells of an example are filled at least."""
SAID = {clean(mark) for mark in MARKS.values()}


def is_unchanged(cells: list[str]) -> bool:
    """Whether a row is the unchanged example. The order of the columns does not matter."""
    if not FEWEST <= len(cells) <= len(COLUMNS):
        return False
    return (frozenset(map(clean, cells)) - {""} - SAID) in UNCHANGED

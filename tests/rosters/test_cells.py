"""Columns and cells as agencies write them: headers that depend on their neighbours, values in many spellings."""

from __future__ import annotations

import pytest

from tests.rosters import at_most
from training.errors import Invalid
from training.rosters import headers, read, rows, values
from training.rules.names import fold


def of(*lines: str) -> rows.Roster:
    table = read.read("\n".join(lines).encode(), "list.csv")
    return rows.parse(table, headers.match(table), default_country="AT")


def test_no_header_means_two_things():
    meanings: dict[str, set[str]] = {}
    for field, words in headers.HEADERS.items():
        for word in words:
            meanings.setdefault(fold(word), set()).add(field)

    assert [key for key, fields in meanings.items() if len(fields) > 1 or not key] == []


@pytest.mark.parametrize(
    ("titles", "line", "guessed"),
    [
        ("Name;Sex;E-mail", "Anna Petrova;f;a@b.example", True),
        ("Name;First name;Sex", "Petrova;Anna;f", False),
        ("Surname;Name;Sex", "Petrova;Anna;f", False),
        ("Nom / Prénom;Sexe;Courriel", "PETROVA Anna;F;", True),
        ("Nom;Sexe;Poste", "Anna PETROVA;F;", True),
        ("Фамилия, имя, отчество;Тел.;Пол", "Petrova Anna;;ж", True),
        ("Фамилия (Surname);Имя (Given name);Пол", "Petrova;Anna;ж", False),
        ("Surname / Nom;Given names / Prénoms;Sex / Sexe", "Petrova;Anna;F", False),
        ("No.;Full name", "1;Anna PETROVA", True),
        ("الاسم;الجنس", "Anna Petrova;أنثى", True),
    ],
)
def test_what_a_name_column_holds_is_told_by_its_neighbours(titles, line, guessed):
    row = of(titles, line).rows[0]

    folded = (fold(row.values["family_name"]), fold(row.values["given_names"]))
    assert sorted(folded) == ["anna", "petrova"]
    assert bool(row.guesses) is guessed
    assert guessed or folded == ("petrova", "anna")


def test_rows_below_the_list_are_listed_as_skipped():
    found = of(
        "Surname;First name;Position;E-mail",
        "Lee;Ann;Clerk;",
        ";;Signature: ____;",
        "Prepared by the Training Department on Friday;;;",
    )

    assert ([row.number for row in found.rows], found.skipped, found.errors) == ([2], [3, 4], [])


def test_a_row_without_names_that_has_an_address_is_an_error_not_a_remark():
    found = of("Surname;First name;E-mail;Position", ";;a@b.example;Clerk")

    assert [(error.row, error.column) for error in found.errors] == [(2, "A"), (2, "B")]


def test_an_error_of_a_split_name_points_at_the_column_that_was_split():
    found = of("No.;Sex;Full name", "1;f;Suharto")

    assert [(e.column, e.title, e.value) for e in found.errors] == [("C", "Full name", "Suharto")]


def test_a_number_is_no_name():
    assert [str(e.message) for e in of("Surname;First name", "18;Ann").errors] == [
        "This is no family name: it has no letters. Write the name."
    ]


def test_cells_that_say_nothing_are_empty():
    row = of("Surname;First name;Sex;E-mail;Phone;Country;Language", "Lee;Ann;-;—;n/a;.;–").rows[0]

    assert row.errors == []
    assert {row.values[name] for name in ("sex", "email", "phone", "country", "language")} == {""}


@pytest.mark.parametrize("name", ["family_name", "given_names"])
@pytest.mark.parametrize(("length", "errors"), [(200, 0), (201, 1)])
def test_names_have_two_hundred_letters_at_most(name, length, errors):
    line = {"family_name": "Lee", "given_names": "Ann"} | {name: "é" * length}

    assert len(of("Surname;First name", ";".join(line.values())).errors) == errors


@pytest.mark.parametrize(
    ("second", "errors"),
    [("LEE;ann;", 1), ("Ann;Lee;", 1), ("Lee;Ann;a@b.example", 1), ("Lee;Anna;", 0)],
)
def test_a_double_is_the_same_name_unless_two_addresses_tell_apart(second, errors):
    found = of("Surname;First name;E-mail", "Lee;Ann;", second)

    assert [str(e.message).split(" already")[0] for e in found.errors] == [
        "This person stands in row 2"
    ] * errors


@pytest.mark.parametrize(
    ("text", "sex"),
    [("F", "f"), ("Mme.", "f"), ("женский", "f"), ("أنثى", "f"), ("Male", "m"), ("homme", "m"), ("М", "m"), ("ذكر", "m"), ("x", "x")],
)  # fmt: skip
def test_sex_in_every_language(text, sex):
    assert values.sex(text) == sex


@pytest.mark.parametrize(
    ("text", "code"),
    [("ua", "UA"), ("Ukraine", "UA"), ("Украина", "UA"), ("أوكرانيا", "UA"), ("Côte d'Ivoire", "CI"), ("UK", "GB"),
     ("Moldova, Republic of", "MD"), ("Кыргызстан", "KG"), ("Türkiye", "TR")],
)  # fmt: skip
def test_countries_by_code_and_by_name(text, code):
    assert values.country(text) == code


@pytest.mark.parametrize(("home", "country"), [("XN", "XV"), ("AT", "")])
def test_the_invented_countries_are_known_to_their_own_agencies_only(home, country):
    table = read.read(b"Surname;First name;Country\nLee;Ann;Velmar\n", "list.csv")

    row = rows.parse(table, headers.match(table), default_country=home).rows[0]

    assert (row.values["country"], bool(row.errors)) == (country, not country)


@pytest.mark.parametrize(
    ("text", "code"),
    [("fr", "fr"), ("English, French", "en"), ("Russian and English", "ru"), ("арабский", "ar")],
)
def test_the_first_language_counts(text, code):
    assert values.language(text) == code


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("00221 33 555 01 15", "+221 33 555 01 15"),
        ("٠٠٩٦٢ ٦ ٥٥٥ ٠١٠١", "+962 6 555 0101"),
        ("01 58858 0", "+43 1 588580"),
        ("8 (701) 555-01-11", "8 (701) 555-01-11"),
        ("1234567 / 7654321", "1234567 / 7654321"),
    ],
)
def test_a_phone_number_gets_its_country_only_where_that_is_sure(typed, kept):
    assert values.phone(typed, "AT") == kept


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (values.sex, "X?"), (values.sex, "F/M"), (values.country, "ZZ"), (values.country, "Atlantis"),
        (values.language, "Klingonish"), (values.email, "ann lee@x.example"), (values.email, "a@b@c.example"),
        (values.email, "a@x.example; b@x.example"), (values.email, "a" * 60 + "@" + "b." * 100 + "example"),
        (lambda text: values.phone(text, "AT"), "12"), (lambda text: values.phone(text, "AT"), "1" * 21),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence(reader, text):
    with pytest.raises(Invalid, match=r"\.$"):
        reader(text)


def test_five_hundred_rows_take_little_work():
    lines = [f"Lee{n};Ann;f;p{n}@b.example;+49 30 555 0101" for n in range(500)]
    of("Surname;First name", "Lee;Ann")

    with at_most(25):
        found = of("Surname;First name;Sex;E-mail;Phone", *lines)

    assert (len(found.rows), found.errors) == (500, [])

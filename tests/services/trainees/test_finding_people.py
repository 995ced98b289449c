"""People are found by a name in any script and spelling, whole or in part; looking takes no longer for those of others."""

from __future__ import annotations

import pytest
from sqlalchemy import Select

from tests.make import Make
from training.db import atomic, db
from training.models import Registration, Role, Trainee, User
from training.services.registrations import visible
from training.services.trainees import duplicates, records
from training.services.trainees.records import Person

OLHA = {"family_name": "Shevchenko", "given_names": "Olha"}
MOHAMED = {"family_name": "Abdel Rahman", "given_names": "Mohamed"}


def names(found: Select[Trainee]) -> list[str]:
    return [one.name for one in db.session.scalars(found)]


@pytest.mark.parametrize(
    "text",
    [
        "Ольга Шевченко",
        "Шевченко Ольга",
        "Olga Chevtchenko",
        "Szewczenko",
        "chevtchenko",
        "Шевч",
        "olha shev",
        "o@exam",
    ],
)
def test_a_name_is_found_in_every_spelling_whole_or_in_part(text, make: Make):
    make.trainee(**OLHA, email="o@example.org")
    make.trainee(**MOHAMED)
    make.trainee(family_name="Savchenko", given_names="Oleh")

    assert names(records.search(make.user(), text=text)) == ["Shevchenko, Olha"]


@pytest.mark.parametrize(
    "text",
    ["محمد عبد الرحمن", "Mohammed Abdulrahman", "Abderrahmane", "عبد الرحمن", "محمد", "Мухаммед Абдурахман"],
)
def test_arabic_names_too(text, make: Make):
    make.trainee(**MOHAMED)
    make.trainee(**OLHA)
    make.trainee(family_name="Abdel Rahim", given_names="Mahmoud")

    assert names(records.search(make.user(), text=text)) == ["Abdel Rahman, Mohamed"]


@pytest.mark.parametrize(
    "text", ["Ольга Шевчук", "Шевченко Олег", "ольга Шевченко Ивановна", " ".join(["Ольга"] * 9), "–"]
)
def test_whoever_lacks_one_of_the_names_is_not_found(text, make: Make):
    make.trainee(**OLHA)

    assert names(records.search(make.user(), text=text)) == (["Shevchenko, Olha"] if text == "–" else [])


def test_names_in_their_own_script_are_found_in_latin(make: Make):
    make.trainee(family_name="Шевченко", given_names="Ольга")
    make.trainee(family_name="Al Wardani", given_names="Leila", native_name="ليلى الورداني")
    user = make.user()

    found = [names(records.search(user, text=text)) for text in ("Chevtchenko", "Ouardani", "ليلى", "Layla")]

    assert found == [["Шевченко, Ольга"], *[["Al Wardani, Leila"]] * 3]


def test_partners_find_their_own_people_only_even_after_a_transfer(make: Make):
    mine, theirs = make.agency(), make.agency()
    own, moved = make.trainee(mine, **OLHA), make.trainee(mine, **OLHA)
    make.trainee(theirs, **OLHA)
    records.transfer(moved, by=make.user(), agency=theirs)
    partner, other = (make.user(Role.PARTNER, agency=agency) for agency in (mine, theirs))

    assert list(db.session.scalars(records.search(partner, text="Ольга Шевченко"))) == [own]
    assert len(names(records.search(other, text="Ольга Шевченко"))) == 2
    assert names(records.search(make.user(), text="Chevtchenko", agency=mine)) == ["Shevchenko, Olha"]


def test_registrations_are_found_by_a_spelling_partners_ones_while_the_person_is_theirs(make: Make):
    agency, training = make.agency(), make.training(title="Risk analysis")
    person = make.trainee(agency, **OLHA)
    made = make.registration(training, person)
    partner, staff = make.user(Role.PARTNER, agency=agency), make.user()

    def found(user: User, text: str) -> list[Registration]:
        return list(db.session.scalars(visible.search(user, text=text)))

    before = [
        found(user, text) for user in (partner, staff) for text in ("Ольга Шевченко", "Risk", "Risk olha")
    ]
    records.transfer(person, by=staff, agency=make.agency())

    assert before == [[made]] * 6
    assert found(partner, "Ольга Шевченко") == [] and found(partner, "Risk") == [made]
    assert found(staff, "Ольга Шевченко") == [made]


def work(user: User) -> tuple[int, int]:
    """What looking for a person takes: steps of the database's machine, where it counts them, and people found."""
    steps, connection = 0, db.session.connection().connection.driver_connection
    person = Person(**MOHAMED, country="AT")

    def step() -> None:
        nonlocal steps
        steps += 1

    if hasattr(connection, "set_progress_handler"):
        connection.set_progress_handler(step, 1)
    found = len(duplicates.for_user(user, person)), len(names(records.search(user, text="محمد عبد الرحمن")))
    if hasattr(connection, "set_progress_handler"):
        connection.set_progress_handler(None, 1)
    return steps, sum(found)


def test_a_partners_look_takes_as_much_whomever_others_know(make: Make, queries):
    other, user = make.agency(), make.user(Role.PARTNER)
    make.trainee(user.agency, **MOHAMED)
    work(user)
    queries.clear()
    before = *work(user), len(queries)

    atomic(records.add_many)(other, [Person(**MOHAMED, country="AT")] * 300)
    user.agency  # noqa: B018 -- read again what storing has expired
    queries.clear()
    after = *work(user), len(queries)

    assert before == after and before[1] == 2


def test_staff_look_at_everybody(make: Make):
    other, user = make.agency(), make.user()
    before = work(user)

    atomic(records.add_many)(other, [Person(**MOHAMED, country="AT")] * 3)

    assert work(user)[1] == before[1] + 6

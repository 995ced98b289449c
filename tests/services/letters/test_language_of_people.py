"""In which language a registered person is written to: their own, else their focal point's, else English."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.papers import text_of
from training.db import atomic, db
from training.models import Agency, OutgoingMail, Role, User
from training.services import read_by
from training.services.papers import confirmations
from training.texts import letters, links


@atomic
def leave(user: User) -> None:
    user.is_active = False


def agency_of(make: Make, *languages: str, lead: str = "") -> tuple[Agency, list[User]]:
    agency = make.agency()
    found = [make.user(Role.PARTNER, agency=agency, language=one) for one in languages]
    if lead:
        found.append(make.user(Role.PARTNER, agency=agency, language=lead, is_lead=True))
    return agency, found


@pytest.mark.parametrize(
    ("own", "focal_points", "lead", "expected"),
    (
        ("ru", ("fr",), "", "ru"),
        ("", ("fr",), "", "fr"),
        ("", ("ru", "fr"), "", "ru"),
        ("", ("ru", "ru"), "fr", "fr"),
        ("ar", ("fr",), "", "fr"),  # there are no letters in Arabic
        ("en", ("fr",), "", "en"),
        ("", (), "", "en"),
    ),
)
def test_the_own_language_then_the_focal_points_then_english(
    own: str, focal_points: tuple[str, ...], lead: str, expected: str, make: Make
):
    agency, _ = agency_of(make, *focal_points, lead=lead)

    registration = make.registration(trainee=make.trainee(agency, email="p@example.org", language=own))

    assert read_by.person(registration) == expected


def test_whoever_has_left_does_not_decide(make: Make):
    agency, (first, _) = agency_of(make, "fr", "ru")
    registration = make.registration(trainee=make.trainee(agency))
    leave(first)

    assert read_by.person(registration) == "ru"


def test_the_letter_says_it(make: Make):
    agency, _ = agency_of(make, "fr")
    registration = make.registration(trainee=make.trainee(agency, email="p@example.org"))

    found = list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_email == "p@example.org")))

    assert found and {row.language for row in found} == {"fr"}
    assert all(registration.training.title in row.body and "Bonjour" in row.body for row in found)


def test_so_do_the_own_page_and_the_confirmation(app, client, make: Make):
    agency, _ = agency_of(make, "fr")
    registration = make.registration(trainee=make.trainee(agency, email="p@example.org"))
    token = links.token(
        registration.public_id, registration.trainee.public_id, secret_key=app.config["SECRET_KEY"]
    )

    assert '<html lang="fr"' in client.get(f"/my/{token}").text
    paper = text_of(confirmations.confirmation(registration, reader=None, demo=False))
    assert "Confirmation d’inscription" in paper


def test_one_statement_asks_for_all_agencies(make: Make, queries):
    training = make.training()
    people = [make.registration(training, make.trainee(agency_of(make, "fr")[0])) for _ in range(4)]
    assert {one.trainee.language for one in people} == {""}

    queries.clear()
    found = read_by.people(people)

    assert set(found.values()) == {"fr"} and len(queries) == 1


def test_without_asking_the_agency_the_letter_is_english(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read_by, "_of_agencies", lambda ids: {})
    agency, _ = agency_of(make, "fr")
    make.registration(trainee=make.trainee(agency, email="p@example.org"))

    found = db.session.scalars(select(OutgoingMail.language).where(OutgoingMail.to_email == "p@example.org"))

    assert set(found) == {letters.language_of("")}

"""The registered people themselves: written to in their language, at their one address, while they are registered."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.make import Make
from tests.services.letters.mailed import written
from training.db import atomic
from training.models import (
    MailState,
)
from training.services.letters import outbox
from training.services.registrations import (
    submissions,
)
from training.services.trainees import records


def test_a_person_is_told_in_their_language_by_whom_for_what_and_of_their_rights(desk, make: Make, app):
    atomic(lambda: setattr(desk["training"].programme, "privacy_notice", "Controller: the organisation."))()
    trainee = make.trainee(desk["agency"], email="anna@example.org", language="ru", given_names="Anna")
    make.registration(desk["training"], trainee)
    (row,) = [row for row in written() if row.kind == "trainee"]
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    body = next(m for m in sent if "anna@example.org" in m["To"]).get_content()
    assert f"Ваше учреждение ({desk['agency'].name}) зарегистрировало вас" in body
    assert "Ваши права" in body and "60" in body and "Controller: the organisation." in body
    assert f"{app.config['CONFIG'].public_url}/my/" in body
    assert "/my/" not in row.subject + row.body, "a signed link lies in no table"


def test_no_signed_link_lies_in_the_database(desk, make: Make):
    make.registration(desk["training"], make.trainee(desk["agency"], email="anna@example.org"))
    make.registration(desk["training"], make.trainee(desk["agency"]))

    assert any("\x02my:" in row.body for row in written())
    assert [row.kind for row in written() if "/my/" in row.body + row.subject] == []


def test_an_unknown_language_falls_back_to_english(desk, make: Make):
    make.registration(desk["training"], make.trainee(desk["agency"], email="a@example.org", language="ar"))

    (row,) = [row for row in written() if row.kind == "trainee"]
    assert (row.language, row.subject) == ("en", "Your registration: Detection of forged documents")


@pytest.mark.parametrize("how", ["confidential", "via_focal_point"])
def test_who_is_not_written_to_directly_is_handed_the_link_by_the_focal_point(how, desk, make: Make, app):
    if how == "confidential":
        atomic(lambda: setattr(desk["agency"], "confidential", True))()
    trainee = make.trainee(
        desk["agency"], email="secret@example.org", contact_via_focal_point=how == "via_focal_point"
    )
    make.registration(desk["training"], trainee)
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    assert [row for row in written() if row.to_email == "secret@example.org"] == []
    assert [m for m in sent if "secret@example.org" in m["To"]] == []
    body = next(m for m in sent if desk["focal"].email in m["To"]).get_content()
    assert "Please give each of them their own link" in body and "/my/" in body


def test_someone_without_an_address_has_a_row_that_says_so(desk, make: Make):
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    alone = make.registration(desk["training"])

    rows = [row for row in written() if row.state is MailState.NO_ADDRESS]

    assert {row.registration_id for row in rows} == {registration.id, alone.id, None}
    assert [row.to_name for row in rows if row.registration_id is None] == [alone.agency.name]


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: x@example.org", "two@example.org, x@example.org", "@", "a@b"]
)
def test_what_is_no_single_address_is_not_written_to(address, desk, make: Make):
    make.registration(desk["training"], make.trainee(desk["agency"], email=address))

    (row,) = [row for row in written() if row.kind == "trainee"]
    assert row.state is MailState.NO_ADDRESS


def test_a_person_whose_registration_ended_meanwhile_is_not_written_to(desk, make: Make, app):
    trainee = make.trainee(desk["agency"], email="a@example.org")
    submissions.withdraw(make.registration(desk["training"], trainee), by=None, reason="x")

    outbox.send_due(app.config["CONFIG"], lambda message: None)

    (row,) = [row for row in written() if row.kind == "trainee"]
    assert (row.state, row.last_error) == (MailState.DROPPED, str(outbox.ENDED))


def test_an_address_that_was_corrected_meanwhile_is_the_one_written_to(desk, make: Make, app):
    trainee = make.trainee(desk["agency"], email="old@example.org")
    make.registration(desk["training"], trainee)
    person = records.Person(family_name="A", given_names="B", country="AT", email="new@example.org")
    records.change(trainee, by=None, person=person)
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    assert [m for m in sent if "old@" in m["To"]] == []
    assert [m for m in sent if "new@" in m["To"]] != []

"""What a letter's head says, on a real server: who writes, who reads it, who answers questions, where it comes back."""

from __future__ import annotations

import re
from dataclasses import replace
from email.utils import parseaddr

import pytest
from sqlalchemy import select

from config import BadSettings, Config
from tests.make import Make
from tests.smtp import smtp_server
from training.db import atomic, db
from training.models import MailState, OutgoingMail, Role
from training.rules import addresses
from training.services import organisations
from training.services.letters import outbox
from training.services.trainees import records

SENDER = "training@centre.example"
SETTINGS = organisations.Details(name="Centre", accent="#112233")
LOOK_ALIKE = "\u0430nna@a.example"


@pytest.fixture
def server():
    with smtp_server() as found:
        yield found


@pytest.fixture
def config(app, server) -> Config:
    return replace(app.config["CONFIG"], smtp_url=server.url, mail_sender=SENDER)


@atomic
def put(thing, **values) -> None:
    """Store what no form takes."""
    for name, value in values.items():
        setattr(thing, name, value)


@atomic
def letter(user, training=None, registration=None) -> OutgoingMail:
    found = outbox.enqueue(user, kind="test", subject="Hello", body="Come soon.")
    found.training_id = training.id if training else None
    if registration:
        found.user_id, found.registration_id = None, registration.id
        found.to_email, found.agency_id = registration.trainee.email, registration.agency_id
    return found


def head(server, config) -> dict[str, str]:
    """The head of the one letter that is due."""
    assert outbox.send_due(config) == 1
    return {name: str(value) for name, value in server.taken[-1].items()}


def test_the_sender_bears_the_name_that_the_organisation_set(server, config, make: Make):
    admin = make.user()
    letter(admin)
    assert head(server, config)["From"] == SENDER

    organisations.change(by=admin, details=replace(SETTINGS, sender_name='Центр "Иностранных", дел'))
    letter(admin)

    assert parseaddr(head(server, config)["From"]) == ('Центр "Иностранных", дел', SENDER)
    assert server.senders == [SENDER, SENDER]


def test_a_letter_goes_to_the_ascii_form_of_an_international_domain(server, config, make: Make):
    person = make.trainee(email="anna@bücher.example")
    letter(make.user(), registration=make.registration(trainee=person))

    outbox.send_due(config)

    assert ["anna@xn--bcher-kva.example"] in server.recipients
    assert person.email == "anna@bücher.example"


def test_questions_go_to_the_theme_then_its_programme_then_a_coordinator_then_the_organisation(
    server, config, make: Make
):
    admin = make.user()
    area, frame = make.theme("ASY"), make.theme("MIEUX2")
    training = make.training(programme=make.programme("MIEUX2"), theme=area)
    gone, coordinator = make.user(Role.COORDINATOR), make.user(Role.COORDINATOR)
    organisations.change(by=admin, details=replace(SETTINGS, reply_email="office@centre.example"))
    put(training.programme, coordinators=[gone, coordinator])
    put(gone, is_active=False)
    put(area, contact_email="asylum@bücher.example")
    put(frame, contact_email="frame@centre.example")
    asked = []

    for change in (lambda: None, lambda: put(area, contact_email="no address"), lambda: put(frame, contact_email=""),
                   lambda: put(training.programme, coordinators=[gone])):  # fmt: skip
        change()
        letter(admin, training)
        asked.append(head(server, config)["Reply-To"])

    assert asked == [
        "asylum@xn--bcher-kva.example", "frame@centre.example", coordinator.email, "office@centre.example",
    ]  # fmt: skip


def test_a_letter_about_an_account_is_answered_by_the_organisation_or_by_nobody(server, config, make: Make):
    admin = make.user()
    letter(admin)
    assert "Reply-To" not in head(server, config)
    organisations.change(by=admin, details=replace(SETTINGS, reply_email="office@centre.example"))
    letter(admin)

    assert head(server, config)["Reply-To"] == "office@centre.example"


def test_every_letter_has_an_envelope_of_its_own_that_nobody_can_guess(server, config, make: Make):
    config = replace(config, bounce_address="bounces@centre.example")
    for _ in range(2):
        letter(make.user())
    assert outbox.send_due(config) == 2

    assert len(set(server.senders)) == 2
    for sender, taken in zip(server.senders, server.taken, strict=True):
        assert re.fullmatch(r"bounces\+[a-z2-7]{42}@centre\.example", sender)
        assert len(sender.partition("@")[0]) <= 64
        assert taken["Return-Path"] is None and parseaddr(taken["From"])[1] == SENDER


def test_a_letter_to_an_address_that_broke_the_rule_before_is_parked_at_once_and_the_page_says_why(
    server, config, make: Make, client
):
    user, good = make.user(), make.user()
    put(user, email=LOOK_ALIKE)
    bad, other = letter(user), letter(good)

    assert outbox.send_due(config) == 1

    assert (bad.state, bad.attempts, bad.last_error) == (MailState.FAILED, 1, str(outbox.BAD_ADDRESS))
    assert other.state is MailState.SENT and server.recipients == [[good.email]]
    page = client.sign_in(make.user()).get("/mail?state=failed").text
    assert "No letter can be sent to this address." in page
    assert "The first letter of this address is a Cyrillic а." in page


def test_without_the_rule_the_server_would_be_asked_to_take_it(server, config, make: Make, monkeypatch):
    user = make.user()
    put(user, email=LOOK_ALIKE)
    bad = letter(user)
    for name in ("checked", "sent"):
        monkeypatch.setattr(addresses, name, lambda text: text)
    monkeypatch.setattr(addresses, "is_usable", lambda text: True)

    assert outbox.send_due(config) == 0
    assert "Unicode" in bad.last_error or "NotSupported" in bad.last_error


def test_a_persons_letter_waits_for_an_address_that_letters_reach(server, config, make: Make):
    person = make.trainee(email="anna@a.example")
    put(person, email=LOOK_ALIKE)
    make.registration(trainee=person)
    told = select(OutgoingMail).where(OutgoingMail.kind == "trainee")
    notice = db.session.scalars(told).one()
    assert (notice.state, notice.last_error) == (MailState.NO_ADDRESS, str(outbox.BAD_ADDRESS))

    records.change(person, by=None, person=make.person(person, email="anna@a.example"))

    assert notice.state is MailState.QUEUED and notice.to_email == "anna@a.example"
    outbox.send_due(config)
    assert notice.state is MailState.SENT


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("mail_sender", "centre", "needs a name, an @ and a domain"),
        ("mail_sender", "tr\u0430ining@centre.example", "Character 3 of this address is a Cyrillic а"),
        ("bounce_address", "bounces", "TRAINING_BOUNCE_ADDRESS must be an e-mail address"),
        ("bounce_address", f"{'b' * 22}@centre.example", "at most 21 characters"),
    ],
)
def test_an_instance_with_a_wrong_sender_does_not_start(setting: str, value: str, why: str):
    env = {"TRAINING_SECRET_KEY": "s" * 32, "TRAINING_LOCAL": "1", f"TRAINING_{setting.upper()}": value}

    with pytest.raises(BadSettings, match=why):
        Config.from_env(env)
    assert Config.from_env({**env, f"TRAINING_{setting.upper()}": f"{'b' * 21}@centre.example"})

"""A test letter to oneself: it goes the way of every letter, and what became of it is said."""

from __future__ import annotations

import smtplib
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from config import LANGUAGES, Config
from tests.make import Make
from tests.smtp import Server, smtp_server
from training import clock
from training.db import atomic, db
from training.models import MailState, OutgoingMail, User
from training.services.letters import bounces, delivery, outbox, trial


@pytest.fixture
def server():
    with smtp_server() as found:
        yield found


def config_of(app, server: Server) -> Config:
    return replace(app.config["CONFIG"], smtp_url=server.url)


def became_of(user: User) -> OutgoingMail:
    found = trial.latest(user)
    assert found is not None
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_leaves_by_the_real_server_in_the_readers_language(language, app, server, make: Make):
    admin = make.user(language=language)

    trial.send(by=admin)
    assert not trial.has_worked()
    assert outbox.send_due(config_of(app, server)) == 1

    assert server.recipients == [[admin.email]]
    assert server.taken[0]["Content-Language"] == language
    assert admin.name in server.taken[0].get_content()
    assert became_of(admin).state is MailState.SENT and trial.has_worked()


def test_a_letter_that_waits_is_not_written_twice_and_is_tried_at_once(app, server, make: Make):
    admin = make.user()
    server.die()
    trial.send(by=admin)
    assert outbox.send_due(config_of(app, server)) == 0
    assert "ConnectionRefusedError" in became_of(admin).last_error
    assert became_of(admin).due_at > clock.now()

    server.start()
    assert outbox.send_due(config_of(app, server)) == 0  # it waits for its next try
    trial.send(by=admin)

    assert outbox.send_due(config_of(app, server)) == 1
    assert db.session.scalar(select(func.count(OutgoingMail.id))) == 1


def test_a_letter_that_the_server_refuses_or_that_comes_back_proves_nothing(app, server, make: Make):
    admin = make.user()
    server.refusals[admin.email] = "550 no such mailbox"
    trial.send(by=admin)
    outbox.send_due(config_of(app, server))
    assert became_of(admin).state is MailState.FAILED and not trial.has_worked()

    server.refusals.clear()
    trial.send(by=admin)  # a new one, because the first is over
    outbox.send_due(config_of(app, server))
    assert trial.has_worked()
    bounces.mark(became_of(admin), by=admin, reason="no such mailbox")

    assert not trial.has_worked()


def test_a_letter_about_a_training_proves_as_much_and_a_link_into_an_account_does_not(make: Make):
    admin, training = make.user(), make.training()

    @atomic
    def sent(**values) -> None:
        letter = outbox.enqueue(admin, kind="user.invitation", subject="x", body="y")
        letter.state = MailState.SENT
        for name, value in values.items():
            setattr(letter, name, value)

    sent()
    assert not trial.has_worked()
    sent(training_id=training.id, kind="opened")
    assert trial.has_worked()


def test_a_letter_that_nobody_fetches_tells_that_the_worker_does_not_run(make: Make):
    admin = make.user()
    letter = trial.send(by=admin)

    assert trial.is_underway(letter) and not trial.is_stuck(letter)
    with time_machine.travel(clock.now() + trial.SLOW + timedelta(seconds=5)):
        assert trial.is_stuck(letter) and not trial.is_underway(letter)


def test_the_result_is_news_until_mail_has_worked_for_a_while(app, server, make: Make):
    admin = make.user()
    assert trial.is_news(None)
    trial.send(by=admin)
    outbox.send_due(config_of(app, server))

    assert trial.is_news(became_of(admin))
    with time_machine.travel(clock.now() + trial.RECENT + timedelta(minutes=1)):
        assert not trial.is_news(became_of(admin))


@pytest.mark.parametrize(
    ("failure", "what"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "host and port"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "password"),
        (smtplib.SMTPSenderRefused(550, b"no", "a@b.example"), "TRAINING_MAIL_SENDER"),
        (socket.gaierror(-2, "Name or service not known"), "host"),
    ],
)
def test_a_failure_is_told_with_what_to_look_at(failure, what):
    told = delivery.advice(delivery.said(failure))

    assert told is not None and what in str(told)


def test_an_unknown_failure_has_no_advice():
    assert delivery.advice(delivery.said(OSError("odd"))) is None

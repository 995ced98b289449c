"""A letter as it leaves: from whom and to whom, where answers and reports about it go, and its text with links."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from uuid import UUID

from sqlalchemy import select

from config import Config
from training.db import db
from training.models import LIVE, OutgoingMail, Registration, Trainee, Training
from training.rules import addresses, return_paths
from training.services import organisations, visible_trainings
from training.texts import letters, links


def as_email(message: OutgoingMail, config: Config) -> EmailMessage:
    """The message as it is sent to its one reader. Its Message-ID is the same at every try to one address.

    ``Return-Path`` is its envelope sender. Raises ``Invalid`` if no letter can be sent to the address.
    """
    proof = return_paths.proof(message.public_id, message.to_email, config.secret_key)
    email = EmailMessage()
    email["From"] = _named(organisations.get().sender_name, config.mail_sender)
    email["To"] = _named(message.to_name, message.to_email)
    if answers := _answers_to(message.training):
        email["Reply-To"] = addresses.sent(answers)
    email["Subject"] = " ".join(message.subject.split())
    email["Message-ID"] = return_paths.message_id(message.public_id, proof, config.host or "localhost")
    email["Date"] = format_datetime(message.created_at)
    email["Auto-Submitted"] = "auto-generated"
    sender = addresses.sent(config.bounce_address or config.mail_sender)
    if config.bounce_address:
        sender = return_paths.envelope_sender(sender, message.public_id, proof)
    email["Return-Path"] = f"<{sender}>"
    body = links.written_out(
        message.body,
        public_url=config.public_url,
        secret_key=config.secret_key,
        stopped=stopped_links(message.body),
        instead=letters.LINK_STOPPED[letters.language_of(message.language)],
    )
    email.set_content(body)
    email["Content-Language"] = message.language  # setting the content takes away what was said of it before
    return email


def stopped_links(text: str) -> set[tuple[UUID, UUID]]:
    """Which personal links in a letter have stopped.

    A link stops when the registration has ended or is gone, or when it belongs to another person by now.
    """
    named = links.to_people(text)
    if not named:
        return set()
    works = (
        select(Registration.public_id, Trainee.public_id)
        .join(Registration.trainee)
        .where(
            Registration.public_id.in_({registration for registration, _ in named}),
            Registration.state.in_(LIVE),
            Trainee.agency_id == Registration.agency_id,
            Trainee.anonymised_at.is_(None),
        )
    )
    return named - {(one, person) for one, person in db.session.execute(works)}


def _named(name: str, address: str) -> str:
    return formataddr((" ".join(name.split()), addresses.sent(address)))


def _answers_to(training: Training | None) -> str:
    """Who answers questions about the letter; empty if nobody is named.

    That is the contact of the training's theme or of its programme's, a coordinator of the programme, or the
    organisation.
    """
    return next(filter(addresses.is_usable, _who_may_answer(training)), "")


def _who_may_answer(training: Training | None) -> Iterator[str]:
    if training is not None:
        yield from (one.email for one in visible_trainings.contacts(training))
    yield organisations.get().reply_email

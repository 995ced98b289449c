"""A test letter that somebody sends to themselves. It goes the way of every letter: through the outbox and the worker.

What became of it is read from the outbox. Nothing else is kept of it.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, or_, select

from training import clock
from training.db import atomic, db
from training.models import MailState, OutgoingMail, User
from training.services import audit, organisations
from training.services.letters import outbox
from training.texts import letters

SLOW = timedelta(minutes=1)
"""A worker that runs takes a letter within seconds. After this time nobody seems to take it."""

RECENT = timedelta(hours=1)
"""How long the result of a test is news."""


@atomic
def send(*, by: User) -> OutgoingMail:
    """Put a test letter to ``by`` into the outbox, in their language.

    If an earlier one still waits there, that one becomes due now, so that two quick tries make no two letters.
    """
    waiting = latest(by)
    if waiting is not None and waiting.state is MailState.QUEUED:
        waiting.due_at = clock.now()
        return waiting
    language = letters.language_of(by.language)
    values = {"name": by.name, "organisation": organisations.get().name}
    letter = letters.fill(letters.TRIAL, language, values)
    message = outbox.enqueue(by, kind=letters.TRIAL, subject=letter.subject, body=letter.body)
    audit.record(by=by, action="mail.trial", thing=by)
    return message


def latest(user: User) -> OutgoingMail | None:
    """The test letter that ``user`` sent last, or none."""
    return db.session.scalar(
        select(OutgoingMail)
        .where(OutgoingMail.user_id == user.id, OutgoingMail.kind == letters.TRIAL)
        .order_by(OutgoingMail.id.desc())
        .limit(1)
    )


def is_news(message: OutgoingMail | None) -> bool:
    """Whether the page of mail should say what became of the test letter: it is recent, or nothing ever left."""
    is_recent = message is not None and message.created_at > clock.now() - RECENT
    return is_recent or not has_worked()


def is_stuck(message: OutgoingMail) -> bool:
    """Whether nobody has tried to send the letter for longer than a worker that runs takes."""
    is_waiting = message.state is MailState.QUEUED and message.attempts == 0
    return is_waiting and message.due_at < clock.now() - SLOW


def is_underway(message: OutgoingMail) -> bool:
    """Whether the letter was just written, so that looking again soon tells what became of it."""
    return message.state is MailState.QUEUED and not message.last_error and not is_stuck(message)


def has_worked() -> bool:
    """Whether mail is known to leave: a test letter went out, or any letter about a training did."""
    went_out = OutgoingMail.state == MailState.SENT
    known = or_(OutgoingMail.kind == letters.TRIAL, OutgoingMail.training_id.is_not(None))
    return bool(db.session.scalar(select(exists().where(went_out, known))))

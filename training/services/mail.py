"""The outbox: mail is written with the change that it tells of, and sent later by the worker.

Sending is at least once: a message keeps its Message-ID, so that a second copy can be recognised.
"""

from __future__ import annotations

import logging
import random
import smtplib
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlalchemy import Select, or_, select

from config import Config
from training import clock
from training.db import atomic, db
from training.errors import NotFound
from training.models import MailState, OutgoingMail, User

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8
Deliver = Callable[[EmailMessage], None]


def enqueue(to: User, *, kind: str, subject: str, body: str) -> OutgoingMail:
    """Put a message to ``to`` into the outbox, in the running transaction; texts are already in their language."""
    one_line = " ".join(subject.split())[:200]
    message = OutgoingMail(
        to_email=to.email,
        to_name=to.name,
        user_id=to.id,
        language=to.language,
        kind=kind,
        subject=one_line,
        body=body,
        due_at=clock.now(),
        created_at=clock.now(),
    )
    db.session.add(message)
    return message


def search(*, text: str = "", state: MailState | None = None) -> Select[OutgoingMail]:
    """Messages, newest first."""
    found = select(OutgoingMail).order_by(OutgoingMail.created_at.desc(), OutgoingMail.id.desc())
    if text:
        found = found.where(
            or_(
                OutgoingMail.to_email.icontains(text, autoescape=True),
                OutgoingMail.subject.icontains(text, autoescape=True),
            )
        )
    return found.where(OutgoingMail.state == state) if state else found


@atomic
def lease_due(most: int = 20) -> list[int]:
    """Take up to ``most`` messages that are due, for this worker alone, and return their ids."""
    at = clock.now()
    due = db.session.scalars(
        select(OutgoingMail)
        .where(
            OutgoingMail.state == MailState.QUEUED,
            OutgoingMail.due_at <= at,
            or_(OutgoingMail.leased_until.is_(None), OutgoingMail.leased_until < at),
        )
        .order_by(OutgoingMail.due_at, OutgoingMail.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for message in due:
        message.leased_until = at + LEASE
        message.attempts += 1
    return [message.id for message in due]


def send_due(config: Config, deliver: Deliver | None = None) -> int:
    """Send what is due and return how many messages went out; a failure is tried again later, longer each time."""
    send = deliver or transport(config)
    sent = 0
    for number in lease_due():
        message = db.session.get_one(OutgoingMail, number)
        try:
            send(as_email(message, config))
        except (OSError, smtplib.SMTPException) as failure:
            log.warning("mail %s was not accepted: %s", message.public_id, type(failure).__name__)
            mark_failed(message, why=f"{type(failure).__name__}: {failure}"[:500])
        else:
            mark_sent(message)
            sent += 1
    return sent


@atomic
def mark_sent(message: OutgoingMail) -> None:
    """The server has taken the message. Its text, which may hold a link, is not kept."""
    message.state, message.sent_at, message.leased_until = MailState.SENT, clock.now(), None
    message.body = ""


@atomic
def mark_failed(message: OutgoingMail, *, why: str) -> None:
    """The server has not taken the message: later again, or never when it was tried often enough."""
    message.last_error, message.leased_until = why, None
    if message.attempts >= MOST_ATTEMPTS or why.startswith(("SMTPRecipientsRefused", "SMTPSenderRefused")):
        message.state = MailState.FAILED
    else:
        minutes = min(2**message.attempts, 240) * random.uniform(0.8, 1.2)
        message.due_at = clock.now() + timedelta(minutes=minutes)


@atomic
def send_again(message: OutgoingMail) -> None:
    """Try a failed message once more."""
    message.state, message.attempts, message.due_at = MailState.QUEUED, 0, clock.now()


def as_email(message: OutgoingMail, config: Config) -> EmailMessage:
    """The message as it is sent; its Message-ID is the same at every try."""
    email = EmailMessage()
    email["From"] = config.mail_sender
    email["To"] = formataddr((" ".join(message.to_name.split()), message.to_email))
    email["Subject"] = message.subject
    email["Message-ID"] = f"<{message.public_id}@{config.host or 'localhost'}>"
    email["Date"] = format_datetime(message.created_at)
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.body)
    return email


def transport(config: Config) -> Deliver:
    """How mail leaves: by SMTP, or, on a local instance without it, into files of the instance folder."""
    if config.smtp_url:
        return lambda email: _by_smtp(config.smtp_url, email)
    return lambda email: _into_file(config.instance_dir / "mail", email)


def _by_smtp(url: str, email: EmailMessage) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port or 465, timeout=20, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port or 25, timeout=20)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(email)


def _into_file(folder: Path, email: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = email["Message-ID"].strip("<>").partition("@")[0]
    (folder / f"{name}.eml").write_bytes(bytes(email))


def get(user: User, public_id: UUID) -> OutgoingMail:
    """The message with this id, or ``NotFound``."""
    found = db.session.scalar(select(OutgoingMail).where(OutgoingMail.public_id == public_id))
    if found is None:
        raise NotFound
    return found

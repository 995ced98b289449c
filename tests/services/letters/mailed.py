"""Letters that wait in the outbox, and letters that went out."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import time_machine
from sqlalchemy import select

from training import clock
from training.db import atomic, db
from training.models import (
    OutgoingMail,
)
from training.services.letters import outbox


@atomic
def forget() -> None:
    for row in db.session.scalars(select(OutgoingMail)):
        db.session.delete(row)


def written(to=None) -> list[OutgoingMail]:
    found = select(OutgoingMail).order_by(OutgoingMail.id)
    if to is not None:
        found = found.where(OutgoingMail.user_id == to.id)
    return list(db.session.scalars(found))


def kinds(to) -> list[str]:
    found = [row.kind for row in written(to)]
    forget()
    return found


def kinds_of(user) -> list[str]:
    return [row.kind for row in written(user)]


def send(app) -> list[EmailMessage]:
    """What leaves as soon as nothing waits to be undone any more."""
    sent: list[EmailMessage] = []
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        while outbox.send_due(app.config["CONFIG"], sent.append):
            pass
    return sent


def to(sent: list[EmailMessage], address: str) -> list[str]:
    return [message.get_content() for message in sent if address in message["To"]]


def rows(kind: str) -> list[OutgoingMail]:
    return list(
        db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id))
    )


def opens(client, body: str) -> list[int]:
    """What the personal links in a letter answer."""
    return [client.get(url).status_code for url in re.findall(r"/my/\S+", body)]

"""Letters that came back: what a mail server reports, what an administrator says by hand, and whose address it is.

A report marks a letter only if it bears the proof of the letter's way back (``return_paths``), which a stranger cannot
write. What it says is kept with the letter. Log lines name neither people nor addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, NotFound
from training.models import Agency, MailState, OutgoingMail, Registration, Trainee, User
from training.rules import addresses, bounce_reports, return_paths
from training.rules.bounce_reports import Outcome
from training.services import audit, reasons
from training.services.seen import hold
from training.text import msg

log = logging.getLogger(__name__)

MOST_BYTES = bounce_reports.MOST_BYTES
NOT_OURS = msg("No letter went out by this return path, so nothing was marked.")


class Taken(StrEnum):
    """What a report did: the letter is marked, or there was nothing to mark."""

    MARKED = "marked"
    KNOWN = "known"
    DELAYED = "delayed"
    NOTHING = "nothing"
    NOT_SENT = "not_sent"
    BEING_SENT = "being_sent"


@dataclass(frozen=True)
class Returned:
    """A letter to an address came back: when and why. ``said`` is what the server or somebody by hand wrote."""

    at: datetime
    code: str
    said: str

    @property
    def is_permanent(self) -> bool:
        """Whether the next letter to this address will come back too."""
        return bounce_reports.is_permanent(self.code)


@atomic
def take(content: bytes, *, secret_key: str, recipient: str = "") -> Taken:
    """Mark the letter that a mail server reports on. ``recipient`` is the address to which the report came.

    Raises ``Invalid`` for what is no report, and ``NotFound`` for a report without the proof of a letter.
    """
    report = bounce_reports.read(content, recipient=recipient)
    marks = return_paths.in_addresses(report.sent_to) + return_paths.in_quotes(report.quoted)
    letter = next(filter(None, (_proven(mark, secret_key) for mark in marks)), None)
    if letter is None:
        raise NotFound(NOT_OURS)
    if report.outcome is Outcome.FAILED:
        return _mark(letter, report)
    return Taken.DELAYED if report.outcome is Outcome.DELAYED else Taken.NOTHING


@atomic
def mark(letter: OutgoingMail, *, by: User, reason: str) -> None:
    """Say by hand that a letter came back. Raises ``Conflict`` for a letter that was not sent."""
    reasons.check(reason)
    hold(letter)
    if letter.state is not MailState.SENT:
        raise Conflict(msg("Only a letter that was sent can have come back."), "state")
    _set(letter, code="", said=reason)
    audit.record(by=by, action="mail.bounce", thing=letter, changes={"reason": reason})


@atomic
def take_back(letter: OutgoingMail, *, by: User) -> None:
    """Say that a letter has not come back after all. Raises ``Conflict`` for any other letter."""
    hold(letter)
    if letter.state is not MailState.BOUNCED:
        raise Conflict(msg("This letter is not marked as come back."), "state")
    code = letter.bounce_code
    letter.state, letter.bounced_at, letter.bounce_code, letter.last_error = MailState.SENT, None, "", ""
    audit.record(by=by, action="mail.bounce_taken_back", thing=letter, changes={"code": code})


def of_people(people: Sequence[Trainee]) -> dict[int, Returned]:
    """From which of these people's present addresses a letter came back last, by the person's id."""
    known = {one.id: addresses.key(one.email) for one in people if one.email}
    found = select(OutgoingMail, Registration.trainee_id).join(OutgoingMail.registration)
    return _latest(found.where(Registration.trainee_id.in_(known)), known)


def of_users(users: Sequence[User]) -> dict[int, Returned]:
    """From which of these accounts' addresses a letter came back last, by the account's id."""
    known = {one.id: addresses.key(one.email) for one in users}
    found = select(OutgoingMail, OutgoingMail.user_id)
    return _latest(found.where(OutgoingMail.user_id.in_(known)), known)


def of_agency(agency: Agency) -> Returned | None:
    """The last letter to the agency's own address that came back."""
    found = select(OutgoingMail, OutgoingMail.agency_id).where(OutgoingMail.agency_id == agency.id)
    return _latest(found, {agency.id: addresses.key(agency.email)}).get(agency.id)


def to_person(trainee: Trainee) -> list[OutgoingMail]:
    """The letters to the person that came back, the newest first."""
    theirs = OutgoingMail.registration.has(Registration.trainee_id == trainee.id)
    found = (
        select(OutgoingMail)
        .where(OutgoingMail.state == MailState.BOUNCED, theirs)
        .options(joinedload(OutgoingMail.training))
        .order_by(OutgoingMail.bounced_at.desc(), OutgoingMail.id.desc())
        .limit(20)
    )
    return list(db.session.scalars(found))


def _proven(mark: return_paths.Mark, secret_key: str) -> OutgoingMail | None:
    letter = db.session.scalar(select(OutgoingMail).where(OutgoingMail.public_id == mark.letter))
    return letter if letter is not None and mark.is_proven(letter.to_email, secret_key) else None


def _mark(letter: OutgoingMail, report: bounce_reports.Report) -> Taken:
    hold(letter)
    if letter.state is MailState.QUEUED and letter.leased_until is not None:
        return Taken.BEING_SENT  # the worker has not stored yet that the server took it
    if letter.state is MailState.BOUNCED and bounce_reports.is_permanent(letter.bounce_code):
        return Taken.KNOWN
    if letter.state not in (MailState.SENT, MailState.BOUNCED):
        return Taken.NOT_SENT
    _set(letter, code=report.code, said=report.said)
    audit.record(by=None, action="mail.bounce", thing=letter, changes={"code": report.code})
    log.info("mail %s came back: %s", letter.public_id, report.code)
    return Taken.MARKED


def _set(letter: OutgoingMail, *, code: str, said: str) -> None:
    letter.state, letter.bounced_at = MailState.BOUNCED, clock.now()
    letter.bounce_code, letter.last_error = code, said


def _latest(letters: Select[OutgoingMail, int | None], known: dict[int, str]) -> dict[int, Returned]:
    """The last of these letters that came back from the address that its owner still has, by the owner's id."""
    if not any(known.values()):
        return {}
    came_back = letters.where(OutgoingMail.state == MailState.BOUNCED)
    rows = db.session.execute(came_back.order_by(OutgoingMail.bounced_at, OutgoingMail.id)).all()
    return {
        owner: Returned(letter.bounced_at, letter.bounce_code, letter.last_error)
        for letter, owner in rows
        if owner is not None and letter.bounced_at and addresses.key(letter.to_email) == known[owner]
    }

"""The outbox: mail is stored with the change that it tells of, and sent later by the worker.

A message is sent at least once. It keeps its Message-ID, so that a second copy can be recognised.

The reader is checked again just before the message is sent. A reader who may not have it any more does not
get it. A link that has stopped is left out.
"""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from sqlalchemy import Select, false, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from config import Config
from training import clock
from training.db import MOST_PARAMETERS, atomic, db
from training.errors import Conflict, NotFound
from training.models import LIVE, MailState, OutgoingMail, Registration, Role, Training, User
from training.rules import addresses
from training.services import audit, visible_trainings
from training.services.letters import delivery, written
from training.text import msg
from training.texts import letters, links

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
ENOUGH_LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
LONGEST_OUTAGE = timedelta(days=5)
LONGEST_WAIT, LONGEST_WAIT_FOR_A_SERVER = 240, 15  # minutes
WAIT_WHILE_SUSPENDED = timedelta(hours=1)
TEXT_KEPT = timedelta(days=14)
"""How long a message can be sent again as it was. Servers try for five days before they give up."""
WAITING_KINDS = frozenset({"cancelled", "changed", "zone_rules", "postponed", letters.FRAME})
"""Letters that wait while their agency is suspended, because its people must know.

A letter of several parts (``FRAME``) waits too: it may hold one of the others.
"""

INACTIVE = msg("The account is closed.")
MOVED = msg("The reader does not belong to this agency any more.")
SUSPENDED = msg("The agency is suspended.")
OUT_OF_SCOPE = msg("The reader does not coordinate this training's theme any more.")
ENDED = msg("The registration has ended.")
BY_FOCAL_POINT = msg("The agency tells this person itself now.")
NO_ADDRESS = msg("There is no address.")
BAD_ADDRESS = msg("No letter can be sent to this address.")
"""The page says beside it what is wrong with the address (``addresses.fault``)."""
NOT_SHOWN = msg("The training is not shared with this agency any more.")
ELSEWHERE = msg("The person is with another agency now.")
LINK_STOPPED = msg("The link in this letter does not work any more.")


def enqueue(to: User, *, kind: str, subject: str, body: str) -> OutgoingMail:
    """Put a message to ``to`` into the outbox, in the running transaction.

    ``subject`` and ``body`` are in the reader's language already.
    """
    message = OutgoingMail(
        to_email=to.email,
        to_name=to.name,
        user_id=to.id,
        language=to.language,
        kind=kind,
        subject=" ".join(subject.split())[:200],
        body=body,
        due_at=clock.now(),
        created_at=clock.now(),
    )
    db.session.add(message)
    return message


def visible_to(user: User) -> Select[OutgoingMail]:
    """The messages that ``user`` may see: administrators all, coordinators those about trainings in scope."""
    found = select(OutgoingMail)
    match user.role:
        case Role.ADMIN:
            return found
        case Role.COORDINATOR:
            return found.join(OutgoingMail.training).where(visible_trainings.in_scope(user))
    return found.where(false())


def search(
    user: User, *, text: str = "", state: MailState | None = None, training: str = ""
) -> Select[OutgoingMail]:
    """Messages, newest first. ``training`` is a training's code."""
    found = visible_to(user).options(joinedload(OutgoingMail.training))
    found = found.order_by(OutgoingMail.created_at.desc(), OutgoingMail.id.desc())
    if text:
        found = found.where(
            or_(
                OutgoingMail.to_email.icontains(text, autoescape=True),
                OutgoingMail.to_name.icontains(text, autoescape=True),
                OutgoingMail.subject.icontains(text, autoescape=True),
            )
        )
    if training:
        about = select(Training.id).where(Training.code == training.upper())
        found = found.where(OutgoingMail.training_id.in_(about))
    return found.where(OutgoingMail.state == state) if state else found


def get(user: User, public_id: UUID) -> OutgoingMail:
    """The message with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(visible_to(user).where(OutgoingMail.public_id == public_id))
    if found is None:
        raise NotFound
    return found


@atomic
def mark_phoned(message: OutgoingMail, *, by: User) -> None:
    """Note that the reader of a letter that could not be sent was told by phone. Raises ``Conflict`` for any other."""
    if message.state is not MailState.NO_ADDRESS:
        raise Conflict(msg("This letter has an address: it tells its reader itself."), "not_failed")
    message.phoned_at, message.phoned_by_name = clock.now(), by.name
    audit.record(by=by, action="mail.phoned", thing=message)


def of_announcements(training: Training) -> dict[int, list[OutgoingMail]]:
    """The letters of each of the training's announcements, by the announcement's id."""
    found: dict[int, list[OutgoingMail]] = {}
    rows = select(OutgoingMail).where(
        OutgoingMail.training_id == training.id, OutgoingMail.announcement_id.is_not(None)
    )
    people = joinedload(OutgoingMail.registration).joinedload(Registration.trainee)
    for one in db.session.scalars(
        rows.options(people, joinedload(OutgoingMail.trainer)).order_by(OutgoingMail.id)
    ):
        found.setdefault(one.announcement_id or 0, []).append(one)
    return found


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
    return [message.id for message in due]


def send_due(config: Config, deliver: delivery.Deliver | None = None) -> int:
    """Send what is due, and return how many messages went out.

    A message that failed is tried again later. The wait grows with each try.
    """
    send = deliver or delivery.transport(config)
    sent, numbers = 0, lease_due()
    while numbers:
        message = db.session.get_one(OutgoingMail, numbers.pop(0))
        if message.leased_until is None or message.leased_until < clock.now() + ENOUGH_LEASE:
            continue  # the server was slow: this message may be another worker's by now
        if not _may_go(message):
            continue
        email = _written(message, config)
        if email is None:
            continue
        try:
            send(email)
        except (OSError, ValueError) as failure:
            log.warning("mail %s was not accepted: %s", message.public_id, type(failure).__name__)
            kind = delivery.kind_of(failure)
            mark_failed(message, why=delivery.said(failure), kind=kind)
            if kind is delivery.Failure.OF_SERVER:
                put_back(numbers)
                break
        else:
            mark_sent(message)
            sent += 1
    return sent


def _may_go(message: OutgoingMail) -> bool:
    """Whether the message may be sent now. If not, it says why: it waits, is dropped, or is parked."""
    why_not = reason_to_drop(message)
    if why_not == str(SUSPENDED) and message.kind in WAITING_KINDS:
        mark_waiting(message, why=why_not)
        return False
    if why_not:
        mark_dropped(message, why=why_not)
        return False
    reader = message.user or (message.registration.trainee if message.registration is not None else None)
    if reader is not None and reader.email != message.to_email:
        redirect(message, to=reader.email)
    elif message.trainer is not None and message.trainer.email not in ("", message.to_email):
        redirect(message, to=message.trainer.email)
    if not addresses.is_usable(message.to_email):
        mark_failed(message, why=str(BAD_ADDRESS), kind=delivery.Failure.FOR_GOOD)
        return False
    return True


def _written(message: OutgoingMail, config: Config) -> EmailMessage | None:
    """The message as it is sent, or None if it cannot be written.

    Such a message is parked for good, so that it does not hold up the others.
    """
    try:
        email = written.as_email(message, config)
        email.as_bytes(policy=SMTP)
    except SQLAlchemyError:
        raise  # no fault of the message
    except Exception as failure:
        log.warning("mail %s cannot be written: %s", message.public_id, type(failure).__name__)
        mark_failed(message, why=delivery.said(failure), kind=delivery.Failure.FOR_GOOD)
        return None
    return email


def reason_to_drop(message: OutgoingMail) -> str:
    """Why the message may not be sent any more, as things stand now. Empty if it may."""
    if message.user is not None:
        why_not = _reason_of_user(message)
    elif message.trainer is not None:
        why_not = "" if message.trainer.is_active else str(INACTIVE)
    elif message.registration is not None:
        why_not = _reason_of_trainee(message, message.registration)
    else:
        why_not = str(ENDED)  # it is to a person whose registration was taken back
    if why_not or message.kind not in ("trainee", "hand_over"):
        return why_not
    named = links.to_people(message.body)
    return str(LINK_STOPPED) if named and named == written.stopped_links(message.body) else ""


def _reason_of_user(message: OutgoingMail) -> str:
    user = message.user
    assert user is not None
    if not user.is_active:
        return str(INACTIVE)
    if message.training is None:
        return ""  # about the account itself
    if message.agency_id is None:
        return "" if _in_scope(user, message.training) else str(OUT_OF_SCOPE)
    if user.agency_id != message.agency_id or user.agency is None:
        return str(MOVED)
    if not user.agency.is_active:
        return str(SUSPENDED)
    if message.kind == "withdrawn":
        # Undoing a list may have removed the registrations by which the agency saw the training.
        return ""
    shown = visible_trainings.visible_to(user).where(Training.id == message.training_id)
    return "" if db.session.scalar(shown) is not None else str(NOT_SHOWN)


def _in_scope(user: User, training: Training) -> bool:
    themes = {theme.id for theme in user.themes}
    mine = user.all_themes or bool(themes & {training.theme_id, training.programme_theme_id})
    return user.role is Role.ADMIN or (user.role is Role.COORDINATOR and mine)


def _reason_of_trainee(message: OutgoingMail, registration: Registration) -> str:
    trainee = registration.trainee
    has_ended = registration.state not in LIVE and message.kind not in letters.OF_THE_END
    if has_ended or trainee.anonymised_at:
        return str(ENDED)
    if trainee.agency_id != registration.agency_id:
        return str(ELSEWHERE)
    if trainee.contact_via_focal_point or registration.agency.confidential:
        return str(BY_FOCAL_POINT)
    return "" if trainee.email else str(NO_ADDRESS)


@atomic
def redirect(message: OutgoingMail, *, to: str) -> None:
    """Take the reader's new address, which was corrected after the message was written."""
    message.to_email = to


@atomic
def mark_sent(message: OutgoingMail) -> None:
    """The server has taken the message.

    Its text is kept for ``TEXT_KEPT``, because the message may come back. A text with a link for one account is
    not kept.
    """
    message.state, message.sent_at, message.leased_until = MailState.SENT, clock.now(), None
    message.last_error = message.bounce_code = ""
    message.bounced_at = None
    if message.training_id is None:
        message.body = ""


@atomic
def forget_texts() -> int:
    """Empty the texts of messages that were sent ``TEXT_KEPT`` ago, and return how many there were."""
    over = (
        OutgoingMail.state.in_([MailState.SENT, MailState.BOUNCED]),
        OutgoingMail.sent_at < clock.now() - TEXT_KEPT,
        OutgoingMail.body != "",
    )
    numbers = db.session.scalars(select(OutgoingMail.id).where(*over).limit(MOST_PARAMETERS)).all()
    db.session.execute(update(OutgoingMail).where(OutgoingMail.id.in_(numbers)).values(body=""))
    return len(numbers)


@atomic
def mark_dropped(message: OutgoingMail, *, why: str) -> None:
    """The reader may not have the message any more. It is never sent, and its text is not kept."""
    message.state, message.last_error, message.leased_until = MailState.DROPPED, why, None
    message.body = ""


@atomic
def mark_waiting(message: OutgoingMail, *, why: str) -> None:
    """Keep the message in the outbox with the reason, and look at it again later."""
    message.last_error, message.leased_until = why, None
    message.due_at = clock.now() + WAIT_WHILE_SUSPENDED


def resume(agency_id: int) -> None:
    """Make the messages that waited for the agency due now. The caller resumes the agency itself."""
    waiting = (OutgoingMail.agency_id == agency_id, OutgoingMail.state == MailState.QUEUED)
    db.session.execute(
        update(OutgoingMail)
        .where(*waiting, OutgoingMail.last_error == str(SUSPENDED))
        .values(due_at=clock.now())
    )


@atomic
def mark_failed(message: OutgoingMail, *, why: str, kind: delivery.Failure) -> None:
    """The server did not take the message: it is tried later, or parked.

    It is parked if no try can succeed, or if it was tried often enough. A server that does not answer is not
    the message's fault, so the message waits for days.
    """
    message.last_error, message.leased_until = why, None
    message.attempts += 1
    of_server = kind is delivery.Failure.OF_SERVER
    tried_enough = (
        clock.now() - message.created_at > LONGEST_OUTAGE if of_server else message.attempts >= MOST_ATTEMPTS
    )
    if kind is delivery.Failure.FOR_GOOD or tried_enough:
        message.state = MailState.FAILED
    else:
        most = LONGEST_WAIT_FOR_A_SERVER if of_server else LONGEST_WAIT
        minutes = min(2 ** min(message.attempts, 12), most) * random.uniform(0.8, 1.2)
        message.due_at = clock.now() + timedelta(minutes=minutes)


@atomic
def put_back(numbers: list[int]) -> None:
    """Give back the messages that were leased but not tried."""
    for message in db.session.scalars(select(OutgoingMail).where(OutgoingMail.id.in_(numbers))):
        message.leased_until = None


def try_again(message: OutgoingMail) -> None:
    """The single step of trying a message once more that failed or came back.

    Raises ``Conflict`` for any other, and for one whose text is not kept any more.
    """
    if message.state not in (MailState.FAILED, MailState.BOUNCED):
        raise Conflict(msg("Only a message that failed or came back can be sent again."), "not_failed")
    if not message.body:
        raise Conflict(msg("The text of this message is not kept any more."), "not_failed")
    message.state, message.attempts, message.due_at = MailState.QUEUED, 0, clock.now()
    message.leased_until = message.bounced_at = None
    message.bounce_code = ""

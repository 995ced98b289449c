"""Letters to registered people whose link or address has changed, or who are reached in another way now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import contains_eager, joinedload

from training import clock
from training.db import MOST_PARAMETERS, atomic, db, insert_many
from training.errors import Conflict
from training.models import (
    LIVE,
    Agency,
    MailState,
    OutgoingMail,
    Registration,
    Trainee,
    Training,
    TrainingState,
)
from training.services.letters import outbox, parts
from training.text import msg

UNSENT = (MailState.QUEUED, MailState.FAILED, MailState.NO_ADDRESS)


def of_registrations(numbers: Sequence[int]) -> None:
    """Drop the unsent notices of these registrations, whose links have changed, and tell the people anew.

    Other letters to these people that wait are still true. They are sent without the old link.
    """
    db.session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.registration_id.in_(numbers),
            OutgoingMail.kind == "trainee",
            OutgoingMail.state.in_(UNSENT),
        )
        .values(state=MailState.DROPPED, last_error=str(outbox.LINK_STOPPED), body="", leased_until=None)
    )
    found = db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(numbers))
        .options(joinedload(Registration.trainee), joinedload(Registration.agency))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    )
    told = [one for one in found if _is_to_be_told(one)]
    insert_many(OutgoingMail, parts.to_trainees(told))
    _hand_over([one for one in told if not parts.is_written_to(one)])


def of_returned(trainee: Trainee) -> None:
    """Tell a transferred person anew of the live registrations that their present agency made earlier.

    Nothing about these was sent while the person was with another agency.
    """
    theirs = select(Registration.id).where(
        Registration.trainee_id == trainee.id,
        Registration.agency_id == trainee.agency_id,
        Registration.state.in_(LIVE),
    )
    of_registrations(db.session.scalars(theirs).all())


def of_people(people: Sequence[Trainee]) -> None:
    """What is known of these people has changed. Adapt the notices that were not sent to them yet."""
    numbers = [one.id for one in people]
    for first in range(0, len(numbers), MOST_PARAMETERS):
        _follow(Registration.trainee_id.in_(numbers[first : first + MOST_PARAMETERS]))


def of_agency(agency: Agency) -> None:
    """The agency is confidential now. It tells its people itself, and they get no letters any more."""
    _follow(Registration.agency_id == agency.id)


def can_be_sent(message: OutgoingMail) -> bool:
    """Whether the message may be sent again: it failed or came back, or its person had no address."""
    match message.state:
        case MailState.FAILED:
            return True
        case MailState.BOUNCED:
            return bool(message.body) or message.registration_id is not None
        case MailState.NO_ADDRESS:
            return message.kind == "trainee" and message.registration_id is not None
    return False


@atomic
def send_again(message: OutgoingMail) -> None:
    """Try a message once more that failed or came back, or write it anew if its person has an address at last.

    A message that came back and whose text is not kept any more becomes a new notice to its person. Raises
    ``Conflict`` for any other message, and while there is still no address.
    """
    registration = message.registration
    has_text = message.state is not MailState.NO_ADDRESS and (message.body or registration is None)
    if has_text or not can_be_sent(message):
        outbox.try_again(message)
        return
    if registration is None or not _is_to_be_told(registration):
        raise Conflict(msg("The registration has ended, so this letter is not written again."), "ended")
    if not parts.is_written_to(registration):
        raise Conflict(msg("This person still has no e-mail address. Add one, then try again."), "no_address")
    _write_anew(message, registration)


def _follow(whose: ColumnElement[bool]) -> None:
    """Withdraw the notices that may not be sent any more, and write those that can be sent now.

    The agencies get the links of the people whose notices are withdrawn.
    """
    unsent = db.session.scalars(
        select(OutgoingMail)
        .join(OutgoingMail.registration)
        .where(
            whose,
            OutgoingMail.kind == "trainee",
            OutgoingMail.state.in_(UNSENT),
            Registration.state.in_(LIVE),
        )
        .options(
            contains_eager(OutgoingMail.registration).options(
                joinedload(Registration.trainee),
                joinedload(Registration.agency),
                joinedload(Registration.training).joinedload(Training.venue),
            )
        )
        .order_by(OutgoingMail.id)
        .with_for_update(of=OutgoingMail)  # a message that the worker has just sent is not found any more
        .execution_options(populate_existing=True)
    ).all()
    unreached = []
    for message in unsent:
        registration = message.registration
        assert registration is not None
        had_none = message.state is MailState.NO_ADDRESS
        if not _is_to_be_told(registration) or parts.is_written_to(registration) is not had_none:
            continue
        if had_none:
            _write_anew(message, registration)
        else:
            _give_up(message, registration)
            unreached.append(registration)
    db.session.flush()  # ``_hand_over`` reads the people from the database
    _hand_over(unreached)


def _is_to_be_told(registration: Registration) -> bool:
    """Whether the person's link opens the registration, and the training is not over."""
    training = registration.training
    is_here = registration.is_live and registration.trainee.agency_id == registration.agency_id
    is_over = training.state is TrainingState.COMPLETED or clock.today(training.zone) > training.ends_on
    return is_here and not is_over and registration.trainee.anonymised_at is None


def _write_anew(message: OutgoingMail, registration: Registration) -> None:
    (fresh,) = parts.to_trainees([registration])
    for name in (
        "to_email", "to_name", "language", "kind", "subject", "body", "state", "last_error", "due_at"
    ):  # fmt: skip
        setattr(message, name, fresh[name])
    message.attempts, message.bounced_at, message.bounce_code = 0, None, ""


def _give_up(message: OutgoingMail, registration: Registration) -> None:
    """The focal point tells the person instead. A letter without an address can be written once there is an address."""
    by_focal_point = registration.trainee.contact_via_focal_point or registration.agency.confidential
    message.state = MailState.DROPPED if by_focal_point else MailState.NO_ADDRESS
    message.last_error = str(outbox.BY_FOCAL_POINT if by_focal_point else outbox.NO_ADDRESS)
    message.body, message.leased_until = "", None


def _hand_over(people: Sequence[Registration]) -> None:
    """Give the agencies the links of their people who get no letter."""
    groups: dict[tuple[Training, int], list[Registration]] = defaultdict(list)
    for one in people:
        groups[one.training, one.agency_id].append(one)
    to_agencies = {key: [parts.of_hand_over(key[0], found)] for key, found in groups.items()}
    insert_many(OutgoingMail, parts.to_agencies(to_agencies))

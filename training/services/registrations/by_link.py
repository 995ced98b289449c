"""A registered person's own page: without an account, by a signed link, the person confirms, corrects or declines.

The link names the registration and the person. Where the registration became part of another one, it leads to that
one. It stops when the registration ends or belongs to somebody else, when
the person is with another agency or was made anonymous, and thirty days after the training.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from config import LANGUAGES
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound, TooMany
from training.models import (
    ReasonCode,
    Registration,
    RegistrationState,
    RegistrationStep,
    Trainee,
    Training,
    TrainingState,
)
from training.services import announced, audit, locked_trainings, read_by
from training.services.accounts import sign_ins
from training.services.letters import parts
from training.services.registrations import reserve_list, steps, submissions
from training.text import msg
from training.texts import letters, links

LINK_LIFE = timedelta(days=30)
MOST_CORRECTIONS = 3


def of_link(token: str, *, secret_key: str, address: str) -> Registration:
    """The registration that a link names.

    Raises ``NotFound`` for a link that was not made here, and ``TooMany`` after too many such links from one
    network address. Raises ``Conflict`` with the code ``gone`` for a link that has stopped.
    """
    sign_ins.check_link_tries(address)
    named = links.read(token, secret_key=secret_key)
    registration = named and db.session.scalar(
        select(Registration)
        .where(Registration.public_id == named[0])
        .options(
            joinedload(Registration.trainee),
            joinedload(Registration.agency),
            joinedload(Registration.training).options(
                joinedload(Training.venue), joinedload(Training.programme)
            ),
        )
    )
    if not named:
        sign_ins.count_link_try(address)
        raise NotFound
    if (
        registration is None
    ):  # the link was made here, but the list of participants that registered the person was undone
        raise Conflict(
            msg(
                "This registration was taken back, so its link does not work any more. You need not do anything."
            ),
            "gone",
        )
    standing = _standing(registration)
    _check_works(standing, person_is_same=standing.trainee.public_id == named[1])
    return standing


def _standing(registration: Registration) -> Registration:
    """The registration that this one became part of, or itself.

    A link may have gone to the person's agency, so it opens no registration that another agency made.
    """
    while (into := registration.joined_into) is not None:
        if into.agency_id != registration.agency_id:
            raise Conflict(
                msg(
                    "You were registered twice for this training, and the two registrations are one now. Please use "
                    "the link in the letter about the other one, or ask your agency."
                ),
                "gone",
            )
        registration = into
    return registration


def language_of_link(token: str, *, secret_key: str) -> str:
    """The language of the person whom a link names. It is empty if the link is false or nobody is found."""
    named = links.read(token, secret_key=secret_key)
    if named is None:
        return ""
    own = db.session.scalar(select(Trainee.language).where(Trainee.public_id == named[1]))
    if own in LANGUAGES:
        return own
    registration = db.session.scalar(select(Registration).where(Registration.public_id == named[0]))
    return "" if own is None else read_by.person(registration) if registration else "en"


def _check_works(registration: Registration, *, person_is_same: bool) -> None:
    known = announced.facts(registration.training)
    if clock.today(known.zone) > known.ends_on + LINK_LIFE:
        raise Conflict(msg("This link has expired: the training was over more than 30 days ago."), "gone")
    if not registration.is_live or registration.trainee.anonymised_at is not None:
        raise Conflict(
            msg("This registration has ended, so its link does not work any more. You need not do anything."),
            "gone",
        )
    if registration.trainee.agency_id != registration.agency_id:
        raise Conflict(
            msg("This link does not work any more. Please ask your agency about your registration."), "gone"
        )
    if not person_is_same:
        raise Conflict(
            msg(
                "This link does not work any more. You may have a newer one in a later letter; otherwise ask your agency."
            ),
            "gone",
        )


def may_decline(registration: Registration) -> bool:
    """Whether the person may still decline: until the day before the training begins, as they know it."""
    training, known = registration.training, announced.facts(registration.training)
    is_off = training.state in (*locked_trainings.FINISHED, TrainingState.RUNNING)
    return registration.is_live and not is_off and clock.today(known.zone) < known.starts_on


@atomic
def acknowledge(registration: Registration) -> None:
    """Note that the person knows of the registration and agrees. They also take a seat that is offered.

    A second call changes nothing.
    """
    steps.lock(registration)
    if not registration.is_live:
        raise Conflict(msg("This registration has ended already."), "gone")
    if registration.state is RegistrationState.OFFERED:
        reserve_list.accept(registration, by=None)
    if registration.acknowledged_at is None:
        registration.acknowledged_at = clock.now()
        audit.record(by=None, action="registration.acknowledge", thing=registration)


@atomic
def ask_correction(registration: Registration, *, text: str) -> None:
    """Keep what the person says is wrong, and tell the agency and the coordinators.

    Raises ``TooMany`` after ``MOST_CORRECTIONS`` in one day.
    """
    if not text.strip():
        raise Invalid(msg("Say what is wrong, and how it should be."), field="text")
    today = db.session.scalar(
        select(func.count(RegistrationStep.id)).where(
            RegistrationStep.registration_id == registration.id,
            RegistrationStep.reason_code == ReasonCode.TRAINEE,
            RegistrationStep.at > clock.now() - timedelta(days=1),
        )
    )
    if (today or 0) >= MOST_CORRECTIONS:
        raise TooMany(msg("You have written several times today. Please wait until tomorrow."), 24 * 3600)
    steps.remark(registration, text.strip()[:2000])
    audit.record(by=None, action="registration.correction", thing=registration)


@atomic
def decline(registration: Registration, *, text: str = "") -> None:
    """End the registration of a person who does not come. Their seat goes to the next in line."""
    if not may_decline(registration):
        raise Conflict(msg("The training has begun or is over. Please speak with your focal point."), "begun")
    submissions.withdraw(
        registration,
        by=None,
        reason=text.strip()[:2000] or letters.BY_LINK["en"],
        reason_code=ReasonCode.TRAINEE,
    )


def privacy(registration: Registration, *, language: str) -> letters.Letter:
    """The letter that tells the person about their data and their rights."""
    return parts.privacy(registration.training, language)

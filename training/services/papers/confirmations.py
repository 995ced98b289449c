"""Confirmations on paper. Registered people fetch them by their own link, or their agency fetches them."""

from __future__ import annotations

from babel.dates import format_date

from training import clock
from training.errors import Conflict
from training.models import AnnouncedSession, Registration, RegistrationState, User
from training.models.about_people import Class
from training.output import fonts, pdf
from training.rules import zones
from training.services import announced, may_take, organisations, read_by
from training.services.letters import timetables
from training.text import in_language, msg
from training.texts import proposed

HOLDS = (Class.OPEN, Class.PERSONAL)
"""What a paper holds: the person's name and agency, and when and where they are expected."""


def has_confirmation(registration: Registration) -> bool:
    """Whether the registration is confirmed, so that there is a confirmation on paper."""
    return registration.state is RegistrationState.CONFIRMED


def confirmation(registration: Registration, *, reader: User | None, demo: bool) -> bytes:
    """The confirmation as PDF in the person's language: who is expected when and where, session by session.

    It bears the name (``Registration.name``) and the agency that every list of the training shows. ``reader``
    is None if the person fetches it. Raises ``Conflict`` while the registration is not confirmed.
    """
    may_take.whole(reader, HOLDS, of=registration.training)
    if not has_confirmation(registration):
        raise Conflict(
            msg("This registration is not confirmed, so there is no confirmation."), "not_confirmed"
        )
    language = read_by.person(registration)
    with in_language(language):
        return pdf.render("papers/confirmation", _confirmation(registration, language, demo))


def name_in_latin(registration: Registration) -> fonts.InLatin:
    """Whether the confirmation writes the person's name in Latin letters, because no font holds it."""
    return fonts.in_latin([registration.name])


def _confirmation(registration: Registration, language: str, demo: bool) -> dict[str, object]:
    training, organisation = registration.training, organisations.get()
    where = timetables.whereabouts(training)
    facts = [
        (msg("Name"), registration.name),
        (msg("Agency"), registration.agency_name),
        (msg("Training"), f"{training.title} ({training.code})"),
        (msg("Programme"), training.programme.title),
        (msg("When and where"), where.said(language)),
    ]
    held = announced.held(training)
    return {
        "lang": language,
        "accent": organisation.accent,
        "organisation": organisation.name,
        "address": [line for line in organisation.address.splitlines() if line.strip()],
        "logo": list(organisations.logo() or b""),
        "donor": training.programme.donor_block or organisation.donor_block,
        "demo": msg("Demo data: invented people and agencies.").translated() if demo else "",
        "code": training.code,
        "title": msg("Confirmation of registration").translated(),
        "issued": format_date(clock.today(timetables.zone_of(training)), "d MMMM y", locale=language),
        "sentence": msg(
            "This person is registered for the following training, and a place is confirmed."
        ).translated(),
        "facts": [(word.translated(), said) for word, said in facts if said],
        "slots_word": msg("Sessions").translated(),
        "slots": [_slot(one, language) for one in held],
        "zone": msg(
            "All times are local times: %(zone)s.", zone=zones.said(timetables.zone_of(training), language)
        ).translated(),
        "note": msg("This confirms a registration, not that the person has attended.").translated(),
    }


def _slot(session: AnnouncedSession, language: str) -> tuple[str, str, str]:
    return (
        format_date(session.starts_local, "EEE d MMM", locale=language),
        f"{session.starts_local:%H:%M}–{session.ends_local:%H:%M}",
        proposed.said(session.title, language),
    )

"""Sign-in sheets on paper: people sign for each session at which they are expected."""

from __future__ import annotations

from collections.abc import Sequence

from babel.dates import format_date
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from training.db import db
from training.models import (
    HOLDS_SEAT,
    AnnouncedSession,
    Registration,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.models.about_people import Class
from training.output import fonts, pdf
from training.rules import zones
from training.services import announced, may_take, organisations
from training.services.attendance import expected
from training.text import language, msg
from training.texts import letters, words

HOLDS = (Class.OPEN, Class.PERSONAL)
"""What a sheet holds: names and agencies, and who teaches when."""
BLANK_LINES = 5
MOST_COLUMNS = 8
"""How many sessions stand on one page. More sessions take further pages."""


def sign_in_sheet(
    training: Training, sessions: Sequence[TrainingSession], *, reader: User | None, demo: bool
) -> bytes:
    """The sheet as PDF: people by family name, a column per session, lines for people at the door."""
    may_take.whole(reader, HOLDS, of=training)
    organisation = organisations.get()
    held = _held(training, sessions)
    code = language()
    return pdf.render(
        "papers/sign_in_sheet",
        {
            "lang": code,
            "accent": organisation.accent,
            "organisation": organisation.name,
            "logo": list(organisations.logo() or b""),
            "demo": msg("Demo data: invented people and agencies.").translated() if demo else "",
            "title": training.title,
            "code": training.code,
            "programme": training.programme.title,
            "about": " · ".join(_about(training, code)),
            "qr": pdf.qr(training.code),
            "privacy": msg(
                "This list is for attendance only. Do not copy, photograph or pass it on."
            ).translated(),
            "donor": training.programme.donor_block or organisation.donor_block,
            "page_word": msg("Page").translated(),
            "name_word": msg("Name").translated(),
            "agency_word": msg("Agency").translated(),
            "trainer_word": msg("Trainer's signature").translated(),
            "blank": BLANK_LINES,
            "groups": [
                [_column(session, code) for session in held[first : first + MOST_COLUMNS]]
                for first in range(0, max(len(held), 1), MOST_COLUMNS)
            ],
            "people": [
                {
                    "name": r.trainee.name,
                    "native": r.trainee.native_name if fonts.holds(r.trainee.native_name) else "",
                    "agency": r.agency_name,
                }
                for r in db.session.scalars(_expected(training).options(contains_eager(Registration.trainee)))
            ],
        },
    )


def names_in_latin(
    training: Training,
    sessions: Sequence[TrainingSession],
    known: Sequence[AnnouncedSession] | None = None,
) -> fonts.InLatin:
    """How many names on the sheet stand there in Latin letters only, because no font holds them.

    ``known`` are the sessions as announced, if they are loaded already.
    """
    names = (Trainee.family_name, Trainee.given_names, Trainee.native_name)
    people = (" ".join(row) for row in db.session.execute(_expected(training).with_only_columns(*names)))
    trainers = {
        entry.trainer.name
        for session in _held(training, sessions, known)
        for entry in session.session_trainers
    }
    return fonts.in_latin([*people, *sorted(trainers)])


def _held(
    training: Training,
    sessions: Sequence[TrainingSession],
    copies: Sequence[AnnouncedSession] | None = None,
) -> list[AnnouncedSession | TrainingSession]:
    """The sessions as people know them. One that nobody was told of stands there as planned, if it is asked for alone."""
    copies = announced.sessions(training) if copies is None else copies
    known = {one.session_id: one for one in copies}
    is_whole = training.announcement is not None and len(sessions) > 1
    found = [known.get(one.id, one) for one in sessions if one.id in known or not is_whole]
    return [one for one in found if not one.is_cancelled]


def _expected(training: Training) -> Select[Registration]:
    """Who has a seat or came to the door, by family name."""
    return (
        select(Registration)
        .join(Registration.trainee)
        .where(
            Registration.training_id == training.id,
            or_(Registration.state.in_(HOLDS_SEAT), Registration.source == "walk_in"),
            Registration.confirmed_at.is_not(None),
            expected.stands(),
        )
        .order_by(Trainee.search_key, Registration.id)
    )


def _about(training: Training, code: str) -> list[str]:
    """Where, on which days and by which clocks, in the reader's language."""
    facts = announced.facts(training)
    venue, country = facts.venue, words.country(facts.country, code)
    place = f"{venue.name}, {venue.city}, {country}" if venue else country or letters.ONLINE[code]
    return [place, letters.days(facts.starts_on, facts.ends_on, code), zones.said(facts.zone, code)]


def _column(session: AnnouncedSession | TrainingSession, code: str) -> dict[str, str]:
    """The head of a session's column."""
    return {
        "day": format_date(session.starts_local, "EEE d MMM", locale=code),
        "time": f"{session.starts_local:%H:%M}–{session.ends_local:%H:%M}",
        "room": session.room.name if session.room else "",
        "trainers": ", ".join(entry.trainer.name for entry in session.session_trainers),
    }

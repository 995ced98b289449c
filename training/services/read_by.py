"""In which language a registered person reads: their own, else their focal point's, else English.

A list of participants seldom says languages. Whoever registered a person reads letters in a known language, and the person is
likelier to read that one than English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from config import LANGUAGES
from training.db import db
from training.models import Registration, User
from training.texts import letters


def person(registration: Registration) -> str:
    """The language of letters, of the page and of the confirmation for one registered person."""
    return people([registration])[registration]


def people(registrations: Iterable[Registration]) -> Mapping[Registration, str]:
    """The language of each registered person, by one statement for all agencies together.

    A language in which there are no letters is nobody's: the next one is asked for.
    """
    own = {one: one.trainee.language for one in registrations}
    asked = {one.agency_id for one, language in own.items() if language not in LANGUAGES}
    of_agency = _of_agencies(asked) if asked else {}
    return {
        one: language if language in LANGUAGES else of_agency.get(one.agency_id, "en")
        for one, language in own.items()
    }


def _of_agencies(ids: set[int]) -> dict[int, str]:
    """The language of each agency's focal point: of the lead who came first, else of the account that is the oldest."""
    found: dict[int, str] = {}
    rows = db.session.execute(
        select(User.agency_id, User.language)
        .where(User.agency_id.in_(ids), User.is_active)
        .order_by(User.is_lead.desc(), User.id)
    )
    for agency_id, language in rows:
        if agency_id is not None:
            found.setdefault(agency_id, letters.language_of(language))
    return found

"""Letters to registered people about their registration. The first one, the notice, is in ``parts``.

Only people who may be written to directly get one. The others learn of it from their agency, which gets a
letter. Letters to those who teach stand here too. A trainer need not have an account: their letters go to their own
address, or else to that of their account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import Row, db
from training.models import Registration, Trainer, Training
from training.services import announced, organisations, read_by
from training.services.letters import parts
from training.services.letters.parts import Part, about
from training.services.letters.timetables import NONE, Timetables, zone_of
from training.texts import letters, links
from training.texts.letters import Letter, Ready, one_line

STEPS = frozenset({"confirmed", "reserve", "offered", "offer_over", "declined", "withdrawn", "replaced"})
"""The steps of a registration of which its person is told."""


def of_steps(steps: Iterable[tuple[Registration, str]]) -> dict[Registration, Part]:
    """What each person is told of their registration's step. People who are told the same share one part."""
    shared: dict[tuple[Training, str, datetime | None], Part] = {}
    found = {}
    for registration, kind in steps:
        key = registration.training, kind, registration.offer_expires_at
        if key not in shared:
            shared[key] = of_training(kind, *key[::2])
        found[registration] = shared[key]
    return found


def of_training(kind: str, training: Training, until: datetime | None = None, reason: str = "") -> Part:
    """What everybody is told alike: a step, or that the training is cancelled, postponed or near."""
    why = one_line(reason)[:1000]

    def values(language: str) -> dict[str, str]:
        when = letters.moment(until, zone_of(training), language) if until else ""
        return {**about(training, language), "until": when, "reason": why}

    return Part(letters.TO_PERSON[kind], values)


def to_people(said: Mapping[Registration, Sequence[Part]]) -> list[Row]:
    """One letter to each person, in their language, with their own link while the registration is live."""
    organisation, timetables = one_line(organisations.get().name), Timetables()
    known: dict[tuple[int, str], Letter] = {}
    found, languages = [], read_by.people(said)
    for registration, told in said.items():
        language = languages[registration]
        for part in told:
            if (id(part), language) not in known:
                known[id(part), language] = part.written(language)
        written = [known[id(part), language] for part in told]
        kind = told[0].kind if len(told) == 1 else letters.PERSON_FRAME
        said_below = NONE
        if parts.says_timetable(told):
            said_below = timetables.of(registration.training, language)
        letter = _framed(written, registration, language, organisation, said_below)
        found.append(
            parts.row(
                kind,
                letter,
                language,
                registration.training,
                agency_id=registration.agency_id,
                name=parts.name_of(registration),
                registration=registration,
                parts=told,
            )
        )
    return found


def _framed(
    letters_of_one: Sequence[Letter],
    registration: Registration,
    language: str,
    organisation: str,
    timetable: Mapping[str, str],
) -> Letter:
    trainee = registration.trainee
    link = links.to_my(registration.public_id, trainee.public_id) if registration.is_live else ""
    values = {
        "training": registration.training.title,
        "name": f"{trainee.given_names} {trainee.family_name}",
        "agency": registration.agency_name,
        "link": Ready(link),
        "organisation": organisation,
        **timetable,
    }
    subject = letters_of_one[0].subject if len(letters_of_one) == 1 else ""
    return letters.framed(letters_of_one, language, values, subject, frame=letters.PERSON_FRAME)


Taught = tuple[Training, Trainer]
"""A training, and a trainer who is told of it."""


def trainers(ids: Iterable[int]) -> list[Trainer]:
    """The trainers with these ids, each with their account."""
    wanted = sorted(set(ids))
    found = select(Trainer).where(Trainer.id.in_(wanted)).options(joinedload(Trainer.user))
    return list(db.session.scalars(found.order_by(Trainer.id))) if wanted else []


def of_teaching(
    kind: str,
    training: Training,
    reason: str = "",
    *,
    announcement_id: int | None = None,
    wait: timedelta = timedelta(),
) -> Part:
    """What every trainer is told alike: that the training is open, postponed, cancelled or near."""
    why = one_line(reason)[:1000]

    def values(language: str) -> dict[str, str]:
        return {**about(training, language), "reason": why, "online": announced.facts(training).link}

    return Part(letters.TO_TRAINER[kind], values, announcement_id, wait)


def language_of_trainer(trainer: Trainer) -> str:
    """The language in which a trainer is written to: that of their account, else English."""
    return letters.language_of(trainer.user.language if trainer.user else "en")


def to_trainers(said: Mapping[Taught, Sequence[Part]]) -> list[Row]:
    """One letter to each trainer, with their own sessions below. A trainer without an address gets a row that says so."""
    if not said:
        return []
    organisation, timetables = one_line(organisations.get().name), Timetables()
    found = []
    for (training, trainer), told in said.items():
        language = language_of_trainer(trainer)
        written = [part.written(language) for part in told]
        below = timetables.of(training, language, trainer.id) if parts.says_timetable(told) else NONE
        values = {
            "training": training.title,
            "name": one_line(trainer.name),
            "organisation": organisation,
            **below,
        }
        subject = written[0].subject if len(written) == 1 else ""
        letter = letters.framed(written, language, values, subject, frame=letters.TRAINER_FRAME)
        kind = told[0].kind if len(told) == 1 else letters.TRAINER_FRAME
        found.append(
            parts.row(
                kind, letter, language, training, name=one_line(trainer.name), trainer=trainer, parts=told
            )
        )
    return found

"""Letters to the trainers of a training: what they give, and what changes of it.

A trainer need not have an account. Their letters go to their own address, or else to that of their account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import Row, db
from training.models import Trainer, Training
from training.services import announced, organisations
from training.services.letters import parts
from training.services.letters.parts import Part, about
from training.services.letters.timetables import NONE, Timetables
from training.texts import letters
from training.texts.letters import one_line

Told = tuple[Training, Trainer]
"""A training, and a trainer who is told of it."""


def with_ids(ids: Iterable[int]) -> list[Trainer]:
    """The trainers with these ids, each with their account."""
    wanted = sorted(set(ids))
    found = select(Trainer).where(Trainer.id.in_(wanted)).options(joinedload(Trainer.user))
    return list(db.session.scalars(found.order_by(Trainer.id))) if wanted else []


def of_training(
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


def language_of(trainer: Trainer) -> str:
    """The language in which a trainer is written to: that of their account, else English."""
    return letters.language_of(trainer.user.language if trainer.user else "en")


def to_trainers(said: Mapping[Told, Sequence[Part]]) -> list[Row]:
    """One letter to each trainer, with their own sessions below. A trainer without an address gets a row that says so."""
    if not said:
        return []
    organisation, timetables = one_line(organisations.get().name), Timetables()
    found = []
    for (training, trainer), told in said.items():
        language = language_of(trainer)
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

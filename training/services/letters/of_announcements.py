"""Who hears of an announcement, and what each of them is told: only what differs for them, in one letter.

The page that shows an announcement before it is made asks the same functions as the letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import db
from training.models import LIVE, Registration, Trainer, Training
from training.services.letters import of_changes, to_trainers
from training.services.letters.of_changes import Difference, FactsDiffer
from training.services.letters.parts import Part, name_of
from training.services.letters.to_trainers import Told
from training.texts import letters
from training.texts.letters import one_line


@dataclass(frozen=True)
class Announcing:
    """The note: what is announced of a training, and to which audiences.

    ``trainer_ids`` are those who teach in it from now on. ``wait`` is how long the letters stay, so that it can be undone.
    """

    training: Training
    facts: FactsDiffer | None
    sessions: Sequence[Difference]
    trainer_ids: frozenset[int]
    note: str = ""
    to_people: bool = True
    to_agencies: bool = True
    to_trainers: bool = True
    announcement_id: int | None = None
    wait: timedelta = timedelta()

    @property
    def public(self) -> list[Difference]:
        """The sessions of which people and agencies are told."""
        if self.training.shows_trainers:
            return list(self.sessions)
        return [one for one in self.sessions if one.is_public]


@dataclass(frozen=True)
class Heard:
    """Who hears of an announcement. Each trainer with the sessions that differ for them."""

    people: Sequence[Registration]
    agencies: Mapping[int, Sequence[Registration]]
    trainers: Mapping[Trainer, Sequence[Difference]]

    def __bool__(self) -> bool:
        return bool(self.people or self.agencies or self.trainers)


def live_of(training: Training) -> list[Registration]:
    """The registrations that may still lead to a seat, with their people and agencies."""
    return list(
        db.session.scalars(
            select(Registration)
            .where(Registration.training_id == training.id, Registration.state.in_(LIVE))
            .options(joinedload(Registration.trainee), joinedload(Registration.agency))
            .order_by(Registration.id)
        )
    )


def by_agency(registrations: Iterable[Registration]) -> dict[int, list[str]]:
    """The lines with the people of each agency."""
    found: dict[int, list[str]] = defaultdict(list)
    for registration in registrations:
        found[registration.agency_id].append(f"– {name_of(registration)}")
    return found


def heard(one: Announcing) -> Heard:
    """Who hears of it: those for whom something differs, and no others."""
    is_public = bool(one.public)
    live = live_of(one.training) if is_public or one.facts else []
    people = live if is_public or (one.facts and one.facts.is_for_people) else []
    agencies: dict[int, list[Registration]] = defaultdict(list)
    for registration in live:
        agencies[registration.agency_id].append(registration)
    ids = set(one.trainer_ids) if one.facts else set()
    ids |= {n for each in one.sessions for slot in (each.before, each.now) if slot for n in slot.trainer_ids}
    trainers = {}
    for trainer in to_trainers.with_ids(ids):
        own = [mine for each in one.sessions if (mine := each.of_trainer(trainer.id))]
        if own or (one.facts and trainer.id in one.trainer_ids):
            trainers[trainer] = own
    return Heard(people, agencies, trainers)


def add(
    one: Announcing,
    to_agencies: dict[tuple[Training, int], list[Part]],
    personal: dict[Registration, list[Part]],
    teaching: dict[Told, list[Part]],
) -> None:
    """Add what each agency, person and trainer is told to what they are told besides."""
    told = heard(one)
    names = _names(one) if one.training.shows_trainers else None
    if one.to_agencies:
        for agency_id, registrations in told.agencies.items():
            lines = [f"– {name_of(each)}" for each in registrations]
            to_agencies[one.training, agency_id].append(
                _part("changed", one, one.public, people=lines, names=names)
            )
    if one.to_people and told.people:
        part = _part(letters.TO_PERSON["changed"], one, one.public, names=names)
        for registration in told.people:
            personal[registration].append(part)
    if one.to_trainers:
        for trainer, own in told.trainers.items():
            teaching[one.training, trainer].append(_part(letters.TO_TRAINER["changed"], one, own))


def _names(one: Announcing) -> dict[int, str]:
    """The names of all trainers who taught, or teach now, in the sessions that differ."""
    ids = {n for each in one.sessions for slot in (each.before, each.now) if slot for n in slot.trainer_ids}
    return {trainer.id: one_line(trainer.name) for trainer in to_trainers.with_ids(ids)}


def _part(
    kind: str,
    one: Announcing,
    sessions: Sequence[Difference],
    *,
    people: Iterable[str] = (),
    names: Mapping[int, str] | None = None,
) -> Part:
    return of_changes.of_announcement(
        kind,
        one.training,
        one.facts,
        sessions,
        people=people,
        note=one.note,
        trainers=names,
        announcement_id=one.announcement_id,
        wait=one.wait,
    )

"""Countries: what there is of each. A country is a code of ``rules.countries``; it has no row of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import db
from training.errors import NotFound
from training.models import (
    HOLDS_SEAT,
    LIVE,
    Agency,
    Programme,
    Registration,
    Role,
    Trainee,
    Training,
    TrainingState,
    User,
)
from training.rules.countries import is_country
from training.services import visible_trainings
from training.services.directory import agencies
from training.services.programmes import frames
from training.services.registrations import visible
from training.services.trainees import records

OFF = (TrainingState.CANCELLED, TrainingState.POSTPONED)


@dataclass(frozen=True)
class Counts:
    """How much there is of a country, as far as the reader sees it: each number is that of a filtered list."""

    agencies: int = 0
    people: int = 0
    trainings: int = 0
    programmes: int = 0


def get(user: User, code: str) -> str:
    """The country's code, or ``NotFound`` for what is no country."""
    if not is_country(code):
        raise NotFound
    return code


def every(user: User) -> dict[str, Counts]:
    """The countries of which there is something, by code: agencies, people from there, trainings there, programmes."""
    of_agencies = _per_country(agencies.visible_to(user), Agency.country)
    of_people = _per_country(records.visible_to(user), Trainee.country)
    of_trainings = _per_country(visible_trainings.visible_to(user), Training.country)
    of_programmes = {code: len(ids) for code, ids in _programmes(user).items()}
    codes = {
        code for found in (of_agencies, of_people, of_trainings, of_programmes) for code in found if code
    }
    return {
        code: Counts(
            of_agencies.get(code, 0),
            of_people.get(code, 0),
            of_trainings.get(code, 0),
            of_programmes.get(code, 0),
        )
        for code in codes
    }


def counts(user: User, country: str) -> Counts:
    """How much there is of one country."""
    return Counts(
        _number(agencies.search(user, country=country)),
        _number(records.search(user, country=country)),
        _number(visible_trainings.search(user, country=country)),
        _number(frames.search(user, country=country)),
    )


def _per_country(found: Select[Any], column: Any) -> dict[str, int]:
    rows = found.with_only_columns(column, func.count(), maintain_column_froms=True).group_by(column)
    return dict(db.session.execute(rows).all())


def _number(found: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(found.options().order_by(None).subquery())) or 0


def _programmes(user: User) -> dict[str, set[int]]:
    """The ids of the programmes with a role in a country, by its code."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for programme in db.session.scalars(frames.visible_to(user)):
        for code in programme.country_codes:
            found[code].add(programme.id)
    held = select(Training.programme_id, Training.country).distinct()
    seen = frames.visible_to(user).with_only_columns(Programme.id)
    for number, code in db.session.execute(held.where(Training.programme_id.in_(seen))):
        found[code].add(number)
    return found


def focal_points(found: Sequence[Agency]) -> dict[int, list[User]]:
    """The active focal points of these agencies, by the agency's id, the lead first."""
    wanted = (
        select(User)
        .where(User.is_active, User.role == Role.PARTNER, User.agency_id.in_([one.id for one in found]))
        .order_by(User.is_lead.desc(), User.name, User.id)
    )
    by_agency: dict[int, list[User]] = {}
    for one in db.session.scalars(wanted):
        if one.agency_id is not None:
            by_agency.setdefault(one.agency_id, []).append(one)
    return by_agency


def trainings_there(user: User, country: str, *, to_come: bool, most: int) -> list[Training]:
    """Trainings held in the country: those that are not over, the next one first, or those that are, the last one first."""
    over = Training.ends_on < clock.today()
    found = visible_trainings.search(user, country=country, descending=not to_come)
    found = found.where(~over, Training.state.not_in(OFF)) if to_come else found.where(over)
    return list(db.session.scalars(found.limit(most)))


@dataclass(frozen=True)
class Sent:
    """A training to which people of a country go: how many of them hold a seat, and how many wait for one."""

    training: Training
    seats: int
    waiting: int


def going(user: User, country: str, *, most: int) -> list[Sent]:
    """The trainings that are not over to which people from the country go, the next one first.

    These are registrations that ``user`` may see, so a coordinator reads of the own themes only.
    """
    has_seat = Registration.state.in_(HOLDS_SEAT)
    numbers = (
        visible.visible_to(user)
        .where(
            Registration.trainee_country == country,
            Registration.state.in_(LIVE),
            Training.ends_on >= clock.today(),
            Training.state.not_in(OFF),
        )
        .with_only_columns(
            Registration.training_id, func.count().filter(has_seat), func.count().filter(~has_seat)
        )
        .group_by(Registration.training_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Training, *list(numbers.c)[1:])
        .join(numbers, numbers.c.training_id == Training.id)
        .options(joinedload(Training.theme), joinedload(Training.venue))
        .order_by(Training.starts_on, Training.id)
        .limit(most)
    )
    return [Sent(training, seats, waiting) for training, seats, waiting in rows]


@dataclass(frozen=True)
class Part:
    """A programme's role in a country: whether it works with it, and how many trainings it holds there."""

    programme: Programme
    is_partner: bool
    trainings: int


def programmes(user: User, country: str, *, most: int) -> Sequence[Part]:
    """The programmes with a role in the country, the latest first."""
    found = list(db.session.scalars(frames.search(user, country=country).limit(most)))
    held = dict(
        db.session.execute(
            select(Training.programme_id, func.count())
            .where(Training.country == country, Training.programme_id.in_([one.id for one in found]))
            .group_by(Training.programme_id)
        ).all()
    )
    return [Part(one, country in one.country_codes, held.get(one.id, 0)) for one in found]

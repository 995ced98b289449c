"""Countries: what there is of each. A country is a code of ``rules.countries``; it has no row of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
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


@dataclass(frozen=True)
class Line:
    """A country of the list, with how much there is of it."""

    code: str
    counts: Counts


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
    lists = (
        agencies.search(user, country=country),
        records.search(user, country=country),
        visible_trainings.search(user, country=country),
        frames.search(user, country=country),
    )
    columns = [
        select(func.count()).select_from(one.order_by(None).subquery()).scalar_subquery() for one in lists
    ]
    return Counts(*db.session.execute(select(*columns)).one())


def _per_country(found: Select[Any], column: Any) -> dict[str, int]:
    rows = found.with_only_columns(column, func.count(), maintain_column_froms=True).group_by(column)
    return dict(db.session.execute(rows).all())


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


def trainings_there(user: User, country: str, *, most: int) -> tuple[list[Training], list[Training]]:
    """(trainings held in the country that are not over, the next one first; those that are, the last one first).

    These are at most ``most`` each. What was cancelled or postponed is not to come.
    """
    today = clock.today()
    seen = visible_trainings.search(user, country=country)
    numbers = seen.with_only_columns(Training.id).order_by(None)
    ahead = numbers.where(Training.ends_on >= today, Training.state.not_in(OFF))
    shown = [
        ahead.order_by(Training.starts_on, Training.id).limit(most).subquery(),
        numbers.where(Training.ends_on < today)
        .order_by(Training.starts_on.desc(), Training.id.desc())
        .limit(most)
        .subquery(),
    ]
    found = seen.where(or_(*(Training.id.in_(select(one.c.id)) for one in shown)))
    latest_first = list(db.session.scalars(found))
    to_come = [one for one in reversed(latest_first) if one.ends_on >= today]
    return to_come, [one for one in latest_first if one.ends_on < today]


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
    held = (
        select(func.count(Training.id))
        .where(Training.country == country, Training.programme_id == Programme.id)
        .correlate(Programme)
        .scalar_subquery()
    )
    rows = db.session.execute(frames.search(user, country=country).add_columns(held).limit(most))
    return [Part(one, country in one.country_codes, number) for one, number in rows]

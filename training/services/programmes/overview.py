"""What a theme's page shows of its trainings: the next ones, the countries, the kinds of activity.

A theme stands for the trainings tagged with it and for all of its programmes' trainings, as in the report. Everybody
is shown the trainings that they may see, and no others are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import db
from training.models import ActivityType, Theme, Training, TrainingState, User
from training.services import visible_trainings

CANCELLED = TrainingState.CANCELLED
"""Trainings are counted as on the page of their programme: all years, all that are not cancelled."""
NOT_HELD = (TrainingState.DRAFT, TrainingState.POSTPONED, TrainingState.CANCELLED)


def next_trainings(user: User, theme: Theme, most: int) -> list[Training]:
    """The trainings that are under way or to come, the next one first; no drafts, and none that will not be held."""
    starts, ends, _ = visible_trainings.dates_for(user)
    found = (
        _of(user, theme)
        .where(ends >= clock.today(), Training.state.not_in([*NOT_HELD, TrainingState.COMPLETED]))
        .options(joinedload(Training.theme), joinedload(Training.venue))
        .order_by(starts, Training.id)
    )
    return list(db.session.scalars(found.limit(most)))


@dataclass(frozen=True)
class Kind:
    """An activity type, how many trainings of it there are, and the share of the most frequent one, in per cent."""

    type: ActivityType
    count: int
    share: int


def by_kind(user: User, theme: Theme) -> list[Kind]:
    """How many trainings there are of each activity type, the most frequent first. Types without one are left out."""
    number = func.count(Training.id)
    counts = dict(
        db.session.execute(
            _of(user, theme)
            .where(Training.state != CANCELLED)
            .with_only_columns(Training.activity_type_id, number)
            .group_by(Training.activity_type_id)
        ).all()
    )
    found = db.session.scalars(select(ActivityType).where(ActivityType.id.in_(counts))).all()
    most = max(counts.values(), default=0)
    kinds = [Kind(one, counts[one.id], round(100 * counts[one.id] / most)) for one in found]
    return sorted(kinds, key=lambda kind: (-kind.count, kind.type.position))


def by_country(user: User, theme: Theme) -> list[tuple[str, int]]:
    """The countries in which its trainings take place, with how many, the most frequent first. "" is no country: online."""
    number = func.count(Training.id)
    rows = db.session.execute(
        _of(user, theme)
        .where(Training.state != CANCELLED)
        .with_only_columns(Training.country, number)
        .group_by(Training.country)
        .order_by(number.desc(), Training.country)
    ).all()
    return [(country, count) for country, count in rows]


def _of(user: User, theme: Theme) -> Select[Training]:
    own = or_(Training.theme_id == theme.id, Training.programme_theme_id == theme.id)
    return visible_trainings.visible_to(user).where(own)

"""What others know of a training's timetable: the announced copy. Planners read the rows, everybody else asks here.

A training that was never announced is a draft, which nobody else sees. What is asked of it is answered from its rows, so
that a planner can look at its letters before any is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Text, cast, exists, func, literal, select
from sqlalchemy.orm import aliased, joinedload

from training.db import db
from training.models import (
    AnnouncedSession,
    Announcement,
    Modality,
    Role,
    Room,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
    User,
    Venue,
)

PLANNERS = (Role.ADMIN, Role.COORDINATOR, Role.MANAGER)
"""Who reads the plan. Everybody else, whoever comes by a link included, reads what was announced."""


@dataclass(frozen=True)
class Facts:
    """When, where and how a training is held."""

    starts_on: date
    ends_on: date
    zone: str
    venue: Venue | None
    country: str
    link: str
    modality: Modality


def planned(training: Training) -> Facts:
    """The facts as the rows say them."""
    return Facts(
        training.starts_on,
        training.ends_on,
        training.zone,
        training.venue,
        training.country,
        training.link,
        training.modality,
    )


def facts(training: Training) -> Facts:
    """The facts that others know."""
    said = training.announcement
    if said is None:
        return planned(training)
    return Facts(
        said.starts_on, said.ends_on, said.zone, said.venue, said.country, said.link, Modality(said.modality)
    )


def reads_plan(user: User | None) -> bool:
    """Whether ``user`` reads the plan, and not what was announced."""
    return user is not None and user.role in PLANNERS


def facts_for(training: Training, user: User | None) -> Facts:
    """The facts as ``user`` may read them. None is somebody who comes by a link."""
    return planned(training) if reads_plan(user) else facts(training)


def sessions(training: Training) -> list[AnnouncedSession]:
    """The sessions that others know of, in order, those that were called off included."""
    return list(
        db.session.scalars(
            select(AnnouncedSession)
            .where(AnnouncedSession.announcement_id == training.announcement_id)
            .options(joinedload(AnnouncedSession.room).joinedload(Room.venue))
            .order_by(AnnouncedSession.starts_at, AnnouncedSession.session_id)
        )
    )


def held(training: Training) -> list[AnnouncedSession]:
    """The sessions that others believe to be held, in order."""
    return [one for one in sessions(training) if one.is_held]


def timetable(training: Training) -> dict[date, list[AnnouncedSession]]:
    """The sessions that others know of by day. One that was called off is left out if another one is held instead.

    Of a training that is postponed nothing is listed: its days are not known yet.
    """
    if training.state is TrainingState.POSTPONED:
        return {}
    known = sessions(training)
    instead = aliased(TrainingSession)
    replaced = set(
        db.session.scalars(
            select(instead.replaces_id).where(
                instead.id.in_([one.session_id for one in known if not one.is_cancelled]),
                instead.replaces_id.is_not(None),
            )
        )
    )
    days: dict[date, list[AnnouncedSession]] = {}
    for one in sorted(known, key=lambda one: (one.starts_local, one.session_id)):
        if not (one.is_cancelled and one.session_id in replaced):
            days.setdefault(one.on_date, []).append(one)
    return days


def is_known(session: TrainingSession) -> bool:
    """Whether others were ever told of the session. One that nobody was told of may be removed."""
    told = exists().where(
        AnnouncedSession.session_id == session.id,
        AnnouncedSession.announcement_id == Announcement.id,
        Announcement.withdrawn_at.is_(None),
    )
    return bool(db.session.scalar(select(told)))


def known_ids(session_ids: Sequence[int]) -> set[int]:
    """Which of these sessions ``is_known``, by id."""
    found = (
        select(AnnouncedSession.session_id)
        .join(Announcement, Announcement.id == AnnouncedSession.announcement_id)
        .where(AnnouncedSession.session_id.in_(session_ids), Announcement.withdrawn_at.is_(None))
    )
    return set(db.session.scalars(found))


@dataclass(frozen=True)
class ToldOtherwise:
    """What people were told of a session, where that is not what the plan says. ``copy`` is None if of nothing."""

    copy: AnnouncedSession | None

    @property
    def is_off(self) -> bool:
        """Whether people were told that the session is not held."""
        return self.copy is not None and self.copy.is_cancelled


def told_otherwise(session: TrainingSession) -> ToldOtherwise | None:
    """What people were told of a session, if that is another time, room or fate than the plan says. Else None.

    Of one that is not held, and of which they were never told, there is nothing to say.
    """
    training = session.training
    if training.announcement_id is None:
        return None
    copy = db.session.scalar(
        select(AnnouncedSession)
        .where(
            AnnouncedSession.announcement_id == training.announcement_id,
            AnnouncedSession.session_id == session.id,
        )
        .options(joinedload(AnnouncedSession.room))
    )
    if copy is None:
        return ToldOtherwise(None) if session.is_held else None
    if copy.is_cancelled or not session.is_held:
        return ToldOtherwise(copy) if copy.is_cancelled == session.is_held else None
    said = (copy.starts_local, copy.ends_local, copy.room_id)
    is_so = said == (session.starts_local, session.ends_local, session.room_id)
    return None if is_so else ToldOtherwise(copy)


def names_trainer(user: User) -> ColumnElement[bool]:
    """Whether an announced session names the user's trainer, as a condition in SQL.

    The ids stand in the row as JSON. As text, that is the same on both databases but for blanks.
    """
    said = func.replace(cast(AnnouncedSession.trainer_ids, Text), " ", "")
    listed = func.replace(func.replace(said, "[", ","), "]", ",")
    wanted = literal("%,").concat(cast(Trainer.id, Text)).concat(",%")
    return exists().where(Trainer.user_id == user.id, listed.like(wanted))


def trainers_of(copies: Sequence[AnnouncedSession]) -> dict[int, Trainer]:
    """The trainers whom these sessions name, by id."""
    ids = {number for one in copies for number in one.trainer_ids}
    found = db.session.scalars(select(Trainer).where(Trainer.id.in_(ids))) if ids else ()
    return {one.id: one for one in found}

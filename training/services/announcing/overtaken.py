"""Changes that are not announced while time overtakes them: who plans is told, and nobody else.

The first screen says them for ``ALARM`` before the first session concerned begins. The worker writes to the coordinators
at each of ``STAGES`` before that. A letter of this kind that was written since then is the sign that it was done: it is
looked for while the training is locked, so two workers write one letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training import clock
from training.db import atomic, db, insert_many
from training.errors import Conflict
from training.models import AnnouncedSession, Announcement, OutgoingMail, Training, TrainingSession, User
from training.services import locked_trainings, visible_trainings
from training.services.announcing import announcements, differences
from training.services.announcing.differences import ANNOUNCED_IN, Differences
from training.services.letters import of_changes, parts

ALARM = timedelta(days=7)
STAGES = (timedelta(hours=24), timedelta(hours=48))
"""How long before the first session concerned the coordinators are written to, the last time first."""
KIND = of_changes.OVERTAKEN


@dataclass(frozen=True)
class Overtaken:
    """A training with changes that are not announced: how many, and when the first session concerned begins."""

    training: Training
    changes: int
    begins: datetime

    @property
    def days(self) -> int:
        """In how many days it begins, by the calendar there. Below 0 where people were told of a day that is over."""
        zone = self.training.zone
        return (self.begins.astimezone(ZoneInfo(zone)).date() - clock.today(zone)).days

    @property
    def has_begun(self) -> bool:
        """Whether the first session concerned has begun, or was to."""
        return self.begins <= clock.now()


def search(user: User) -> list[Overtaken]:
    """The changes in trainings that ``user`` looks after which time overtakes, the most urgent first. One statement."""
    found = [
        Overtaken(training, len(found), found.starts[0])
        for training, found in _differing(visible_trainings.in_scope(user), ALARM)
        if found.starts and found.starts[0] < clock.now() + ALARM
    ]
    return sorted(found, key=lambda one: (one.begins, one.training.id))


def _differing(which: ColumnElement[bool], ahead: timedelta) -> list[tuple[Training, Differences]]:
    """What differs in the trainings of which a session begins, or was to begin, soon. One statement reads all of it."""
    copy, room = aliased(AnnouncedSession), joinedload(TrainingSession.room)
    rows = db.session.execute(
        select(TrainingSession, copy)
        .join(TrainingSession.training)
        .join(
            copy,
            and_(copy.session_id == TrainingSession.id, copy.announcement_id == Training.announcement_id),
            isouter=True,
        )
        .where(which, Training.state.in_(ANNOUNCED_IN), _has_near(ahead))
        .options(
            contains_eager(TrainingSession.training).options(
                joinedload(Training.announcement).joinedload(Announcement.venue),
                joinedload(Training.venue),
                joinedload(Training.theme),
            ),
            room,
            joinedload(TrainingSession.session_trainers),
            joinedload(copy.room),
        )
        .order_by(TrainingSession.training_id, TrainingSession.starts_at, TrainingSession.id)
    ).unique()
    plans: dict[Training, tuple[list[TrainingSession], list[AnnouncedSession]]] = {}
    for session, said in rows:
        planned, known = plans.setdefault(session.training, ([], []))
        planned.append(session)
        if said is not None:
            known.append(said)
    compared = [(one, differences.compared(one, *plan)) for one, plan in plans.items()]
    return [(training, found) for training, found in compared if found]


def _has_near(ahead: timedelta) -> ColumnElement[bool]:
    """Whether a session of the training begins within this time, as planned or as announced, and is not over in both."""
    now, row, copy = clock.now(), aliased(TrainingSession), aliased(AnnouncedSession)
    known = and_(copy.session_id == row.id, copy.announcement_id == Training.announcement_id)
    return exists(
        select(row.id)
        .join(copy, known, isouter=True)
        .where(
            row.training_id == Training.id,
            or_(row.starts_at < now + ahead, copy.starts_at < now + ahead),
            or_(row.ends_at > now, copy.ends_at > now),
        )
        .correlate(Training)
    )


# The letters to those who plan


def queue_due() -> int:
    """Write to the coordinators about what was not announced in time; returns of how many trainings."""
    written = 0
    for training, found in _differing(true(), max(STAGES)):
        if _due(found) is None:
            continue
        try:
            written += warn(training)
        except Conflict:
            continue  # the training is over since
    return written


def _due(found: Differences) -> tuple[datetime, datetime] | None:
    """(when the next session concerned begins, since when a letter about that is due). None if it is too early."""
    now = clock.now()
    begins = next((at for at in found.starts if at > now), None)
    if begins is None:
        return None
    return next(((begins, begins - stage) for stage in STAGES if begins - stage <= now), None)


@atomic
def warn(training: Training) -> int:
    """Write to the coordinators of the training, unless that was done at this stage; returns 1 if letters were written."""
    locked_trainings.lock(training)
    found = differences.of(training)
    due = _due(found)
    if due is None or _was_written(training, due[1]):
        return 0
    part = of_changes.of_overtaken(announcements.announcing(training, found), due[0])
    letters = parts.to_coordinators([(training, part, set())])
    insert_many(OutgoingMail, letters)
    return min(1, len(letters))


def _was_written(training: Training, since: datetime) -> bool:
    written: Sequence[ColumnElement[bool]] = (
        OutgoingMail.training_id == training.id,
        OutgoingMail.kind == KIND,
        OutgoingMail.created_at >= since,
    )
    return db.session.scalar(select(OutgoingMail.id).where(*written).limit(1)) is not None

"""The plan against what was announced last: one differ, which compares all that was announced.

A session that is over in both is left out: nobody is told any more, and its times are only put right for the record. So is
one that was called off before anybody knew of it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from training import clock
from training.db import db
from training.models import (
    AnnouncedSession,
    Room,
    SessionTrainer,
    Training,
    TrainingSession,
    TrainingState,
)
from training.services import announced
from training.services.letters.timetables import Difference, FactsDiffer, Slot

NEAR = timedelta(hours=48)
"""A change of what begins sooner is told at once."""
ANNOUNCED_IN = (TrainingState.OPEN, TrainingState.CONFIRMED, TrainingState.RUNNING)
"""In these states changes are gathered and announced. Nobody else sees a draft; of what is off, people know that."""


def is_near(starts_at: datetime, ends_at: datetime) -> bool:
    """Whether something with these instants begins within 48 hours, and is not over."""
    now = clock.now()
    return starts_at < now + NEAR and ends_at > now


Loaded = tuple[Sequence[TrainingSession], Sequence[AnnouncedSession]]
"""A training's sessions as planned and as announced, with their rooms and trainers."""


@dataclass(frozen=True)
class Differences:
    """What the plan says otherwise than the last announcement. ``facts`` is None if no fact differs.

    ``rows`` is the whole plan, and ``known`` are the ids of the sessions that others know of.
    """

    facts: FactsDiffer | None
    sessions: tuple[Difference, ...]
    rows: tuple[TrainingSession, ...] = field(default=(), compare=False, repr=False)
    known: frozenset[int] = field(default=frozenset(), compare=False, repr=False)

    def __bool__(self) -> bool:
        return self.facts is not None or bool(self.sessions)

    def __len__(self) -> int:
        return len(self.sessions) + (len(self.facts.changed) if self.facts else 0)

    @property
    def digest(self) -> str:
        """A key of all that differs: who announces it has seen the same."""
        said = [self.facts.plain if self.facts else None, *(asdict(one) for one in self.sessions)]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:32]

    @property
    def near(self) -> frozenset[object]:
        """What differs of sessions that begin, or were to begin, within 48 hours. A new place differs for all of them."""
        found: set[object] = {
            one
            for one in self.sessions
            if any(is_near(slot.starts_at, slot.ends_at) for slot in (one.before, one.now) if slot)
        }
        coming = (row.is_held and is_near(row.starts_at, row.ends_at) for row in self.rows)
        if self.facts and self.facts.place and any(coming):
            found.add(self.facts.place)
        return frozenset(found)

    @property
    def starts(self) -> list[datetime]:
        """When the sessions concerned begin, or were to begin, in order. A new place concerns all that is to come."""
        now = clock.now()
        found = {at for one in self.sessions for at in _starts(one)}
        if self.facts is not None:
            found |= {row.starts_at for row in self.rows if row.is_held and row.ends_at > now}
        return sorted(found)

    @property
    def trainer_ids(self) -> frozenset[int]:
        """Those who teach in what is still to come, by the plan."""
        now = clock.now()
        coming = (row for row in self.rows if row.is_held and row.ends_at > now)
        return frozenset(entry.trainer_id for row in coming for entry in row.session_trainers)


def of(training: Training, loaded: Loaded | None = None) -> Differences:
    """What differs in a training that was announced. Nothing does while its changes are not told, as in a draft.

    What is ``loaded`` already is not loaded again.
    """
    if training.announcement is None or training.state not in ANNOUNCED_IN:
        return Differences(None, ())
    return compared(training, *loaded) if loaded else between(training)


def waiting(trainings: Sequence[Training]) -> list[Training]:
    """Those of these trainings whose changes wait to be announced, by three statements however many they are."""
    told = [one for one in trainings if one.announcement is not None and one.state in ANNOUNCED_IN]
    if not told:
        return []
    copies: defaultdict[int | None, list[AnnouncedSession]] = defaultdict(list)
    known = (
        select(AnnouncedSession)
        .where(AnnouncedSession.announcement_id.in_([one.announcement_id for one in told]))
        .options(joinedload(AnnouncedSession.room))
    )
    for copy in db.session.scalars(known):
        copies[copy.announcement_id].append(copy)
    rows: defaultdict[int, list[TrainingSession]] = defaultdict(list)
    planned = (
        select(TrainingSession)
        .where(TrainingSession.training_id.in_([one.id for one in told]))
        .options(joinedload(TrainingSession.room), selectinload(TrainingSession.session_trainers))
    )
    for row in db.session.scalars(planned):
        rows[row.training_id].append(row)
    return [one for one in told if compared(one, rows[one.id], copies[one.announcement_id])]


def _differs(before: Slot | None, after: Slot | None, now: datetime) -> bool:
    """Whether somebody has to be told of a session, as it was announced and as it is planned."""
    if before is None and after is not None and not after.is_held:
        return False
    return not _same(before, after) and any(one.ends_at > now for one in (before, after) if one)


def between(training: Training) -> Differences:
    """The plan against the last announcement, whatever the training's state. Raises nothing for a draft: all is new."""
    return compared(training, of_rows(training), announced.sessions(training))


def compared(
    training: Training, rows: Sequence[TrainingSession], copies: Sequence[AnnouncedSession]
) -> Differences:
    """The plan of the training (``rows``) against what was announced of it (``copies``). Nothing is loaded."""
    known = {one.session_id: of_copy(one) for one in copies}
    by_id = {one.id: one for one in rows}
    now = clock.now()
    found = []
    for number in sorted({*known, *by_id}):
        row = by_id.get(number)
        before, after = known.get(number), of_row(row) if row else None
        if _differs(before, after, now):
            found.append(Difference(number, before, after))
    found.sort(key=lambda one: (min(_starts(one)), one.session_id))
    return Differences(_facts(training), tuple(found), tuple(rows), frozenset(known))


def of_rows(training: Training) -> list[TrainingSession]:
    """The training's sessions as planned, with their rooms and trainers, by few statements."""
    return list(
        db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id == training.id)
            .options(
                joinedload(TrainingSession.room).joinedload(Room.venue),
                selectinload(TrainingSession.session_trainers).joinedload(SessionTrainer.trainer),
            )
            .order_by(TrainingSession.starts_at, TrainingSession.id)
        )
    )


def of_row(session: TrainingSession) -> Slot:
    """A session as planned."""
    return Slot(
        title=session.title,
        starts=session.starts_local,
        ends=session.ends_local,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        break_minutes=session.break_minutes,
        is_compulsory=session.is_compulsory,
        room_id=session.room_id,
        room=session.room.name if session.room else "",
        trainer_ids=tuple(sorted(entry.trainer_id for entry in session.session_trainers)),
        is_held=session.is_held,
    )


def of_copy(one: AnnouncedSession) -> Slot:
    """A session as it was announced."""
    return Slot(
        title=one.title,
        starts=one.starts_local,
        ends=one.ends_local,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        break_minutes=one.break_minutes,
        is_compulsory=one.is_compulsory,
        room_id=one.room_id,
        room=one.room.name if one.room else "",
        trainer_ids=tuple(sorted(one.trainer_ids)),
        is_held=one.is_held,
    )


def _same(before: Slot | None, after: Slot | None) -> bool:
    if before is None or after is None:
        return before is after
    if not before.is_held and not after.is_held:
        return True  # people know that it is off; what else is planned of it tells them nothing
    return before.key == after.key


def _facts(training: Training) -> FactsDiffer | None:
    before, now = announced.facts(training), announced.planned(training)
    return FactsDiffer.of(before, now)


def _starts(one: Difference) -> Iterable[datetime]:
    return [slot.starts_at for slot in (one.before, one.now) if slot is not None]

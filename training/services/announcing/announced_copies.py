"""What others know, as copies of the plan: single steps, which act and tell nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from training import clock
from training.db import Row, db, insert_many, store_many
from training.models import (
    Announced,
    AnnouncedSession,
    Announcement,
    Audience,
    MailState,
    OutgoingMail,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules import walltime
from training.services import announced
from training.services.announced import Facts
from training.services.announcing.differences import Differences
from training.services.letters.of_zone_rules import SESSION, MovedMoment
from training.text import msg

UNDONE = msg("The announcement was undone.")


def of(training: Training) -> Select[Announcement]:
    """The training's announcements, the latest first, those that were undone included."""
    found = select(Announcement).where(Announcement.training_id == training.id)
    return found.order_by(Announcement.number.desc())


def that_can_be_undone(training: Training) -> Announcement | None:
    """The last announcement, while it can still be undone."""
    last = training.announcement
    return last if last is not None and can_be_undone(last) else None


def can_be_undone(announcement: Announcement) -> bool:
    until = announcement.undo_until
    return announcement.withdrawn_at is None and until is not None and clock.now() < until


def store(
    training: Training,
    found: Differences,
    *,
    by: User | None,
    note: str = "",
    wait: timedelta = timedelta(),
    told: dict[str, Any],
) -> Announcement:
    """The single step: the plan as it stands is what others know from now on. The caller tells them.

    ``found`` is what ``differences.between`` says of it. The copy can be taken back for as long as ``wait``.
    """
    rows, changed = found.rows, {one.session_id for one in found.sessions}
    if changed:
        db.session.execute(
            update(TrainingSession)
            .where(TrainingSession.id.in_(changed))
            .values(sequence=TrainingSession.sequence + 1)
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            if row.id in changed:
                set_committed_value(row, "sequence", row.sequence + 1)
    one = _new(training, announced.planned(training), by=by, note=note, wait=wait, told=told)
    insert_many(
        AnnouncedSession,
        [_copy(one, row) for row in rows if row.is_held or row.id in found.known],
    )
    return one


def _copy(announcement: Announcement, row: TrainingSession) -> Row:
    """A session as it is announced."""
    return {
        "announcement_id": announcement.id,
        "session_id": row.id,
        "title": row.title,
        "starts_local": row.starts_local,
        "ends_local": row.ends_local,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "break_minutes": row.break_minutes,
        "is_compulsory": row.is_compulsory,
        "room_id": row.room_id,
        "trainer_ids": sorted(entry.trainer_id for entry in row.session_trainers),
        "state": Announced.HELD if row.is_held else Announced.CALLED_OFF,
        "sequence": row.sequence,
    }


def call_all_off(
    training: Training,
    *,
    by: User | None,
    wait: timedelta = timedelta(),
    told: dict[str, Any] | None = None,
) -> Announcement | None:
    """The single step of a training that is cancelled or postponed: others know that nothing of it is held.

    All else stays as it was announced, so that nobody learns of a plan by this. The caller tells them. It can be taken back
    for as long as ``wait``.
    """
    if training.announcement is None:
        return None
    known = announced.sessions(training)
    one = _new(training, announced.facts(training), by=by, wait=wait, told=told)
    names = [
        column.key
        for column in AnnouncedSession.__table__.columns
        if column.key not in ("announcement_id", "state")
    ]
    insert_many(
        AnnouncedSession,
        [
            {
                **{name: getattr(copy, name) for name in names},
                "announcement_id": one.id,
                "state": Announced.CALLED_OFF,
            }
            for copy in known
        ],
    )
    return one


def _new(
    training: Training,
    facts: Facts,
    *,
    by: User | None,
    note: str = "",
    wait: timedelta = timedelta(),
    told: dict[str, Any] | None = None,
) -> Announcement:
    last = db.session.scalar(
        select(func.max(Announcement.number)).where(
            Announcement.training_id == training.id, Announcement.audience == Audience.ALL
        )
    )
    at = clock.now()
    if (waiting := that_can_be_undone(training)) is not None:
        let_go(
            waiting
        )  # else its letters would come after those of the next one, and say what is not so any more
    one = Announcement(
        training_id=training.id,
        audience=Audience.ALL,
        number=(last or 0) + 1,
        at=at,
        by_id=by.id if by else None,
        note=note.strip(),
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        zone=facts.zone,
        venue_id=facts.venue.id if facts.venue else None,
        country=facts.country,
        link=facts.link,
        modality=facts.modality,
        told=told or {},
        undo_until=at + wait if wait else None,
    )
    db.session.add(one)
    db.session.flush()  # the copies name its id
    training.announcement = one
    db.session.flush()  # what others know is read from the database
    return one


def let_go(announcement: Announcement) -> None:
    """The single step: the letters of the announcement leave now, so that it cannot be undone any more."""
    announcement.undo_until = None
    waiting = (OutgoingMail.announcement_id == announcement.id, OutgoingMail.state == MailState.QUEUED)
    db.session.execute(
        update(OutgoingMail)
        .where(*waiting)
        .values(due_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def withdraw(training: Training, announcement: Announcement) -> None:
    """The single step of undoing. The caller holds the training's lock and has checked."""
    gone = (OutgoingMail.announcement_id == announcement.id,)
    unsent = OutgoingMail.state.in_([MailState.QUEUED, MailState.NO_ADDRESS])
    db.session.execute(
        update(OutgoingMail)
        .where(*gone, unsent)
        .values(state=MailState.DROPPED, last_error=str(UNDONE), body="", leased_until=None)
        .execution_options(synchronize_session=False)
    )
    announcement.withdrawn_at = clock.now()
    training.announcement = db.session.scalar(
        of(training)
        .where(Announcement.withdrawn_at.is_(None), Announcement.number < announcement.number)
        .limit(1)
    )
    db.session.flush()  # what others know is read from the database


def drop_sessions(session_ids: Sequence[int]) -> None:
    """The single step before sessions are removed: announcements that were undone may still name them."""
    db.session.execute(delete(AnnouncedSession).where(AnnouncedSession.session_id.in_(session_ids)))


def follow_zone_rules(training: Training) -> list[MovedMoment]:
    """The single step of new rules of clocks: what was announced keeps its wall times, and its instants follow.

    Returns what moved for those who know the announced timetable.
    """
    zone, moved = announced.facts(training).zone, []
    for copy in announced.sessions(training):
        if copy.ends_at > clock.now():
            before = copy.starts_at, copy.ends_at
            copy.starts_at = walltime.reached(copy.starts_local, zone)
            copy.ends_at = walltime.reached(copy.ends_local, zone)
            if before != (copy.starts_at, copy.ends_at) and copy.state is Announced.HELD:
                moved.append(MovedMoment(SESSION, before[0], copy.starts_at, copy.title))
    return moved


def announce_first() -> None:
    """The single step of rows that were stored past the acts, such as invented ones: each is known as it stands."""
    without = Training.announcement_id.is_(None) & (Training.state != TrainingState.DRAFT)
    for ids in _some(list(db.session.scalars(select(Training.id).where(without).order_by(Training.id)))):
        trainings = list(db.session.scalars(select(Training).where(Training.id.in_(ids))))
        names = ("starts_on", "ends_on", "zone", "venue_id", "country", "link", "modality")
        rows = [
            {
                **{name: getattr(one, name) for name in names},
                "training_id": one.id,
                "number": 1,
                "at": clock.now(),
                "told": {},
            }
            for one in trainings
        ]
        known = {one.training_id: one for one in store_many(Announcement, rows)}
        sessions = db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id.in_(ids))
            .options(selectinload(TrainingSession.session_trainers))
            .order_by(TrainingSession.id)
        )
        insert_many(AnnouncedSession, [_copy(known[row.training_id], row) for row in sessions])
        for one in trainings:
            one.announcement_id = known[one.id].id
        db.session.flush()  # what is asked for next is read from the database


def _some(ids: list[int], most: int = 500) -> list[list[int]]:
    return [ids[first : first + most] for first in range(0, len(ids), most)]

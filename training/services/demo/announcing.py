"""What was announced in the demo, and what was not yet.

In one training a change was announced, after an announcement of the same that was undone. In another, which is nearer, a
change waits to be announced. Nobody is written to: the letters of the one are stored as sent.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from training import clock
from training.db import db, insert_many
from training.models import (
    Announcement,
    MailState,
    OutgoingMail,
    Role,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.services import locked_trainings, visible_trainings
from training.services.announcing import announced_copies, announcements, differences
from training.services.letters import notices, of_changes
from training.services.schedule import plan

LATER = timedelta(minutes=30)
OPENED, UNDONE, ANNOUNCED = timedelta(days=21), timedelta(days=4), timedelta(days=3)
"""How long ago the two trainings were opened, and the change was announced for the first time and again."""
NOTE = "The building opens half an hour later on this day."


def tell() -> None:
    """Announce a change in one training, and plan one in another. Without trainings that are to come, do nothing."""
    by = db.session.scalar(select(User).where(User.role == Role.COORDINATOR).order_by(User.id).limit(1))
    found = _coming(by) if by else []
    if len(found) < 2:
        return
    for one in found[:2]:
        if one.training.announcement is not None:
            one.training.announcement.at = clock.now() - OPENED
    near, far = found[:2]
    locked_trainings.hold_places([near, far])
    _begin_later(far)
    _announce(far.training, by, ago=UNDONE, is_undone=True)
    _announce(far.training, by, ago=ANNOUNCED)
    _begin_later(near)


def _coming(by: User) -> list[TrainingSession]:
    """The next session of each training of the coordinator's that can wait to be announced, the nearest first."""
    rows = db.session.scalars(
        select(TrainingSession)
        .join(TrainingSession.training)
        .where(
            visible_trainings.in_scope(by),
            Training.state.in_([TrainingState.OPEN, TrainingState.CONFIRMED, TrainingState.RUNNING]),
            TrainingSession.is_held,
            TrainingSession.starts_at > clock.now() + differences.NEAR + LATER,
        )
        .order_by(TrainingSession.starts_at, TrainingSession.id)
        .limit(60)
    )
    first: dict[int, TrainingSession] = {}
    for one in rows:
        first.setdefault(one.training_id, one)
    return list(first.values())


def _begin_later(session: TrainingSession) -> None:
    """The session begins later and ends as before, so that nothing can be in its way."""
    details = plan.details_of(session)
    later = replace(details, starts_local=details.starts_local + LATER)
    plan.apply(session.training, [plan.Change(session, later)], by=None, reason="")


def _announce(
    training: Training, by: User | None, *, ago: timedelta, is_undone: bool = False
) -> Announcement:
    """What differs is announced, so long ago. Where that was undone, others know again what they knew before."""
    db.session.flush()  # what differs is read from the database
    found, at = differences.of(training), clock.now() - ago
    told = announcements.announcing(training, found, NOTE)
    made = announcements.counts(of_changes.heard(told))
    counted = {"people": made.people, "agencies": made.agencies, "trainers": made.trainers}
    one = announced_copies.store(training, found, by=by, note=NOTE, told=counted)
    one.at = at
    if is_undone:
        announced_copies.withdraw(training, one)
        one.withdrawn_at = at + timedelta(seconds=40)
        return one
    letters = notices.rows_of(replace(told, announcement_id=one.id))
    sent = {"state": MailState.SENT, "created_at": at, "due_at": at, "sent_at": at + timedelta(minutes=1)}
    insert_many(OutgoingMail, [{**row, **sent} for row in letters])
    return one

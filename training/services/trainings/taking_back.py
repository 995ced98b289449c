"""What differs from the announcement is taken back: the plan says again what others know.

It is a change like any other. A room that has been taken meanwhile refuses it by name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete, select

from training.db import atomic, db
from training.errors import Conflict
from training.models import AnnouncedSession, Room, Training, TrainingSession, User
from training.services import announced, audit, locked_trainings, marks
from training.services.letters import to_people
from training.services.letters.timetables import Difference, FactsDiffer
from training.services.schedule import announcements, differences, plan
from training.services.schedule.plan import Change
from training.services.seen import as_stored
from training.services.trainings import changes
from training.text import msg


@atomic
def take_back(
    training: Training, *, by: User, seen: str, sessions: Collection[UUID] = (), facts: bool = False
) -> int:
    """Take back what differs in these sessions, and in the training's days, place, zone and link with ``facts``.

    Returns how many differences that were. Raises ``Conflict`` if others differ than ``seen`` says, and for a clash.
    """
    locked_trainings.lock(training)
    found = differences.of(training)
    if found.digest != seen:
        raise Conflict(announcements.CHANGED, "changed")
    rows = {row.id: row for row in found.rows}
    wanted = [
        one for one in found.sessions if one.session_id in rows and rows[one.session_id].public_id in sessions
    ]
    if not wanted and not (facts and found.facts):
        raise Conflict(msg("Tick what is to be taken back."), "nothing")
    locked_trainings.hold_sessions(one.session_id for one in wanted)
    reason = msg("A change of the plan was taken back.").translated()
    back = [_as_announced(rows[one.session_id], one) for one in wanted if one.before is not None]
    gone = [rows[one.session_id] for one in wanted if one.before is None]
    off = [rows[one.session_id] for one in wanted if one.before is not None and not one.before.is_held]
    for session in gone:
        _remove(session)
    db.session.flush()  # what is moved back may take the place of what is gone
    plan.call_off(off, reason)
    plan.apply(training, [one for one in back if one.session not in off], by=by, reason=reason)
    if facts and found.facts is not None:
        _take_back_facts(training, found.facts, by)
    said = {"sessions": len(wanted), "facts": list(found.facts.changed) if facts and found.facts else []}
    audit.record(by=by, action="training.take_back", thing=training, changes=said)
    announcements.tell_what_is_near(training, by=by)
    return len(wanted) + (len(found.facts.changed) if facts and found.facts else 0)


def _as_announced(session: TrainingSession, one: Difference) -> Change:
    slot = one.before
    assert slot is not None
    details = replace(
        plan.details_of(session),
        title=slot.title,
        starts_local=slot.starts,
        ends_local=slot.ends,
        break_minutes=slot.break_minutes,
        room=db.session.get(Room, slot.room_id) if slot.room_id else None,
        trainers=to_people.trainers(slot.trainer_ids),
        is_compulsory=slot.is_compulsory,
    )
    return Change(session, details)


def _remove(session: TrainingSession) -> None:
    """Remove a session that nobody was told of. One that is marked is no mere plan any more."""
    if marks.count(session) or announced.is_known(session):
        raise Conflict(
            msg("People are marked in %(session)s, so it took place. Announce it.", session=session.title),
            "marked",
        )
    instead = db.session.scalar(
        select(TrainingSession.id).where(TrainingSession.replaces_id == session.id).limit(1)
    )
    if instead is not None:
        raise Conflict(
            msg("Another session is held in the place of %(session)s.", session=session.title), "replaced"
        )
    db.session.execute(delete(AnnouncedSession).where(AnnouncedSession.session_id == session.id))
    db.session.delete(session)


def _take_back_facts(training: Training, facts: FactsDiffer, by: User) -> None:
    was = facts.before
    stored = as_stored(changes.Details, training, languages=training.language_codes)
    details = replace(
        stored,
        starts_on=was.starts_on,
        ends_on=was.ends_on,
        zone=was.zone,
        venue=was.venue,
        country=was.country,
        link=was.link,
        modality=was.modality,
    )
    changes.change(training, by=by, details=details)

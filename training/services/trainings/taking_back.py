"""What differs from the announcement is taken back: the plan says again what others know.

It is a step like any other, which can itself be taken back. A room that has been taken meanwhile refuses it by name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from training.db import atomic, db
from training.errors import Conflict
from training.models import Room, Training, TrainingSession, User
from training.services import audit, locked_trainings
from training.services.announcing import announcements, differences
from training.services.letters import to_people
from training.services.letters.timetables import Difference, FactsDiffer, Slot
from training.services.schedule import plan, steps
from training.services.schedule import sessions as sessions_of_it
from training.services.schedule.plan import CallOff, Change, Edit, Remove
from training.services.seen import as_stored
from training.services.trainings import changes
from training.text import msg, nmsg


@atomic
def take_back(
    training: Training, *, by: User, seen: str, sessions: Collection[UUID] = (), facts: bool = False
) -> int:
    """Take back what differs in these sessions, and in the training's days, place, zone and link with ``facts``.

    Returns how many differences that were. Raises ``Conflict`` if others differ than ``seen`` says, and for a clash.
    """
    sessions_of_it.lock_plannable(training)
    found = differences.of(training)
    if found.digest != seen:
        raise Conflict(announcements.CHANGED, "changed")
    rows = {row.id: row for row in found.rows}
    wanted = [
        one for one in found.sessions if one.session_id in rows and rows[one.session_id].public_id in sessions
    ]
    if not wanted and not (facts and found.facts):
        raise Conflict(msg("Tick what is to be taken back."), "nothing")
    _hold(training, wanted)
    if facts and found.facts is not None:  # first: the sessions' hours are by the zone that they had
        _take_back_facts(training, found.facts, by)
    reason = msg("A change of the plan was taken back.").translated()
    edits = [_as_announced(rows[one.session_id], one, reason) for one in wanted]
    if edits:
        label = nmsg("%(num)s change was taken back.", "%(num)s changes were taken back.", len(edits))
        steps.store(training, edits, by=by, label=label, reason=reason)
    said = {"sessions": len(wanted), "facts": list(found.facts.changed) if facts and found.facts else []}
    audit.record(by=by, action="training.take_back", thing=training, changes=said)
    return len(wanted) + (len(found.facts.changed) if facts and found.facts else 0)


def _hold(training: Training, wanted: Sequence[Difference]) -> None:
    """Hold people, rooms and trainers of all that may change, in their order: the steps below ask for some of them again."""
    locked_trainings.lock_people(training, with_line=True)
    slots = [one.before for one in wanted if one.before is not None]
    rooms = db.session.scalars(select(Room).where(Room.id.in_({one.room_id for one in slots if one.room_id})))
    trainers = to_people.trainers({number for one in slots for number in one.trainer_ids})
    locked_trainings.hold_places(locked_trainings.live_sessions(training), list(rooms), trainers)


def _as_announced(session: TrainingSession, one: Difference, reason: str) -> Edit:
    """The edit that makes the session again what others know. Raises ``Conflict`` if it cannot go without a trace."""
    slot = one.before
    if slot is None:
        sessions_of_it.check_removable(session)
        return Remove(session)
    if not slot.is_held:
        return CallOff(session, reason)
    details = replace(
        plan.details_of(session),
        title=slot.title,
        starts_local=slot.starts,
        ends_local=slot.ends,
        break_minutes=slot.break_minutes,
        break_starts=_break_of(session, slot),
        room=db.session.get(Room, slot.room_id) if slot.room_id else None,
        trainers=to_people.trainers(slot.trainer_ids),
        is_compulsory=slot.is_compulsory,
    )
    return Change(session, details)


def _break_of(session: TrainingSession, slot: Slot) -> time | None:
    """When the break begins: it moves along with the session, as it did before. None where it does not fit any more."""
    if session.break_starts is None:
        return None
    by = slot.starts - session.starts_local
    at = datetime.combine(session.starts_local.date(), session.break_starts) + by
    fits = slot.starts <= at and at + timedelta(minutes=slot.break_minutes) <= slot.ends
    return at.time() if fits and slot.break_minutes else None


def _take_back_facts(training: Training, facts: FactsDiffer, by: User) -> None:
    was = facts.before
    stored = as_stored(changes.Details, training, languages=training.language_codes)
    if not locked_trainings.live_sessions(training):  # else they follow from the sessions
        stored = replace(stored, starts_on=was.starts_on, ends_on=was.ends_on)
    details = replace(
        stored,
        zone=was.zone,
        venue=was.venue,
        country=was.country,
        link=was.link,
        modality=was.modality,
    )
    changes.change(training, by=by, details=details)

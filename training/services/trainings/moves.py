"""A training's moves from state to state. Each has a name, and a guard that may refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select

from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    AttendanceRecord,
    ReasonCode,
    RegisterState,
    Registration,
    Reminder,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.services import audit, locked_trainings, marks, reasons
from training.services.letters import notices, of_changes
from training.services.registrations import reserve_list, steps
from training.services.registrations.reserve_list import Freed
from training.services.schedule import asleep, plan
from training.text import Message, msg, nmsg


@dataclass(frozen=True)
class Move:
    """A named move between states. ``guard`` returns what stands against it, or None."""

    froms: tuple[TrainingState, ...]
    to: TrainingState
    guard: Callable[[Training], Message | None] | None = None
    needs_reason: bool = False


def _no_sessions(training: Training) -> Message | None:
    if not locked_trainings.live_sessions(training):
        return msg("Add its sessions first: people need to know when to come.")
    return None


def _not_ready(training: Training) -> Message | None:
    if _no_sessions(training):
        return _no_sessions(training)
    if training.registration_closes_at <= clock.now():
        return msg("The registration's deadline has passed: move it first.")
    return None


def _cannot_open(training: Training) -> Message | None:
    if asleep.of(training) and not locked_trainings.live_sessions(training):
        return msg("Its timetable sleeps. Choose new dates: they wake it.")
    return _not_ready(training)


def _not_begun(training: Training) -> Message | None:
    if training.starts_on > clock.today(training.zone):
        return msg("It has not begun yet: it starts on %(day)s.", day=training.starts_on)
    return _no_sessions(training)


def _not_over(training: Training) -> Message | None:
    live = locked_trainings.live_sessions(training)
    if any(s.ends_at > clock.now() for s in live):
        return msg("Some of its sessions have not ended yet.")
    return _open_registers(live)


def _open_registers(sessions: Iterable[TrainingSession]) -> Message | None:
    still_open = sum(one.register_state is RegisterState.OPEN for one in sessions)
    if still_open:
        return nmsg(
            "%(num)s register is still open: close it first.",
            "%(num)s registers are still open: close them first.",
            still_open,
        )
    return None


def _nothing_to_stop(training: Training) -> Message | None:
    """A training is ended early between two sessions: what was held is recorded, and the rest has not begun."""
    live, now = locked_trainings.live_sessions(training), clock.now()
    if all(one.starts_at > now for one in live):
        return msg("No session was held yet: postpone or cancel the training instead.")
    if all(one.starts_at <= now for one in live):
        return msg("No session is left to call off: complete the training instead.")
    if any(one.starts_at <= now < one.ends_at for one in live):
        return msg("A session is under way. Wait until it is over.")
    if any(marks.count(one) for one in live if one.starts_at > now):
        return msg("Somebody is marked in a session that has not begun. Clear that mark first.")
    return _open_registers(one for one in live if one.ends_at <= now)


def _has_attendance(training: Training) -> Message | None:
    known = db.session.scalar(
        select(AttendanceRecord.id)
        .join(TrainingSession, TrainingSession.id == AttendanceRecord.session_id)
        .where(TrainingSession.training_id == training.id, AttendanceRecord.status.is_not(None))
        .limit(1)
    )
    return msg("Attendance was recorded, so the training took place.") if known else None


_S = TrainingState


MOVES = {
    "open": Move((_S.DRAFT, _S.POSTPONED), _S.OPEN, _cannot_open),
    "resume": Move((_S.POSTPONED,), _S.OPEN, _not_ready),
    "confirm": Move((_S.OPEN,), _S.CONFIRMED, _no_sessions),
    "start": Move((_S.OPEN, _S.CONFIRMED), _S.RUNNING, _not_begun),
    "complete": Move((_S.RUNNING,), _S.COMPLETED, _not_over),
    "stop": Move((_S.RUNNING,), _S.COMPLETED, _nothing_to_stop, True),
    "reopen": Move((_S.COMPLETED,), _S.RUNNING, None, True),
    "postpone": Move((_S.OPEN, _S.CONFIRMED), _S.POSTPONED, _has_attendance, True),
    "cancel": Move(
        (_S.DRAFT, _S.OPEN, _S.CONFIRMED, _S.RUNNING, _S.POSTPONED), _S.CANCELLED, _has_attendance, True
    ),
}


CALLS_OFF = ("stop", "postpone", "cancel")
"""The moves that call sessions off, or put them to sleep: nobody marks in them meanwhile."""


def available(training: Training) -> list[str]:
    """The names of the moves that the training's state allows. A guard may still refuse one.

    ``resume`` is not among them: it is a part of ``resuming.new_dates``.
    """
    return [name for name, step in MOVES.items() if training.state in step.froms and name != "resume"]


def refused(training: Training) -> dict[str, Message]:
    """What stands against the moves that the training's state allows, by their names."""
    guards = ((name, MOVES[name].guard) for name in available(training))
    found = ((name, guard(training)) for name, guard in guards if guard is not None)
    return {name: why for name, why in found if why is not None}


@atomic
def change_state(training: Training, *, by: User | None, name: str, reason: str = "") -> list[Registration]:
    """Make the named move. Raises ``Conflict`` with what stands against it; returns who was promoted.

    Ending early (``stop``) calls off the sessions that are left. Cancelling calls all
    sessions off, and postponing puts them to sleep: both set rooms and trainers free. Cancelling also ends the
    registrations, with the organiser as the reason. When
    registration opens again, offers are renewed, and seats that became free are given.
    """
    locked_trainings.lock(training)
    step = MOVES[name]
    if training.state not in step.froms:
        raise Conflict(
            msg("This is not possible any more: the training's state has changed meanwhile."), "state"
        )
    if name in CALLS_OFF:
        locked_trainings.hold_sessions_of([training.id])
    refusal = step.guard(training) if step.guard else None
    if refusal:
        raise Conflict(refusal, "not_yet")
    if step.needs_reason:
        reasons.check(reason)
    before = audit.snapshot(training)
    if name == "stop":
        _call_off_rest(training, by, reason)
    training.state, training.state_reason, training.state_changed_at = step.to, reason.strip(), clock.now()
    _take_off(training, name, reason)
    if before["state"] == _S.POSTPONED:
        _forget_reminders(training)
    audit.record(by=by, action=f"training.{name}", thing=training, before=before)
    notices.state_changed(training, name=name, reason=reason)
    if name == "cancel":
        _end_registrations(training, by, reason)
    if name in ("open", "resume"):
        reserve_list.renew_offers(training)
    db.session.flush()  # the query for the next in line reads the new state from the database
    return reserve_list.promote(training, Freed(), by=by)


def _take_off(training: Training, name: str, reason: str) -> None:
    """Postponing puts the timetable to sleep. Cancelling calls it off, and what sleeps too.

    One that opens again with sessions that were planned anew calls off what sleeps.
    """
    if name == "postpone":
        asleep.sleep(locked_trainings.live_sessions(training))
    if name == "open":
        asleep.call_off(training, msg("The training was planned anew.").translated())
    if name == "cancel":
        plan.call_off(locked_trainings.live_sessions(training), reason)
        asleep.call_off(training, reason)


def _call_off_rest(training: Training, by: User | None, reason: str) -> None:
    """Call off what is left of a training that ends early. Its people are told of each session."""
    for session in [one for one in locked_trainings.live_sessions(training) if one.starts_at > clock.now()]:
        before, times_before = audit.snapshot(session), of_changes.times(session)
        plan.call_off([session], reason)
        audit.record(by=by, action="session.cancel", thing=session, before=before)
        notices.session_changed(session, before=times_before)


def _end_registrations(training: Training, by: User | None, reason: str) -> None:
    ended = steps.end_all(training, by, ReasonCode.ORGANISER, reason)
    audit.record(by=by, action="training.end_registrations", thing=training, changes={"registrations": ended})


def _forget_reminders(training: Training) -> None:
    """When a postponed training opens again, people who were reminded before are reminded again."""
    db.session.execute(delete(Reminder).where(Reminder.training_id == training.id))

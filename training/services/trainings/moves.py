"""A training's moves from state to state. Each has a name, and a guard that may refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, func, select

from training import clock
from training.db import atomic, db, insert_many
from training.errors import Conflict
from training.models import (
    Agency,
    AttendanceRecord,
    OpenTo,
    ReasonCode,
    RegisterState,
    Registration,
    Reminder,
    SeatAllocation,
    Training,
    TrainingInvitation,
    TrainingSession,
    TrainingState,
    User,
)
from training.services import announced, audit, locked_trainings, marks, reasons, visible_trainings
from training.services.announcing import announced_copies, announcements, differences
from training.services.letters import notices, of_changes
from training.services.registrations import reserve_list, steps
from training.services.registrations.reserve_list import Freed
from training.services.schedule import asleep, plan
from training.text import Message, msg, nmsg


@dataclass(frozen=True)
class Opening:
    """Whom the step ``open`` tells. ``agencies`` of None are all that may register.

    ``by_invitation`` hides the training from agencies that are not told and have no kept seats.
    """

    agencies: Sequence[Agency] | None = None
    by_invitation: bool = False


@dataclass(frozen=True)
class ToldOf:
    """The agencies that one answer to "who is told" means, and how many focal points that reaches."""

    agencies: Sequence[Agency]
    focal_points: int
    without: Sequence[Agency]


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
    guards = {name: guard for name in available(training) if (guard := MOVES[name].guard) is not None}
    said = {guard: guard(training) for guard in dict.fromkeys(guards.values())}  # each is asked once
    return {name: why for name, guard in guards.items() if (why := said[guard]) is not None}


@atomic
def change_state(
    training: Training, *, by: User | None, name: str, reason: str = "", opening: Opening = Opening()
) -> list[Registration]:
    """Make the named move. Raises ``Conflict`` with what stands against it; returns who was promoted.

    Ending early (``stop``) calls off the sessions that are left. Cancelling calls all sessions off, and postponing puts
    them to sleep: both set rooms and trainers free. Letters about postponing wait, so that it can be undone. Cancelling also ends the registrations, with the organiser as the
    reason. When registration opens again, offers are renewed, and seats that became free are given. Opening announces the
    timetable, to those whom ``opening`` names. So does going on with new dates, to those whom it concerns.
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
    told = _teaching_as_announced(training)
    training.state, training.state_reason, training.state_changed_at = step.to, reason.strip(), clock.now()
    _take_off(training, name, reason)
    if name in ("cancel", "postpone"):
        _announce_that_nothing_is_held(training, by, name, was=before["state"], trainers=told)
    if before["state"] == _S.POSTPONED:
        _forget_reminders(training)
    audit.record(by=by, action=f"training.{name}", thing=training, before=before)
    if name == "cancel":
        _end_registrations(training, by, reason)
    if step.to is _S.OPEN:
        _announce_as_open(training, by, name, opening, is_again=before["state"] == _S.POSTPONED)
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


def _teaching_as_announced(training: Training) -> frozenset[int]:
    """The ids of those who teach in it as others know it. Of one that is postponed, those who were to teach in it."""
    known = announced.sessions(training) if training.state is _S.POSTPONED else announced.held(training)
    return frozenset(number for one in known for number in one.trainer_ids)


def _announce_that_nothing_is_held(
    training: Training, by: User | None, name: str, *, was: str, trainers: frozenset[int]
) -> None:
    """Cancelling is told at once. Postponing can be undone (``undoing.undo_postponing``), so its letters wait."""
    live = of_changes.live_of(training) if name == "postpone" else []
    counted = {
        "people": len(live),
        "agencies": len({one.agency_id for one in live}),
        "trainers": len(trainers),
    }
    may_wait = name == "postpone" and not announcements.begins_soon(training)
    wait = announcements.wait() if may_wait else timedelta()
    kept = counted | {"was": was} if name == "postpone" else {}
    one = announced_copies.call_all_off(training, by=by, wait=wait, told=kept)
    notices.state_changed(
        training,
        name=name,
        reason=training.state_reason,
        trainers=trainers,
        announcement_id=one.id if one else None,
        wait=wait,
    )


def _announce_as_open(
    training: Training, by: User | None, name: str, opening: Opening, *, is_again: bool
) -> None:
    """Opening tells those whom ``opening`` names. Going on with new dates tells those whom they concern."""
    if name == "open":
        _announce_opening(training, by, opening, is_again=is_again)
    else:
        announcements.tell_now(training, by=by)


def _announce_opening(training: Training, by: User | None, opening: Opening, *, is_again: bool) -> None:
    """The first announcement, or the next one of a training that was postponed, whose people are told what is new.

    One that nobody has registered for can be undone (``undoing.undo_opening``), so its letters wait.
    """
    training.is_by_invitation = opening.by_invitation
    if opening.agencies is None:
        told = visible_trainings.may_register(training)
    else:
        told = sorted(agency.id for agency in opening.agencies)
    _invite(training, told)
    found = differences.between(training)
    has_people = is_again or bool(of_changes.live_of(training))
    wait = timedelta() if has_people or found.near else announcements.wait()
    heard = of_changes.heard(announcements.announcing(training, found)) if has_people else None
    counted = {
        "people": len(heard.people) if heard else 0,
        "agencies": len({*told, *(heard.agencies if heard else ())}),
        "trainers": len(heard.trainers) if heard else len(found.trainer_ids),
    }
    one = announced_copies.store(training, found, by=by, wait=wait, told=counted)
    if has_people:
        notices.announced(replace(announcements.announcing(training, found), announcement_id=one.id))
    notices.state_changed(
        training,
        name="open",
        reason="",
        agencies=told,
        trainers=() if has_people else found.trainer_ids,
        announcement_id=one.id,
        wait=wait,
    )


def open_to(training: Training) -> dict[OpenTo, ToldOf]:
    """Whom opening the training would tell, by answer. Picked ones are picked among all that may register."""
    kept = db.session.scalars(select(SeatAllocation).where(SeatAllocation.training_id == training.id)).all()
    named = {one.agency_id for one in kept if one.agency_id and not one.released_at}
    lands = {one.country for one in kept if one.country and not one.released_at}
    ids = visible_trainings.may_register(training, whoever=True)
    found = list(db.session.scalars(select(Agency).where(Agency.id.in_(ids)).order_by(Agency.name)))
    own = [one for one in found if one.id in named or one.country in lands]
    counted: dict[int | None, int] = dict(
        db.session.execute(
            select(User.agency_id, func.count())
            .where(User.agency_id.in_(ids), User.is_active)
            .group_by(User.agency_id)
        ).all()
    )

    def told(some: Sequence[Agency]) -> ToldOf:
        reached = sum(counted.get(one.id, 0) for one in some)
        return ToldOf(some, reached, [one for one in some if one.id not in counted])

    return {OpenTo.KEPT: told(own), OpenTo.ALL: told(found), OpenTo.PICKED: told(found)}


def _invite(training: Training, agency_ids: Sequence[int]) -> None:
    known = db.session.scalars(
        select(TrainingInvitation.agency_id).where(TrainingInvitation.training_id == training.id)
    )
    new = sorted(set(agency_ids) - set(known))
    rows = [{"training_id": training.id, "agency_id": number, "told_at": clock.now()} for number in new]
    insert_many(TrainingInvitation, rows)


def _call_off_rest(training: Training, by: User | None, reason: str) -> None:
    """Call off what is left of a training that ends early. Its people are told of each session."""
    for session in [one for one in locked_trainings.live_sessions(training) if one.starts_at > clock.now()]:
        before = audit.snapshot(session)
        plan.call_off([session], reason)
        audit.record(by=by, action="session.cancel", thing=session, before=before)
    announcements.tell_now(training, by=by)


def _end_registrations(training: Training, by: User | None, reason: str) -> None:
    ended = steps.end_all(training, by, ReasonCode.ORGANISER, reason)
    audit.record(by=by, action="training.end_registrations", thing=training, changes={"registrations": ended})


def _forget_reminders(training: Training) -> None:
    """When a postponed training opens again, people who were reminded before are reminded again."""
    db.session.execute(delete(Reminder).where(Reminder.training_id == training.id))

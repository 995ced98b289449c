"""Sessions: planned from a pattern, changed one by one. Each act is a step, which can be taken back (``steps``).

Wall time in the training's zone is the truth. Instants are derived from it whenever it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from training.db import atomic
from training.errors import Conflict, Invalid
from training.models import (
    RegisterState,
    Room,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules.minutes import Decision
from training.rules.timetable import NOWHERE
from training.services import audit, locked_trainings, marks, reasons
from training.services.programmes import themes
from training.services.schedule import plan, proof, shift, steps, visible
from training.services.schedule.clashes import HalfDay, Planned
from training.services.schedule.plan import CallOff, Change, Details, Edit, Remove
from training.services.seen import Seen, settle
from training.services.timetables import clash_facts
from training.services.timetables import slots as slots_of
from training.text import Message, msg, nmsg

MOST_SESSIONS = 200
MOST_DAYS = 366
PLANNABLE = (
    TrainingState.DRAFT,
    TrainingState.OPEN,
    TrainingState.CONFIRMED,
    TrainingState.RUNNING,
    TrainingState.POSTPONED,
)


def preview(
    training: Training,
    *,
    first_day: date,
    last_day: date,
    slots: Sequence[HalfDay],
    room: Room | None,
    trainers: Sequence[Trainer],
    weekends: bool = False,
) -> list[Planned]:
    """The sessions of a pattern in those half-days that are empty, each with its warnings; nothing is stored.

    Raises ``Invalid`` for a pattern that makes no sense, such as a time that the zone's clocks skip.
    """
    wanted = _pattern(_days(training, first_day, last_day, slots, weekends), slots, room, trainers)
    taken = filled(training, wanted)
    return shift.looked_at(training, [one for one in wanted if one not in taken])


@atomic
def generate(
    training: Training,
    *,
    by: User | None,
    first_day: date,
    last_day: date,
    slots: Sequence[HalfDay],
    room: Room | None,
    trainers: Sequence[Trainer],
    weekends: bool = False,
) -> list[TrainingSession]:
    """Store the sessions of a pattern, all or none, in those half-days that are empty. A hard clash is refused.

    Raises ``Conflict`` if each of them has a session already.
    """
    lock_plannable(training)
    wanted = _pattern(_days(training, first_day, last_day, slots, weekends), slots, room, trainers)
    taken = filled(training, wanted)
    edits = [Change(None, one) for one in wanted if one not in taken]
    if not edits:
        raise Conflict(msg("Each of these half-days has a session already."), "exists")
    label = nmsg("%(num)s session is planned.", "%(num)s sessions are planned.", len(edits))
    done = steps.store(training, edits, by=by, label=label)
    audit.record(by=by, action="session.generate", thing=training, changes={"sessions": len(edits)})
    return list(done.sessions)


def pattern(
    training: Training,
    *,
    first_day: date,
    last_day: date,
    slots: Sequence[HalfDay],
    room: Room | None,
    trainers: Sequence[Trainer],
    weekends: bool = False,
) -> list[Details]:
    """The sessions of a pattern, empty half-days or not. Raises ``Invalid`` for one that makes no sense."""
    return _pattern(_days(training, first_day, last_day, slots, weekends), slots, room, trainers)


def filled(training: Training, wanted: Sequence[Details]) -> list[Details]:
    """Those of ``wanted`` at whose time the training has a session already."""
    held = locked_trainings.live_sessions(training)
    return [
        new
        for new in wanted
        if any(one.starts_local < new.ends_local and new.starts_local < one.ends_local for one in held)
    ]


def _days(
    training: Training, first_day: date, last_day: date, slots: Sequence[HalfDay], weekends: bool
) -> list[date]:
    """The days of a pattern. Raises ``Invalid`` for one that makes no sense."""
    if last_day < first_day:
        raise Invalid(msg("The last day is before the first."), field="last_day")
    if (last_day - first_day).days > MOST_DAYS:
        raise Invalid(msg("Plan at most %(most)s days at once.", most=MOST_DAYS), field="last_day")
    where = slots_of.frame(training).where or NOWHERE
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    days = [day for day in days if weekends or not clash_facts.is_weekend(where, day)]
    if not days or not slots:
        raise Invalid(
            msg("This pattern has no day: tick the weekend, or choose other days."), field="last_day"
        )
    if len(days) * len(slots) > MOST_SESSIONS:
        raise Invalid(msg("Plan at most %(most)s sessions at once.", most=MOST_SESSIONS), field="last_day")
    return days


def _pattern(
    days: Sequence[date], slots: Sequence[HalfDay], room: Room | None, trainers: Sequence[Trainer]
) -> list[Details]:
    return [
        Details(
            title=slot.title,
            starts_local=datetime.combine(day, slot.starts),
            ends_local=datetime.combine(day, slot.ends),
            break_minutes=slot.break_minutes,
            room=room,
            trainers=trainers,
        )
        for day in days
        for slot in slots
    ]


@atomic
def add(training: Training, *, by: User | None, details: Details) -> TrainingSession:
    """Add one session."""
    lock_plannable(training)
    _check_theme(training, details)
    label = msg("%(title)s, %(day)s is planned.", title=details.title, day=details.starts_local.date())
    [session] = steps.store(training, [Change(None, details)], by=by, label=label).sessions
    audit.record(by=by, action="session.create", thing=session)
    return session


@atomic
def change(
    session: TrainingSession,
    *,
    by: User,
    details: Details,
    decision: Decision | None = None,
    seen: Seen | None = None,
) -> TrainingSession:
    """Change a session. Its marks follow new hours; ``decision`` says what becomes of them if it is moved.

    Returns the session that is held: another one where the marks of the old one do not count. Raises as ``plan.apply``
    does.
    """
    training = session.training
    lock_plannable(training)
    locked_trainings.hold_sessions([session.id])
    if session.is_cancelled:
        raise Conflict(msg("A session that was called off cannot be changed."), "cancelled")
    if session.is_asleep:
        raise Conflict(
            msg("The training is postponed, and this session sleeps. Choose new dates first."), "asleep"
        )
    if session.register_state is RegisterState.LOCKED:
        raise Conflict(msg("The session's register is locked. Reopen the register first."), "register_locked")
    details = settle(seen, details, plan.details_of(session))
    _check_theme(training, details)
    before = audit.snapshot(session)
    reason = msg("The session's times were changed.").translated()
    label = msg("%(title)s, %(day)s was changed.", title=session.title, day=session.on_date)
    [held] = steps.store(
        training, [Change(session, details, decision)], by=by, label=label, reason=reason
    ).sessions
    audit.record(by=by, action="session.change", thing=session, before=before)
    if held is not session:
        audit.record(by=by, action="session.create", thing=held)
    return held


@atomic
def cancel(session: TrainingSession, *, by: User, reason: str, decision: Decision | None = None) -> None:
    """Call a session off: it frees its room and trainers and counts nowhere.

    One with marks is called off only with the ``decision`` that these do not count. They stay as history.
    """
    reasons.check(reason)
    training = session.training
    lock_plannable(training)
    locked_trainings.hold_sessions([session.id])
    if session.is_cancelled:
        raise Conflict(msg("This session is called off already."), "cancelled")
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(msg("Its register is closed, so it took place."), "register_closed")
    proof.check_decided(session, decision)
    if decision not in (None, Decision.NOT_COUNTED):
        raise Conflict(msg("It was held, so it stays. Nothing was called off."), "held")
    before = audit.snapshot(session)
    session.suspended_at = None  # one that sleeps is not woken any more
    label = msg("%(title)s, %(day)s is called off.", title=session.title, day=session.on_date)
    steps.store(training, [CallOff(session, reason)], by=by, label=label)
    audit.record(by=by, action="session.cancel", thing=session, before=before)


@atomic
def remove(session: TrainingSession, *, by: User) -> None:
    """Remove a session of which nobody was told, and in which nobody was ever marked. Another one is called off."""
    training = session.training
    lock_plannable(training)
    locked_trainings.hold_sessions([session.id])
    check_removable(session)
    label = msg("%(title)s, %(day)s is removed.", title=session.title, day=session.on_date)
    changes = {"session": session.title, "day": session.on_date.isoformat()}
    steps.store(training, [Remove(session)], by=by, label=label)
    audit.record(by=by, action="session.remove", thing=training, changes=changes)


def check_removable(session: TrainingSession) -> None:
    """Raise ``Conflict`` if somebody was told of the session, or another one is held in its place."""
    if visible.instead_of(session) or not steps.nobody_was_told(session):
        raise Conflict(
            msg(
                "People were told of %(title)s, %(day)s: call it off, with a reason.",
                title=session.title,
                day=session.on_date,
            ),
            "held",
        )


@atomic
def hold_after_all(session: TrainingSession, *, by: User) -> None:
    """Take back that a session was called off: it is held as it was planned, and its marks count again.

    Where another session is held in its place, that one is called off: moves are taken back as a whole. Raises
    ``Conflict`` if that one took place, if the session does not fit its programme any more, and if its room or trainers
    are taken.
    """
    training = session.training
    lock_plannable(training)
    locked_trainings.hold_sessions(one.id for one in visible.chain(session))
    if not session.is_cancelled:
        raise Conflict(msg("This session is held."), "held")
    edits: list[Edit] = [_called_off_instead(other) for other in visible.instead_of(session)]
    befores = [(edit.session, audit.snapshot(edit.session)) for edit in edits if edit.session]
    before = audit.snapshot(session)
    reason = msg("The session is held after all.").translated()
    label = msg("%(title)s, %(day)s is held after all.", title=session.title, day=session.on_date)
    edits.append(Change(session, plan.details_of(session)))
    try:
        steps.store(training, edits, by=by, label=label, reason=reason)
    except Invalid as refusal:  # nobody typed anything: what stands does not fit any more
        raise Conflict(refusal.message, "not_yet") from None
    for other, was in befores:
        audit.record(by=by, action="session.cancel", thing=other, before=was)
    audit.record(by=by, action="session.hold_after_all", thing=session, before=before)


def why_not_held_after_all(session: TrainingSession) -> Message | None:
    """Why ``hold_after_all`` would be refused, if it would: by the same checks, before anybody clicks."""
    instead = visible.instead_of(session)
    try:
        check_plannable(session.training)
        for other in instead:
            _check_took_no_place(other)
    except Conflict as refused:
        return refused.message
    change = Change(session, plan.details_of(session))
    refused_by_plan = plan.refusal(session.training, change, gone=instead)
    return refused_by_plan.message if refused_by_plan else None


@dataclass(frozen=True)
class Answers:
    """What may become of a session's marks, and why the other answers may not be given."""

    accepted: tuple[Decision, ...]
    why_not: Message | None


def answers(session: TrainingSession, details: Details) -> Answers:
    """The decisions on the marks of a session that is moved which ``change`` would accept.

    Where each of them is refused, something else speaks against the move, and all that fit the hours are named.
    """
    training = session.training
    refused = {one: plan.refusal(training, Change(session, details, one)) for one in Decision}
    accepted = [one for one, why in refused.items() if why is None]
    if not accepted:
        refused = {
            one: why if isinstance(why, Invalid) and why.field == "decision" else None
            for one, why in refused.items()
        }
        accepted = [one for one, why in refused.items() if why is None]
    why_not = next((why.message for why in refused.values() if why is not None), None)
    return Answers(tuple(accepted), why_not)


def rezone(training: Training, *, by: User | None, reason: str) -> list[TrainingSession]:
    """The single step of new instants: each held session keeps its wall time, and what follows from it is derived anew.

    Needed for another zone, and for new rules of the same one. On a day when clocks change, another zone gives a session
    another length. Raises as ``apply`` does, and ``Invalid`` for the field ``zone`` if its clocks skip one of the times.
    """
    held = locked_trainings.live_sessions(training)
    try:
        return plan.apply(training, [Change(one, plan.details_of(one)) for one in held], by=by, reason=reason)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="zone") from None


def _called_off_instead(other: TrainingSession) -> CallOff:
    """What is held in the place of a session that is held after all is called off, unless it took place."""
    _check_took_no_place(other)
    return CallOff(other, msg("The move was taken back.").translated())


def _check_took_no_place(other: TrainingSession) -> None:
    if marks.count(other):
        raise Conflict(
            msg(
                "People are marked in the session that is held instead (%(day)s). Clear those marks first.",
                day=other.on_date,
            ),
            "clash",
        )
    if other.register_state is not RegisterState.OPEN:
        raise Conflict(
            msg(
                "The register of the session that is held instead (%(day)s) is closed, so that one took place.",
                day=other.on_date,
            ),
            "register_closed",
        )


def lock_plannable(training: Training) -> None:
    """Hold a training whose timetable may be changed, within its programme. Raises ``Conflict`` for another one."""
    locked_trainings.lock_within_programme(training)
    check_plannable(training)


def check_plannable(training: Training) -> None:
    """Raise ``Conflict`` for a training whose sessions stay as they are."""
    if training.state not in PLANNABLE:
        raise Conflict(msg("The sessions of a completed or cancelled training stay as they are."), "finished")


def _check_theme(training: Training, details: Details) -> None:
    if details.theme is not None:
        themes.check_use(details.theme, under=training.theme)

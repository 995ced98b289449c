"""Sessions: planned from a pattern, changed one by one. ``plan`` writes them, and refuses what clashes.

Wall time in the training's zone is the truth. Instants are derived from it whenever it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from training.services import audit, locked_trainings, marks, reasons
from training.services.programmes import themes
from training.services.schedule import announcements, clashes, plan, visible
from training.services.schedule.clashes import HalfDay, Planned
from training.services.schedule.plan import Change, Details
from training.services.seen import Seen, settle
from training.text import msg

MOST_SESSIONS = 200
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
    """The sessions of a pattern, each with its warnings; nothing is stored.

    Raises ``Invalid`` for a pattern that makes no sense, such as a time that the zone's clocks skip.
    """
    days = _days(training, first_day, last_day, slots, weekends)
    planned = [plan.as_planned(training, one) for one in _pattern(days, slots, room, trainers)]
    for one in planned:
        one.warnings = clashes.warnings(training, one)
    clashes.warn_of_each_other(training, planned)
    return planned


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
    """Store the sessions of a pattern, all or none; a hard clash is refused."""
    _lock_plannable(training)
    days = _days(training, first_day, last_day, slots, weekends)
    changes = [Change(None, one) for one in _pattern(days, slots, room, trainers)]
    stored = plan.apply(training, changes, by=by, reason="")
    audit.record(by=by, action="session.generate", thing=training, changes={"sessions": len(stored)})
    announcements.tell_what_is_near(training, by=by)
    return stored


def _days(
    training: Training, first_day: date, last_day: date, slots: Sequence[HalfDay], weekends: bool
) -> list[date]:
    """The days of a pattern. Raises ``Invalid`` for one that makes no sense."""
    if last_day < first_day:
        raise Invalid(msg("The last day is before the first."), field="last_day")
    if not training.starts_on <= first_day <= last_day <= training.ends_on:
        raise Invalid(
            msg(
                "The training runs from %(first)s to %(last)s: its sessions must lie within.",
                first=training.starts_on,
                last=training.ends_on,
            ),
            field="first_day",
        )
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    days = [day for day in days if weekends or day.weekday() < 5]
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
    _lock_plannable(training)
    _check_theme(training, details)
    [session] = plan.apply(training, [Change(None, details)], by=by, reason="")
    audit.record(by=by, action="session.create", thing=session)
    announcements.tell_what_is_near(training, by=by)
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
    _lock_plannable(training)
    locked_trainings.hold_sessions([session.id])
    if session.is_cancelled:
        raise Conflict(msg("A session that was called off cannot be changed."), "cancelled")
    if session.register_state is RegisterState.LOCKED:
        raise Conflict(msg("The session's register is locked. Reopen the register first."), "register_locked")
    details = settle(seen, details, plan.details_of(session))
    _check_theme(training, details)
    before = audit.snapshot(session)
    reason = msg("The session's times were changed.").translated()
    [held] = plan.apply(training, [Change(session, details, decision)], by=by, reason=reason)
    audit.record(by=by, action="session.change", thing=session, before=before)
    if held is not session:
        audit.record(by=by, action="session.create", thing=held)
    announcements.tell_what_is_near(training, by=by)
    return held


@atomic
def cancel(session: TrainingSession, *, by: User, reason: str, decision: Decision | None = None) -> None:
    """Call a session off: it frees its room and trainers and counts nowhere.

    One with marks is called off only with the ``decision`` that these do not count. They stay as history.
    """
    reasons.check(reason)
    _lock_plannable(session.training)
    locked_trainings.hold_sessions([session.id])
    if session.is_cancelled:
        raise Conflict(msg("This session is called off already."), "cancelled")
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(msg("Its register is closed, so it took place."), "register_closed")
    plan.check_decided(session, decision)
    if decision not in (None, Decision.NOT_COUNTED):
        raise Conflict(msg("It was held, so it stays. Nothing was called off."), "held")
    before = audit.snapshot(session)
    plan.call_off([session], reason)
    audit.record(by=by, action="session.cancel", thing=session, before=before)
    announcements.tell_what_is_near(session.training, by=by)


@atomic
def hold_after_all(session: TrainingSession, *, by: User) -> None:
    """Take back that a session was called off: it is held as it was planned, and its marks count again.

    Where another session is held in its place, that one is called off: moves are taken back as a whole. Raises
    ``Conflict`` if that one took place, if the session does not fit its training any more, and if its room or trainers
    are taken.
    """
    training = session.training
    _lock_plannable(training)
    locked_trainings.hold_sessions(one.id for one in visible.chain(session))
    if not session.is_cancelled:
        raise Conflict(msg("This session is held."), "held")
    if not training.starts_on <= session.on_date <= session.ends_local.date() <= training.ends_on:
        raise Conflict(
            msg(
                "The training runs from %(first)s to %(last)s, and this session is of %(day)s. "
                "Change the training's dates first.",
                first=training.starts_on,
                last=training.ends_on,
                day=session.on_date,
            ),
            "not_yet",
        )
    for other in visible.instead_of(session):
        _call_off_instead(other, by)
    before = audit.snapshot(session)
    reason = msg("The session is held after all.").translated()
    try:
        plan.apply(training, [Change(session, plan.details_of(session))], by=by, reason=reason)
    except Invalid as refusal:  # nobody typed anything: what stands does not fit any more
        raise Conflict(refusal.message, "not_yet") from None
    audit.record(by=by, action="session.hold_after_all", thing=session, before=before)
    announcements.tell_what_is_near(training, by=by)


def _call_off_instead(other: TrainingSession, by: User) -> None:
    """Call off what is held in the place of a session that is held after all. What took place is not called off."""
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
    before = audit.snapshot(other)
    plan.call_off([other], msg("The move was taken back.").translated())
    audit.record(by=by, action="session.cancel", thing=other, before=before)


def _lock_plannable(training: Training) -> None:
    locked_trainings.lock(training)
    if training.state not in PLANNABLE:
        raise Conflict(msg("The sessions of a completed or cancelled training stay as they are."), "finished")


def _check_theme(training: Training, details: Details) -> None:
    if details.theme is not None:
        themes.check_use(details.theme, under=training.theme)

"""Sessions: planned from a pattern, changed one by one. Clashes are shown first; the database refuses them.

Wall time in the training's zone is the truth. Instants are derived from it whenever it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    RegisterState,
    Room,
    SessionTrainer,
    Theme,
    Trainer,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules import walltime
from training.services import audit, locked_trainings, marks, reasons
from training.services.letters import notices, of_changes
from training.services.programmes import themes
from training.services.schedule import clashes
from training.services.schedule.clashes import Caution, Planned, Slot
from training.text import msg

MOST_SESSIONS = 200
PLANNABLE = (
    TrainingState.DRAFT,
    TrainingState.OPEN,
    TrainingState.CONFIRMED,
    TrainingState.RUNNING,
    TrainingState.POSTPONED,
)


def plan(
    training: Training,
    *,
    first_day: date,
    last_day: date,
    slots: Sequence[Slot],
    room: Room | None,
    trainers: Sequence[Trainer],
    weekends: bool = False,
) -> list[Planned]:
    """The sessions of a pattern, each with its warnings, for a preview; nothing is stored.

    Raises ``Invalid`` for a pattern that makes no sense, such as a time that the zone's clocks skip.
    """
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
    planned = [_planned(training, day, slot, room, trainers) for day in days for slot in slots]
    for one in planned:
        one.warnings = clashes.warnings(training, one)
    clashes.warn_of_overlap(planned)
    return planned


@atomic
def generate(
    training: Training,
    *,
    by: User | None,
    first_day: date,
    last_day: date,
    slots: Sequence[Slot],
    room: Room | None,
    trainers: Sequence[Trainer],
    weekends: bool = False,
) -> list[TrainingSession]:
    """Store the sessions of a pattern, all or none; a hard clash is refused."""
    _lock_plannable(training)
    planned = plan(
        training,
        first_day=first_day,
        last_day=last_day,
        slots=slots,
        room=room,
        trainers=trainers,
        weekends=weekends,
    )
    for one in planned:
        _refuse_hard(one.warnings)
    stored = [_stored(training, one) for one in planned]
    db.session.add_all(stored)
    _flush_or_clash()
    audit.record(by=by, action="session.generate", thing=training, changes={"sessions": len(stored)})
    return stored


@atomic
def add(
    training: Training,
    *,
    by: User | None,
    title: str,
    starts_local: datetime,
    ends_local: datetime,
    break_minutes: int = 0,
    room: Room | None = None,
    trainers: Sequence[Trainer] = (),
    theme: Theme | None = None,
    is_compulsory: bool = True,
) -> TrainingSession:
    """Add one session."""
    _lock_plannable(training)
    one = clashes.planned(training, title, starts_local, ends_local, break_minutes, room, trainers)
    _refuse_hard(clashes.warnings(training, one))
    session = _stored(training, one)
    session.is_compulsory = is_compulsory
    if theme is not None:
        themes.check_use(theme, under=training.theme)
        session.theme_id = theme.id
    db.session.add(session)
    _flush_or_clash()
    audit.record(by=by, action="session.create", thing=session)
    return session


@atomic
def change(
    session: TrainingSession,
    *,
    by: User,
    title: str,
    starts_local: datetime,
    ends_local: datetime,
    break_minutes: int,
    room: Room | None,
    trainers: Sequence[Trainer],
    theme: Theme,
    is_compulsory: bool,
) -> TrainingSession:
    """Change a session; one whose register is closed stays as it was held."""
    _lock_plannable(session.training)
    db.session.refresh(session)
    if session.is_cancelled:
        raise Conflict(msg("A session that was called off cannot be changed."), "cancelled")
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(msg("The session's register is closed. Reopen the register first."), "register_closed")
    before, times_before = audit.snapshot(session), of_changes.times(session)
    is_over, slot_before = session.ends_at < clock.now(), marks.slot_of(session)
    with db.session.no_autoflush:
        one = clashes.planned(
            session.training, title, starts_local, ends_local, break_minutes, room, trainers
        )
        _refuse_hard(clashes.warnings(session.training, one, but=session))
        themes.check_use(theme, under=session.training.theme)
        session.title, session.theme, session.is_compulsory = title, theme, is_compulsory
        session.starts_local, session.ends_local = starts_local, ends_local
        session.starts_at, session.ends_at, session.break_minutes = one.starts_at, one.ends_at, break_minutes
        session.scheduled_minutes, session.room = one.minutes, room
        _set_trainers(session, trainers)
    _flush_or_clash()
    if marks.slot_of(session) != slot_before:
        reason = msg("The session's times were changed.").translated()
        marks.derive(session, by=by, reason=reason, deduction=session.training.programme.deduction_minutes)
    audit.record(by=by, action="session.change", thing=session, before=before)
    # nobody is told of a session that is over: its times are only put right for the record
    if not is_over or session.ends_at > clock.now():
        notices.session_changed(session, before=times_before)
    return session


@atomic
def cancel(session: TrainingSession, *, by: User, reason: str) -> None:
    """Call a session off: it frees its room and trainers and counts nowhere."""
    reasons.check(reason)
    locked_trainings.lock(session.training)
    db.session.refresh(session)
    if session.is_cancelled:
        raise Conflict(msg("This session is called off already."), "cancelled")
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(msg("Its register is closed, so it took place."), "register_closed")
    before, times_before = audit.snapshot(session), of_changes.times(session)
    call_off([session], reason)
    audit.record(by=by, action="session.cancel", thing=session, before=before)
    if session.ends_at > clock.now():
        notices.session_changed(session, before=times_before)


def call_off(sessions: Sequence[TrainingSession], reason: str) -> None:
    """The single step of calling sessions off: their rooms and trainers are free. The caller audits and tells."""
    for session in sessions:
        session.cancelled_at, session.cancel_reason = clock.now(), reason.strip()
        for entry in session.session_trainers:
            entry.is_cancelled = True


def derive_instants(training: Training, by: User | None) -> None:
    """The single step of a new zone: sessions keep their wall time, and what follows from it is derived anew.

    On a day when clocks change, another zone gives a session another length. Raises ``Invalid`` if the new zone's
    clocks skip one of these times, and where a mark does not fit any more.
    """
    reason = msg("The training's time zone was changed.").translated()
    for session in locked_trainings.live_sessions(training):
        session.starts_at = walltime.instant(session.starts_local, training.zone, "zone")
        session.ends_at = walltime.instant(session.ends_local, training.zone, "zone")
        for entry in session.session_trainers:
            entry.starts_at, entry.ends_at = session.starts_at, session.ends_at
        contact = marks.slot_of(session).contact
        if contact <= 0:
            raise Invalid(msg("The breaks take up the whole session."), field="zone")
        if contact != session.scheduled_minutes:
            session.scheduled_minutes = contact
            marks.derive(session, by=by, reason=reason, deduction=training.programme.deduction_minutes)


def _planned(
    training: Training, day: date, slot: Slot, room: Room | None, trainers: Sequence[Trainer]
) -> Planned:
    starts, ends = datetime.combine(day, slot.starts), datetime.combine(day, slot.ends)
    return clashes.planned(training, slot.title, starts, ends, slot.break_minutes, room, trainers)


def _stored(training: Training, one: Planned) -> TrainingSession:
    session = TrainingSession(
        training=training,
        training_theme_id=training.theme_id,
        theme_id=training.theme_id,
        title=one.title,
        starts_local=one.starts_local,
        ends_local=one.ends_local,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        break_minutes=one.break_minutes,
        scheduled_minutes=one.minutes,
        room=one.room,
        register_state=RegisterState.OPEN,
    )
    session.session_trainers = [
        SessionTrainer(trainer=trainer, starts_at=one.starts_at, ends_at=one.ends_at)
        for trainer in one.trainers
    ]
    return session


def _set_trainers(session: TrainingSession, wanted: Sequence[Trainer]) -> None:
    ids = {trainer.id for trainer in wanted}
    kept = [entry for entry in session.session_trainers if entry.trainer_id in ids]
    for entry in kept:
        entry.starts_at, entry.ends_at = session.starts_at, session.ends_at
    known = {entry.trainer_id for entry in kept}
    new = [
        SessionTrainer(trainer=trainer, starts_at=session.starts_at, ends_at=session.ends_at)
        for trainer in wanted
        if trainer.id not in known
    ]
    session.session_trainers = kept + new


def _lock_plannable(training: Training) -> None:
    locked_trainings.lock(training)
    if training.state not in PLANNABLE:
        raise Conflict(msg("The sessions of a completed or cancelled training stay as they are."), "finished")


def _refuse_hard(found: Sequence[Caution]) -> None:
    for warning in found:
        if warning.is_hard:
            raise Conflict(warning.message, "clash")


def _flush_or_clash() -> None:
    """Store now. Raises ``Conflict`` if another coordinator was quicker and the database sees a clash."""
    try:
        db.session.flush()  # the database checks for clashes here
    except IntegrityError as refused:
        if "_clash" in str(refused.orig):
            raise Conflict(
                msg("Somebody has just taken this room or trainer for that time. Choose another."),
                "clash",
            ) from None
        raise

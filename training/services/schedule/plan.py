"""The one writer of a training's timetable: sessions are added, changed, called off and held after all.

It keeps true: no room and no trainer is taken twice, nobody has two compulsory sessions of one training at once, and
marks are proof (``proof``). They follow a session whose times are put right. A session with marks is not moved or
called off before somebody has said what becomes of them (``Decision``), and never removed.

Sessions are written in two steps. The first parks them, so that they hold neither room nor trainers. The second gives
them their new values. So sessions of one training can pass through each other, and the databases, which look at one row
at a time, still refuse every real clash. Before it looks, it holds rooms and trainers, each in ascending order of ids, so
that two who plan at the same moment wait for each other and the second one is told by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from training import clock
from training.db import db
from training.errors import Conflict, DomainError, Invalid
from training.models import (
    AttendanceRecord,
    RegisterState,
    Room,
    SessionTrainer,
    Theme,
    Trainer,
    Training,
    TrainingSession,
    User,
)
from training.rules.minutes import Decision
from training.services import locked_trainings, marks
from training.services.announcing import announced_copies
from training.services.schedule import clashes, proof
from training.services.schedule.clashes import Planned
from training.text import msg


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a session is made of. A ``theme`` of None is the training's own."""

    title: str
    starts_local: datetime
    ends_local: datetime
    break_minutes: int = 0
    break_starts: time | None = None
    room: Room | None = None
    trainers: Sequence[Trainer] = ()
    theme: Theme | None = None
    is_compulsory: bool = True


def details_of(session: TrainingSession) -> Details:
    """What the session is made of now."""
    return Details(
        title=session.title,
        starts_local=session.starts_local,
        ends_local=session.ends_local,
        break_minutes=session.break_minutes,
        break_starts=session.break_starts,
        room=session.room,
        trainers=[entry.trainer for entry in session.session_trainers],
        theme=session.theme,
        is_compulsory=session.is_compulsory,
    )


def as_planned(training: Training, details: Details) -> Planned:
    """A session as it would be stored. Raises ``Invalid`` for times that make no sense."""
    one = clashes.planned(
        training,
        details.title,
        details.starts_local,
        details.ends_local,
        details.break_minutes,
        details.room,
        details.trainers,
        details.break_starts,
    )
    one.is_compulsory, one.theme = details.is_compulsory, details.theme
    return one


@dataclass(frozen=True)
class Change:
    """A session as it is to be. Without a ``session`` a new one is planned. One that was called off is held again.

    ``decision`` says what becomes of its marks where it is moved. ``replaces`` is the session in whose place a new one
    is planned. A session that was removed comes back with its ``public_id`` and another ``version``.
    """

    session: TrainingSession | None
    details: Details
    decision: Decision | None = None
    replaces: TrainingSession | None = None
    public_id: UUID | None = None
    version: int = 1


@dataclass(frozen=True)
class CallOff:
    """A session that is not held, for a reason. It stays, with its marks as history."""

    session: TrainingSession
    reason: str
    at: datetime | None = None


@dataclass(frozen=True)
class Remove:
    """A session that goes without a trace: nobody was told of it, and nobody is marked in it."""

    session: TrainingSession


Edit = Change | CallOff | Remove


@dataclass
class _Work:
    """A change, what it would store, and the marks that follow from it."""

    change: Change
    planned: Planned
    has_moved: bool = False
    records: Sequence[AttendanceRecord] = ()
    derived: list[marks.Derived] = field(default_factory=list)

    @property
    def is_rescheduled(self) -> bool:
        """Whether it will hold other hours, another room, other trainers, or people who may be elsewhere then."""
        session = self.change.session
        if session is None or not session.is_held:
            return True
        new = self.planned
        teaching = {entry.trainer_id for entry in session.session_trainers}
        return (
            (session.starts_at, session.ends_at) != (new.starts_at, new.ends_at)
            or session.room_id != (new.room.id if new.room else None)
            or teaching != {trainer.id for trainer in new.trainers}
            or new.is_compulsory > session.is_compulsory
        )


def apply(
    training: Training, edits: Sequence[Edit], *, by: User | None, reason: str, hours_stand: bool = False
) -> list[TrainingSession]:
    """The single step that writes sessions; returns those of the ``Change`` ones, in their order.

    ``reason`` stands at each mark whose minutes change. With ``hours_stand`` no hour on the clock changes, so sessions of
    the training that overlapped before may do so still. The caller holds the training's lock, audits and tells. Raises
    ``Conflict`` for a clash, which it names, and for a session that cannot be removed. Raises ``Invalid`` for times that
    make no sense, for days outside of the programme, for marks that do not fit any more, for a register that keeps its
    session where it is, and, with the field ``decision``, where somebody must say what becomes of the marks.
    """
    locked_trainings.hold_places(
        [one.session for one in edits if one.session],
        [one.details.room for one in edits if isinstance(one, Change) and one.details.room],
        [trainer for one in edits if isinstance(one, Change) for trainer in one.details.trainers],
    )
    locked_trainings.hold_sessions(one.session.id for one in edits if one.session)
    whole, works = _checked(training, edits, hours_stand=hours_stand)
    removed = [one.session for one in whole if isinstance(one, Remove)]
    for one in whole:
        if isinstance(one, CallOff):
            call_off([one.session], one.reason, at=one.at)
    for session in (one for one in removed if one.is_held):
        suspend(session)
    _park(works)
    announced_copies.drop_sessions([session.id for session in removed])
    for session in removed:
        db.session.delete(session)
    with db.session.no_autoflush:
        written = [_written(training, work) for work in works]
    _flush_or_clash()
    for work in works:
        marks.correct(work.records, work.derived, by=by, reason=reason)
    return written


def refusal(
    training: Training, change: Change, *, gone: Sequence[TrainingSession] = ()
) -> DomainError | None:
    """What ``apply`` would refuse of a change, by the same checks; nothing is locked or stored. ``gone`` go first."""
    try:
        _checked(training, [change], gone=gone)
    except DomainError as refused:
        return refused
    return None


def _checked(
    training: Training,
    edits: Sequence[Edit],
    *,
    hours_stand: bool = False,
    gone: Sequence[TrainingSession] = (),
) -> tuple[list[Edit], list[_Work]]:
    """The edits with what follows from them, and what they would store. Raises for what is refused."""
    with db.session.no_autoflush:
        whole = [one for edit in edits for one in _with_what_follows(training, edit)]
        works = [_work(training, one, hours_stand) for one in whole if isinstance(one, Change)]
        for one in whole:
            if isinstance(one, Remove):
                _check_unmarked(one.session)
        going = [one.session for one in whole if not isinstance(one, Change)]
        _refuse_clashes(training, works, [*going, *gone], hours_stand)
    return whole, works


def call_off(sessions: Sequence[TrainingSession], reason: str, *, at: datetime | None = None) -> None:
    """The single step of calling sessions off: their rooms and trainers are free. The caller audits and tells."""
    for session in sessions:
        session.cancelled_at, session.cancel_reason = at or clock.now(), reason.strip()
        session.version += 1
        for entry in session.session_trainers:
            entry.is_off = True


def _with_what_follows(training: Training, edit: Edit) -> list[Edit]:
    """The edit itself. Where marks are not to count in a session that is moved, it is called off and replaced.

    So the marks stay with the session at which they were made, as history, and the move can be taken back as a whole.
    """
    if not isinstance(edit, Change) or edit.session is None:
        return [edit]
    session, new = edit.session, edit.details
    if not proof.is_moved(session, new.starts_local, new.ends_local):
        return [edit]
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(msg("The session's register is closed. Reopen the register first."), "register_closed")
    if proof.check_decided(session, edit.decision) and edit.decision is Decision.NOT_COUNTED:
        reason = msg(
            "Moved to %(day)s, %(time)s.", day=new.starts_local.date(), time=f"{new.starts_local:%H:%M}"
        )
        return [CallOff(session, reason.translated()), Change(None, new, replaces=session)]
    return [edit]


def _check_unmarked(session: TrainingSession) -> None:
    if session.register_state is not RegisterState.OPEN:
        raise Conflict(msg("Its register is closed, so it took place."), "register_closed")
    if marks.are_kept(session):
        raise Conflict(
            msg(
                "People are marked in %(title)s, %(day)s: call it off.",
                title=session.title,
                day=session.on_date,
            ),
            "held",
        )


def _work(training: Training, change: Change, hours_stand: bool) -> _Work:
    session, new = change.session, change.details
    planned = as_planned(training, new)
    planned.is_compulsory, planned.stored = new.is_compulsory and not hours_stand, session
    work = _Work(change, planned)
    if session is None:
        return work
    slot = planned.slot
    work.records = marks.of(session)
    work.has_moved = proof.is_moved(session, new.starts_local, new.ends_local)
    if work.has_moved and work.records and planned.starts_at > clock.now():
        raise Invalid(
            msg("Marks say who was there, so this session cannot be still to come."), field="decision"
        )
    if why := proof.kept_by_register(session, slot):
        raise Invalid(why, field="zone")
    by_how_much = new.starts_local - session.starts_local
    along = by_how_much if work.has_moved and change.decision is Decision.MOVED_ALONG else None
    deduction = training.programme.deduction_minutes
    work.derived = marks.derived(slot, work.records, deduction, along=along)
    return work


def _refuse_clashes(
    training: Training, works: Sequence[_Work], gone: Sequence[TrainingSession], hours_stand: bool
) -> None:
    """Raise ``Conflict`` for the first clash, with what stands there already or with each other.

    With ``hours_stand`` only rooms and trainers count: nobody planned anything, so nobody is refused anything else.
    """
    but = [work.change.session.id for work in works if work.change.session] + [one.id for one in gone]
    asked = {place for place, work in enumerate(works) if work.is_rescheduled}
    if not asked:
        return
    numbers = {
        work.change.session.id if work.change.session else -place - 1: place
        for place, work in enumerate(works)
    }
    for finding in clashes.hard(training, [work.planned for work in works], but=but):
        is_asked = numbers[finding.slots[0]] in asked
        if is_asked and (not hours_stand or finding.rule in ("room_twice", "trainer_twice")):
            if finding.rule == "outside_programme":
                raise Invalid(finding.message, field="starts_local")
            raise Conflict(finding.message, "clash")


def park(sessions: Sequence[TrainingSession]) -> None:
    """The first step for sessions of several trainings at once. Each of them is given to ``apply`` afterwards."""
    locked_trainings.hold_places(sessions)
    for session in sessions:
        suspend(session)
    db.session.flush()  # the database compares each row with what it holds: it must hold the parked rows first


def suspend(session: TrainingSession) -> None:
    """The single step by which a session holds neither its room nor its trainers."""
    session.suspended_at = clock.now()
    for entry in session.session_trainers:
        entry.is_off = True


def _park(works: Sequence[_Work]) -> None:
    """The first step: rescheduled sessions hold nothing, and no mark is longer than its session will be."""
    for work in works:
        session = work.change.session
        if session is not None and session.is_held and work.is_rescheduled:
            suspend(session)
        for record in work.records:
            record.minutes = min(record.minutes, work.planned.minutes)
    db.session.flush()  # the database compares each row with what it holds: it must hold the parked rows first


def _written(training: Training, work: _Work) -> TrainingSession:
    """The second step: the new values. What the parking took is given back."""
    new, one, theme = work.change.details, work.planned, work.change.details.theme or training.theme
    session = work.change.session or TrainingSession(
        public_id=work.change.public_id or uuid4(),
        training=training,
        training_theme_id=training.theme_id,
        register_state=RegisterState.OPEN,
        replaces=work.change.replaces,
        version=work.change.version,
    )
    before = _values(session) if work.change.session else None
    session.title, session.theme_id, session.is_compulsory = new.title, theme.id, new.is_compulsory
    if work.change.session is not None:
        _keep_hours_of_marks(work, session)
    session.starts_local, session.ends_local = new.starts_local, new.ends_local
    session.starts_at, session.ends_at, session.break_minutes = one.starts_at, one.ends_at, new.break_minutes
    session.scheduled_minutes, session.room, session.break_starts = one.minutes, new.room, new.break_starts
    session.cancelled_at, session.cancel_reason, session.suspended_at = None, "", None
    _set_trainers(session, new.trainers)
    if before is not None and before != _values(session):
        session.version += 1
    db.session.add(session)
    return session


def _values(session: TrainingSession) -> tuple[Any, ...]:
    """What makes another version of a session."""
    return (
        (session.title, session.theme_id, session.is_compulsory, session.room, session.cancelled_at),
        (session.starts_local, session.ends_local, session.starts_at, session.ends_at),
        (session.break_minutes, session.break_starts),
        sorted(entry.trainer.id for entry in session.session_trainers),
    )


def _keep_hours_of_marks(work: _Work, session: TrainingSession) -> None:
    """Remember at which hours a session was marked whose hours are put right. The session still has its old ones.

    They are forgotten where nobody is marked, and where somebody said that it was held at the new ones.
    """
    new = work.change.details
    if not work.records or work.has_moved:
        session.marked_starts_local = session.marked_ends_local = None
    elif (new.starts_local, new.ends_local) != (session.starts_local, session.ends_local):
        session.marked_starts_local, session.marked_ends_local = proof.hours_of_marks(session)


def _set_trainers(session: TrainingSession, wanted: Sequence[Trainer]) -> None:
    ids = {trainer.id for trainer in wanted}
    kept = [entry for entry in session.session_trainers if entry.trainer_id in ids]
    known = {entry.trainer_id for entry in kept}
    new = [SessionTrainer(trainer=trainer) for trainer in wanted if trainer.id not in known]
    for entry in (*kept, *new):
        entry.starts_at, entry.ends_at, entry.is_off = session.starts_at, session.ends_at, False
    session.session_trainers = kept + new


def _flush_or_clash() -> None:
    """Store now. Raises ``Conflict`` if another coordinator was quicker and the database sees a clash."""
    try:
        db.session.flush()  # the database checks for clashes here
    except IntegrityError as refused:
        if "_clash" in str(refused.orig):
            raise Conflict(
                msg("Somebody has just taken this room or trainer for that time. Choose another."), "clash"
            ) from None
        raise

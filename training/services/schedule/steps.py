"""Changes of a timetable as steps: each is kept with what was before, is told of once, and can be taken back.

A step is taken back by the versions of the sessions that it touched. What somebody changed since is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Select, delete, false, select
from sqlalchemy.orm import joinedload, selectinload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    PlanStep,
    Registration,
    Role,
    Room,
    SessionTrainer,
    Theme,
    Trainer,
    Training,
    TrainingSession,
    User,
)
from training.rules.minutes import Decision
from training.services import announced, audit, locked_trainings
from training.services.announcing import announcements
from training.services.letters import notices
from training.services.registrations import reserve_list
from training.services.registrations.reserve_list import Freed
from training.services.schedule import plan, span
from training.services.schedule.plan import CallOff, Change, Details, Edit, Remove
from training.text import Message, msg

KEPT = timedelta(days=30)
"""How long a step can be taken back."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """What a step did: itself, the sessions that its changes are held as, who was promoted, and what became of dates."""

    step: PlanStep
    sessions: Sequence[TrainingSession]
    promoted: Sequence[Registration] = ()
    dates: Sequence[Message] = ()


def store(
    training: Training, edits: Sequence[Edit], *, by: User | None, label: Message, reason: str = ""
) -> Done:
    """The single step of changing a timetable: ``plan.apply``, what follows from it, and the step that takes it back.

    The training's dates follow. What begins within 48 hours is told at once. ``label`` says what was done. The
    caller holds the training and audits. Raises as ``plan.apply`` and ``span.follow_sessions`` do.
    """
    touched = [one.session for one in edits if one.session]
    # who may move up is held before rooms and trainers
    locked_trainings.lock_people(training, with_line=True)
    locked_trainings.hold_sessions(one.id for one in touched)
    before, closes = _before(training, touched), training.registration_closes_at
    near = announcements.near(training)
    gone = {one.session for one in edits if isinstance(one, Remove)}
    written = plan.apply(training, edits, by=by, reason=reason)
    kept = [one for one in touched if one not in gone]
    promoted, dates = _follow(training, span.Span(*_dates(before)), closes, near, by)
    step = PlanStep(
        training=training,
        by=by,
        at=clock.now(),
        label=label.translated(),
        before=before,
        after=_before(training, _each([*kept, *written])),
    )
    db.session.add(step)
    db.session.flush()  # whoever takes the step names its id
    return Done(step, written, promoted, dates)


def _follow(
    training: Training, before: span.Span, closes: datetime, near: frozenset[object], by: User | None
) -> tuple[list[Registration], list[Message]]:
    """What follows from a changed plan: what is near is told, offers end earlier, and those who wait may move up."""
    span.follow_sessions(training)
    now = span.of(training)
    # whoever is next in line is found by the dates as announced
    announcements.tell_what_is_near(training, near, by=by)
    if now == before:
        return [], []
    notices.deadline_moved(training, before=closes)
    reserve_list.shorten_offers(training, by)
    return reserve_list.promote(training, Freed(), by=by), span.said(before, now)


def _each(sessions: Iterable[TrainingSession]) -> list[TrainingSession]:
    return list(dict.fromkeys(sessions))


# What a step keeps


def _before(training: Training, sessions: Sequence[TrainingSession]) -> Row:
    """The training's dates and these sessions, as JSON holds them."""
    now = span.of(training)
    return {
        "dates": [now.starts_on.isoformat(), now.ends_on.isoformat(), now.closes.isoformat()],
        "sessions": {str(one.public_id): row_of(one) for one in sessions},
    }


def _dates(kept: Row) -> tuple[date, date, datetime]:
    first, last, closes = kept["dates"]
    return date.fromisoformat(first), date.fromisoformat(last), datetime.fromisoformat(closes)


def row_of(session: TrainingSession) -> Row:
    """What a session is made of, as JSON holds it: things by their public ids, and the version."""
    return {
        "title": session.title,
        "starts": session.starts_local.isoformat(),
        "ends": session.ends_local.isoformat(),
        "break": session.break_minutes,
        "break_starts": session.break_starts.isoformat() if session.break_starts else None,
        "room": str(session.room.public_id) if session.room else None,
        "trainers": [str(entry.trainer.public_id) for entry in session.session_trainers],
        "theme": session.theme_id,
        "is_compulsory": session.is_compulsory,
        "called_off": session.cancelled_at.isoformat() if session.cancelled_at else None,
        "reason": session.cancel_reason,
        "replaces": str(session.replaces.public_id) if session.replaces else None,
        "version": session.version,
    }


def _details(row: Row) -> Details:
    """What a session was made of. Raises ``Conflict`` if its room or trainer is there no more."""
    rooms, teaching = [row["room"]] if row["room"] else [], row["trainers"]
    room = db.session.scalar(select(Room).where(Room.public_id == UUID(rooms[0]))) if rooms else None
    found = db.session.scalars(select(Trainer).where(Trainer.public_id.in_([UUID(one) for one in teaching])))
    trainers = {str(one.public_id): one for one in found}
    if (rooms and room is None) or set(teaching) - trainers.keys():
        raise Conflict(msg("Its room or one of its trainers is not there any more."), "gone")
    return Details(
        title=row["title"],
        starts_local=datetime.fromisoformat(row["starts"]),
        ends_local=datetime.fromisoformat(row["ends"]),
        break_minutes=row["break"],
        break_starts=time.fromisoformat(row["break_starts"]) if row["break_starts"] else None,
        room=room,
        trainers=[trainers[one] for one in teaching],
        theme=db.session.get(Theme, row["theme"]),
        is_compulsory=row["is_compulsory"],
    )


# Reading


def visible_to(user: User) -> Select[PlanStep]:
    """The steps that ``user`` may see: those of staff who plan. ``policy`` says whose trainings they may change."""
    found = select(PlanStep).where(PlanStep.at > clock.now() - KEPT)
    return found if user.role in (Role.ADMIN, Role.COORDINATOR) else found.where(false())


def get(user: User, public_id: UUID) -> PlanStep:
    """The step with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user).where(PlanStep.public_id == public_id).options(joinedload(PlanStep.training))
    )
    if found is None:
        raise NotFound
    return found


def last_of(training: Training, user: User) -> PlanStep | None:
    """The user's last step in this training that was not taken back."""
    return db.session.scalar(
        visible_to(user)
        .where(PlanStep.training_id == training.id, PlanStep.by_id == user.id, PlanStep.undone_at.is_(None))
        .order_by(PlanStep.id.desc())
        .limit(1)
    )


def nobody_was_told(session: TrainingSession) -> bool:
    """Whether no announcement that stands ever named the session."""
    return session.id in untold(session.training, [session])


def untold(training: Training, sessions: Sequence[TrainingSession]) -> set[int]:
    """The ids of those of a training's sessions of which ``nobody_was_told``."""
    known = announced.known_ids([one.id for one in sessions])
    return {one.id for one in sessions} - known


def dates_said(step: PlanStep) -> list[Message]:
    """What a step did to the training's dates, a sentence each."""
    return span.said(span.Span(*_dates(step.before)), span.Span(*_dates(step.after)))


# Taking a step back


@atomic
def undo(step: PlanStep, *, by: User) -> Training:
    """Take a step back: the sessions that it touched are again as they were, and so are the training's dates.

    Raises ``Conflict`` if it was taken back already, if somebody changed one of these sessions since, if people were
    marked in one, and if a room or trainer was taken meanwhile.
    """
    training = step.training
    locked_trainings.lock_within_programme(training)
    # who may move up is held before rooms and trainers
    locked_trainings.lock_people(training, with_line=True)
    held = select(PlanStep).where(PlanStep.id == step.id).with_for_update(of=PlanStep)
    # only a row that is fetched is put into its object; what is joined to it is not held
    db.session.execute(held.execution_options(populate_existing=True)).all()
    if step.undone_at is not None:
        raise Conflict(msg("This was taken back already."), "state")
    before, after = step.before["sessions"], step.after["sessions"]
    now = _now(training, {*before, *after})
    for public_id in [*after, *(one for one in before if one not in after)]:
        _check_unchanged(step, public_id, now.get(public_id))
    closes, dates, near = training.registration_closes_at, span.of(training), announcements.near(training)
    edits = [*_gone(before, after, now), *_back(before, now)]
    gone = {one.session for one in edits if isinstance(one, Remove)}
    try:
        written = plan.apply(
            training, edits, by=by, reason=msg("A change of the timetable was taken back.").translated()
        )
        _put_dates_back(training, step)
        _follow(training, dates, closes, near, by)
    except Invalid as refusal:  # nobody typed anything: what stood then does not fit any more
        raise Conflict(refusal.message, "not_yet") from None
    _go_on_from(
        step, {str(one.public_id): one.version for one in [*now.values(), *written] if one not in gone}
    )
    step.undone_at = clock.now()
    audit.record(by=by, action="plan.undo", thing=training, changes={"step": step.label})
    return training


def _now(training: Training, public_ids: set[str]) -> dict[str, TrainingSession]:
    """The sessions with these ids as they are, held until the unit of work ends."""
    found = db.session.scalars(
        select(TrainingSession)
        .where(
            TrainingSession.training_id == training.id,
            TrainingSession.public_id.in_([UUID(one) for one in public_ids]),
        )
        .options(selectinload(TrainingSession.session_trainers).joinedload(SessionTrainer.trainer))
        .order_by(TrainingSession.id)
        .with_for_update(of=TrainingSession)
        .execution_options(populate_existing=True)
    )
    return {str(one.public_id): one for one in found}


def _check_unchanged(step: PlanStep, public_id: str, session: TrainingSession | None) -> None:
    row = step.after["sessions"].get(public_id)
    if (session.version if session else None) == (row["version"] if row else None):
        return
    day = datetime.fromisoformat((row or step.before["sessions"][public_id])["starts"]).date()
    who = who_changed(step.training, public_id, since=step.id)
    if who is None:
        raise Conflict(msg("%(day)s was changed since, so this is not taken back.", day=day), "changed")
    raise Conflict(
        msg("%(who)s changed %(day)s since, so this is not taken back.", who=who, day=day), "changed"
    )


def who_changed(training: Training, public_id: str, *, since: int = 0) -> str | None:
    """Who changed a session last, in a step after that with the id ``since``. None if that is not known any more."""
    later = db.session.scalars(
        select(PlanStep)
        .where(PlanStep.training_id == training.id, PlanStep.id > since)
        .order_by(PlanStep.id.desc())
    )
    touching = (
        one for one in later if public_id in one.after["sessions"] or public_id in one.before["sessions"]
    )
    last = next(touching, None)
    return last.by.name if last and last.by else None


def _gone(before: Row, after: Row, now: dict[str, TrainingSession]) -> list[Edit]:
    """Sessions that the step added, or held: they go again, without a trace if nobody was told."""
    found: list[Edit] = []
    for public_id in after:
        was, session = before.get(public_id), now[public_id]
        if was is None and nobody_was_told(session):
            found.append(Remove(session))
        elif was is None and session.is_held:
            found.append(CallOff(session, msg("The change was taken back.").translated()))
        elif was is not None and was["called_off"] and session.is_held:
            at = datetime.fromisoformat(was["called_off"])
            found.append(CallOff(session, was["reason"], at))
    return found


def _back(before: Row, now: dict[str, TrainingSession]) -> list[Change]:
    """Sessions that were held before, as they were."""
    found = []
    for public_id, row in before.items():
        if row["called_off"]:
            continue
        session = now.get(public_id)
        if session is None:
            version, number = row["version"] + 1, UUID(public_id)
            found.append(
                Change(None, _details(row), replaces=_replaced(row), public_id=number, version=version)
            )
        else:
            found.append(Change(session, _details(row), Decision.MOVED_ALONG))
    return found


def _replaced(row: Row) -> TrainingSession | None:
    if row["replaces"] is None:
        return None
    return db.session.scalar(
        select(TrainingSession).where(TrainingSession.public_id == UUID(row["replaces"]))
    )


def _put_dates_back(training: Training, step: PlanStep) -> None:
    """The deadline that the step moved, and the dates if no session is left to give them."""
    first, last, closes = _dates(step.before)
    if not locked_trainings.live_sessions(training):
        span.put(training, first, last)
    else:
        span.follow_sessions(training)
    if (
        training.registration_closes_local == _dates(step.after)[2] != closes
        and closes.date() <= training.ends_on
    ):
        span.put_closing(training, closes)


def _go_on_from(step: PlanStep, versions: dict[str, int]) -> None:
    """Earlier steps led to what is in force again. They are taken back from there, with its new versions."""
    earlier = db.session.scalars(
        select(PlanStep).where(
            PlanStep.training_id == step.training_id, PlanStep.id < step.id, PlanStep.undone_at.is_(None)
        )
    )
    before = step.before["sessions"]
    for one in earlier:
        rows = one.after["sessions"]
        same = [
            key for key, row in rows.items() if key in before and before[key]["version"] == row["version"]
        ]
        new = {key: {**rows[key], "version": versions[key]} for key in same if key in versions}
        if new:
            one.after = {**one.after, "sessions": {**rows, **new}}


@atomic
def forget() -> int:
    """Delete the steps that are too old to be taken back; returns how many."""
    gone = db.session.execute(delete(PlanStep).where(PlanStep.at <= clock.now() - KEPT))
    assert isinstance(gone, CursorResult)
    return gone.rowcount

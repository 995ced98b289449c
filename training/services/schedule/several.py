"""Several sessions of a training changed at once: moved, given other rooms, trainers or hours, copied, called off.

Each act is one step, which can be taken back as a whole. Sessions that are over, marked or closed stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import func, select

from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    LIVE,
    RegisterState,
    Registration,
    Room,
    Trainer,
    Training,
    TrainingSession,
    User,
)
from training.services import audit, locked_trainings, marks, reasons
from training.services.announcing import announcements, differences
from training.services.letters import notices
from training.services.schedule import plan, sessions, shift, steps
from training.services.schedule.plan import CallOff, Change, Details, Edit, Remove
from training.services.schedule.steps import Done
from training.text import Message, msg, nmsg

Versions = Mapping[UUID, int]
"""The version of each session that the sender saw, by its public id."""
Form = Callable[[TrainingSession], Details]
NOTHING = msg("No session may be changed: they are over, marked or called off.")


@dataclass(frozen=True)
class Told:
    """How many are written to when sessions move."""

    people: int = 0
    agencies: int = 0
    trainers: int = 0


# What may be changed


def kept_back(training: Training, held: Sequence[TrainingSession]) -> dict[int, Message]:
    """Why sessions are left out of what changes several at once, by their ids."""
    marked, now = marks.marked_in(training), clock.now()
    found: dict[int, Message] = {}
    for one in held:
        if one.is_cancelled:
            found[one.id] = msg("called off")
        elif one.register_state is not RegisterState.OPEN:
            found[one.id] = msg("its register is closed")
        elif one.id in marked:
            found[one.id] = msg("people are marked")
        elif one.ends_at <= now:
            found[one.id] = msg("it is over")
    return found


def movable(training: Training) -> list[TrainingSession]:
    """The training's sessions that may be changed together, in their order."""
    held = locked_trainings.live_sessions(training)
    kept = kept_back(training, held)
    return [one for one in held if one.id not in kept]


def told(training: Training, changed: Sequence[TrainingSession]) -> Told:
    """Who is written to when it is announced that these sessions have changed. Of a draft nobody is."""
    if training.state not in notices.TOLD_OF_SESSIONS:
        return Told()
    live = Registration.training_id == training.id, Registration.state.in_(LIVE)
    people, agencies = db.session.execute(
        select(func.count(), func.count(Registration.agency_id.distinct())).where(*live)
    ).one()
    return Told(
        people, agencies, len({entry.trainer_id for one in changed for entry in one.session_trainers})
    )


def _held(training: Training, public_ids: Sequence[UUID], seen: Versions) -> list[TrainingSession]:
    """These sessions as they are, held until the unit of work ends. Without ids, all that may be changed.

    Raises ``Conflict`` by name for one that stays as it is, and for one that somebody changed since it was shown.
    """
    sessions.lock_plannable(training)
    locked_trainings.hold_sessions_of([training.id])
    known = {
        one.public_id: one
        for one in db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id == training.id)
            .order_by(TrainingSession.starts_at, TrainingSession.id)
        )
    }
    for public_id, version in seen.items():
        if public_id not in known or known[public_id].version != version:
            _refuse_changed(training, public_id, known.get(public_id))
    if not public_ids:
        found = movable(training)
    else:
        found = [one for one in known.values() if one.public_id in set(public_ids)]
    for one, why in (
        (one, why) for number, why in kept_back(training, found).items() for one in found if one.id == number
    ):
        raise Conflict(
            msg("%(title)s, %(day)s stays as it is: %(why)s.", title=one.title, day=one.on_date, why=why),
            "held",
        )
    if not found:
        raise Conflict(NOTHING, "gone")
    return found


def _refuse_changed(training: Training, public_id: UUID, session: TrainingSession | None) -> None:
    who = steps.who_changed(training, str(public_id)) or msg("Somebody else")
    if session is None:
        raise Conflict(msg("%(who)s removed a session meanwhile.", who=who), "changed")
    raise Conflict(
        msg(
            "%(who)s changed %(title)s, %(day)s meanwhile.", who=who, title=session.title, day=session.on_date
        ),
        "changed",
    )


# Changing


@atomic
def move(
    training: Training,
    *,
    by: User,
    move: shift.Move,
    public_ids: Sequence[UUID] = (),
    seen: Versions | None = None,
    tells: bool = False,
) -> Done:
    """Move sessions, or all that may be moved. The training's dates follow.

    With ``tells`` the move is announced too. Raises ``Conflict`` if something else is not announced yet: whoever tells
    people of one change has not looked at the others.
    """
    wanted = _held(training, public_ids, seen or {})
    if tells and differences.of(training):
        raise Conflict(
            msg("Other changes are not announced yet. Move it, then look at all of them and announce them."),
            "changed",
        )
    pairs = shift.moved_to(training, wanted, move)
    done = _store(
        training,
        [Change(one, details) for one, details in pairs],
        by,
        "plan.move",
        nmsg(
            "%(num)s session is moved. It is now on %(day)s.",
            "%(num)s sessions are moved. The first one is now on %(day)s.",
            len(pairs),
            day=min(details.starts_local for _one, details in pairs).date(),
        ),
    )
    if tells and (found := differences.of(training)):  # what begins soon was told already
        announcements.announce(training, by=by, seen=found.digest)
    return done


@atomic
def put(training: Training, *, by: User, place: shift.Place, seen: Versions | None = None) -> Done:
    """Put the training's sessions to a place of the board: on other days, for a room or a trainer, in one step."""
    pairs = shift.placed(training, _held(training, (), seen or {}), place)
    label = msg("%(training)s is now on %(day)s.", training=training.code, day=place.first_day)
    return _store(training, [Change(one, details) for one, details in pairs], by, "plan.put", label)


def _store(training: Training, edits: Sequence[Edit], by: User, action: str, label: Message) -> Done:
    """One step, one entry in the audit log. Sessions that stay the same are left out."""
    changed = [
        one
        for one in edits
        if not (isinstance(one, Change) and one.session and one.details == plan.details_of(one.session))
    ]
    if not changed:
        raise Conflict(msg("Nothing changes by this."), "exists")
    done = steps.store(
        training, changed, by=by, label=label, reason=msg("The timetable was changed.").translated()
    )
    audit.record(by=by, action=action, thing=training, changes={"sessions": len(changed), "what": str(label)})
    return done


def _change(
    training: Training,
    by: User,
    public_ids: Sequence[UUID],
    seen: Versions | None,
    action: str,
    form: Form,
    label: Callable[[int], Message],
) -> Done:
    wanted = _held(training, public_ids, seen or {})
    edits = [Change(one, form(one)) for one in wanted]
    changing = sum(one.details != plan.details_of(one.session) for one in edits if one.session)
    return _store(training, edits, by, action, label(changing))


@atomic
def set_room(
    training: Training,
    *,
    by: User,
    room: Room | None,
    public_ids: Sequence[UUID] = (),
    seen: Versions | None = None,
) -> Done:
    """Hold sessions in another room, or in none."""
    return _change(
        training, by, public_ids, seen, "plan.room",
        lambda one: replace(plan.details_of(one), room=room),
        lambda num: nmsg("%(num)s session has another room.", "%(num)s sessions have another room.", num),
    )  # fmt: skip


@atomic
def set_trainers(
    training: Training,
    *,
    by: User,
    trainers: Sequence[Trainer],
    public_ids: Sequence[UUID] = (),
    seen: Versions | None = None,
) -> Done:
    """Let these trainers give sessions, and nobody else."""
    wanted = set(trainers)

    def form(one: TrainingSession) -> Details:
        now = plan.details_of(one)
        return now if set(now.trainers) == wanted else replace(now, trainers=list(trainers))

    return _change(
        training,
        by,
        public_ids,
        seen,
        "plan.trainers",
        form,
        lambda num: nmsg("%(num)s session has other trainers.", "%(num)s sessions have other trainers.", num),
    )


@atomic
def replace_trainer(
    training: Training,
    *,
    by: User,
    old: Trainer,
    new: Trainer | None,
    public_ids: Sequence[UUID] = (),
    seen: Versions | None = None,
) -> Done:
    """Let ``new`` give what ``old`` gives in sessions, or nobody. Where ``new`` teaches already, ``old`` just goes."""
    wanted = [one for one in _held(training, public_ids, seen or {}) if old in plan.details_of(one).trainers]
    edits = []
    for one in wanted:
        now = plan.details_of(one)
        instead = [new] if new is not None and new not in now.trainers else []
        teaching = [other for trainer in now.trainers for other in (instead if trainer is old else [trainer])]
        edits.append(Change(one, replace(now, trainers=teaching)))
    if not edits:
        raise Conflict(msg("%(trainer)s gives none of these sessions any more.", trainer=old.name), "gone")
    label = (
        nmsg(
            "%(new)s gives %(num)s session instead of %(old)s.",
            "%(new)s gives %(num)s sessions instead of %(old)s.",
            len(edits),
            new=new.name,
            old=old.name,
        )
        if new
        else nmsg(
            "%(old)s is taken out of %(num)s session.",
            "%(old)s is taken out of %(num)s sessions.",
            len(edits),
            old=old.name,
        )
    )
    return _store(training, edits, by, "plan.replace_trainer", label)


@atomic
def set_hours(
    training: Training,
    *,
    by: User,
    starts: time | None = None,
    ends: time | None = None,
    break_minutes: int | None = None,
    public_ids: Sequence[UUID] = (),
    seen: Versions | None = None,
) -> Done:
    """Hold sessions at other hours of their days. Without ``ends`` each stays as long as it is."""

    def form(one: TrainingSession) -> Details:
        return shift.at_hours(plan.details_of(one), starts, ends, break_minutes)

    return _change(
        training, by, public_ids, seen, "plan.hours", form,
        lambda num: nmsg("%(num)s session has other hours.", "%(num)s sessions have other hours.", num),
    )  # fmt: skip


# Calling off, removing, adding


@atomic
def call_off(
    training: Training,
    *,
    by: User,
    reason: str,
    public_ids: Sequence[UUID] = (),
    seen: Versions | None = None,
) -> Done:
    """Call sessions off, for a reason: their rooms and trainers are free, and they count nowhere."""
    reasons.check(reason)
    wanted = _held(training, public_ids, seen or {})
    label = nmsg("%(num)s session is called off.", "%(num)s sessions are called off.", len(wanted))
    return _store(training, [CallOff(one, reason) for one in wanted], by, "plan.call_off", label)


@atomic
def remove(training: Training, *, by: User, public_ids: Sequence[UUID], seen: Versions | None = None) -> Done:
    """Remove sessions of which nobody was told. Raises ``Conflict`` by name for another one."""
    wanted = _held(training, public_ids, seen or {})
    for one in wanted:
        sessions.check_removable(one)
    label = nmsg("%(num)s session is removed.", "%(num)s sessions are removed.", len(wanted))
    return _store(training, [Remove(one) for one in wanted], by, "plan.remove", label)


@atomic
def copy_to(
    training: Training,
    *,
    by: User,
    move: shift.Move,
    public_ids: Sequence[UUID] = (),
    seen: Versions | None = None,
) -> Done:
    """Plan the same sessions on other days too, with their rooms and trainers."""
    wanted = _held(training, public_ids, seen or {})
    edits = [Change(None, details) for _one, details in shift.moved_to(training, wanted, move)]
    return _store(
        training,
        edits,
        by,
        "plan.copy",
        nmsg("%(num)s session is added.", "%(num)s sessions are added.", len(edits)),
    )


@atomic
def add_like(
    training: Training, *, by: User, like: Details, title: str, starts: datetime, ends: datetime
) -> Done:
    """Plan one more session with the room, the trainers and the break of ``like``."""
    sessions.lock_plannable(training)
    break_starts = like.break_starts if starts.time() == like.starts_local.time() else None
    new = replace(like, title=title, starts_local=starts, ends_local=ends, break_starts=break_starts)
    label = msg("%(title)s, %(day)s is added.", title=title, day=starts.date())
    return _store(training, [Change(None, new)], by, "plan.add", label)


@atomic
def add_day(training: Training, *, by: User, day: date) -> Done:
    """Plan a day as the last one is: its hours, room and trainers."""
    sessions.lock_plannable(training)
    last = shift.last_day(training)
    if not last:
        raise Conflict(msg("There is no day yet that could be copied. Plan half-days first."), "gone")
    pairs = shift.moved_to(training, last, shift.Move(first_day=day))
    edits = [Change(None, details) for _one, details in pairs]
    label = nmsg(
        "%(day)s is added, with %(num)s session.",
        "%(day)s is added, with %(num)s sessions.",
        len(edits),
        day=day,
    )
    return _store(training, edits, by, "plan.add_day", label)

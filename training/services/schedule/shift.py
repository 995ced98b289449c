"""Where sessions of a training go: other days, other hours, and the half-day or the day that is proposed next.

Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from training.db import db
from training.errors import Invalid
from training.models import Room, Trainer, Training, TrainingSession
from training.rules import recurrence, walltime
from training.rules.minutes import NOON
from training.services import locked_trainings
from training.services.schedule import clashes, free, plan
from training.services.schedule.clashes import Planned
from training.services.schedule.plan import Details
from training.text import language, msg
from training.texts import proposed
from training.texts.proposed import Part


@dataclass(frozen=True, kw_only=True)
class Move:
    """Where sessions go: by so many ``days``, or so that the first of them lies on ``first_day``.

    With ``skips``, none of them comes to lie on a weekend or a holiday of the place. ``minutes`` is how much later they
    are held on the clock.
    """

    days: int = 0
    first_day: date | None = None
    minutes: int = 0
    skips: bool = False


@dataclass(frozen=True)
class Moved:
    """A session, and how it would be held after a move, with what speaks against that. One that is the same stays."""

    session: TrainingSession
    planned: Planned


def moved_to(
    training: Training, wanted: Sequence[TrainingSession], move: Move
) -> list[tuple[TrainingSession, Details]]:
    """Where each session goes; nothing is stored. Raises ``Invalid`` for a day out of bounds."""
    if not wanted:
        return []
    first = min(one.on_date for one in wanted)
    try:
        to = move.first_day or first + timedelta(days=move.days)
    except OverflowError:
        raise Invalid(msg("This number is too large."), field="days") from None
    walltime.check_day(to, "first_day")
    is_free = free.is_free_day(training) if move.skips else None
    days = recurrence.carried((one.on_date for one in wanted), to, is_free)
    later = timedelta(minutes=move.minutes)
    found = []
    for one in wanted:
        by = days[one.on_date] - one.on_date + later
        now = plan.details_of(one)
        found.append((one, replace(now, starts_local=now.starts_local + by, ends_local=now.ends_local + by)))
    if move.minutes:
        found = [(one, _break_along(details, later)) for one, details in found]
    return found


def _break_along(details: Details, later: timedelta) -> Details:
    if details.break_starts is None:
        return details
    along = datetime.combine(date(2000, 1, 2), details.break_starts) + later
    return replace(details, break_starts=along.time())


def looked_at(training: Training, details: Sequence[Details], *, but: Collection[int] = ()) -> list[Planned]:
    """The sessions as they would be stored, each with what speaks against it: what stands there, and each other.

    ``but`` are the ids of stored sessions that will not stand there any more. Nothing is stored. Raises ``Invalid`` for
    times that make no sense.
    """
    with db.session.no_autoflush:
        planned = [plan.as_planned(training, one) for one in details]
        clashes.look(training, planned, but=but)
    return planned


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a training goes on the board: to a first day, and for a ``room`` or a ``trainer``, if one is meant.

    Where the trainer does not teach yet, they come in the place of ``instead``, where that one does. Without
    ``instead`` they alone give each session.
    """

    first_day: date
    room: Room | None = None
    trainer: Trainer | None = None
    instead: Trainer | None = None


def placed(
    training: Training, wanted: Sequence[TrainingSession], place: Place
) -> list[tuple[TrainingSession, Details]]:
    """How sessions would be held at a place of the board; nothing is stored. Raises as ``moved_to`` does."""
    found = []
    for one, details in moved_to(training, wanted, Move(first_day=place.first_day)):
        if place.room is not None:
            details = replace(details, room=place.room)
        if place.trainer is not None:
            details = replace(details, trainers=teaching_then(details.trainers, place))
        found.append((one, details))
    return found


def teaching_then(now: Sequence[Trainer], place: Place) -> Sequence[Trainer]:
    """Who gives a session at a place of the board that these trainers give now."""
    if place.trainer is None or place.trainer in now:
        return now
    if place.instead is not None:
        return [place.trainer if one is place.instead else one for one in now]
    return [place.trainer]


def preview(training: Training, wanted: Sequence[TrainingSession], move: Move) -> list[Moved]:
    """How sessions would be held after a move, each with what speaks against it; nothing is stored."""
    return _looked_at(training, wanted, moved_to(training, wanted, move))


def preview_at(training: Training, wanted: Sequence[TrainingSession], place: Place) -> list[Moved]:
    """How sessions would be held at a place of the board, as ``preview`` says it."""
    return _looked_at(training, wanted, placed(training, wanted, place))


def _looked_at(
    training: Training, wanted: Sequence[TrainingSession], to: Sequence[tuple[TrainingSession, Details]]
) -> list[Moved]:
    planned = looked_at(training, [details for _, details in to], but=[one.id for one in wanted])
    return [Moved(one, held) for (one, _), held in zip(to, planned, strict=True)]


def at_hours(now: Details, starts: time | None, ends: time | None, break_minutes: int | None) -> Details:
    """A session at other hours of its day. One that ends before it starts ends on the next day."""
    begins = datetime.combine(now.starts_local, starts) if starts else now.starts_local
    later = begins - now.starts_local
    if ends is None:
        finish = now.ends_local + later
    else:
        finish = datetime.combine(begins, ends)
        finish += timedelta(days=finish <= begins)
    minutes = now.break_minutes if break_minutes is None else break_minutes
    new = replace(now, starts_local=begins, ends_local=finish, break_minutes=minutes)
    return _break_along(new, later)


def dates_after(training: Training, moved: Sequence[Moved]) -> tuple[date, date]:
    """From when to when the training would be after a move."""
    stay = {one.session.id for one in moved}
    spans = [
        (one.starts_local, one.ends_local)
        for one in locked_trainings.live_sessions(training)
        if one.id not in stay
    ]
    spans += [(one.planned.starts_local, one.planned.ends_local) for one in moved]
    if not spans:
        return training.starts_on, training.ends_on
    return min(first for first, _last in spans).date(), max(last for _first, last in spans).date()


def last_day(training: Training) -> list[TrainingSession]:
    """The sessions of the training's last day, in their order."""
    held = locked_trainings.live_sessions(training)
    day = max((one.on_date for one in held), default=None)
    return [one for one in held if one.on_date == day]


def next_day(training: Training) -> date:
    """The day that is proposed for what is added: the next one on which people work, after the last session."""
    last = last_day(training)
    return (
        recurrence.next_day_of_work(last[0].on_date, free.is_free_day(training))
        if last
        else training.starts_on
    )


def next_half_day(training: Training) -> Details:
    """The half-day that is proposed next: the afternoon of a last day that has only a morning, else a morning."""
    held, last = locked_trainings.live_sessions(training), last_day(training)
    if not last:
        first, until = clashes.first_slot(training.starts_on)
        return Details(title=proposed.alone(Part.MORNING, language()), starts_local=first, ends_local=until)
    like = plan.details_of(last[-1])
    wants_afternoon = last[-1].starts_local.time() < NOON and last[-1].ends_local <= datetime.combine(
        last[-1].on_date, clashes.AFTERNOON[0]
    )
    day = last[0].on_date if wants_afternoon else next_day(training)
    half = [one for one in held if (one.starts_local.time() >= NOON) is wants_afternoon]
    if half:
        like = replace(plan.details_of(half[-1]), room=like.room, trainers=like.trainers)
        starts, ends = like.starts_local.time(), like.ends_local.time()
    else:
        starts, ends = clashes.AFTERNOON if wants_afternoon else clashes.MORNING
        like = replace(
            like, title=proposed.alone(Part.AFTERNOON if wants_afternoon else Part.MORNING, language())
        )
    begins, finish = datetime.combine(day, starts), datetime.combine(day, ends)
    finish += timedelta(days=finish <= begins)
    return replace(like, starts_local=begins, ends_local=finish)

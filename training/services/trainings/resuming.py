"""A postponed training goes on: its timetable wakes on new dates. Registrations and seats stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select

from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import Registration, Training, TrainingSession, TrainingState, User
from training.rules import walltime
from training.services import audit, locked_trainings, seat_counts
from training.services.schedule import asleep, shift, span
from training.services.schedule.clashes import Planned
from training.services.schedule.plan import Details
from training.services.trainings import changes, moves
from training.text import msg


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The new dates. Without ``closes_local`` registration closes as many days before the first day as it did.

    ``asks_again`` forgets what people answered for the old dates. ``without_taken`` holds sessions without the rooms and
    trainers that are taken then.
    """

    first_day: date
    closes_local: datetime | None = None
    rests: bool = True
    asks_again: bool = True
    without_taken: bool = False


@dataclass
class Outcome:
    """What new dates would make of a training, or have made of it."""

    sessions: list[tuple[TrainingSession, Details]]
    planned: list[Planned] = field(default_factory=list)
    closes_local: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be stored so."""
        return any(one.is_blocked for one in self.planned)


def preview(training: Training, wish: Wish) -> Outcome:
    """What new dates would make of the training; nothing is stored. Raises ``Invalid`` for dates that make no sense."""
    sessions = asleep.to_wake(training)
    if not sessions:
        raise Conflict(msg("There is no timetable that could be held again: add sessions first."), "not_yet")
    walltime.check_day(wish.first_day, "first_day")
    _check_programme(training, wish.first_day, wish.first_day)
    wanted = asleep.shifted(training, sessions, wish.first_day, rests=wish.rests)
    first, last = _dates(wanted)
    _check_programme(training, first, last)
    dated = _as_dated(training, first, last)
    planned = shift.looked_at(dated, [one for _, one in wanted])
    if wish.without_taken:
        wanted = [
            (session, asleep.without_taken(one, found))
            for (session, one), found in zip(wanted, planned, strict=True)
        ]
        planned = shift.looked_at(dated, [one for _, one in wanted])
    return Outcome(wanted, planned, _closes(training, first, wish), first, last)


def _as_dated(training: Training, first: date, last: date) -> Training:
    """The training as it would be asked about: with its new dates. It is not stored."""
    return changes.sketch(
        training.programme,
        theme=training.theme,
        venue=training.venue,
        languages=training.language_codes,
        zone=training.zone,
        country=training.country,
        capacity=training.capacity,
        starts_on=first,
        ends_on=last,
    )


def _dates(wanted: Sequence[tuple[TrainingSession, Details]]) -> tuple[date, date]:
    return (
        min(one.starts_local for _, one in wanted).date(),
        max(one.ends_local for _, one in wanted).date(),
    )


def _check_programme(training: Training, first: date, last: date) -> None:
    programme = training.programme
    if not programme.starts_on <= first <= last <= programme.ends_on:
        raise Invalid(
            msg(
                "The programme runs from %(first)s to %(last)s. Choose days between these dates.",
                first=programme.starts_on,
                last=programme.ends_on,
            ),
            field="first_day",
        )


def _closes(training: Training, first: date, wish: Wish) -> datetime:
    if wish.closes_local is not None:
        return wish.closes_local
    return training.registration_closes_local + (first - training.starts_on)


@atomic
def new_dates(training: Training, *, by: User, wish: Wish) -> list[Registration]:
    """Wake the timetable on its new dates and open the training again, in one. Returns who was promoted.

    Registrations and seats stay. Deadlines of kept seats that were not released move as far as the training does. Raises
    ``Conflict`` for a room or a trainer that is taken meanwhile, by name, and ``Invalid`` beside the field at fault.
    """
    locked_trainings.lock(training)
    if training.state is not TrainingState.POSTPONED:
        raise Conflict(
            msg("This is not possible any more: the training's state has changed meanwhile."), "state"
        )
    locked_trainings.lock_people(training, with_line=True)  # held before rooms and trainers
    locked_trainings.hold_sessions_of([training.id])
    found = preview(training, wish)
    before, was_first = audit.snapshot(training), training.starts_on
    _set_dates(training, found)
    if found.first_day is not None:
        _move_releases(training, found.first_day - was_first)
    reason = msg("The training has new dates.").translated()
    asleep.wake(training, found.sessions, by=by, reason=reason)
    span.follow_sessions(training)  # others may have been planned meanwhile
    asked = _forget_answers(training) if wish.asks_again else 0
    said = {"sessions": len(found.sessions), **({"asked_again": asked} if asked else {})}
    audit.record(by=by, action="training.new_dates", thing=training, before=before, changes=said)
    return moves.change_state(training, by=by, name="resume")


def _set_dates(training: Training, found: Outcome) -> None:
    if found.first_day is None or found.last_day is None or found.closes_local is None:
        return
    closes_at = walltime.instant(found.closes_local, training.zone, "registration_closes_local")
    if found.closes_local.date() > found.last_day:
        raise Invalid(
            msg("Registration must close before the training is over."), field="registration_closes_local"
        )
    if closes_at <= training.registration_opens_at:
        raise Invalid(msg("Registration must close after it opens."), field="registration_closes_local")
    training.starts_on, training.ends_on = found.first_day, found.last_day
    training.registration_closes_local, training.registration_closes_at = found.closes_local, closes_at


def _move_releases(training: Training, by_how_much: timedelta) -> None:
    """Deadlines of kept seats move along. A release that has happened stays as it is."""
    for one in seat_counts.allocations(training):
        if one.release_local is not None and one.released_at is None:
            one.release_local = one.release_local + by_how_much


def _forget_answers(training: Training) -> int:
    """Ask everybody again: what they answered was about the old dates. Returns how many had answered."""
    answered = db.session.scalars(
        select(Registration).where(
            Registration.training_id == training.id, Registration.acknowledged_at.is_not(None)
        )
    ).all()
    for one in answered:
        one.acknowledged_at = None
    return len(answered)

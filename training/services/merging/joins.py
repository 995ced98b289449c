"""Trainings for which two people are registered both: what becomes one when they are merged, and what is asked before.

Of a person's registrations for a training one stays. The others become part of it and are kept as history. Where their
marks of a session differ, somebody decides which one is right. The larger one is proposed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from training.db import db
from training.errors import Conflict, Invalid
from training.models import (
    LIVE,
    AttendanceRecord,
    Registration,
    RegistrationState,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.services import locked_trainings
from training.services.registrations import visible
from training.text import msg

CHANGED = msg(
    "A registration or a register of the two has changed since you opened this page. "
    "Look at it once more, then merge."
)


@dataclass(frozen=True)
class Choices:
    """What somebody decided who saw ``seen`` (see ``seen``).

    ``stays`` is the registration that stays, by the training's id. ``marks`` is the registration whose mark is right, by
    the session's id.
    """

    seen: str
    stays: Mapping[UUID, UUID] = field(default_factory=dict)
    marks: Mapping[UUID, UUID] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A session of which the registrations have different marks, the larger first."""

    session: TrainingSession
    marks: list[AttendanceRecord]

    def mark_of(self, registration: Registration) -> AttendanceRecord | None:
        """What this registration's line in the register says."""
        return next((one for one in self.marks if one.registration_id == registration.id), None)


@dataclass(frozen=True)
class Join:
    """The registrations of two people for one training. The first one stays, unless somebody chooses another."""

    training: Training
    registrations: list[Registration]
    marks: Mapping[int, list[AttendanceRecord]]
    """The marks of each session, by its id, the larger first."""

    @property
    def questions(self) -> list[Question]:
        """The sessions whose marks differ. Of a session that is not held nobody is asked: it counts nowhere."""
        found = [
            Question(one[0].training_session, one)
            for one in self.marks.values()
            if one[0].training_session.is_held and differ(one)
        ]
        return sorted(found, key=lambda one: (one.session.starts_at, one.session.id))

    @property
    def settled(self) -> int:
        """How many sessions have one mark, or equal ones: that one is taken without a question."""
        return len(self.marks) - len(self.questions)

    @property
    def freed(self) -> int:
        """How many seats become free, because one person held them."""
        return max(0, sum(one.holds_seat for one in self.registrations) - 1)

    @property
    def gives_seats(self) -> bool:
        """Whether a seat that becomes free may go to somebody else."""
        return self.training.state not in locked_trainings.FINISHED

    def staying(self, choices: Choices | None) -> Registration:
        """The registration that stays."""
        chosen = choices and choices.stays.get(self.training.public_id)
        if not chosen:
            return self.registrations[0]
        return next((one for one in self.registrations if one.public_id == chosen), self.registrations[0])

    def right(self, session_id: int, staying: Registration, choices: Choices | None) -> AttendanceRecord:
        """The mark of a session that stays. Raises ``Invalid`` if it is asked, and nobody answered."""
        found = self.marks[session_id]
        session = found[0].training_session
        if choices is not None and session.is_held and differ(found):
            chosen = choices.marks.get(session.public_id)
            answer = next((one for one in found if one.registration.public_id == chosen), None)
            if answer is None:
                raise Invalid(
                    msg("Say which mark of “%(session)s” is right.", session=session.title),
                    field=f"mark-{session.public_id}",
                )
            found = [answer]
        same = [one for one in found if content(one) == content(found[0])]
        return next((one for one in same if one.registration_id == staying.id), same[0])


SAYS = ("status", "arrived", "left", "also_left_early", "minutes")
"""What a mark says. Who made it and when does not matter."""


def content(mark: AttendanceRecord) -> tuple[object, ...]:
    """What the mark says."""
    return tuple(getattr(mark, name) for name in SAYS)


def differ(found: Sequence[AttendanceRecord]) -> bool:
    """Whether these marks of a session say different things."""
    return len({content(one) for one in found}) > 1


def of(kept: Trainee, gone: Trainee) -> list[Join]:
    """The trainings for which both are registered, by their first day.

    A registration that ended before it had a seat or a mark is plain history, and moves with its person as it is.
    """
    both = {kept.id, gone.id}
    marked = select(AttendanceRecord.id).where(AttendanceRecord.registration_id == Registration.id).exists()
    counts = or_(Registration.state.in_(LIVE), Registration.confirmed_at.is_not(None), marked)
    rows = db.session.scalars(
        select(Registration)
        .where(
            Registration.trainee_id.in_(both),
            Registration.submitted_at.is_not(None),
            Registration.state.not_in([RegistrationState.DRAFT, RegistrationState.JOINED]),
            counts,
        )
        .options(
            joinedload(Registration.trainee),
            joinedload(Registration.agency),
            joinedload(Registration.training),
        )
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    )
    groups: dict[Training, list[Registration]] = defaultdict(list)
    for one in rows:
        groups[one.training].append(one)
    shared = {t: found for t, found in groups.items() if {one.trainee_id for one in found} == both}
    marks_of = _marks([one.id for found in shared.values() for one in found])
    joins = [_join(training, found, marks_of) for training, found in shared.items()]
    return sorted(joins, key=lambda one: (one.training.starts_on, one.training.id))


def _marks(registration_ids: Sequence[int]) -> dict[int, list[AttendanceRecord]]:
    """The marks of these registrations, by the registration's id."""
    found: dict[int, list[AttendanceRecord]] = defaultdict(list)
    rows = db.session.scalars(
        select(AttendanceRecord)
        .where(AttendanceRecord.registration_id.in_(registration_ids), AttendanceRecord.status.is_not(None))
        .options(joinedload(AttendanceRecord.training_session), joinedload(AttendanceRecord.registration))
        .order_by(AttendanceRecord.session_id, AttendanceRecord.registration_id)
        .execution_options(populate_existing=True)
    )
    for one in rows:
        found[one.registration_id].append(one)
    return found


def _join(
    training: Training, found: Sequence[Registration], marks_of: Mapping[int, list[AttendanceRecord]]
) -> Join:
    minutes = {one.id: sum(mark.minutes for mark in marks_of.get(one.id, ())) for one in found}
    ordered = sorted(found, key=lambda one: (not one.is_live, not one.holds_seat, -minutes[one.id], one.id))
    by_session: dict[int, list[AttendanceRecord]] = defaultdict(list)
    for one in ordered:
        for mark in marks_of.get(one.id, ()):
            by_session[mark.session_id].append(mark)
    largest_first = {
        number: sorted(several, key=lambda mark: -mark.minutes) for number, several in by_session.items()
    }
    return Join(training, ordered, largest_first)


def foreign(found: Sequence[Join], user: User) -> list[Training]:
    """The trainings among these whose registrations ``user`` may not see. Another coordinator looks after them."""
    return foreign_of([registration.id for one in found for registration in one.registrations], user)


def foreign_of(registration_ids: Iterable[int], user: User) -> list[Training]:
    """The trainings of these registrations as far as ``user`` may not see them, by their first day."""
    ids = list(registration_ids)
    seen_by = visible.visible_to(user).where(Registration.id.in_(ids)).with_only_columns(Registration.id)
    found = (
        select(Training)
        .join(Registration, Registration.training_id == Training.id)
        .where(Registration.id.in_(ids), Registration.id.not_in(seen_by))
        .distinct()
        .order_by(Training.starts_on, Training.id)
    )
    return list(db.session.scalars(found))


def check_not_foreign(found: Sequence[Join], user: User) -> None:
    """Raise ``Conflict`` if there is something to decide in a training that another coordinator looks after."""
    if others := foreign(found, user):
        raise Conflict(
            msg(
                "Both are registered for %(codes)s, which another coordinator looks after: ask them to merge the two.",
                codes=", ".join(one.code for one in others),
            ),
            "foreign",
        )


def seen(found: Sequence[Join]) -> str:
    """A short text that is another one as soon as a registration or a mark in question has changed."""
    facts = [
        (one.training.state, [(r.id, r.state) for r in one.registrations], _versions(one)) for one in found
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _versions(one: Join) -> list[tuple[int, int]]:
    return sorted((mark.id, mark.version) for several in one.marks.values() for mark in several)


def check_seen(found: Sequence[Join], choices: Choices | None) -> None:
    """Raise ``Conflict`` if somebody decided on something else than there is now."""
    if choices is not None and found and choices.seen != seen(found):
        raise Conflict(CHANGED, "changed")


def starts(training: Training) -> list[datetime]:
    """When the training's sessions begin that are held."""
    return [one.starts_at for one in locked_trainings.live_sessions(training)]

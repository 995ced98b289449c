"""Where a registration stands: taken over from another one of the same person, and put back. Single steps.

The caller holds the training's lock and audits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from training.db import db
from training.models import HOLDS_SEAT, LIVE, ReasonCode, Registration, RegistrationState, User
from training.services import locked_trainings
from training.services.registrations import steps
from training.texts import letters

S = RegistrationState
BEST_FIRST = (S.CONFIRMED, S.OFFERED, S.RESERVE, S.SUBMITTED, S.RETURNED)
"""Live states. If a person has two registrations, what the better one has gained is not lost."""
INSTANTS = ("offer_expires_at", "confirmed_at", "released_at", "acknowledged_at")


@dataclass(frozen=True)
class Standing:
    """What decides on a registration's seat and place in line, and on which registers list it."""

    state: RegistrationState
    reserve_rank: int | None
    offer_expires_at: datetime | None
    confirmed_at: datetime | None
    released_at: datetime | None
    acknowledged_at: datetime | None

    @property
    def place(self) -> tuple[int, int]:
        """The smaller, the better. What has ended comes last."""
        found = BEST_FIRST.index(self.state) if self.state in LIVE else len(BEST_FIRST)
        return found, self.reserve_rank or 0

    @property
    def holds_seat(self) -> bool:
        """Whether it is a seat, confirmed or offered."""
        return self.state in HOLDS_SEAT

    @property
    def decided(self) -> tuple[object, ...]:
        """What only a decision changes. A rank also changes when others are moved on the list."""
        return self.state, self.offer_expires_at, self.confirmed_at, self.released_at


def of(registration: Registration) -> Standing:
    """Where the registration stands now."""
    return Standing(
        registration.state,
        registration.reserve_rank,
        registration.offer_expires_at,
        registration.confirmed_at,
        registration.released_at,
        registration.acknowledged_at,
    )


def plain(standing: Standing) -> dict[str, Any]:
    """The standing as JSON holds it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(standing).items()
    }


def read(said: dict[str, Any]) -> Standing:
    """A standing from JSON."""
    instants = {name: said[name] and datetime.fromisoformat(said[name]) for name in INSTANTS}
    return Standing(S(said["state"]), said["reserve_rank"], **instants)


def combined(own: Standing, others: Sequence[Standing], starts: Sequence[datetime]) -> Standing:
    """Where a registration stands that others become part of: where the best of them stood.

    The person was there from the first to the last of their seats, unless a session (see ``starts``) began between two
    seats, when they had none.
    """
    everything = [own, *others]
    best = min(everything, key=lambda one: one.place)
    known = [one.acknowledged_at for one in everything if one.acknowledged_at is not None]
    found = replace(own, acknowledged_at=min(known, default=None))
    if best.state in LIVE and best is not own:
        found = replace(best, acknowledged_at=found.acknowledged_at)
    if best.state in LIVE and best.confirmed_at is None:
        return found
    spans = [(one.confirmed_at, one.released_at) for one in everything if one.confirmed_at is not None]
    if not spans:
        return found
    first = (found.confirmed_at, found.released_at) if found.confirmed_at is not None else spans[0]
    confirmed_at, released_at = _from_first_to_last(first, spans, starts)
    return replace(found, confirmed_at=confirmed_at, released_at=released_at)


Span = tuple[datetime, datetime | None]
"""From when to when somebody had a seat. None is for still."""


def _from_first_to_last(span: Span, spans: Sequence[Span], starts: Sequence[datetime]) -> Span:
    """``span``, made longer by the other spans that no session divides from it."""
    grown = span
    for one in sorted(spans, key=_begins, reverse=True):
        if one[0] < grown[0] and not _divided(one[1], grown[0], starts):
            grown = (one[0], _later(grown[1], one[1]))
    for one in sorted(spans, key=_begins):
        if one[0] >= grown[0] and not _divided(grown[1], one[0], starts):
            grown = (grown[0], _later(grown[1], one[1]))
    return grown


def _begins(span: Span) -> datetime:
    return span[0]


def _divided(ends: datetime | None, begins: datetime, starts: Sequence[datetime]) -> bool:
    return ends is not None and any(ends <= start < begins for start in starts)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def take(registration: Registration, wanted: Standing, *, by: User, reason: str, told: bool) -> None:
    """Put the registration where it stands from now on, and keep the step.

    With ``told``, those concerned get a letter, unless the training is over or cancelled.
    """
    before = registration.state
    registration.state, registration.reserve_rank = wanted.state, wanted.reserve_rank
    registration.offer_expires_at, registration.acknowledged_at = (
        wanted.offer_expires_at,
        wanted.acknowledged_at,
    )
    registration.confirmed_at, registration.released_at = wanted.confirmed_at, wanted.released_at
    db.session.flush()  # the next one of the same person waits for the pair of person and training, and for no id
    if registration.state is before:
        return
    if told and registration.training.state not in locked_trainings.FINISHED:
        steps.step(registration, before, by, None, reason)
    else:
        steps.noted(registration, by, reason, before)


def join(others: Sequence[Registration], into: Registration, *, by: User) -> None:
    """Make registrations part of another one. Their seats are free; nobody is told."""
    steps.end_many(others, S.JOINED, by, ReasonCode.ORGANISER, letters.JOINED["en"])
    for one in others:
        one.joined_into = into
    db.session.flush()  # as in ``take``


def part(one: Registration, wanted: Standing, *, by: User) -> None:
    """Make a registration stand by itself again, where ``wanted`` says. Nobody is told: nobody was told of the joining."""
    one.joined_into = None
    db.session.flush()  # the database holds that only what is joined points to another one: no id is waited for
    take(one, wanted, by=by, reason=letters.PARTED["en"], told=False)
    if one.state is S.RESERVE and wanted.reserve_rank is not None:
        make_room(one, wanted.reserve_rank)


def wait_again(one: Registration, before: Standing, *, by: User) -> None:
    """Make a registration stand by itself again whose seat has gone to somebody else: it is the next in line.

    It had its seat until it was joined. Those concerned are told, unless the training is over or cancelled.
    """
    if one.training.state in locked_trainings.FINISHED:
        waits = replace(before, state=S.RESERVE, reserve_rank=1, offer_expires_at=None)
        part(one, replace(waits, released_at=before.confirmed_at and one.released_at), by=by)
        return
    one.joined_into = None
    one.confirmed_at, one.acknowledged_at = before.confirmed_at, before.acknowledged_at
    db.session.flush()  # as in ``part``
    steps.reserve(one, by, ReasonCode.NO_SEAT)
    steps.arrange([one], 1)


def end(registration: Registration, before: Standing, *, by: User) -> None:
    """Make a registration stand by itself again whose training was cancelled since: it ends as the others ended then.

    It had its seat until that day. Nobody is told.
    """
    training = registration.training
    registration.joined_into = None
    registration.confirmed_at, registration.acknowledged_at = before.confirmed_at, before.acknowledged_at
    registration.released_at = training.state_changed_at if before.holds_seat else before.released_at
    db.session.flush()  # as in ``part``
    steps.end_many([registration], S.WITHDRAWN, by, ReasonCode.ORGANISER, training.state_reason)


def make_room(one: Registration, rank: int) -> None:
    """Give somebody on the reserve list a rank again. If it is taken by now, the others make room."""
    one.reserve_rank = rank
    db.session.flush()  # ``is_rank_taken`` asks the database, and waits for no id
    if _is_rank_taken(one):
        steps.arrange([one], rank)


def _is_rank_taken(one: Registration) -> bool:
    found = select(Registration.id).where(
        Registration.training_id == one.training_id,
        Registration.state == S.RESERVE,
        Registration.reserve_rank == one.reserve_rank,
        Registration.id != one.id,
    )
    return db.session.scalar(found.limit(1)) is not None

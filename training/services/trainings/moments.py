"""The moments that the rules in use do not give: stored instants that wall times do not stand for any more.

Nothing is stored here, and what is over stays as it was. A release of kept seats is stored as wall time alone, and is
compared with clocks there whenever somebody asks, so it follows by itself. An offer ends at its training's cut-off at
the latest. One that ends before it stays, for its person was told so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from training import clock
from training.db import db
from training.errors import Invalid
from training.models import (
    Registration,
    RegistrationState,
    SeatAllocation,
    SessionTrainer,
    Training,
    TrainingSession,
)
from training.rules import walltime
from training.rules.taken_twice import Held, Place, Span
from training.services import marks
from training.services.letters.of_zone_rules import CLOSES, OFFER, OPENS, SESSION, MovedMoment
from training.services.locked_trainings import FINISHED
from training.services.registrations import reserve_list
from training.services.schedule import proof
from training.text import Message, msg

Cells = TypeVarTuple("Cells")
"""What the columns of a query hold."""
NEAR = timedelta(days=2)
"""What ended within this time may be still to come by other rules, or stand in the way of what is: no rules differ by more."""


@dataclass
class Following:
    """A training of which something is to follow the rules in use, or cannot."""

    training: Training
    sessions: dict[int, Span] = field(default_factory=dict)
    """The sessions that move, by id, with their new instants."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    """When registration opens and closes by the rules in use, if that is not what is stored."""
    moved: list[MovedMoment] = field(default_factory=list)
    """All that moves, for those who read of it."""
    left: list[Message] = field(default_factory=list)
    """What cannot follow: clocks skip it, or its register keeps it."""


def to_follow(ids: Collection[int] | None = None) -> list[Following]:
    """What is to follow in each training, or in those with these ids, in the order of their ids."""
    found: dict[int, Following] = {}

    def of(training: Training) -> Following:
        return found.setdefault(training.id, Following(training))

    for training in _with_registration_to_come(ids):
        _look_at_window(of(training))
    for session in _sessions_to_come(ids):
        _look_at_session(of(session.training), session)
    for registration in _offers(ids):
        _look_at_offer(of(registration.training), registration)
    for allocation in _releases(ids):
        _look_at_release(of(allocation.training), allocation)
    return [found[number] for number in sorted(found) if found[number].moved or found[number].left]


def places(following: Iterable[Following], ids: Collection[int] | None = None) -> list[Place]:
    """Every session that is held and to come, or was held lately: where it stands, and where it is to be."""
    now = {number: span for one in following for number, span in one.sessions.items()}
    held = select(
        TrainingSession.id,
        TrainingSession.training_id,
        TrainingSession.starts_at,
        TrainingSession.ends_at,
        TrainingSession.room_id,
    ).where(TrainingSession.is_held, TrainingSession.ends_at > clock.now() - NEAR)
    taught = select(SessionTrainer.session_id, SessionTrainer.trainer_id).where(
        ~SessionTrainer.is_off, SessionTrainer.ends_at > clock.now() - NEAR
    )
    if ids is not None:
        held = held.where(TrainingSession.training_id.in_(ids))
        taught = taught.join(SessionTrainer.training_session).where(TrainingSession.training_id.in_(ids))
    holds: defaultdict[int, set[Held]] = defaultdict(set)
    for number, trainer_id in db.session.execute(taught):
        holds[number].add(Held("trainer", trainer_id))
    found = []
    for number, training_id, starts_at, ends_at, room_id in db.session.execute(held):
        before = Span(starts_at, ends_at)
        if room_id is not None:
            holds[number].add(Held("room", room_id))
        is_over = number not in now and ends_at <= clock.now()
        place = Place(number, training_id, before, now.get(number, before), frozenset(holds[number]), is_over)
        found.append(place)
    return found


def _look_at_window(one: Following) -> None:
    training = one.training
    try:
        opens = walltime.instant(training.registration_opens_local, training.zone)
        closes = walltime.instant(training.registration_closes_local, training.zone)
    except Invalid as skipped:
        one.left.append(msg("Registration: %(why)s", why=skipped.message))
        return
    if max(closes, training.registration_closes_at) <= clock.now():
        return
    if max(opens, training.registration_opens_at) <= clock.now():
        opens = training.registration_opens_at
    if closes <= opens:
        one.left.append(msg("Registration: %(why)s", why=msg("Registration must close after it opens.")))
        return
    if opens != training.registration_opens_at:
        one.opens_at = opens
        one.moved.append(MovedMoment(OPENS, training.registration_opens_at, opens))
    if closes != training.registration_closes_at:
        one.closes_at = closes
        one.moved.append(MovedMoment(CLOSES, training.registration_closes_at, closes))


def _look_at_session(one: Following, session: TrainingSession) -> None:
    try:
        now = Span(
            *(walltime.instant(at, one.training.zone) for at in (session.starts_local, session.ends_local))
        )
    except Invalid as skipped:
        one.left.append(msg("%(session)s: %(why)s", session=session.title, why=skipped.message))
        return
    before = Span(session.starts_at, session.ends_at)
    if now != before and max(now.ends_at, before.ends_at) > clock.now():
        slot = replace(marks.slot_of(session), starts_at=now.starts_at, ends_at=now.ends_at)
        if why := proof.kept_by_register(session, slot):
            one.left.append(why)
            return
        one.sessions[session.id] = now
        one.moved.append(MovedMoment(SESSION, before.starts_at, now.starts_at, session.title))


def _look_at_offer(one: Following, registration: Registration) -> None:
    cut_off = reserve_list.cut_off(one.training)
    if registration.offer_expires_at is not None and registration.offer_expires_at > cut_off:
        one.moved.append(MovedMoment(OFFER, registration.offer_expires_at, cut_off))


def _look_at_release(one: Following, allocation: SeatAllocation) -> None:
    until, zone = allocation.release_local, one.training.zone
    if until is None or until <= walltime.now(zone):
        return
    try:
        walltime.instant(until, zone)
    except Invalid as skipped:
        one.left.append(msg("Kept seats: %(why)s", why=skipped.message))


def _with_registration_to_come(ids: Collection[int] | None) -> Iterator[Training]:
    found = select(Training).where(
        Training.state.not_in(FINISHED), Training.registration_closes_at > clock.now() - NEAR
    )
    yield from db.session.scalars(_among(found, ids))


def _sessions_to_come(ids: Collection[int] | None) -> Iterator[TrainingSession]:
    found = (
        select(TrainingSession)
        .join(TrainingSession.training)
        .options(contains_eager(TrainingSession.training))
        .where(
            TrainingSession.is_held,
            TrainingSession.ends_at > clock.now() - NEAR,
            Training.state.not_in(FINISHED),
        )
        .order_by(TrainingSession.starts_local, TrainingSession.id)
    )
    yield from db.session.scalars(_among(found, ids))


def _offers(ids: Collection[int] | None) -> Iterator[Registration]:
    found = (
        select(Registration)
        .join(Registration.training)
        .options(contains_eager(Registration.training))
        .where(Registration.state == RegistrationState.OFFERED, Registration.offer_expires_at > clock.now())
        .order_by(Registration.id)
    )
    yield from db.session.scalars(_among(found, ids))


def _releases(ids: Collection[int] | None) -> Iterator[SeatAllocation]:
    found = (
        select(SeatAllocation)
        .join(SeatAllocation.training)
        .options(contains_eager(SeatAllocation.training))
        .where(
            SeatAllocation.release_local.is_not(None),
            SeatAllocation.released_at.is_(None),
            Training.state.not_in(FINISHED),
        )
        .order_by(SeatAllocation.id)
    )
    yield from db.session.scalars(_among(found, ids))


def _among(found: Select[*Cells], ids: Collection[int] | None) -> Select[*Cells]:
    """The query for the trainings with these ids alone, or for all."""
    return found if ids is None else found.where(Training.id.in_(ids))

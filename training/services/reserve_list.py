"""The reserve list: who is next in line, seats offered and given; seats are counted under the training's lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    Admission,
    Agency,
    Promotion,
    ReasonCode,
    Registration,
    ReserveOrder,
    SeatAllocation,
    Training,
    User,
)
from training.seat_count import Kept, SeatCount
from training.services import agencies, audit, seat_counts, training_moves, trainings
from training.services import registration_steps as steps
from training.services import seats as seat_service
from training.services.registration_steps import S
from training.text import Message, msg


@atomic
def confirm(registration: Registration, *, by: User | None) -> Registration:
    """Give a seat: to one who was submitted, returned, on the reserve list, or accepts an offer."""
    steps.lock(registration)
    steps.check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE, S.OFFERED)
    steps.check_undecided(registration.training)
    steps.check_may_register(registration.agency)
    if registration.state is not S.OFFERED:
        seat_service.check_free(registration)
    steps.confirm(registration, by)
    audit.record(by=by, action="registration.confirm", thing=registration)
    return registration


@atomic
def reserve(registration: Registration, *, by: User | None, rank: int | None = None) -> Registration:
    """Put on the reserve list, at ``rank`` or at its end; the others close up or make room."""
    steps.lock(registration)
    steps.check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE)
    steps.check_undecided(registration.training)
    steps.reserve(registration, by, ReasonCode.NO_SEAT, rank)
    audit.record(
        by=by, action="registration.reserve", thing=registration, changes={"rank": registration.reserve_rank}
    )
    return registration


@atomic
def offer(registration: Registration, *, by: User | None) -> Registration:
    """Offer a free seat to one on the reserve list; it is held until the offer expires."""
    steps.lock(registration)
    steps.check_from(registration, S.RESERVE)
    steps.check_undecided(registration.training)
    steps.check_may_register(registration.agency)
    seat_service.check_free(registration)
    registration.reserve_rank = None  # it left the list, whose ranks are given anew without it
    registration.offer_expires_at = clock.now() + timedelta(hours=registration.training.offer_hours)
    steps.to(registration, S.OFFERED, by)
    audit.record(by=by, action="registration.offer", thing=registration)
    return registration


@atomic
def accept(registration: Registration, *, by: User | None) -> Registration:
    """Take the seat that is offered: the agency does, or the person by their own link (``by`` is None).

    Raises ``Conflict`` once the offer is over, whether or not the seat has gone to the next in line yet.
    """
    steps.lock(registration)
    steps.check_from(registration, S.OFFERED)
    steps.check_undecided(registration.training)
    steps.check_may_register(registration.agency)
    if registration.offer_expires_at is None or registration.offer_expires_at <= clock.now():
        raise Conflict(msg("The time to take this seat is over: it goes to the next in line."), "offer_over")
    steps.confirm(registration, by, None if by else ReasonCode.TRAINEE)
    audit.record(by=by, action="registration.accept", thing=registration)
    return registration


@dataclass(frozen=True)
class Freed:
    """Why seats became free: how many, by whose registration, for whom alone, and who is passed over this time."""

    seats: int = 0
    by: Registration | None = None
    only: Kept | None = None
    passed_over: Collection[int] = ()


def promote(training: Training, freed: Freed, *, by: User | None) -> list[Registration]:
    """Give free seats to the next in line; the caller holds the lock. Returns who moved up.

    First come: as long as a seat is free and somebody may take it. By approval: as many as became free now, for
    who was put on the list while seats were free is there by decision. Where the training proposes, a coordinator
    decides instead. Nobody moves up once the training's cut-off has come.
    """
    if training.promotion is Promotion.PROPOSED or not is_moving_up(training):
        return []
    promoted = next_in_line(training, seat_counts.count(training), freed)
    for candidate in promoted:
        # by the rule, not by a person: who freed the seat may be of an agency that this one is not to see
        steps.confirm(candidate, None)
        audit.record(by=by, action="registration.promote", thing=candidate)
    return promoted


def is_moving_up(training: Training) -> bool:
    """Whether those on the reserve list may still move up: it is to be held, and its cut-off is ahead."""
    return training.state in trainings.OFFERED_TO_PARTNERS and clock.today(training.zone) < ends_on(training)


def ends_on(training: Training) -> date:
    """The first day, in the training's zone, on which nobody moves up any more."""
    return training.starts_on - timedelta(days=training.promotion_ends_days)


def next_in_line(training: Training, counted: SeatCount, freed: Freed) -> list[Registration]:
    """Who would get the seats that are free; takes them in ``counted``.

    In line: where the training says so, first those of the agency that freed the seat, then of its country; then all,
    by rank or by the time of submission. Passed over is whose agency is suspended or has used up its seats.
    """
    found: list[Registration] = []
    most = freed.seats if training.admission is Admission.APPROVAL else counted.capacity
    if counted.free_in_all <= 0 or most <= 0:
        return found
    may_gain = [o for o in seat_counts.on_reserve(training) if counted.free_for(o) > 0]
    for candidate in (
        _in_line(training, freed.by, {agency_id for agency_id, _ in may_gain}) if may_gain else []
    ):
        origin = seat_counts.origin_of(candidate)
        is_meant = freed.only is None or counted.share_of(origin) == freed.only
        if is_meant and candidate.id not in freed.passed_over and counted.free_for(origin) > 0:
            counted.take(origin)
            found.append(candidate)
        if len(found) >= most:
            break
    return found


def in_order(training: Training) -> list[Any]:
    """By what the training's reserve list is sorted."""
    if training.reserve_order is ReserveOrder.SUBMITTED:
        return [Registration.submitted_at, Registration.id]
    return [Registration.reserve_rank, Registration.submitted_at, Registration.id]


def _in_line(
    training: Training, freed_by: Registration | None, agency_ids: Collection[int]
) -> list[Registration]:
    """Those of these agencies on the list, the next first: of thousands who wait few may gain a seat."""
    nearness = []
    if freed_by is not None and training.nearest_first:
        near = (
            (Registration.agency_id == freed_by.agency_id, 0),
            (Registration.agency_country == freed_by.agency_country, 1),
        )
        nearness = [case(*near, else_=2)]
    return list(
        db.session.scalars(
            select(Registration)
            .join(Registration.agency)
            .where(
                Registration.training_id == training.id, Registration.state == S.RESERVE, Agency.is_active,
                Registration.id != (freed_by.id if freed_by is not None else 0),
                Registration.agency_id.in_(agency_ids),
            )
            .order_by(*nearness, *in_order(training))
        )
    )  # fmt: skip


@atomic
def expire_offers() -> int:
    """Put offers that nobody took in time back on the reserve list, at its end; returns how many.

    Their seats go to those who have not let one pass just now.
    """
    due = db.session.scalars(
        select(Registration)
        .where(Registration.state == S.OFFERED, Registration.offer_expires_at <= clock.now())
        .order_by(Registration.training_id, Registration.id)
        .options(joinedload(Registration.training))
    ).all()
    count = 0
    for training, offers in groupby(due, key=lambda one: one.training):
        expired = []
        for registration in offers:
            steps.lock(registration)
            if registration.state is S.OFFERED:
                steps.reserve(registration, None, ReasonCode.OTHER)
                audit.record(by=None, action="registration.offer_expired", thing=registration)
                expired.append(registration)
        for registration in expired:
            promote(training, Freed(1, registration, passed_over={one.id for one in expired}), by=None)
        count += len(expired)
    return count


@atomic
def change_training(training: Training, *, by: User, details: trainings.Details) -> list[Registration]:
    """Change a training; seats that this adds go to the next in line. Returns who moved up."""
    before = training.capacity
    trainings.change(training, by=by, details=details)
    db.session.flush()
    return promote(training, Freed(max(0, training.capacity - before)), by=by)


@atomic
def move_training(training: Training, *, by: User | None, name: str, reason: str = "") -> Training:
    """Take the named step; when registration opens again, seats that became free meanwhile are given."""
    training_moves.move(training, by=by, name=name, reason=reason)
    promote(training, Freed(), by=by)
    return training


@atomic
def resume_agency(agency: Agency, *, by: User) -> list[Registration]:
    """Let a suspended agency register again; its people who wait get the seats that are free."""
    agencies.resume(agency, by=by)
    waiting = (
        select(Training)
        .join(Registration, Registration.training_id == Training.id)
        .where(Registration.agency_id == agency.id, Registration.state == S.RESERVE)
        .distinct()
        .order_by(Training.id)
    )
    moved = []
    for training in db.session.scalars(waiting).all():
        trainings.lock(training)
        moved += promote(training, Freed(), by=by)
    return moved


@atomic
def keep_seats(
    training: Training,
    *,
    by: User | None,
    seats: int,
    agency: Agency | None = None,
    country: str | None = None,
    release_local: datetime | None = None,
) -> list[Registration]:
    """Keep seats for an agency or a country; those who waited for them move up. Returns who did."""
    trainings.lock(training)
    before = seat_counts.count(training).kept
    allocation = seat_service.allocate(
        training, by=by, seats=seats, agency=agency, country=country, release_local=release_local
    )
    db.session.flush()
    kept = seat_counts.as_kept(allocation)
    had = next((k.seats for k in before if (k.agency_id, k.country) == (kept.agency_id, kept.country)), 0)
    by_decision = training.admission is Admission.APPROVAL
    return promote(training, Freed(max(0, seats - had), only=kept if by_decision else None), by=by)


@dataclass(frozen=True)
class Release:
    """What releasing unused seats does: how many can leave which allocation, which are picked, and who moves up."""

    unused: list[tuple[SeatAllocation, int]]
    picked: set[UUID]
    moving_up: list[Registration]

    @property
    def seats(self) -> int:
        """Seats that become everybody's."""
        return sum(seats for one, seats in self.unused if one.public_id in self.picked)


def release_preview(training: Training, picked: Collection[UUID] | None = None) -> Release:
    """What ``release_seats`` would do now; ``picked`` are the allocations, those that are due where it is None."""
    counted = seat_counts.count(training)
    unused = seat_service.unused(training, counted)
    chosen = [
        one for one, _ in unused if (seat_service.is_due(one) if picked is None else one.public_id in picked)
    ]
    found = Release(unused, {one.public_id for one in chosen}, [])
    released = [seat_counts.as_kept(one) for one in chosen]
    counted.kept = [kept for kept in counted.kept if kept not in released]
    if training.promotion is Promotion.AUTOMATIC and is_moving_up(training):
        found.moving_up.extend(next_in_line(training, counted, Freed(found.seats)))
    return found


@atomic
def release_seats(
    training: Training,
    *,
    by: User,
    picked: Collection[UUID] | None = None,
    expected: Sequence[UUID] | None = None,
) -> list[Registration]:
    """Release unused seats of the picked allocations, and give them to the next in line; returns who moved up.

    ``expected`` are the public ids of those whom the preview named: ``Conflict`` when it would be others by now.
    """
    trainings.lock(training)
    preview = release_preview(training, picked)
    if expected is not None and [one.public_id for one in preview.moving_up] != list(expected):
        raise Conflict(
            msg("The reserve list has changed meanwhile: look again at who moves up, and confirm."), "changed"
        )
    seat_service.release(training, by=by, picked=preview.picked)
    db.session.flush()
    return promote(training, Freed(preview.seats), by=by)


def why_not_yet(
    training: Training, waiting: Sequence[Registration], *, to_agency: bool
) -> dict[int, Message]:
    """Why each of those on the reserve list has no seat yet, by the registration's id.

    ``to_agency`` says no more than an agency may know: nothing of other agencies, and no numbers of the pool.
    """
    counted, last = seat_counts.count(training), ends_on(training)
    found: dict[int, Message] = {}
    for one in waiting:
        share = counted.share_of(seat_counts.origin_of(one))
        if not is_moving_up(training):
            found[one.id] = msg("Nobody moves up any more since %(day)s.", day=last)
        elif counted.free_in_all <= 0:
            found[one.id] = msg("All seats are held. It moves up when one becomes free.")
        elif counted.free_of(share) <= 0 and share is not None and share.agency_id:
            found[one.id] = msg("The seats kept for the agency are used up. It can ask for more.")
        elif counted.free_of(share) <= 0 and not to_agency:
            found[one.id] = msg("The seats that are free are kept for others until they are released.")
        elif counted.free_of(share) <= 0:
            found[one.id] = msg("No seat is free for the agency now.")
        else:
            found[one.id] = msg("The coordinator decides who gets the seats that are free.")
    return found


def own_ranks(waiting: Sequence[Registration]) -> dict[int, int]:
    """The rank of each within its own agency's people on the reserve list, by the registration's id."""
    if not waiting:
        return {}
    training, agency_ids = waiting[0].training, {one.agency_id for one in waiting}
    rows = db.session.execute(
        select(Registration.agency_id, Registration.id)
        .where(
            Registration.training_id == training.id, Registration.state == S.RESERVE,
            Registration.agency_id.in_(agency_ids),
        )
        .order_by(*in_order(training))
    )  # fmt: skip
    seen: dict[int, int] = {}
    ranks = {}
    for agency_id, number in rows:
        seen[agency_id] = ranks[number] = seen.get(agency_id, 0) + 1
    return ranks


def rule(training: Training) -> Message:
    """The rule of the reserve list in words that anyone can read."""
    order = (
        msg("in the order of submission") if training.reserve_order is ReserveOrder.SUBMITTED
        else msg("in the order of their rank")
    )  # fmt: skip
    first = (
        msg("first those of the agency that gave the seat up, then of its country, then all")
        if training.nearest_first else msg("all alike")
    )  # fmt: skip
    day = ends_on(training)
    if training.promotion is Promotion.PROPOSED:
        return msg("The coordinator offers a free seat: %(first)s, %(order)s; until %(day)s.",
                   first=first, order=order, day=day)  # fmt: skip
    if (
        training.admission is Admission.APPROVAL
    ):  # seats that were free when people were put on the list stay free
        return msg("A seat that is given up or added goes to the next in line at once: %(first)s, %(order)s; until %(day)s.",
                   first=first, order=order, day=day)  # fmt: skip
    return msg("A free seat goes to the next in line at once: %(first)s, %(order)s; until %(day)s.",
               first=first, order=order, day=day)  # fmt: skip

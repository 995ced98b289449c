"""The reserve list: who is next in line, seats offered and given; seats are counted under the training's lock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.models import (
    Agency,
    ReasonCode,
    Registration,
    Training,
    User,
)
from training.seat_count import SeatCount
from training.services import audit, trainings
from training.services import registration_steps as steps
from training.services import seats as seat_service
from training.services.registration_steps import S


@atomic
def confirm(registration: Registration, *, by: User | None) -> Registration:
    """Give a seat: to one who was submitted, returned, on the reserve list, or accepts an offer."""
    trainings.lock(registration.training)
    steps.check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE, S.OFFERED)
    steps.check_undecided(registration.training)
    if registration.state is not S.OFFERED:
        seat_service.check_free(registration.training, registration.agency)
    steps.confirm(registration, by)
    audit.record(by=by, action="registration.confirm", thing=registration)
    return registration


@atomic
def reserve(registration: Registration, *, by: User | None, rank: int | None = None) -> Registration:
    """Put on the reserve list, at ``rank`` or at its end; the ranks behind move down."""
    trainings.lock(registration.training)
    steps.check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE)
    steps.reserve(registration, by, ReasonCode.NO_SEAT, rank)
    audit.record(
        by=by, action="registration.reserve", thing=registration, changes={"rank": registration.reserve_rank}
    )
    return registration


@atomic
def offer(registration: Registration, *, by: User | None, hours: int = 48) -> Registration:
    """Offer a free seat to one on the reserve list; it is held until the offer expires."""
    trainings.lock(registration.training)
    steps.check_from(registration, S.RESERVE)
    steps.check_undecided(registration.training)
    seat_service.check_free(registration.training, registration.agency)
    registration.offer_expires_at = clock.now() + timedelta(hours=hours)
    steps.to(registration, S.OFFERED, by)
    audit.record(by=by, action="registration.offer", thing=registration)
    return registration


def promote(
    training: Training, *, by: User | None, freed_by: Registration | None = None
) -> list[Registration]:
    """Give free seats to the next in line; the caller holds the lock.

    In line: first those of the agency that freed the seat, then of its country, then all, each by rank. Someone whose
    agency has used up the seats kept for it is passed over. Nobody moves up once the training has begun.
    """
    if training.state not in trainings.OFFERED_TO_PARTNERS or training.starts_on <= clock.today(
        training.zone
    ):
        return []
    promoted = next_in_line(training, seat_service.count(training), freed_by)
    for candidate in promoted:
        steps.confirm(candidate, by)
        audit.record(by=by, action="registration.promote", thing=candidate)
    return promoted


def next_in_line(
    training: Training, counted: SeatCount, freed_by: Registration | None = None
) -> list[Registration]:
    """Who would get the seats that are free, in order; takes them in ``counted``."""
    found: list[Registration] = []
    for candidate in _in_line(training, freed_by) if counted.free_in_all > 0 else []:
        if counted.free_for(candidate.agency_id, candidate.agency_country) > 0:
            counted.take(candidate.agency_id, candidate.agency_country)
            found.append(candidate)
    return found


@atomic
def change_training(training: Training, *, by: User, details: trainings.Details) -> list[Registration]:
    """Change a training; seats that this adds go to the next in line. Returns who moved up."""
    trainings.change(training, by=by, details=details)
    return promote(training, by=by)


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
    seat_service.allocate(
        training, by=by, seats=seats, agency=agency, country=country, release_local=release_local
    )
    return promote(training, by=by)


@atomic
def expire_offers() -> int:
    """Put offers that nobody took in time back on the reserve list, at its end; returns how many."""
    due = db.session.scalars(
        select(Registration)
        .where(Registration.state == S.OFFERED, Registration.offer_expires_at <= clock.now())
        .order_by(Registration.training_id, Registration.id)
    ).all()
    for registration in due:
        trainings.lock(registration.training)
        db.session.refresh(registration)
        if registration.state is S.OFFERED:
            steps.reserve(registration, None, ReasonCode.OTHER)
            audit.record(by=None, action="registration.offer_expired", thing=registration)
            promote(registration.training, by=None, freed_by=registration)
    return len(due)


def _in_line(training: Training, freed_by: Registration | None) -> list[Registration]:
    nearness = (
        case(
            (Registration.agency_id == freed_by.agency_id, 0),
            (Registration.agency_country == freed_by.agency_country, 1),
            else_=2,
        )
        if freed_by is not None
        else case((Registration.id > 0, 0))
    )
    return list(
        db.session.scalars(
            select(Registration)
            .where(
                Registration.training_id == training.id,
                Registration.state == S.RESERVE,
                Registration.id != (freed_by.id if freed_by is not None else 0),
            )
            .options(joinedload(Registration.agency))
            .order_by(nearness, Registration.reserve_rank, Registration.id)
        )
    )


@atomic
def release_seats(training: Training, *, by: User) -> list[Registration]:
    """Release unused kept seats, and give them to the next in line; returns who moved up."""
    seat_service.release(training, by=by)
    return promote(training, by=by)

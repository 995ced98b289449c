"""What changes late: one person in another's seat, and people who stand at the door."""

from __future__ import annotations

from collections.abc import Sequence

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import ReasonCode, Registration, RegistrationSource, Trainee, Training, User
from training.services import audit, registrations, seat_counts, seats, trainings
from training.services import registration_steps as steps
from training.services.registration_steps import S
from training.text import msg


@atomic
def replace(registration: Registration, *, by: User, substitute: Trainee, reason: str) -> Registration:
    """Put ``substitute``, of the same agency, in a confirmed person's seat in one step."""
    steps.lock(registration)
    training = registration.training
    steps.check_from(registration, S.CONFIRMED)
    steps.check_undecided(training)
    steps.check_reason(reason)
    db.session.refresh(substitute)
    if substitute.id == registration.trainee_id:
        raise Invalid(msg("Pick another person: this one has the seat already."), field="substitute")
    if substitute.agency_id != registration.agency_id:
        raise Invalid(msg("A substitute comes from the same agency."), field="substitute")
    if training.starts_on <= clock.today(training.zone):
        raise Conflict(msg("The training has begun: a person can be added at the door instead."), "begun")
    steps.end(registration, S.REPLACED, by, ReasonCode.AGENCY, reason)
    db.session.flush()  # the seat is free, and the pair of person and training too, only then
    new = registrations.submit_locked(
        training, by=by, trainee=substitute, source=RegistrationSource.REPLACEMENT, has_seat=True
    )
    new.replaces = registration
    audit.record(by=by, action="registration.replace", thing=registration, changes={"by": substitute.name})
    return new


@atomic
def walk_in(training: Training, *, by: User, trainee: Trainee) -> Registration:
    """Add a person at the door: confirmed and marked as such, never beyond the seats.

    On the day, seats that are kept for others bind nobody any more; the audit log says where one was taken.
    """
    trainings.lock(training)
    if training.state not in trainings.OFFERED_TO_PARTNERS:
        raise Conflict(msg("People are added at the door only while a training is being held."), "state")
    if training.starts_on > clock.today(training.zone):
        raise Conflict(
            msg("The training begins on %(day)s: until then, people are registered.",
                day=training.starts_on.isoformat()),
            "too_early",
        )  # fmt: skip
    counted = seat_counts.count(training)
    seats.check_total(training, counted)
    registration = registrations.submit_locked(
        training, by=by, trainee=trainee, source=RegistrationSource.WALK_IN, has_seat=True
    )
    if counted.free_for(seat_counts.origin_of(registration)) <= 0:
        audit.record(
            by=by, action="seats.taken_at_the_door", thing=training, changes={"agency": trainee.agency.code}
        )
    return registration


@atomic
def walk_in_many(training: Training, *, by: User, people: Sequence[Trainee]) -> list[Registration]:
    """Add several people at the door, all or none."""
    return [walk_in(training, by=by, trainee=trainee) for trainee in people]

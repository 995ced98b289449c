"""Registrations: seats are counted under the training's lock on every path, so nothing is ever oversold.

``confirmed`` and ``offered`` hold a seat; nothing else does. Every step is kept with who, when and why.
"""

from __future__ import annotations

from collections.abc import Sequence

from training import clock
from training.db import atomic
from training.errors import Conflict
from training.models import (
    Admission,
    Agency,
    ReasonCode,
    Registration,
    RegistrationSource,
    Trainee,
    Training,
    User,
)
from training.services import audit, locked_trainings
from training.services.registrations import reserve_list, seats, steps
from training.services.registrations.reserve_list import Freed
from training.services.registrations.steps import S
from training.services.trainees import records
from training.text import msg


@atomic
def submit(
    training: Training,
    *,
    by: User | None,
    trainee: Trainee,
    source: RegistrationSource = RegistrationSource.FORM,
    override: bool = False,
    remarks: str = "",
) -> Registration:
    """Put ``trainee`` forward. First come: confirmed while a seat is free, else reserve; by approval: submitted.

    ``override`` is a coordinator's: the window does not bind it, the seats do. Raises ``Conflict`` with its code.
    """
    locked_trainings.lock(training)
    steps.check_open(training, override)
    return submit_locked(training, by=by, trainee=trainee, source=source, remarks=remarks)


@atomic
def submit_many(
    training: Training,
    *,
    by: User | None,
    agency: Agency,
    people: Sequence[Trainee],
    source: RegistrationSource = RegistrationSource.FORM,
    override: bool = False,
) -> list[Registration]:
    """Put several people of one agency forward, in this order, all or none; the statements do not grow with them.

    First come: confirmed as far as seats reach, the rest on the reserve list in order.
    """
    locked_trainings.lock(training)
    steps.check_open(training, override)
    steps.check_people(training, agency, people)
    steps.end_drafts(training, people, by)
    places = steps.places(training, len(people), seats.free_now(training, agency))
    stored = steps.put_forward(training, agency, people, places, source=source)
    steps.submitted_many(stored, by)
    audit.record(
        by=by,
        action="registration.submit_many",
        thing=training,
        changes={"agency": agency.code, "people": len(stored)},
    )
    if any(one.state is S.RESERVE for one in stored):
        reserve_list.promote(training, Freed(), by=by)
    return stored


def submit_locked(
    training: Training,
    *,
    by: User | None,
    trainee: Trainee,
    source: RegistrationSource,
    remarks: str = "",
    has_seat: bool = False,
) -> Registration:
    """Put ``trainee`` forward under the training's lock.

    ``has_seat``: a seat is free for this person alone, by replacement or at the door, and was counted.
    """
    agency = trainee.agency
    steps.check_people(training, agency, [trainee])
    steps.end_drafts(training, [trainee], by)
    free = 1 if has_seat else seats.free_now(training, agency)  # before the new row is among those counted
    place_now = [{"state": S.SUBMITTED, "submitted_at": clock.now()}]
    given = {trainee.id: steps.Given(remarks=remarks)}
    [registration] = steps.put_forward(training, agency, [trainee], place_now, source=source, given=given)
    steps.step(registration, None, by)
    if has_seat or training.admission is Admission.FIRST_COME:
        place(registration, free, by)
    audit.record(
        by=by, action="registration.submit", thing=registration, changes={"state": registration.state}
    )
    return registration


def place(registration: Registration, free: int, by: User | None) -> None:
    """First come: confirmed while a seat is free, else on the reserve list, where who waited longer goes first."""
    if free > 0:
        steps.confirm(registration, by)
    else:
        steps.reserve(registration, by, ReasonCode.NO_SEAT)
        reserve_list.promote(registration.training, Freed(), by=by)


@atomic
def return_for_correction(
    registration: Registration, *, by: User, reason: str, reason_code: ReasonCode = ReasonCode.INCOMPLETE
) -> Registration:
    """Send a submission back to its agency with what is to be corrected."""
    steps.lock(registration)
    return_locked(registration, by, reason, reason_code)
    return registration


def return_locked(registration: Registration, by: User, reason: str, reason_code: ReasonCode) -> None:
    """``return_for_correction`` under the training's lock."""
    steps.check_from(registration, S.SUBMITTED)
    steps.check_reason(reason)
    steps.to(registration, S.RETURNED, by, reason_code, reason)
    audit.record(by=by, action="registration.return", thing=registration)


@atomic
def resubmit(registration: Registration, *, by: User, override: bool = False) -> Registration:
    """Submit a returned registration again, with what is known of the person now."""
    steps.lock(registration)
    training, trainee = registration.training, registration.trainee
    steps.check_from(registration, S.RETURNED)
    steps.check_open(training, override)
    steps.check_may_register(registration.agency)
    free = seats.free_now(training, registration.agency)
    registration.submitted_at = clock.now()
    if trainee.agency_id == registration.agency_id:  # else the copies are all that the agency may know
        registration.function, registration.rank = trainee.function, trainee.rank
        registration.trainee_country, registration.trainee_name = trainee.country, trainee.name
    steps.to(registration, S.SUBMITTED, by)
    if training.admission is Admission.FIRST_COME:
        place(registration, free, by)
    audit.record(by=by, action="registration.resubmit", thing=registration)
    return registration


@atomic
def decline(
    registration: Registration, *, by: User, reason: str, reason_code: ReasonCode = ReasonCode.OTHER
) -> Registration:
    """Decline with a reason that the agency reads."""
    steps.lock(registration)
    decline_locked(registration, by, reason, reason_code)
    return registration


def decline_locked(registration: Registration, by: User, reason: str, reason_code: ReasonCode) -> None:
    """``decline`` under the training's lock."""
    locked_trainings.check_not_finished(registration.training)
    steps.check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE, S.OFFERED)
    steps.check_reason(reason)
    held = registration.holds_seat
    steps.end(registration, S.DECLINED, by, reason_code, reason)
    audit.record(by=by, action="registration.decline", thing=registration, changes={"reason": reason})
    if held:
        reserve_list.promote(registration.training, Freed.seat_of(registration), by=by)


@atomic
def withdraw(
    registration: Registration, *, by: User | None, reason: str, reason_code: ReasonCode = ReasonCode.AGENCY
) -> list[Registration]:
    """Withdraw; a seat that it held goes to the next in line at once. Returns who was promoted."""
    steps.lock(registration)
    locked_trainings.check_not_finished(registration.training)
    if not registration.is_live:
        raise Conflict(msg("This registration has ended already."), "ended")
    steps.check_reason(reason)
    held = registration.holds_seat
    steps.end(registration, S.WITHDRAWN, by, reason_code, reason)
    audit.record(by=by, action="registration.withdraw", thing=registration, changes={"reason": reason})
    return reserve_list.promote(registration.training, Freed.seat_of(registration), by=by) if held else []


@atomic
def submit_new(
    training: Training, *, by: User | None, agency: Agency, person: records.Person, override: bool = False
) -> Registration:
    """Add a person to the agency and put them forward, both or neither."""
    trainee = records.create(agency, by=by, person=person)
    return submit(training, by=by, trainee=trainee, override=override)

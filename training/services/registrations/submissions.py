"""Registrations: seats are counted under the training's lock on every path, so nothing is ever oversold.

``confirmed`` and ``offered`` hold a seat; nothing else does. Every step is kept with who, when and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType

from training import clock
from training.db import atomic
from training.errors import Conflict
from training.models import (
    Admission,
    Agency,
    ReasonCode,
    Registration,
    RegistrationSource,
    Role,
    Trainee,
    Training,
    User,
)
from training.rules import given as given_fields
from training.rules.given import NOTHING, Given
from training.services import audit, locked_trainings, reasons
from training.services.registrations import reserve_list, seats, steps
from training.services.registrations.reserve_list import Freed
from training.services.registrations.steps import S
from training.services.trainees import records
from training.text import msg
from training.texts import letters

UNDECIDED = (S.DRAFT, S.SUBMITTED, S.RETURNED)
"""States in which nobody has decided on a registration yet."""


@atomic
def submit(
    training: Training,
    *,
    by: User | None,
    trainee: Trainee,
    source: RegistrationSource = RegistrationSource.FORM,
    override: bool = False,
    given: Given = NOTHING,
) -> Registration:
    """Put ``trainee`` forward. First come: confirmed while a seat is free, else reserve; by approval: submitted.

    ``override`` is a coordinator's: the window does not bind it, the seats do. Raises ``Conflict`` with its code.
    """
    locked_trainings.lock(training)
    steps.check_open(training, override)
    return submit_locked(training, by=by, trainee=trainee, source=source, given=given)


@atomic
def submit_many(
    training: Training,
    *,
    by: User | None,
    agency: Agency,
    people: Sequence[Trainee],
    source: RegistrationSource = RegistrationSource.FORM,
    override: bool = False,
    given: Mapping[int, Given] = MappingProxyType({}),
) -> list[Registration]:
    """Put several people of one agency forward, in this order, all or none; the statements do not grow with them.

    First come: confirmed as far as seats reach, the rest on the reserve list in order. ``given`` is what is given with
    each, by the trainee's id; for whom it says nothing, what the agency's draft of them says stays.
    """
    locked_trainings.lock(training)
    steps.check_open(training, override)
    steps.check_people(training, agency, people)
    given = steps.with_drafts(training, people, given)
    steps.end_drafts(training, people, by)
    places = steps.places(training, len(people), seats.free_now(training, agency))
    stored = steps.put_forward(training, agency, people, places, source=source, given=given)
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
    given: Given = NOTHING,
    has_seat: bool = False,
) -> Registration:
    """Put ``trainee`` forward under the training's lock; fields that ``given`` leaves empty are as in a draft of them.

    ``has_seat``: a seat is free for this person alone, by replacement or at the door, and was counted.
    """
    agency = trainee.agency
    steps.check_people(training, agency, [trainee])
    drafted = steps.with_drafts(training, [trainee], {})
    given_now = {trainee.id: given_fields.over(given, drafted.get(trainee.id, NOTHING))}
    steps.end_drafts(training, [trainee], by)
    free = 1 if has_seat else seats.free_now(training, agency)  # before the new row is among those counted
    place_now = [{"state": S.SUBMITTED, "submitted_at": clock.now()}]
    [registration] = steps.put_forward(training, agency, [trainee], place_now, source=source, given=given_now)
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
    reasons.check(reason)
    steps.to(registration, S.RETURNED, by, reason_code, reason)
    audit.record(by=by, action="registration.return", thing=registration)


@atomic
def resubmit(
    registration: Registration, *, by: User, override: bool = False, given: Given | None = None
) -> Registration:
    """Submit a returned registration again, with what is known of the person now and, where it is said, ``given``."""
    steps.lock(registration)
    training, trainee = registration.training, registration.trainee
    steps.check_from(registration, S.RETURNED)
    steps.check_open(training, override)
    steps.check_may_register(registration.agency)
    free = seats.free_now(training, registration.agency)
    if given is not None:
        change_given(registration, by=by, given=given)
    registration.submitted_at = clock.now()
    if trainee.agency_id == registration.agency_id:  # else the copies are all that the agency may know
        registration.function, registration.rank = trainee.function, trainee.rank
        registration.trainee_country, registration.trainee_name = trainee.country, trainee.name
    steps.to(registration, S.SUBMITTED, by)
    if training.admission is Admission.FIRST_COME:
        place(registration, free, by)
    audit.record(by=by, action="registration.resubmit", thing=registration)
    return registration


def may_change_given(registration: Registration, by: User) -> bool:
    """Whether ``by`` may change what was given with it: a coordinator always, its agency until the decision.

    The decision is a seat, a place on the reserve list or a no: from then on others have planned with what was given.
    Where first come is first served, submitting decides at once, so there the agency may change its drafts alone.
    """
    return by.role is not Role.PARTNER or registration.state in UNDECIDED


@atomic
def change_given(registration: Registration, *, by: User, given: Given) -> bool:
    """Put ``given`` in place of what was given with it; the history says who did. False where nothing is new.

    Raises ``Conflict`` (``decided``) for its agency after the decision, ``Invalid`` for what is too long.
    """
    steps.lock(registration)
    if not may_change_given(registration, by):
        raise Conflict(
            msg("This registration has been decided on. Ask the coordinator to change its details."),
            "decided",
        )
    given_fields.check(given)
    if given == given_fields.of(registration):
        return False
    before = audit.snapshot(registration)
    for name, value in asdict(given).items():
        setattr(registration, name, value)
    steps.noted(registration, by, letters.GIVEN_CHANGED["en"])
    audit.record(by=by, action="registration.change_given", thing=registration, before=before)
    return True


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
    reasons.check(reason)
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
    reasons.check(reason)
    held = registration.holds_seat
    steps.end(registration, S.WITHDRAWN, by, reason_code, reason)
    audit.record(by=by, action="registration.withdraw", thing=registration, changes={"reason": reason})
    return reserve_list.promote(registration.training, Freed.seat_of(registration), by=by) if held else []


@atomic
def submit_new(
    training: Training,
    *,
    by: User | None,
    agency: Agency,
    person: records.Person,
    override: bool = False,
    given: Given = NOTHING,
) -> Registration:
    """Add a person to the agency and put them forward, both or neither."""
    trainee = records.create(agency, by=by, person=person)
    return submit(training, by=by, trainee=trainee, override=override, given=given)

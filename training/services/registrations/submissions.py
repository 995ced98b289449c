"""Registrations are submitted, returned, changed, declined and withdrawn.

Every path counts seats under the training's lock, so no training is ever oversold. Only ``confirmed`` and
``offered`` registrations hold a seat. Every step is kept with who took it, when and why.
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
from training.services.registrations import elsewhere, reserve_list, seats, steps
from training.services.registrations.reserve_list import Freed
from training.services.registrations.steps import S
from training.services.seen import Seen, settle
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
    override_reason: str = "",
    given: Given = NOTHING,
) -> Registration:
    """Put ``trainee`` forward.

    First come: the person is confirmed if a seat is free, and otherwise goes to the reserve list. By
    approval: the registration stays submitted until a coordinator decides.

    With ``override`` a coordinator may submit outside the registration window, but not beyond the seats.
    With ``override_reason`` a coordinator gives a seat to somebody who has one in another training at that time.
    Raises ``Conflict`` with its code.
    """
    locked_trainings.lock(training)
    steps.check_open(training, override)
    elsewhere.check_first_come(training, [trainee], by=by, override_reason=override_reason)
    registration = submit_locked(training, by=by, trainee=trainee, source=source, given=given)
    registration.override_reason = override_reason.strip()
    return registration


@atomic
def submit_many(
    training: Training,
    *,
    by: User | None,
    agency: Agency,
    people: Sequence[Trainee],
    source: RegistrationSource = RegistrationSource.FORM,
    override: bool = False,
    override_reason: str = "",
    given: Mapping[int, Given] = MappingProxyType({}),
) -> list[Registration]:
    """Put several people of one agency forward, in this order, all or none.

    More people do not take more statements. First come: people are confirmed as far as seats reach, and the
    rest go to the reserve list in order. ``given`` is what is given with each person, by the trainee's id.
    People whom it leaves out keep what their agency's draft says.
    """
    locked_trainings.lock(training)
    steps.check_open(training, override)
    elsewhere.check_first_come(training, people, by=by, override_reason=override_reason)
    steps.check_people(training, agency, people)
    given = steps.with_drafts(training, people, given)
    steps.end_drafts(training, people, by)
    places = steps.places(training, len(people), seats.free_now(training, agency))
    places = [{**place, "override_reason": override_reason.strip()} for place in places]
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
    """``submit`` under the training's lock. The agency's draft fills the fields that ``given`` leaves empty.

    With ``has_seat`` the caller has counted a free seat for this person alone, by replacement or at the door.
    """
    agency = trainee.agency
    steps.check_people(training, agency, [trainee])
    drafted = steps.with_drafts(training, [trainee], {})
    given_now = {trainee.id: given_fields.over(given, drafted.get(trainee.id, NOTHING))}
    steps.end_drafts(training, [trainee], by)
    free = 1 if has_seat else seats.free_now(training, agency)  # counted before the new row exists
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
    """Place a submission by first come: confirmed if a seat is free, else at the end of the reserve list.

    People who have waited longer on the list get a seat first.
    """
    if free > 0:
        steps.confirm(registration, by)
    else:
        steps.reserve(registration, by, ReasonCode.NO_SEAT)
        reserve_list.promote(registration.training, Freed(), by=by)


@atomic
def return_for_correction(
    registration: Registration, *, by: User, reason: str, reason_code: ReasonCode = ReasonCode.INCOMPLETE
) -> Registration:
    """Send a submission back to its agency. ``reason`` says what the agency must correct."""
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
    registration: Registration,
    *,
    by: User,
    override: bool = False,
    given: Given | None = None,
    seen: Seen | None = None,
) -> Registration:
    """Submit a returned registration again. It copies what is known of the person now.

    ``given`` replaces what was given with it, unless it is None.
    """
    steps.lock(registration)
    training, trainee = registration.training, registration.trainee
    steps.check_from(registration, S.RETURNED)
    steps.check_open(training, override)
    steps.check_may_register(registration.agency)
    if not registration.override_reason:
        elsewhere.check_first_come(training, [trainee], by=by)
    free = seats.free_now(training, registration.agency)
    if given is not None:
        change_given(registration, by=by, given=given, seen=seen)
    registration.submitted_at = clock.now()
    # if the person has moved to another agency, this one may know no more than the copies
    if trainee.agency_id == registration.agency_id:
        registration.function, registration.rank = trainee.function, trainee.rank
        registration.trainee_country, registration.trainee_name = trainee.country, trainee.name
    steps.to(registration, S.SUBMITTED, by)
    if training.admission is Admission.FIRST_COME:
        place(registration, free, by)
    audit.record(by=by, action="registration.resubmit", thing=registration)
    return registration


def may_change_given(registration: Registration, by: User) -> bool:
    """Whether ``by`` may change what was given with it: a coordinator always, its agency until the decision.

    The decision is a seat, a place on the reserve list or a no. After it, others have planned with what was
    given. By first come the submission decides at once, so there the agency may change only its drafts.
    """
    return by.role is not Role.PARTNER or registration.state in UNDECIDED


@atomic
def change_given(registration: Registration, *, by: User, given: Given, seen: Seen | None = None) -> bool:
    """Replace what was given with it. The history says who did so. Returns False if nothing is new.

    Raises ``Conflict`` (``decided``) if the agency does it after the decision, ``Invalid`` if a text is too
    long.
    """
    steps.lock(registration)
    if not may_change_given(registration, by):
        raise Conflict(
            msg("This registration has been decided on. Ask the coordinator to change its details."),
            "decided",
        )
    given_fields.check(given)
    given = settle(seen, given, given_fields.of(registration))
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
    """Withdraw a registration. Its seat goes to the next in line at once. Returns who was promoted."""
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
    override_reason: str = "",
    given: Given = NOTHING,
) -> Registration:
    """Add a person to the agency and put them forward, both or neither."""
    trainee = records.create(agency, by=by, person=person)
    return submit(
        training, by=by, trainee=trainee, override=override, override_reason=override_reason, given=given
    )

"""Registrations: seats are counted under the training's lock on every path, so nothing is ever oversold.

``confirmed`` and ``offered`` hold a seat; nothing else does. Every step is kept with who, when and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training import clock
from training.db import atomic, db, store_many
from training.errors import Conflict, NotFound
from training.models import (
    LIVE,
    Admission,
    Agency,
    Programme,
    ReasonCode,
    Registration,
    RegistrationSource,
    RegistrationState,
    RegistrationStep,
    Role,
    Theme,
    Trainee,
    Training,
    User,
)
from training.names import fold
from training.services import audit, reserve_list, seats, trainees, trainings
from training.services import registration_steps as steps
from training.services.registration_steps import S
from training.services.reserve_list import Freed
from training.text import msg

IS_HERE = (
    Trainee.agency_id == Registration.agency_id
)  # of who moved away, no order tells a partner today's name
OVER = 9  # the place of those that are over in a training's list
NAME_KEY = case((IS_HERE, Trainee.search_key), else_=func.lower(Registration.trainee_name))


def visible_to(user: User) -> Select[Registration]:
    """The registrations that ``user`` may see: a partner those that its agency made, a coordinator those in scope.

    What was never submitted is seen by its agency alone, while it is a draft.
    """
    found = select(Registration).join(Registration.training)
    is_submitted = Registration.submitted_at.is_not(None)
    if user.role is Role.PARTNER:
        own = Registration.agency_id == user.agency_id
        return found.where(own, is_submitted | (Registration.state == S.DRAFT))
    found = found.where(is_submitted)
    match user.role:
        case Role.TRAINER:
            return found.where(false())
        case Role.COORDINATOR if not user.all_themes:
            mine = [theme.id for theme in user.themes]
            return found.where(Training.theme_id.in_(mine) | Training.programme_theme_id.in_(mine))
    return found


def search(
    user: User,
    *,
    text: str = "",
    state: RegistrationState | None = None,
    theme: Theme | None = None,
    programme: Programme | None = None,
    training: Training | None = None,
    agency: Agency | None = None,
    sort: str = "submitted_at",
    descending: bool = True,
) -> Select[Registration]:
    """Registrations with their people, by name in any script and spelling, or by the training."""
    found = (
        visible_to(user)
        .join(Registration.trainee)
        .options(contains_eager(Registration.training), contains_eager(Registration.trainee))
    )
    if words := fold(text).split():
        # of who moved away, an agency may not even learn what is known now
        own = Trainee.agency_id == user.agency_id if user.role is Role.PARTNER else true()
        as_typed = [
            Trainee.search_key.contains(word, autoescape=True) & own
            | Training.search_key.contains(word, autoescape=True)
            for word in words
        ]
        spelled = trainees.is_named(text, user.agency_id if user.role is Role.PARTNER else None)
        found = found.where(or_(and_(*as_typed), spelled))
    conditions = {
        Registration.state: state,
        Training.theme_id: theme and theme.id,
        Training.programme_id: programme and programme.id,
        Registration.training_id: training and training.id,
        Registration.agency_id: agency and agency.id,
    }
    for column, value in conditions.items():
        if value:
            found = found.where(column == value)
    by = {
        "submitted_at": Registration.submitted_at,
        "name": NAME_KEY if user.role is Role.PARTNER else Trainee.search_key,
        "state": Registration.state,
        "agency": Registration.agency_name,
        "rank": Registration.reserve_rank,
    }[sort]
    keys: list[Any] = (
        [by, Registration.submitted_at, Registration.id] if sort == "state" else [by, Registration.id]
    )
    if sort == "submitted_at" and user.role is Role.PARTNER:  # drafts are the latest, on every database
        keys.insert(0, Registration.submitted_at.is_(None))
    return found.order_by(*(key.desc() for key in keys) if descending else keys)


def get(user: User, public_id: UUID) -> Registration:
    """The registration with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(Registration.public_id == public_id)
        .options(
            contains_eager(Registration.training).options(
                joinedload(Training.programme), joinedload(Training.theme)
            ),
            joinedload(Registration.trainee),
            joinedload(Registration.agency),
        )
    )
    if found is None:
        raise NotFound
    return found


def _put_forward_anew() -> ColumnElement[bool]:
    new = aliased(Registration)
    same = [
        getattr(new, name) == getattr(Registration, name)
        for name in ("training_id", "trainee_id", "agency_id")
    ]
    return select(new.id).where(*same, new.state.in_(LIVE)).exists()


def of(training: Training, user: User) -> Select[Registration]:
    """A training's registrations as lists show them: drafts first, then seats, then the reserve by rank, then the rest.

    What is over is left out where the agency put the person forward anew since: one person, one line.
    """
    order = case(
        {S.DRAFT: -1, S.CONFIRMED: 0, S.OFFERED: 1, S.SUBMITTED: 2, S.RETURNED: 3, S.RESERVE: 4},
        value=Registration.state,
        else_=OVER,
    )
    name = NAME_KEY if user.role is Role.PARTNER else Trainee.search_key
    return (
        visible_to(user)
        .join(Registration.trainee)
        .where(Registration.training_id == training.id, or_(order < OVER, ~_put_forward_anew()))
        .options(contains_eager(Registration.trainee), contains_eager(Registration.training))
        .order_by(order, Registration.reserve_rank, name, Registration.id)
    )


def of_trainee(trainee: Trainee, user: User) -> Select[Registration]:
    """A person's registrations among those that ``user`` may see, latest training first."""
    return (
        visible_to(user)
        .where(Registration.trainee_id == trainee.id)
        .options(contains_eager(Registration.training).joinedload(Training.theme))
        .order_by(Training.starts_on.desc(), Registration.id.desc())
    )


def history(registration: Registration) -> list[RegistrationStep]:
    """The steps that it took, first to last."""
    return list(
        db.session.scalars(
            select(RegistrationStep)
            .where(RegistrationStep.registration_id == registration.id)
            .order_by(RegistrationStep.id)
        )
    )


def others_of(registration: Registration, user: User) -> list[Registration]:
    """The same person's other registrations for the training among those that ``user`` may see, oldest first."""
    pair = [
        Registration.training_id == registration.training_id,
        Registration.trainee_id == registration.trainee_id,
    ]
    found = visible_to(user).where(*pair, Registration.id != registration.id)
    return list(db.session.scalars(found.order_by(Registration.id)))


def substitute_of(registration: Registration) -> Registration | None:
    """The registration that took this one's seat by replacement, if there is one."""
    return db.session.scalar(select(Registration).where(Registration.replaces_id == registration.id))


def live_of(training: Training, trainee: Trainee) -> Registration | None:
    """The person's live registration for the training, if there is one."""
    return db.session.scalar(
        select(Registration).where(
            Registration.training_id == training.id,
            Registration.trainee_id == trainee.id,
            Registration.state.in_(LIVE),
        )
    )


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
    trainings.lock(training)
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
    trainings.lock(training)
    steps.check_open(training, override)
    steps.check_people(training, agency, people)
    steps.end_drafts(training, people, by)
    new = [_new(training, agency, trainee, source, "") for trainee in people]
    is_waiting = steps.place_many(training, new, seats.free_now(training, agency))
    stored = store_many(new)
    steps.submitted_many(stored, by)
    audit.record(
        by=by,
        action="registration.submit_many",
        thing=training,
        changes={"agency": agency.code, "people": len(stored)},
    )
    if is_waiting:
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
    registration = _new(training, agency, trainee, source, remarks)
    db.session.add(registration)
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


def _new(
    training: Training, agency: Agency, trainee: Trainee, source: RegistrationSource, remarks: str
) -> Registration:
    """A submitted registration with its copies of the day."""
    return Registration(
        training=training,
        training_id=training.id,
        trainee=trainee,
        trainee_id=trainee.id,
        agency=agency,
        agency_id=agency.id,
        state=S.SUBMITTED,
        source=source,
        submitted_at=clock.now(),
        remarks=remarks,
        **steps.copies(agency, trainee),
    )


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
    trainings.check_not_finished(registration.training)
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
) -> Registration:
    """Withdraw; a seat that it held goes to the next in line at once."""
    steps.lock(registration)
    trainings.check_not_finished(registration.training)
    if not registration.is_live:
        raise Conflict(msg("This registration has ended already."), "ended")
    steps.check_reason(reason)
    held = registration.holds_seat
    steps.end(registration, S.WITHDRAWN, by, reason_code, reason)
    audit.record(by=by, action="registration.withdraw", thing=registration, changes={"reason": reason})
    if held:
        reserve_list.promote(registration.training, Freed.seat_of(registration), by=by)
    return registration


@atomic
def submit_new(
    training: Training, *, by: User | None, agency: Agency, person: trainees.Person, override: bool = False
) -> Registration:
    """Add a person to the agency and put them forward, both or neither."""
    trainee = trainees.create(agency, by=by, person=person)
    return submit(training, by=by, trainee=trainee, override=override)

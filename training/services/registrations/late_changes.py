"""Late changes: a substitute takes somebody's seat, and people at the door are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Select, and_, case, select

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    HOLDS_SEAT,
    LIVE,
    ReasonCode,
    Registration,
    RegistrationSource,
    RegistrationState,
    Trainee,
    Training,
    User,
)
from training.rules import given as given_fields
from training.rules.given import NOTHING, Given
from training.rules.seats import SeatCount
from training.services import announced, audit, locked_trainings, reasons, seat_counts, visible_trainings
from training.services.registrations import elsewhere, reserve_list, seats, steps, submissions, visible
from training.services.registrations.reserve_list import Freed
from training.services.registrations.steps import S
from training.services.trainees import records
from training.text import msg


@atomic
def replace(
    registration: Registration,
    *,
    by: User,
    substitute: Trainee,
    reason: str,
    override_reason: str = "",
    given: Given = NOTHING,
) -> Registration:
    """Put ``substitute``, of the same agency, in a confirmed person's seat in one step, until the training is over.

    While it runs, the registers expect the substitute from the next session on. What the other one attended stays theirs.
    If the agency has registered the substitute already, that registration ends without a letter, because the
    substitute is told of the seat instead. Its details are copied into the fields that ``given`` leaves
    empty. A substitute who has a seat in another training at that time is refused, unless a coordinator says in
    ``override_reason`` why they get this one all the same.
    """
    steps.lock(registration)
    training = registration.training
    steps.check_from(registration, S.CONFIRMED)
    steps.check_undecided(training)
    reasons.check(reason)
    locked_trainings.lock_people(training, [substitute.id], with_line=True)
    db.session.refresh(substitute)
    if substitute.id == registration.trainee_id:
        raise Invalid(msg("Pick another person: this one has the seat already."), field="substitute")
    if substitute.agency_id != registration.agency_id:
        raise Invalid(msg("A substitute comes from the same agency."), field="substitute")
    if training.ends_on < clock.today(training.zone):
        raise Conflict(msg("The training is over: nobody can take this seat any more."), "finished")
    elsewhere.check(training, [substitute], by=by, override_reason=override_reason)
    steps.end(registration, S.REPLACED, by, ReasonCode.AGENCY, reason)
    db.session.flush()  # only then are the seat and the pair of person and training free
    own = visible.live_of(training, substitute)
    if own is not None and own.agency_id == registration.agency_id and not own.holds_seat:
        steps.end_many([own], S.WITHDRAWN, by, ReasonCode.AGENCY, reason)
        audit.record(by=by, action="registration.withdraw", thing=own, changes={"reason": reason})
        given = given_fields.over(given, given_fields.of(own))
    new = submissions.submit_locked(
        training,
        by=by,
        trainee=substitute,
        source=RegistrationSource.REPLACEMENT,
        given=given,
        has_seat=True,
    )
    new.replaces, new.override_reason = registration, override_reason.strip()
    # if the agency's country was changed meanwhile, the substitute may take a seat kept for the new country;
    # then the seat of the old one is free
    reserve_list.promote(training, Freed(origin=seat_counts.origin_of(registration)), by=by)
    audit.record(by=by, action="registration.replace", thing=registration, changes={"by": substitute.name})
    return new


def substitutes(registration: Registration, user: User, *, text: str = "") -> Select[Trainee]:
    """The agency's people without a seat: those on the reserve list first, then those submitted, then all others."""
    own = and_(
        Registration.trainee_id == Trainee.id,
        Registration.training_id == registration.training_id,
        Registration.agency_id == registration.agency_id,
        Registration.state.in_(LIVE),
    )
    waiting = case((Registration.state == S.RESERVE, 0), (Registration.id.is_not(None), 1), else_=2)
    return (
        records.search(user, text=text, agency=registration.agency)
        .outerjoin(Registration, own)
        .where(Registration.id.is_(None) | Registration.state.not_in(HOLDS_SEAT))
        .order_by(None)
        .order_by(waiting, Registration.reserve_rank, Trainee.search_key, Trainee.id)
    )


def states_of(registration: Registration, people: Sequence[Trainee]) -> dict[int, RegistrationState]:
    """The states of these people's live registrations by the agency for the training, by the trainee's id."""
    found = select(Registration.trainee_id, Registration.state).where(
        Registration.training_id == registration.training_id,
        Registration.agency_id == registration.agency_id,
        Registration.trainee_id.in_([one.id for one in people]),
        Registration.state.in_(LIVE),
    )
    return dict(db.session.execute(found).all())


@atomic
def walk_in(training: Training, *, by: User, trainee: Trainee, given: Given = NOTHING) -> Registration:
    """Add a person at the door. They are confirmed and marked as added at the door, never beyond the seats.

    At the door anybody may take a seat that is kept for others. The audit log says when somebody took one.
    """
    locked_trainings.lock(training)
    _check_being_held(training)
    counted = seat_counts.count(training)
    seats.check_total(training, counted)
    registration = submissions.submit_locked(
        training, by=by, trainee=trainee, source=RegistrationSource.WALK_IN, given=given, has_seat=True
    )
    _note_kept_seat(registration, counted, by)
    return registration


@atomic
def let_in(registration: Registration, *, by: User) -> Registration:
    """Give a seat at the door to a person who is registered without one. They count as added at the door."""
    training = registration.training
    steps.lock(registration)
    _check_being_held(training)
    steps.check_from(registration, *LIVE)
    steps.check_may_register(registration.agency)
    before, counted = audit.snapshot(registration), seat_counts.count(training)
    if not registration.holds_seat:
        seats.check_total(training, counted)
        _note_kept_seat(registration, counted, by)
    registration.source = RegistrationSource.WALK_IN
    if registration.state is not S.CONFIRMED:
        steps.confirm(registration, by)
    audit.record(by=by, action="registration.let_in", thing=registration, before=before)
    return registration


@atomic
def walk_in_many(
    training: Training,
    *,
    by: User,
    people: Sequence[Trainee],
    given: Mapping[int, Given] = MappingProxyType({}),
) -> list[Registration]:
    """Add several people at the door, all or none. ``given`` is given with each, by the trainee's id."""
    locked_trainings.lock(training)
    locked_trainings.lock_people(training, [trainee.id for trainee in people])
    return [
        walk_in(training, by=by, trainee=trainee, given=given.get(trainee.id, NOTHING)) for trainee in people
    ]


def is_being_held(training: Training) -> bool:
    """Whether people can be added at the door: from the first day that people know of, while it is being held."""
    known = announced.facts(training)
    return training.state in visible_trainings.OFFERED_TO_PARTNERS and known.starts_on <= clock.today(
        known.zone
    )


def _check_being_held(training: Training) -> None:
    if is_being_held(training):
        return
    if training.state not in visible_trainings.OFFERED_TO_PARTNERS:
        raise Conflict(msg("People are added at the door only while a training is being held."), "not_held")
    raise Conflict(
        msg(
            "The training begins on %(day)s. Until then, register people in the usual way.",
            day=announced.facts(training).starts_on,
        ),
        "too_early",
    )


def _note_kept_seat(registration: Registration, counted: SeatCount, by: User) -> None:
    """Record it in the audit log if the person takes a seat that is kept for others."""
    if counted.free_for(seat_counts.origin_of(registration)) <= 0:
        audit.record(
            by=by,
            action="seats.taken_at_the_door",
            thing=registration.training,
            changes={"agency": registration.agency_code},
        )

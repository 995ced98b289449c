"""The single steps of a registration, and the checks of them. The caller holds the training's lock and audits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, func, select

from training import clock
from training.db import Row, db, insert_many, is_expired, know, refresh_many, store_many, update_many
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    HOLDS_SEAT,
    LIVE,
    Admission,
    Agency,
    ReasonCode,
    Registration,
    RegistrationSource,
    RegistrationState,
    RegistrationStep,
    Trainee,
    Training,
    TrainingState,
    User,
)
from training.rules import given as given_fields
from training.rules.given import NOTHING, Given
from training.services import locked_trainings, visible_trainings
from training.services.letters import notices
from training.services.letters.of_steps import Step
from training.services.trainees import records
from training.text import msg

S = RegistrationState


def confirm(registration: Registration, by: User | None, code: ReasonCode | None = None) -> None:
    """Give the seat."""
    registration.reserve_rank = registration.offer_expires_at = registration.released_at = None
    registration.confirmed_at = clock.now()
    to(registration, S.CONFIRMED, by, code)


def lock(registration: Registration) -> None:
    """Hold the training's row, then read the registration again: it may have changed before the lock."""
    locked_trainings.lock(registration.training)
    db.session.refresh(registration)


def reserve(registration: Registration, by: User | None, code: ReasonCode, rank: int | None = None) -> None:
    """Put it at the end of the reserve list. A caller that has counted gives the rank after the last one."""
    rank = rank or last_rank(registration.training) + 1
    _begin_list(registration.training, rank)
    registration.reserve_rank = rank
    registration.offer_expires_at = None
    to(registration, S.RESERVE, by, code)


def _begin_list(training: Training, rank: int) -> None:
    """Forget the owed seats when a list begins anew: they were owed to people who have left the list."""
    if rank == 1:
        training.freed_seats = 0


def arrange(people: Sequence[Registration], rank: int) -> None:
    """Give people on a reserve list ``rank`` and the ranks after it, in this order. The others close up."""
    others = db.session.scalars(
        select(Registration)
        .where(
            Registration.training_id == people[0].training_id,
            Registration.state == S.RESERVE,
            Registration.id.not_in([one.id for one in people]),
        )
        .order_by(Registration.reserve_rank, Registration.id)
    ).all()
    place = max(0, min(rank - 1, len(others)))
    for number, one in enumerate([*others[:place], *people, *others[place:]], 1):
        one.reserve_rank = number


def last_rank(training: Training) -> int:
    """The rank of the last on the reserve list, 0 when it is empty."""
    last = db.session.scalar(
        select(func.max(Registration.reserve_rank)).where(
            Registration.training_id == training.id, Registration.state == S.RESERVE
        )
    )
    return last or 0


def end(
    registration: Registration, state: RegistrationState, by: User | None, code: ReasonCode, reason: str
) -> None:
    """End a registration as declined, withdrawn or replaced, and tell those concerned. Its seat is free."""
    end_many([registration], state, by, code, reason, told=True)


def end_many(
    registrations: Sequence[Registration],
    state: RegistrationState,
    by: User | None,
    code: ReasonCode,
    reason: str = "",
    *,
    told: bool = False,
) -> None:
    """End several registrations for one reason, by few statements. Nobody is told unless ``told``.

    Callers leave ``told`` false for a draft, for a person who is registered in another way, and when they
    tell people themselves.
    """
    taken = []
    for one in registrations:
        before = one.state
        if before in HOLDS_SEAT:
            one.released_at = clock.now()
        one.state, one.reserve_rank, one.offer_expires_at = state, None, None
        taken.append(_step(one, before, by, code, reason.strip()))
        if told:
            notices.step_taken(Step(one, before, by, code, reason.strip()))
    # only then is the pair of person and training free, and the next count of seats right
    update_many(registrations, ["state", "reserve_rank", "offer_expires_at", "released_at"])
    insert_many(RegistrationStep, taken)


def put_forward(
    training: Training,
    agency: Agency,
    people: Sequence[Trainee],
    places: Sequence[Row],
    *,
    source: RegistrationSource = RegistrationSource.FORM,
    given: Mapping[int, Given] = MappingProxyType({}),
) -> list[Registration]:
    """Build and store the registrations of these people, in order. No other place makes a registration's row.

    ``places`` are the state and rank of each (see ``places()``). ``given`` is what was given with each, by
    the trainee's id.
    """
    for one in given.values():
        given_fields.check(one)
    ids = {"training_id": training.id, "agency_id": agency.id, "source": source}
    rows = [
        {**ids, "trainee_id": one.id, **copies(agency, one), **place, **asdict(given.get(one.id, NOTHING))}
        for one, place in zip(people, places, strict=True)
    ]
    stored = store_many(Registration, rows)
    for registration, trainee in zip(stored, people, strict=True):
        know(registration, training=training, agency=agency, trainee=trainee)
    return stored


def with_drafts(
    training: Training, people: Sequence[Trainee], given: Mapping[int, Given]
) -> dict[int, Given]:
    """What is given with each person, by the trainee's id: from ``given``, else from their agency's draft."""
    drafts = db.session.scalars(_drafts_of(training, people)).all()
    return {one.trainee_id: given_fields.of(one) for one in drafts} | dict(given)


def copies(agency: Agency, trainee: Trainee) -> Row:
    """What a registration copies of the agency and the person on the day of submission."""
    return {
        "agency_code": agency.code,
        "agency_name": agency.name,
        "agency_type_code": agency.type.code,
        "agency_country": agency.country,
        "trainee_country": trainee.country,
        "trainee_name": trainee.name,
        "function": trainee.function,
        "rank": trainee.rank,
    }


def check_people(training: Training, agency: Agency, people: Sequence[Trainee]) -> None:
    """Refuse people whom the agency may not put forward for the training now.

    The people are held until the unit of work ends. Raises ``Conflict`` if the agency is suspended or
    somebody is registered already, and ``NotFound`` for a person of another agency.
    """
    check_may_register(agency)
    if not people:
        raise Invalid(msg("Tick the people to register."))
    # by one statement: ``hold`` would read expired people one by one
    refresh_many([one for one in people if is_expired(one)])
    records.hold(people)
    taken = registered_of(training, people)
    for trainee in people:
        if trainee.agency_id != agency.id:
            raise NotFound
        if trainee.id in taken:
            raise Conflict(
                msg("%(name)s is registered for this training already.", name=trainee.name), "twice"
            )
        taken.add(trainee.id)


def places(training: Training, count: int, free: int) -> list[Row]:
    """The state and rank of each of ``count`` people who are submitted now, in this order.

    The caller stores what is returned.

    First come: the first ``free`` people get a seat, and the others go to the end of the reserve list. The
    caller then promotes, so that people who have waited longer go first. No seats are owed to people who
    begin a list. By approval: all are submitted.
    """
    now = clock.now()
    submitted = {"state": S.SUBMITTED, "submitted_at": now, "confirmed_at": None, "reserve_rank": None}
    if training.admission is not Admission.FIRST_COME:
        return [submitted] * count
    seated = min(max(free, 0), count)
    first = last_rank(training) + 1 if seated < count else 0
    _begin_list(training, first)
    return [{**submitted, "state": S.CONFIRMED, "confirmed_at": now}] * seated + [
        {**submitted, "state": S.RESERVE, "reserve_rank": first + n} for n in range(count - seated)
    ]


def registered_of(training: Training, people: Sequence[Trainee]) -> set[int]:
    """The ids of those of these people who have a live registration for the training."""
    return _who(training, people, Registration.state.in_(LIVE))


def drafted_of(training: Training, people: Sequence[Trainee], agency: Agency) -> set[int]:
    """The ids of those of these people of whom the agency keeps a draft for the training."""
    return _who(training, people, Registration.state == S.DRAFT, Registration.agency_id == agency.id)


def _who(training: Training, people: Sequence[Trainee], *conditions: ColumnElement[bool]) -> set[int]:
    found = select(Registration.trainee_id).where(
        Registration.training_id == training.id,
        Registration.trainee_id.in_([trainee.id for trainee in people]),
        *conditions,
    )
    return set(db.session.scalars(found))


def end_all(training: Training, by: User | None, code: ReasonCode, reason: str) -> int:
    """End a training's live registrations, told, and its drafts, untold; returns how many were live."""
    all_of = select(Registration).where(Registration.training_id == training.id)
    # the letters name people in this order, which is the same on every database
    live = db.session.scalars(all_of.where(Registration.state.in_(LIVE)).order_by(Registration.id)).all()
    end_many(live, S.WITHDRAWN, by, code, reason, told=True)
    drafts = db.session.scalars(all_of.where(Registration.state == S.DRAFT)).all()
    end_many(drafts, S.WITHDRAWN, by, ReasonCode.AGENCY, reason)
    return len(live)


def end_drafts(training: Training, people: Sequence[Trainee], by: User | None) -> None:
    """End the drafts that their own agency keeps of these people, because they are being registered."""
    drafts = db.session.scalars(_drafts_of(training, people)).all()
    end_many(drafts, S.WITHDRAWN, by, ReasonCode.AGENCY)


def _drafts_of(training: Training, people: Sequence[Trainee]) -> Select[Registration]:
    return select(Registration).where(
        Registration.training_id == training.id,
        Registration.trainee_id.in_([trainee.id for trainee in people]),
        Registration.agency_id.in_({trainee.agency_id for trainee in people}),
        Registration.state == S.DRAFT,
    )


def drafted(drafts: Sequence[Registration], by: User) -> None:
    """Keep the first step of each draft. Nobody is told."""
    insert_many(RegistrationStep, [_step(draft, None, by) for draft in drafts])


def draft_again(ended: Sequence[Registration], by: User, reason: str) -> None:
    """Make registrations that ended as drafts drafts again, by few statements. Nobody is told."""
    taken = []
    for one in ended:
        before, one.state = one.state, S.DRAFT
        taken.append(_step(one, before, by, ReasonCode.AGENCY, reason))
    update_many(ended, ["state"])
    insert_many(RegistrationStep, taken)


def to(
    registration: Registration,
    state: RegistrationState,
    by: User | None,
    code: ReasonCode | None = None,
    reason: str = "",
) -> None:
    """Change the state and keep the step."""
    before, registration.state = registration.state, state
    step(registration, before, by, code, reason)


def step(
    registration: Registration,
    before: RegistrationState | None,
    by: User | None,
    code: ReasonCode | None = None,
    reason: str = "",
) -> None:
    """Keep a step with who took it, when and why. The people concerned are told."""
    _keep(registration, before, by, code, reason)
    notices.step_taken(Step(registration, before, by, code, reason))


def noted(registration: Registration, by: User, text: str, before: RegistrationState | None = None) -> None:
    """Keep a step of which nobody is told. Without ``before`` it leaves the state as it is."""
    _keep(registration, before or registration.state, by, None, text)


def remark(registration: Registration, text: str) -> None:
    """Keep what the registered person says, without a change of state. Agency and coordinators are told."""
    _keep(registration, registration.state, None, ReasonCode.TRAINEE, text)
    notices.correction_asked(registration, text=text)


def _step(
    registration: Registration,
    before: RegistrationState | None,
    by: User | None,
    code: ReasonCode | None = None,
    reason: str = "",
) -> Row:
    person = registration.name if code is ReasonCode.TRAINEE else ""
    return {
        "registration_id": registration.id,
        "from_state": before,
        "to_state": registration.state,
        "at": clock.now(),
        "by_id": by.id if by else None,
        "by_name": by.name if by else person,
        "reason_code": code,
        "reason": reason,
    }


def _keep(
    registration: Registration,
    before: RegistrationState | None,
    by: User | None,
    code: ReasonCode | None,
    reason: str,
) -> None:
    taken = _step(registration, before, by, code, reason)
    db.session.add(RegistrationStep(registration=registration, **taken))


def submitted_many(
    registrations: Sequence[Registration], by: User | None, before: RegistrationState | None = None
) -> None:
    """Keep the steps of many submissions by one statement. The people concerned are told.

    A registration that got a seat or a rank at once has two steps: that it was submitted, and what followed.
    """
    taken = []
    for registration in registrations:
        notices.step_taken(Step(registration, before, by))
        taken.append({**_step(registration, before, by), "to_state": S.SUBMITTED})
        if registration.state is not S.SUBMITTED:
            code = ReasonCode.NO_SEAT if registration.state is S.RESERVE else None
            taken.append(_step(registration, S.SUBMITTED, by, code))
    insert_many(RegistrationStep, taken)


def check_open(training: Training, override: bool) -> None:
    """Raise ``Conflict`` outside the window. With a coordinator's ``override``, only the state counts."""
    if override and training.state in (*visible_trainings.OFFERED_TO_PARTNERS, TrainingState.DRAFT):
        return
    if training.state not in visible_trainings.OFFERED_TO_PARTNERS:
        raise Conflict(msg("This training is not open for registration."), "not_open")
    if clock.now() < training.registration_opens_at:
        raise Conflict(msg("Registration has not opened yet."), "too_early")
    if clock.now() >= training.registration_closes_at:
        raise Conflict(
            msg("The deadline has passed. Ask the coordinator, who can still register people."), "too_late"
        )


def check_may_register(agency: Agency) -> None:
    """Refuse a suspended agency."""
    if not agency.is_active:
        raise Conflict(
            msg("%(agency)s is suspended and cannot register people.", agency=agency.name), "suspended"
        )


def check_undecided(training: Training) -> None:
    """Raise ``Conflict`` if the training is completed, cancelled or postponed: it gives no seats."""
    if training.state in locked_trainings.FINISHED or training.state is TrainingState.POSTPONED:
        raise Conflict(
            msg("The training is completed, cancelled or postponed, so it gives no seats."), "finished"
        )


def check_from(registration: Registration, *states: RegistrationState) -> None:
    """Raise ``Conflict`` unless the registration is in one of these states."""
    if registration.state not in states:
        raise Conflict(
            msg("This is not possible any more: the registration's state has changed meanwhile."), "state"
        )

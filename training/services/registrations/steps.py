"""The single steps of a registration and what may refuse them; callers hold the training's lock and audit."""

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
    registration.reserve_rank = registration.offer_expires_at = None
    registration.confirmed_at = clock.now()
    to(registration, S.CONFIRMED, by, code)


def lock(registration: Registration) -> None:
    """Hold its training's row and read the registration again: what was read before the lock may be history."""
    locked_trainings.lock(registration.training)
    db.session.refresh(registration)


def reserve(registration: Registration, by: User | None, code: ReasonCode, rank: int | None = None) -> None:
    """Put at the end of the reserve list; ``rank`` is the one after its last, where the caller has counted."""
    rank = rank or last_rank(registration.training) + 1
    _begin_list(registration.training, rank)
    registration.reserve_rank = rank
    registration.offer_expires_at = None
    to(registration, S.RESERVE, by, code)


def _begin_list(training: Training, rank: int) -> None:
    """Where somebody is the first on the list: what was owed was owed to those who have left it."""
    if rank == 1:
        training.freed_seats = 0


def arrange(people: Sequence[Registration], rank: int) -> None:
    """Give those on a training's reserve list ``rank`` and the ranks after it, in this order; the others close up."""
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
    """End it: declined, withdrawn or replaced; a seat that it held is free, and those concerned are told."""
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
    """End several for one reason, by few statements; nobody is told unless ``told``.

    Untold end drafts, those whose person is registered otherwise, and those of which the caller tells.
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
    # the pair of person and training is free, and the next count of seats right, only then
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
    """Build and store the registrations of these people, in order: the one place where a registration's row is made.

    ``places`` says where each stands (``places()``); ``given`` is what was given with it, by the trainee's id.
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
    """``given`` by the trainee's id, and for whom it says nothing, what their agency keeps in a draft of them."""
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
    """Refuse whom the agency may not put forward for the training now, and hold the others until the work ends."""
    check_may_register(agency)
    if not people:
        raise Invalid(msg("Tick the people to register."))
    refresh_many([one for one in people if is_expired(one)])  # else they are read singly
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
    """Where each of ``count`` people who are submitted now comes to stand, in this order; the caller stores it.

    First come: the free seats, then the end of the reserve list, where the caller lets who waited longer go first; to
    who begins the list nothing is owed. By approval: submitted.
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
    """Which of these people have a live registration for the training, by their ids."""
    return _who(training, people, Registration.state.in_(LIVE))


def drafted_of(training: Training, people: Sequence[Trainee], agency: Agency) -> set[int]:
    """Of which of these people the agency keeps a draft for the training, by their ids."""
    return _who(training, people, Registration.state == S.DRAFT, Registration.agency_id == agency.id)


def _who(training: Training, people: Sequence[Trainee], *conditions: ColumnElement[bool]) -> set[int]:
    found = select(Registration.trainee_id).where(
        Registration.training_id == training.id,
        Registration.trainee_id.in_([trainee.id for trainee in people]),
        *conditions,
    )
    return set(db.session.scalars(found))


def end_all(training: Training, by: User | None, code: ReasonCode, reason: str) -> int:
    """End every live registration of a training, told, and its drafts, untold; returns how many were live."""
    all_of = select(Registration).where(Registration.training_id == training.id)
    # by their ids: in this order the letters name them, on every database
    live = db.session.scalars(all_of.where(Registration.state.in_(LIVE)).order_by(Registration.id)).all()
    end_many(live, S.WITHDRAWN, by, code, reason, told=True)
    drafts = db.session.scalars(all_of.where(Registration.state == S.DRAFT)).all()
    end_many(drafts, S.WITHDRAWN, by, ReasonCode.AGENCY, reason)
    return len(live)


def end_drafts(training: Training, people: Sequence[Trainee], by: User | None) -> None:
    """End what their own agency kept as drafts of these people: they are being registered."""
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
    """Keep the first step of each draft, of which nobody is told."""
    insert_many(RegistrationStep, [_step(draft, None, by) for draft in drafts])


def draft_again(ended: Sequence[Registration], by: User, reason: str) -> None:
    """Make drafts of those that were drafts when they ended, by few statements; nobody is told."""
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
    """Keep a step: who, when, why; those concerned are told."""
    _keep(registration, before, by, code, reason)
    notices.step_taken(Step(registration, before, by, code, reason))


def noted(registration: Registration, by: User, text: str) -> None:
    """Keep a step that leads nowhere, of which nobody is told."""
    _keep(registration, registration.state, by, None, text)


def remark(registration: Registration, text: str) -> None:
    """Keep what the registered person says, as a step that leads nowhere; the agency and the coordinators are told."""
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
    """Keep by one statement that many were submitted, and what followed from it at once; those concerned are told."""
    taken = []
    for registration in registrations:
        notices.step_taken(Step(registration, before, by))
        taken.append({**_step(registration, before, by), "to_state": S.SUBMITTED})
        if registration.state is not S.SUBMITTED:
            code = ReasonCode.NO_SEAT if registration.state is S.RESERVE else None
            taken.append(_step(registration, S.SUBMITTED, by, code))
    insert_many(RegistrationStep, taken)


def check_open(training: Training, override: bool) -> None:
    """Refuse outside the window; a coordinator's ``override`` is bound by the state alone."""
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
    """Refuse to give seats of a training that is over or off."""
    if training.state in locked_trainings.FINISHED or training.state is TrainingState.POSTPONED:
        raise Conflict(
            msg("No seats are given in a training that is completed, cancelled or postponed."), "finished"
        )


def check_from(registration: Registration, *states: RegistrationState) -> None:
    """Refuse a step that the state does not have."""
    if registration.state not in states:
        raise Conflict(
            msg("This is not possible any more: the registration's state has changed meanwhile."), "state"
        )

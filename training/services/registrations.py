"""Registrations: seats are counted under the training's lock on every path, so nothing is ever oversold.

``confirmed`` and ``offered`` hold a seat; nothing else does. Every step is kept with who, when and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, case, false, func, select
from sqlalchemy.orm import contains_eager, joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    HOLDS_SEAT,
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
    TrainingState,
    User,
)
from training.names import fold
from training.services import audit, seats, trainings
from training.text import msg

S = RegistrationState
OFFER_LIFE = timedelta(hours=48)


def visible_to(user: User) -> Select[tuple[Registration]]:
    """The registrations that ``user`` may see: a partner those that its agency made, a coordinator those in scope."""
    found = select(Registration).join(Registration.training)
    match user.role:
        case Role.PARTNER:
            return found.where(Registration.agency_id == user.agency_id)
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
) -> Select[tuple[Registration]]:
    """Registrations with their people, by name in any script."""
    found = (
        visible_to(user)
        .join(Registration.trainee)
        .options(contains_eager(Registration.training), contains_eager(Registration.trainee))
    )
    for word in fold(text).split():
        found = found.where(
            Trainee.search_key.contains(word, autoescape=True)
            | Training.search_key.contains(word, autoescape=True)
        )
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
        "name": Trainee.search_key,
        "state": Registration.state,
        "agency": Registration.agency_name,
        "rank": Registration.reserve_rank,
    }[sort]
    return found.order_by(by.desc() if descending else by, Registration.id)


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


def of(training: Training, user: User) -> Select[tuple[Registration]]:
    """A training's registrations as lists show them: seats first, then the reserve by rank, then the rest."""
    order = case(
        {S.CONFIRMED: 0, S.OFFERED: 1, S.SUBMITTED: 2, S.RETURNED: 3, S.RESERVE: 4},
        value=Registration.state,
        else_=9,
    )
    return (
        visible_to(user)
        .join(Registration.trainee)
        .where(Registration.training_id == training.id)
        .options(contains_eager(Registration.trainee), contains_eager(Registration.training))
        .order_by(order, Registration.reserve_rank, Trainee.search_key, Registration.id)
    )


def of_trainee(trainee: Trainee, user: User) -> Select[tuple[Registration]]:
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
    _check_open(training, override)
    return _submit_locked(training, by=by, trainee=trainee, source=source, remarks=remarks)


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
    _check_open(training, override)
    _check_may_register(agency)
    taken = registered_of(training, people)
    for trainee in people:
        if trainee.id in taken:
            raise Conflict(
                msg("%(name)s is registered for this training already.", name=trainee.name), "twice"
            )
    free = seats.free_for(training, agency)
    rank = _last_rank(training)
    at, new = clock.now(), []
    for trainee in people:
        registration = _new(training, agency, trainee, source, "")
        new.append(registration)
        _step(registration, None, by)
        if training.admission is not Admission.FIRST_COME:
            continue
        if free > 0:
            free -= 1
            registration.state, registration.confirmed_at = S.CONFIRMED, at
            _step(registration, S.SUBMITTED, by)
        else:
            rank += 1
            registration.state, registration.reserve_rank = S.RESERVE, rank
            _step(registration, S.SUBMITTED, by, ReasonCode.NO_SEAT)
    db.session.add_all(new)
    audit.record(
        by=by,
        action="registration.submit_many",
        thing=training,
        changes={"agency": agency.code, "people": len(new)},
    )
    return new


def registered_of(training: Training, people: Sequence[Trainee]) -> set[int]:
    """Which of these people have a live registration for the training, by their ids."""
    found = db.session.scalars(
        select(Registration.trainee_id).where(
            Registration.training_id == training.id,
            Registration.trainee_id.in_([trainee.id for trainee in people]),
            Registration.state.in_(LIVE),
        )
    )
    return set(found)


def _submit_locked(
    training: Training, *, by: User | None, trainee: Trainee, source: RegistrationSource, remarks: str
) -> Registration:
    agency = trainee.agency
    _check_may_register(agency)
    if live_of(training, trainee) is not None:
        raise Conflict(msg("%(name)s is registered for this training already.", name=trainee.name), "twice")
    free = seats.free_for(training, agency)  # before the new row is among those counted
    registration = _new(training, agency, trainee, source, remarks)
    db.session.add(registration)
    _step(registration, None, by)
    if training.admission is Admission.FIRST_COME:
        if free > 0:
            _confirm(registration, by)
        else:
            _reserve(registration, by, ReasonCode.NO_SEAT)
    audit.record(
        by=by, action="registration.submit", thing=registration, changes={"state": registration.state}
    )
    return registration


def _new(
    training: Training, agency: Agency, trainee: Trainee, source: RegistrationSource, remarks: str
) -> Registration:
    """A submitted registration with its copies of the day."""
    return Registration(
        training=training,
        trainee=trainee,
        agency=agency,
        state=S.SUBMITTED,
        source=source,
        agency_code=agency.code,
        agency_name=agency.name,
        agency_type_code=agency.type.code,
        agency_country=agency.country,
        trainee_country=trainee.country,
        function=trainee.function,
        rank=trainee.rank,
        submitted_at=clock.now(),
        remarks=remarks,
    )


@atomic
def confirm(registration: Registration, *, by: User | None) -> Registration:
    """Give a seat: to one who was submitted, returned, on the reserve list, or accepts an offer."""
    trainings.lock(registration.training)
    _check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE, S.OFFERED)
    _check_undecided(registration.training)
    if registration.state is not S.OFFERED:
        seats.check_free(registration.training, registration.agency)
    _confirm(registration, by)
    audit.record(by=by, action="registration.confirm", thing=registration)
    return registration


@atomic
def reserve(registration: Registration, *, by: User | None, rank: int | None = None) -> Registration:
    """Put on the reserve list, at ``rank`` or at its end; the ranks behind move down."""
    trainings.lock(registration.training)
    _check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE)
    _reserve(registration, by, ReasonCode.NO_SEAT, rank)
    audit.record(
        by=by, action="registration.reserve", thing=registration, changes={"rank": registration.reserve_rank}
    )
    return registration


@atomic
def offer(registration: Registration, *, by: User | None, hours: int = 48) -> Registration:
    """Offer a free seat to one on the reserve list; it is held until the offer expires."""
    trainings.lock(registration.training)
    _check_from(registration, S.RESERVE)
    _check_undecided(registration.training)
    seats.check_free(registration.training, registration.agency)
    registration.offer_expires_at = clock.now() + timedelta(hours=hours)
    _to(registration, S.OFFERED, by)
    audit.record(by=by, action="registration.offer", thing=registration)
    return registration


@atomic
def return_for_correction(registration: Registration, *, by: User, reason: str) -> Registration:
    """Send a submission back to its agency with what is to be corrected."""
    _check_from(registration, S.SUBMITTED)
    _check_reason(reason)
    _to(registration, S.RETURNED, by, ReasonCode.INCOMPLETE, reason)
    audit.record(by=by, action="registration.return", thing=registration)
    return registration


@atomic
def resubmit(registration: Registration, *, by: User) -> Registration:
    """Submit a returned registration again."""
    trainings.lock(registration.training)
    _check_from(registration, S.RETURNED, S.DRAFT)
    _check_open(registration.training, override=False)
    registration.submitted_at = clock.now()
    _to(registration, S.SUBMITTED, by)
    audit.record(by=by, action="registration.resubmit", thing=registration)
    return registration


@atomic
def decline(
    registration: Registration, *, by: User, reason: str, reason_code: ReasonCode = ReasonCode.OTHER
) -> Registration:
    """Decline with a reason that the agency reads."""
    trainings.lock(registration.training)
    _check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE, S.OFFERED)
    _check_reason(reason)
    held = registration.holds_seat
    _end(registration, S.DECLINED, by, reason_code, reason)
    audit.record(by=by, action="registration.decline", thing=registration, changes={"reason": reason})
    if held:
        promote(registration.training, by=by, freed_by=registration)
    return registration


@atomic
def withdraw(
    registration: Registration, *, by: User | None, reason: str, reason_code: ReasonCode = ReasonCode.AGENCY
) -> Registration:
    """Withdraw; a seat that it held goes to the next in line at once."""
    trainings.lock(registration.training)
    if not registration.is_live:
        raise Conflict(msg("This registration has ended already."), "ended")
    _check_reason(reason)
    held = registration.holds_seat
    _end(registration, S.WITHDRAWN, by, reason_code, reason)
    audit.record(by=by, action="registration.withdraw", thing=registration, changes={"reason": reason})
    if held:
        promote(registration.training, by=by, freed_by=registration)
    return registration


@atomic
def replace(registration: Registration, *, by: User, substitute: Trainee, reason: str) -> Registration:
    """Put ``substitute``, of the same agency, in a confirmed person's seat in one step."""
    training = registration.training
    trainings.lock(training)
    _check_from(registration, S.CONFIRMED)
    _check_reason(reason)
    if substitute.agency_id != registration.agency_id:
        raise Invalid(msg("A substitute comes from the same agency."), field="substitute")
    if training.starts_on <= clock.today(training.zone):
        raise Conflict(msg("The training has begun: a person can be added at the door instead."), "begun")
    _end(registration, S.REPLACED, by, ReasonCode.AGENCY, reason)
    db.session.flush()  # the seat is free, and the pair of person and training too, only then
    new = _submit_locked(
        training, by=by, trainee=substitute, source=RegistrationSource.REPLACEMENT, remarks=""
    )
    new.replaces = registration
    if new.state is not S.CONFIRMED:
        _confirm(new, by)
    audit.record(by=by, action="registration.replace", thing=registration, changes={"by": substitute.name})
    return new


@atomic
def walk_in(training: Training, *, by: User, trainee: Trainee) -> Registration:
    """Add a person at the door: confirmed and marked as such, never beyond the seats."""
    trainings.lock(training)
    if training.state not in (TrainingState.OPEN, TrainingState.CONFIRMED, TrainingState.RUNNING):
        raise Conflict(msg("People are added at the door only while a training is being held."), "state")
    if live_of(training, trainee) is not None:
        raise Conflict(msg("%(name)s is registered for this training already.", name=trainee.name), "twice")
    seats.check_total(training)
    registration = _submit_locked(
        training, by=by, trainee=trainee, source=RegistrationSource.WALK_IN, remarks=""
    )
    if registration.state is not S.CONFIRMED:
        _confirm(registration, by)
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
    promoted: list[Registration] = []
    for candidate in _in_line(training, freed_by):
        if seats.free_in_all(training) <= 0:
            break
        if seats.free_for(training, candidate.agency) > 0:
            _confirm(candidate, by)
            audit.record(by=by, action="registration.promote", thing=candidate)
            promoted.append(candidate)
    return promoted


@atomic
def fill_free_seats(training: Training, *, by: User | None) -> list[Registration]:
    """Promote from the reserve after seats were added or released."""
    trainings.lock(training)
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
            registration.offer_expires_at = None
            _reserve(registration, None, ReasonCode.OTHER)
            audit.record(by=None, action="registration.offer_expired", thing=registration)
            promote(registration.training, by=None, freed_by=registration)
    return len(due)


@atomic
def release_all(training: Training, *, by: User, reason: str) -> int:
    """End every live registration of a cancelled training, by the organiser; returns how many."""
    trainings.lock(training)
    live = db.session.scalars(
        select(Registration).where(Registration.training_id == training.id, Registration.state.in_(LIVE))
    ).all()
    for registration in live:
        _end(registration, S.WITHDRAWN, by, ReasonCode.ORGANISER, reason)
    return len(live)


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
            .where(Registration.training_id == training.id, Registration.state == S.RESERVE)
            .options(joinedload(Registration.agency))
            .order_by(nearness, Registration.reserve_rank, Registration.id)
        )
    )


def _confirm(registration: Registration, by: User | None) -> None:
    registration.reserve_rank = registration.offer_expires_at = None
    registration.confirmed_at = clock.now()
    _to(registration, S.CONFIRMED, by)


def _reserve(registration: Registration, by: User | None, code: ReasonCode, rank: int | None = None) -> None:
    end = _last_rank(registration.training) + 1
    if rank is not None and 1 <= rank < end:
        behind = db.session.scalars(
            select(Registration).where(
                Registration.training_id == registration.training_id,
                Registration.state == S.RESERVE,
                Registration.reserve_rank >= rank,
                Registration.id != registration.id,
            )
        )
        for other in behind:
            other.reserve_rank = (other.reserve_rank or 0) + 1
        end = rank
    registration.reserve_rank = end
    _to(registration, S.RESERVE, by, code)


def _last_rank(training: Training) -> int:
    last = db.session.scalar(
        select(func.max(Registration.reserve_rank)).where(
            Registration.training_id == training.id, Registration.state == S.RESERVE
        )
    )
    return last or 0


def _end(
    registration: Registration, state: RegistrationState, by: User | None, code: ReasonCode, reason: str
) -> None:
    if registration.state in HOLDS_SEAT:
        registration.released_at = clock.now()
    registration.reserve_rank = registration.offer_expires_at = None
    _to(registration, state, by, code, reason.strip())


def _to(
    registration: Registration,
    state: RegistrationState,
    by: User | None,
    code: ReasonCode | None = None,
    reason: str = "",
) -> None:
    before, registration.state = registration.state, state
    _step(registration, before, by, code, reason)
    db.session.flush()  # the next count of seats must see it


def _step(
    registration: Registration,
    before: RegistrationState | None,
    by: User | None,
    code: ReasonCode | None = None,
    reason: str = "",
) -> None:
    db.session.add(
        RegistrationStep(
            registration=registration,
            from_state=before,
            to_state=registration.state,
            at=clock.now(),
            by=by,
            by_name=by.name if by else "",
            reason_code=code,
            reason=reason,
        )
    )


def _check_open(training: Training, override: bool) -> None:
    if override and training.state in (*trainings.OFFERED_TO_PARTNERS, TrainingState.DRAFT):
        return
    if training.state not in trainings.OFFERED_TO_PARTNERS:
        raise Conflict(msg("This training is not open for registration."), "not_open")
    if clock.now() < training.registration_opens_at:
        raise Conflict(msg("Registration has not opened yet."), "too_early")
    if clock.now() >= training.registration_closes_at:
        raise Conflict(
            msg("The deadline has passed. Ask the coordinator, who can still register people."), "too_late"
        )


def _check_may_register(agency: Agency) -> None:
    if not agency.is_active:
        raise Conflict(
            msg("%(agency)s is suspended and cannot register people.", agency=agency.name), "suspended"
        )


def _check_undecided(training: Training) -> None:
    if training.state in trainings.FINISHED or training.state is TrainingState.POSTPONED:
        raise Conflict(
            msg("Seats of a completed, cancelled or postponed training are not given any more."), "state"
        )


def _check_from(registration: Registration, *states: RegistrationState) -> None:
    if registration.state not in states:
        raise Conflict(
            msg("This is not possible any more: the registration's state has changed meanwhile."), "state"
        )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(msg("Say why, so that others understand it later."), field="reason")

"""What agencies do with the seats kept for them: they give some back at once, or ask for more and get an answer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.orm import contains_eager, joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    Agency,
    Registration,
    Role,
    SeatAllocation,
    SeatRequest,
    SeatRequestKind,
    SeatRequestState,
    Training,
    User,
)
from training.rules.seats import Kept
from training.services import audit, locked_trainings, reasons, seat_counts, visible_trainings
from training.services.letters import notices
from training.services.registrations import kept_seats, reserve_list, steps
from training.services.registrations import seats as seat_service
from training.services.registrations.reserve_list import Freed
from training.text import msg, nmsg


def visible_to(user: User) -> Select[SeatRequest]:
    """The requests that ``user`` may see. A partner sees its agency's, a coordinator those in scope."""
    found = select(SeatRequest).join(SeatRequest.training)
    match user.role:
        case Role.PARTNER:
            return found.where(SeatRequest.agency_id == user.agency_id)
        case Role.TRAINER:
            return found.where(false())
    return found.where(visible_trainings.in_scope(user))


def get(user: User, public_id: UUID) -> SeatRequest:
    """The request with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(SeatRequest.public_id == public_id)
        .options(contains_eager(SeatRequest.training), joinedload(SeatRequest.agency))
    )
    if found is None:
        raise NotFound
    return found


def still_open(user: User, most: int) -> Sequence[SeatRequest]:
    """The requests that wait for an answer, the oldest first, at most ``most``."""
    found = visible_to(user).where(SeatRequest.state == SeatRequestState.OPEN).order_by(SeatRequest.id)
    return db.session.scalars(
        found.options(
            contains_eager(SeatRequest.training).joinedload(Training.theme), joinedload(SeatRequest.agency)
        ).limit(most)
    ).all()


def of(training: Training, user: User) -> Sequence[SeatRequest]:
    """A training's requests that ``user`` may see, open ones first, then the latest."""
    found = visible_to(user).where(SeatRequest.training_id == training.id)
    order = (SeatRequest.state != SeatRequestState.OPEN, SeatRequest.id.desc())
    return db.session.scalars(found.options(joinedload(SeatRequest.agency)).order_by(*order).limit(50)).all()


@atomic
def give_back(
    training: Training, *, by: User, agency: Agency, seats: int, sentence: str
) -> list[Registration]:
    """Give back unused seats that are kept for the agency. They go to the next in line.

    Returns who was promoted.
    """
    locked_trainings.lock(training)
    steps.check_undecided(training)
    allocation = _own(training, agency)
    unused = _unused(training, allocation) if allocation else 0
    if allocation is None or seats > unused:
        raise Invalid(
            msg(
                "Your agency can give back at most %(unused)s seats. "
                "To give back more, withdraw people first.",
                unused=unused,
            ),
            field="seats",
        )
    request = _new(training, agency, SeatRequestKind.RETURN, seats, sentence, by)
    request.state, request.answered_at = SeatRequestState.GRANTED, request.created_at
    kept_seats.take_back(allocation, seats)
    audit.record(
        by=by, action="seats.give_back", thing=training, changes={"agency": agency.code, "seats": seats}
    )
    db.session.flush()  # the next count of seats must see it
    return reserve_list.promote(training, Freed(seats, seat_counts.origin_of(agency)), by=by)


@atomic
def ask(training: Training, *, by: User, agency: Agency, seats: int, sentence: str) -> SeatRequest:
    """Ask for more seats, with a sentence that says why; one request at a time."""
    locked_trainings.lock(training)
    steps.check_undecided(training)
    waiting = db.session.scalar(
        select(SeatRequest).where(
            SeatRequest.training_id == training.id,
            SeatRequest.agency_id == agency.id,
            SeatRequest.state == SeatRequestState.OPEN,
        )
    )
    if waiting is not None:
        raise Conflict(
            nmsg(
                "Your agency has asked for %(num)s seat already: wait for the answer.",
                "Your agency has asked for %(num)s seats already: wait for the answer.",
                waiting.seats,
            ),
            "asked",
        )
    if seats > training.capacity:
        raise Invalid(
            nmsg(
                "The training has %(num)s seat in all.",
                "The training has %(num)s seats in all.",
                training.capacity,
            ),
            field="seats",
        )
    request = _new(training, agency, SeatRequestKind.MORE, seats, sentence, by)
    audit.record(by=by, action="seats.ask", thing=training, changes={"agency": agency.code, "seats": seats})
    return request


@atomic
def grant(request: SeatRequest, *, by: User, seats: int, answer: str = "") -> list[Registration]:
    """Keep ``seats`` more for the agency, as many as it asked for or fewer. Returns who was promoted."""
    training, agency = request.training, request.agency
    locked_trainings.lock(training)
    _check_open(request)
    allocation = _own(training, agency)
    kept = allocation.seats if allocation and allocation.seats else _held(training, agency)
    until = allocation.release_local if allocation else None
    more = seat_service.most_to_keep(training, Kept(kept + seats, agency.id)) - kept
    if seats > more:
        raise Invalid(
            msg(
                "You can give at most %(more)s seats now. The others are kept or used. "
                "Release unused seats, or raise the training's number of seats.",
                more=max(0, more),
            ),
            field="seats",
        )
    promoted = kept_seats.keep(training, by=by, seats=kept + seats, agency=agency, release_local=until)
    request.granted = seats
    _answer(request, SeatRequestState.GRANTED, by, answer, kept + seats)
    audit.record(by=by, action="seats.grant", thing=training, changes={"agency": agency.code, "seats": seats})
    return promoted


@atomic
def decline(request: SeatRequest, *, by: User, answer: str) -> SeatRequest:
    """Refuse more seats, with a sentence that the agency reads."""
    locked_trainings.lock(request.training)
    _check_open(request)
    reasons.check(answer)
    allocation = _own(request.training, request.agency)
    _answer(request, SeatRequestState.DECLINED, by, answer, allocation.seats if allocation else 0)
    audit.record(
        by=by,
        action="seats.decline",
        thing=request.training,
        changes={"agency": request.agency.code, "why": answer},
    )
    return request


def _new(
    training: Training, agency: Agency, kind: SeatRequestKind, seats: int, sentence: str, by: User
) -> SeatRequest:
    if not sentence.strip():
        raise Invalid(msg("Say why in a sentence."), field="sentence")
    request = SeatRequest(
        training=training,
        agency=agency,
        kind=kind,
        seats=seats,
        sentence=sentence.strip(),
        by_name=by.name,
        created_at=clock.now(),
    )
    db.session.add(request)
    notices.seats_asked_or_returned(
        training,
        agency=agency,
        by=by,
        is_return=kind is SeatRequestKind.RETURN,
        seats=seats,
        sentence=sentence,
    )
    return request


def _answer(request: SeatRequest, state: SeatRequestState, by: User, answer: str, kept_now: int) -> None:
    request.state, request.answered_at = state, clock.now()
    request.answered_by_name, request.answer = by.name, answer.strip()
    notices.seats_answered(
        request.training,
        agency=request.agency,
        is_given=state is SeatRequestState.GRANTED,
        seats=kept_now,
        reason=request.answer,
    )


def _check_open(request: SeatRequest) -> None:
    db.session.refresh(request)
    if request.state is not SeatRequestState.OPEN:
        raise Conflict(
            msg("This request was answered already, by %(name)s.", name=request.answered_by_name), "answered"
        )


def _own(training: Training, agency: Agency) -> SeatAllocation | None:
    return next(
        (
            one
            for one in seat_counts.allocations(training)
            if one.agency_id == agency.id and one.released_at is None
        ),
        None,
    )


def _unused(training: Training, allocation: SeatAllocation) -> int:
    counted = seat_counts.count(training)
    return max(0, allocation.seats - counted.used_of(seat_counts.as_kept(allocation)))


def _held(training: Training, agency: Agency) -> int:
    held = seat_counts.count(training).held
    return sum(count for (agency_id, _), count in held.items() if agency_id == agency.id)

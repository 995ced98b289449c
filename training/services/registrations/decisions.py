"""Decisions on many registrations at once. Each one is carried out or refused by itself, and says which."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from training.db import atomic, db, refresh_many
from training.errors import Conflict, DomainError, Invalid, NotFound
from training.models import ReasonCode, Registration, RegistrationState, Trainee, Training, User
from training.rules.timetable import Elsewhere
from training.services import locked_trainings, reasons, seat_counts
from training.services.registrations import elsewhere, reserve_list, steps, submissions, visible
from training.text import Message, msg

UNKNOWN_VERB = Invalid(msg("Choose what to do with the ticked registrations."))
UNDECIDED = (
    RegistrationState.SUBMITTED,
    RegistrationState.RETURNED,
    RegistrationState.RESERVE,
    RegistrationState.OFFERED,
)


class Verb(StrEnum):
    """What a coordinator decides."""

    CONFIRM = "confirm"
    RESERVE = "reserve"
    OFFER = "offer"
    DECLINE = "decline"
    RETURN = "return"


@dataclass(frozen=True)
class Decision:
    """What became of one registration: done, or refused with a code and a sentence."""

    registration: Registration
    refusal: DomainError | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was carried out."""
        return self.refusal is None

    @property
    def code(self) -> str:
        """The refusal's stable code. It is empty if the decision was done, or the refusal has no code."""
        return self.refusal.code if isinstance(self.refusal, Conflict) else ""

    @property
    def sentence(self) -> Message:
        """The refusal as a sentence, or "Done."."""
        return self.refusal.explained if self.refusal else msg("Done.")


def undecided(
    training: Training, user: User, *, state: RegistrationState | None = None, agency_code: str = ""
) -> Select[Registration]:
    """The training's registrations that can be decided on. Submissions come first, the reserve list last."""
    found = (
        visible.visible_to(user)
        .join(Registration.trainee)
        .where(
            Registration.training_id == training.id, Registration.state.in_([state] if state else UNDECIDED)
        )
        .options(
            contains_eager(Registration.training),
            contains_eager(Registration.trainee),
            joinedload(Registration.agency),
        )
    )
    if agency_code:
        found = found.where(Registration.agency_code == agency_code)
    place = case(
        {RegistrationState.SUBMITTED: 0, RegistrationState.RESERVE: 2}, value=Registration.state, else_=1
    )
    return found.order_by(place, *seat_counts.in_order(training), Trainee.search_key)


def agencies_of(training: Training) -> list[tuple[str, str, int]]:
    """(code, name, number of registrations that can be decided on) of each agency, by name."""
    columns = (Registration.agency_code, Registration.agency_name)
    rows = db.session.execute(
        select(*columns, func.count())
        .where(Registration.training_id == training.id, Registration.state.in_(UNDECIDED))
        .group_by(*columns)
        .order_by(Registration.agency_name)
    )
    return [(code, name, count) for code, name, count in rows]


def pick(training: Training, user: User, public_ids: Sequence[UUID]) -> list[Registration]:
    """The training's registrations with these ids, in this order; ``NotFound`` when one is not among them."""
    rows = db.session.scalars(
        visible.visible_to(user)
        .where(Registration.training_id == training.id, Registration.public_id.in_(set(public_ids)))
        .options(contains_eager(Registration.training))
    )
    found = {one.public_id: one for one in rows}
    if len(found) != len(set(public_ids)):
        raise NotFound
    return [found[public_id] for public_id in dict.fromkeys(public_ids)]


@atomic
def decide(
    training: Training,
    chosen: Sequence[Registration],
    verb: Verb,
    *,
    by: User,
    reason: str = "",
    reason_code: ReasonCode | None = ReasonCode.OTHER,
    rank: int | None = None,
    override_reason: str = "",
) -> list[Decision]:
    """Carry ``verb`` out on each registration, in this order. A refusal leaves the others alone.

    ``rank`` is the place of the first one on the reserve list, and the others follow it. If it is None, they
    go to the end. Raises ``Invalid`` when a reason is missing, before anything is done. Without a
    ``reason_code``, registrations are returned as incomplete. Whoever has a seat in another training at that time gets
    none here, and is named, unless ``override_reason`` says why they get one all the same.
    """
    locked_trainings.lock(training)
    for refusal in missing(verb, reason=reason, reason_code=reason_code):
        raise refusal
    if not chosen:
        raise Invalid(msg("Tick the registrations to decide on."))
    refresh_many(chosen, joinedload(Registration.trainee), joinedload(Registration.agency))
    # people without a seat first: else a freed seat could go to somebody who is declined next
    if verb is Verb.DECLINE:
        chosen = sorted(chosen, key=lambda one: one.holds_seat)
    code = reason_code or ReasonCode.INCOMPLETE
    if verb in (Verb.CONFIRM, Verb.OFFER):
        locked_trainings.lock_people(training, [one.trainee_id for one in chosen])
    away = elsewhere.of(training, [one.trainee for one in chosen])
    carry_out = _carrying_out(
        training, verb, by=by, reason=reason, reason_code=code, away=away, override_reason=override_reason
    )
    done = [_decision(one, carry_out) for one in chosen]
    placed = [one.registration for one in done if one.is_done]
    if verb is Verb.RESERVE and rank is not None and placed:
        reserve_list.arrange(placed, rank, by)
    return done


def missing(verb: Verb, *, reason: str, reason_code: ReasonCode | None) -> list[Invalid]:
    """What a decision still needs, all of it, so that a form asks once."""
    found = []
    if verb is Verb.DECLINE and reason_code is None:
        found.append(Invalid(msg("Pick the reason why they are declined."), field="reason_code"))
    if verb in (Verb.DECLINE, Verb.RETURN):
        try:
            reasons.check(reason)
        except Invalid as refusal:
            found.append(refusal)
    return found


def _carrying_out(
    training: Training,
    verb: Verb,
    *,
    by: User,
    reason: str,
    reason_code: ReasonCode,
    away: Mapping[int, Sequence[Elsewhere]],
    override_reason: str,
) -> Callable[[Registration], None]:
    """A function that carries the verb out on one registration.

    Seats and ranks are counted once for all registrations, under the training's lock.
    """
    match verb:
        case Verb.CONFIRM:
            counted = seat_counts.count(training)
            return lambda one: reserve_list.confirm_locked(one, by, counted, away, override_reason)
        case Verb.OFFER:
            counted = seat_counts.count(training)
            return lambda one: reserve_list.offer_locked(one, by, counted, away, override_reason)
        case Verb.RESERVE:
            ranks = itertools.count(steps.last_rank(training) + 1)
            return lambda one: reserve_list.reserve_locked(one, by, ranks)
        case Verb.DECLINE:
            return lambda one: submissions.decline_locked(one, by, reason, reason_code)
        case Verb.RETURN:
            return lambda one: submissions.return_locked(one, by, reason, reason_code)


def _decision(registration: Registration, carry_out: Callable[[Registration], None]) -> Decision:
    """Carry a verb out on one registration, or keep the refusal.

    Every check comes before the first change, so a refused registration is as it was.
    """
    try:
        carry_out(registration)
    except (Conflict, Invalid) as refusal:
        return Decision(registration, refusal)
    return Decision(registration)

"""The reserve list: who is next in line, and seats offered and given. Seats are counted under the training's lock."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, case, select
from sqlalchemy.orm import contains_eager

from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    Admission,
    Agency,
    Promotion,
    ReasonCode,
    Registration,
    Trainee,
    Training,
    User,
)
from training.rules import walltime
from training.rules.seats import Kept, Origin, SeatCount
from training.rules.timetable import Elsewhere
from training.services import announced, audit, locked_trainings, seat_counts, visible_trainings
from training.services.locked_trainings import lock_in_order
from training.services.registrations import elsewhere, steps
from training.services.registrations import seats as seat_service
from training.services.registrations.steps import S
from training.services.timetables import clash_facts
from training.text import msg


@atomic
def confirm(registration: Registration, *, by: User | None, override_reason: str = "") -> Registration:
    """Give a seat to a person who is submitted, returned, on the reserve list, or has an offer.

    Raises ``Conflict`` (``elsewhere``) if the person has a seat in another training at that time, unless a coordinator
    says why they get this one all the same.
    """
    steps.lock(registration)
    locked_trainings.lock_people(registration.training, [registration.trainee_id])
    away = elsewhere.of(registration.training, [registration.trainee])
    confirm_locked(registration, by, seat_counts.count(registration.training), away, override_reason)
    return registration


def confirm_locked(
    registration: Registration,
    by: User | None,
    counted: SeatCount,
    away: Mapping[int, Sequence[Elsewhere]],
    override_reason: str = "",
) -> None:
    """``confirm`` under the locks of training and person. ``counted`` are its seats; the given seat is added there.

    ``away`` says who has a seat in another training then.
    """
    steps.check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE, S.OFFERED)
    steps.check_undecided(registration.training)
    steps.check_may_register(registration.agency)
    reason = override_reason.strip() or registration.override_reason
    elsewhere.refuse(registration.trainee, away, by=by, override_reason=reason)
    if registration.state is not S.OFFERED:
        seat_service.take_free(registration, counted)
    registration.override_reason = reason
    steps.confirm(registration, by)
    audit.record(by=by, action="registration.confirm", thing=registration)


@atomic
def reserve(registration: Registration, *, by: User | None, rank: int | None = None) -> Registration:
    """Put a registration on the reserve list, at ``rank`` or at the end. The others close up or make room."""
    steps.lock(registration)
    reserve_locked(registration, by, itertools.count(steps.last_rank(registration.training) + 1))
    if rank is not None:
        arrange([registration], rank, by)
    return registration


def reserve_locked(registration: Registration, by: User | None, ranks: Iterator[int]) -> None:
    """``reserve`` at the end of the list, under the training's lock. ``ranks`` are those after the last."""
    steps.check_from(registration, S.SUBMITTED, S.RETURNED, S.RESERVE)
    steps.check_undecided(registration.training)
    if registration.state is not S.RESERVE:  # a new rank is no step: people know already that they wait
        steps.reserve(registration, by, ReasonCode.ORGANISER, next(ranks))
    audit.record(
        by=by, action="registration.reserve", thing=registration, changes={"rank": registration.reserve_rank}
    )


def arrange(people: Sequence[Registration], rank: int, by: User | None) -> None:
    """Give people on one training's list ``rank`` and the ranks after it, under the training's lock."""
    steps.arrange(people, rank)
    changes = {"from": rank, "people": len(people)}
    audit.record(by=by, action="reserve_list.arrange", thing=people[0].training, changes=changes)


@atomic
def offer(registration: Registration, *, by: User | None, override_reason: str = "") -> Registration:
    """Offer a free seat to a person on the reserve list.

    The seat is held for the training's ``offer_hours``, at the latest until the cut-off. Raises as ``confirm`` does for
    a person who is in another training then.
    """
    steps.lock(registration)
    locked_trainings.lock_people(registration.training, [registration.trainee_id])
    away = elsewhere.of(registration.training, [registration.trainee])
    offer_locked(registration, by, seat_counts.count(registration.training), away, override_reason)
    return registration


def offer_locked(
    registration: Registration,
    by: User | None,
    counted: SeatCount,
    away: Mapping[int, Sequence[Elsewhere]],
    override_reason: str = "",
) -> None:
    """``offer`` under the locks of training and person. ``counted`` and ``away`` are as in ``confirm_locked``."""
    if registration.state in (S.SUBMITTED, S.RETURNED):
        raise Conflict(
            msg(
                "Seats are offered to those on the reserve list. Confirm this person, or put them on the list first."
            ),
            "state",
        )
    steps.check_from(registration, S.RESERVE)
    steps.check_undecided(registration.training)
    steps.check_may_register(registration.agency)
    until = _offered_until(registration.training)
    if until <= clock.now():
        raise Conflict(
            msg(
                "Since %(day)s nobody moves up from the reserve list, so it is too late for an offer. "
                "Confirm the person instead.",
                day=ends_on(registration.training),
            ),
            "cut_off",
        )
    reason = override_reason.strip() or registration.override_reason
    elsewhere.refuse(registration.trainee, away, by=by, override_reason=reason)
    seat_service.take_free(registration, counted)
    registration.override_reason = reason
    registration.reserve_rank = None  # it leaves the list, and ``arrange`` numbers the others without it
    registration.offer_expires_at = until
    steps.to(registration, S.OFFERED, by)
    audit.record(by=by, action="registration.offer", thing=registration)


@atomic
def accept(registration: Registration, *, by: User | None) -> Registration:
    """Take the offered seat. The agency does so, or the person by their own link (``by`` is None).

    Raises ``Conflict`` once the offer has expired, even if nobody else has the seat yet.
    """
    steps.lock(registration)
    steps.check_from(registration, S.OFFERED)
    steps.check_undecided(registration.training)
    steps.check_may_register(registration.agency)
    if registration.offer_expires_at is None or registration.offer_expires_at <= clock.now():
        raise Conflict(msg("The time to take this seat is over: it goes to the next in line."), "offer_over")
    steps.confirm(registration, by, None if by else ReasonCode.TRAINEE)
    audit.record(by=by, action="registration.accept", thing=registration)
    return registration


def _offered_until(training: Training) -> datetime:
    """Until when a seat that is offered now is held."""
    return min(clock.now() + timedelta(hours=training.offer_hours), cut_off(training))


def cut_off(training: Training) -> datetime:
    """The instant from which nobody moves up any more."""
    return walltime.first_instant(ends_on(training), training.zone)


@dataclass(frozen=True)
class Freed:
    """Seats that became free, and who may get them.

    ``seats`` is how many. ``origin`` gave them up. If ``only`` is set, they go only to people with that
    share. ``passed_over`` are the ids of registrations that get no seat this time.
    """

    seats: int = 0
    origin: Origin | None = None
    only: Kept | None = None
    passed_over: Collection[int] = ()

    @classmethod
    def seat_of(cls, registration: Registration) -> Freed:
        """The seat that this registration gave up."""
        return cls(1, seat_counts.origin_of(registration))


def promote(training: Training, freed: Freed, *, by: User | None) -> list[Registration]:
    """Give free seats to the next in line; the caller holds the lock. Returns who was promoted.

    First come: people are promoted as long as a seat is free and somebody may take it. By approval: only as many as
    seats became free, now or earlier when nobody could take them (``Training.freed_seats``). Seats that were free when
    a coordinator put people on the list stay free. For example, if a coordinator leaves two of ten seats empty and one
    person withdraws, one person is promoted.

    If the training says that seats are proposed, a coordinator gives them instead. From the training's
    cut-off on nobody is promoted.
    """
    counted, promoted = seat_counts.count(training), []
    if training.promotion is Promotion.AUTOMATIC and may_promote(training):
        if counted.free_in_all > 0:
            locked_trainings.lock_people(training, with_line=True)
        promoted = next_in_line(training, counted, freed)
    for candidate in promoted:
        # the step names nobody: the user who freed the seat may be of an agency that this one must not see
        steps.confirm(candidate, None)
        audit.record(by=by, action="registration.promote", thing=candidate)
    owed = training.freed_seats
    if freed.only is None:  # seats kept for somebody are owed to nobody else
        owed += freed.seats - len(promoted)
    owed = max(0, min(owed, counted.free_in_all))
    training.freed_seats = owed if owed and seat_counts.on_reserve(training) else 0
    return promoted


def may_promote(training: Training) -> bool:
    """Whether people on the reserve list may still be promoted: the training will be held, and its cut-off is ahead."""
    return training.state in visible_trainings.OFFERED_TO_PARTNERS and clock.today(training.zone) < ends_on(
        training
    )


def ends_on(training: Training) -> date:
    """The first day, in the training's zone, on which nobody moves up any more."""
    return announced.facts(training).starts_on - timedelta(days=training.promotion_ends_days)


def next_in_line(training: Training, counted: SeatCount, freed: Freed) -> list[Registration]:
    """Who would get the free seats, the next first. Their seats are added to those held in ``counted``.

    If the training says so, people of the agency that freed the seat come first, then those of its country,
    then all others. Within each group the rank decides, or the time of submission. People whose agency is
    suspended, or has used up its seats, are passed over. So are people who have a seat in another training then.
    """
    found: list[Registration] = []
    most = counted.capacity
    if training.admission is Admission.APPROVAL:
        most = freed.seats + (0 if freed.only else training.freed_seats)
    if counted.free_in_all <= 0 or most <= 0:
        return found
    may_gain = [o for o in seat_counts.on_reserve(training) if counted.free_for(o) > 0]
    is_away = elsewhere_now(training) if may_gain else {}
    for candidate in (
        _in_line(training, freed.origin, {agency_id for agency_id, _ in may_gain}) if may_gain else []
    ):
        origin = seat_counts.origin_of(candidate)
        is_meant = freed.only is None or counted.share_of(origin) == freed.only
        if candidate.trainee_id in is_away and not candidate.override_reason:
            continue
        if is_meant and candidate.id not in freed.passed_over and counted.free_for(origin) > 0:
            counted.take(origin)
            found.append(candidate)
        if len(found) >= most:
            break
    return found


def elsewhere_now(training: Training) -> dict[int, list[Elsewhere]]:
    """Who on the reserve list has a seat in another training at its hours, by the trainee's id."""
    return clash_facts.elsewhere(training, _who_waits([training.id]))


def _who_waits(trainings: Collection[int]) -> Select[int]:
    """The ids of the people on the reserve lists of these trainings."""
    return select(Registration.trainee_id).where(
        Registration.training_id.in_(trainings), Registration.state == S.RESERVE
    )


def _in_line(training: Training, origin: Origin | None, agency_ids: Collection[int]) -> list[Registration]:
    """The people of these agencies who wait, the next first.

    ``agency_ids`` are agencies that may gain a seat. This keeps the query small when thousands wait.
    """
    nearness = []
    if origin is not None and training.nearest_first:
        agency_id, country = origin
        near = ((Registration.agency_id == agency_id, 0), (Registration.agency_country == country, 1))
        nearness = [case(*near, else_=2)]
    return list(
        db.session.scalars(
            select(Registration)
            .join(Registration.agency)
            .where(
                Registration.training_id == training.id,
                Registration.state == S.RESERVE,
                Agency.is_active,
                Registration.agency_id.in_(agency_ids),
            )
            .order_by(*nearness, *seat_counts.in_order(training))
        )
    )


@atomic
def expire_offers() -> int:
    """Put people who did not take their offer in time back on the reserve list, at its end; returns how many.

    Their seats go to people who have not just let a seat pass. While a training is postponed nobody can take a seat, so
    its offers stand until it opens again.
    """
    due = db.session.scalars(
        select(Registration)
        .join(Registration.training)
        .where(
            Registration.state == S.OFFERED,
            Registration.offer_expires_at <= clock.now(),
            Training.state.in_(visible_trainings.OFFERED_TO_PARTNERS),
        )
        .order_by(Registration.training_id, Registration.id)
        .options(contains_eager(Registration.training))
    ).all()
    count = 0
    hold_lines([one.training for one in due], [one.trainee_id for one in due])
    for training, offers in itertools.groupby(due, key=lambda one: one.training):
        expired = []
        for registration in offers:
            steps.lock(registration)
            let_pass_at = registration.offer_expires_at
            if let_pass_at is not None and let_pass_at <= clock.now():
                steps.reserve(registration, None, ReasonCode.OTHER)
                registration.let_pass_at = let_pass_at
                audit.record(by=None, action="registration.offer_expired", thing=registration)
                expired.append(registration)
        for registration in expired:
            origin, again = seat_counts.origin_of(registration), {one.id for one in expired}
            promote(training, Freed(1, origin, passed_over=again), by=None)
        count += len(expired)
    return count


def renew_offers(training: Training) -> None:
    """Restart the time of offers that were made before a postponement: people have all of it again."""
    until = _offered_until(training)
    for registration in _offered(training):
        registration.offer_expires_at = max(until, registration.offer_expires_at or until)


def shorten_offers(training: Training, by: User | None) -> bool:
    """End offers at the training's cut-off where it moved before them; those who still have time are told the new end.

    Where the cut-off has passed, the offer is over: ``expire_offers`` says so to them. Returns whether any was ended.
    """
    last, has_shortened = cut_off(training), False
    for registration in _offered(training):
        if registration.offer_expires_at is None or registration.offer_expires_at > last:
            registration.offer_expires_at, has_shortened = last, True
            if last > clock.now():
                steps.step(registration, S.OFFERED, by, ReasonCode.ORGANISER)
    return has_shortened


def _offered(training: Training) -> Sequence[Registration]:
    return db.session.scalars(
        select(Registration)
        .where(Registration.training_id == training.id, Registration.state == S.OFFERED)
        .order_by(Registration.id)
    ).all()


def hold_lines(trainings: Iterable[Training], people: Iterable[int] = ()) -> None:
    """Hold several trainings, then all people on their reserve lists, with ``people`` who will join them."""
    ids = {one.id for one in trainings}
    locked_trainings.lock_all(ids)
    lock_in_order(Trainee, {*people, *db.session.scalars(_who_waits(ids))}, read=False)


def promote_of(agency: Agency, *, by: User | None) -> list[Registration]:
    """Give out free seats in every training for which people of the agency wait. Returns who was promoted."""
    waiting = (
        select(Training)
        .join(Registration, Registration.training_id == Training.id)
        .where(Registration.agency_id == agency.id, Registration.state == S.RESERVE)
        .distinct()
        .order_by(Training.id)
    )
    promoted = []
    trainings = db.session.scalars(waiting).all()
    hold_lines(trainings)
    for training in trainings:
        promoted += promote(training, Freed(), by=by)
    return promoted

"""One training, four agencies and their people, and everything that can happen to them, by small numbers.

An operation takes whole numbers and picks by them among what there is, in the order of its making: so that a sequence of
operations means the same on every database. What is refused changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from tests.make import Make
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    LIVE,
    Admission,
    Agency,
    Promotion,
    Registration,
    RegistrationState,
    ReserveOrder,
    SeatRequest,
    SeatRequestState,
    Trainee,
    Training,
    TrainingState,
    User,
)
from training.services import seat_counts
from training.services.announcing import announced_copies
from training.services.directory import agencies
from training.services.registrations import (
    by_link,
    decisions,
    drafts,
    kept_seats,
    late_changes,
    reserve_list,
    seat_requests,
    submissions,
)
from training.services.trainees import records
from training.services.trainings import changes, moves, resuming, undoing
from training.text import msg

S = RegistrationState
BEGINS = datetime(2027, 3, 1, 9, tzinfo=UTC)
COUNTRIES = ("AT", "AT", "FR", "UZ")
PEOPLE = 4
"""People of each agency."""


class World:
    """The training under test; every public method is an operation that may be refused by a ``DomainError``."""

    def __init__(self, travel: time_machine.Traveller, numbers: dict[str, int]) -> None:
        self._travel, self._numbers = travel, numbers
        self.training_id = numbers["training"]

    # What there is

    @property
    def _training(self) -> Training:
        return db.session.get_one(Training, self._numbers["training"])

    @property
    def _staff(self) -> User:
        return db.session.get_one(User, self._numbers["staff"])

    def _agency(self, n: int) -> Agency:
        found = db.session.scalars(select(Agency).order_by(Agency.id)).all()
        return found[n % len(found)]

    def _focal(self, agency: Agency) -> User:
        return db.session.scalars(select(User).where(User.agency_id == agency.id)).one()

    def _people(self, n: int, agency: Agency | None = None) -> Sequence[Trainee]:
        """People, of the agency where one is given; in three of four picks those not registered, where there are."""
        everybody = select(Trainee).order_by(Trainee.id)
        if agency is not None:
            everybody = everybody.where(Trainee.agency_id == agency.id)
        registered = select(Registration.trainee_id).where(Registration.state.in_(LIVE))
        fitting = db.session.scalars(everybody.where(Trainee.id.not_in(registered))).all()
        return fitting if fitting and n % 4 else db.session.scalars(everybody).all()

    def _person(self, n: int, agency: Agency | None = None) -> Trainee:
        found = self._people(n, agency) or self._people(n)
        return found[n // 4 % len(found)]

    def _keeping(self, n: int) -> Agency:
        """An agency; in three of four picks one for which seats are kept, where there is one."""
        kept = [
            one.agency
            for one in seat_counts.allocations(self._training)
            if one.agency and not one.released_at
        ]
        return kept[n // 4 % len(kept)] if kept and n % 4 else self._agency(n)

    def _registration(self, n: int, *states: RegistrationState) -> Registration:
        """One that stands in one of the states; in three of four picks, where there is one."""
        query = select(Registration).where(Registration.training_id == self._numbers["training"])
        fitting = db.session.scalars(
            query.where(Registration.state.in_(states)).order_by(Registration.id)
        ).all()
        found = fitting if fitting and n % 4 else db.session.scalars(query.order_by(Registration.id)).all()
        if not found:
            raise Conflict(NOTHING, "nothing")
        return found[n // 4 % len(found)]

    def _drafting(self, n: int) -> Agency:
        """An agency; in three of four picks one that keeps drafts, where there is one."""
        found = db.session.scalars(
            select(Agency)
            .join(Registration, Registration.agency_id == Agency.id)
            .where(Registration.training_id == self._numbers["training"], Registration.state == S.DRAFT)
            .distinct()
            .order_by(Agency.id)
        ).all()
        return found[n // 4 % len(found)] if found and n % 4 else self._agency(n)

    def _request(self, n: int) -> SeatRequest:
        found = db.session.scalars(
            select(SeatRequest).where(SeatRequest.state == SeatRequestState.OPEN).order_by(SeatRequest.id)
        ).all()
        if not found:
            raise Conflict(NOTHING, "nothing")
        return found[n % len(found)]

    def _change(self, **wanted: Any) -> None:
        details = Make().changed(self._training, **wanted)
        changes.change(self._training, by=self._staff, details=details)

    # Putting forward

    def register(self, person: int) -> None:
        """By the agency, within the window."""
        trainee = self._person(person)
        submissions.submit(self._training, by=self._focal(trainee.agency), trainee=trainee)

    def register_late(self, person: int) -> None:
        """By a coordinator, whom the window does not bind."""
        submissions.submit(self._training, by=self._staff, trainee=self._person(person), override=True)

    def register_many(self, agency: int, first: int, count: int) -> None:
        """Several people of one agency at once."""
        of = self._agency(agency)
        own = self._people(first, of)
        people = [own[(first + n) % len(own)] for n in range(min(len(own), 1 + count % PEOPLE))]
        submissions.submit_many(
            self._training, by=self._focal(of), agency=of, people=people, override=count % 2 == 0
        )

    def walk_in(self, person: int) -> None:
        """At the door."""
        late_changes.walk_in(self._training, by=self._staff, trainee=self._person(person))

    def walk_in_many(self, first: int, count: int) -> None:
        """Several at the door, all or none."""
        everybody = self._people(first)
        people = [everybody[(first + n) % len(everybody)] for n in range(1 + count % 3)]
        late_changes.walk_in_many(self._training, by=self._staff, people=people)

    @atomic
    def walk_in_beyond(self, person: int) -> None:
        """At the door, with one seat more for whoever stands there."""
        trainee = self._person(person)
        changes.add_seat_at_the_door(self._training, by=self._staff)
        late_changes.walk_in(self._training, by=self._staff, trainee=trainee)

    def let_in(self, n: int) -> None:
        """Somebody who waits stands at the door."""
        late_changes.let_in(self._registration(n, S.SUBMITTED, S.RESERVE, S.OFFERED), by=self._staff)

    # Drafts

    def keep_drafts(self, agency: int, first: int, count: int) -> None:
        """An agency keeps people as drafts."""
        of = self._agency(agency)
        own = self._people(first, of)
        people = [own[(first + n) % len(own)] for n in range(min(len(own), 1 + count % PEOPLE))]
        drafts.keep(self._training, by=self._focal(of), agency=of, people=people)

    def submit_drafts(self, agency: int) -> None:
        """It submits them together."""
        of = self._drafting(agency)
        drafts.submit(self._training, by=self._focal(of), agency=of, drafts=drafts.of(self._training, of))

    def discard_drafts(self, agency: int, count: int) -> None:
        """It throws some away."""
        of = self._drafting(agency)
        chosen = drafts.of(self._training, of)[: 1 + count % 3]
        drafts.discard(self._training, by=self._focal(of), drafts=chosen)

    # Deciding

    def confirm(self, n: int) -> None:
        """A seat is given, or one that is offered taken: by the coordinator, the agency or the person."""
        one = self._registration(n, S.SUBMITTED, S.OFFERED, S.RESERVE)
        if one.state is S.OFFERED and n % 3 == 1:
            reserve_list.accept(one, by=self._focal(one.agency))
        elif one.state is S.OFFERED and n % 3 == 2:
            by_link.acknowledge(one)
        else:
            reserve_list.confirm(one, by=self._staff)

    def reserve(self, n: int) -> None:
        """On the reserve list, at its end."""
        reserve_list.reserve(self._registration(n, S.SUBMITTED), by=self._staff)

    def rank(self, n: int, place: int) -> None:
        """At a place on the reserve list."""
        one = self._registration(n, S.RESERVE)
        reserve_list.reserve(one, by=self._staff, rank=1 + place % 6)

    def offer(self, n: int) -> None:
        """A free seat is offered."""
        reserve_list.offer(self._registration(n, S.RESERVE), by=self._staff)

    def decline(self, n: int) -> None:
        """Declined with a reason."""
        one = self._registration(n, S.SUBMITTED, S.OFFERED, S.RESERVE)
        submissions.decline(one, by=self._staff, reason="not eligible")

    def send_back(self, n: int) -> None:
        """Returned for correction."""
        one = self._registration(n, S.SUBMITTED)
        submissions.return_for_correction(one, by=self._staff, reason="the rank is missing")

    def resubmit(self, n: int) -> None:
        """Corrected."""
        one = self._registration(n, S.RETURNED)
        submissions.resubmit(one, by=self._focal(one.agency), override=n % 2 == 0)

    def decide_many(self, verb: int, first: int, count: int) -> None:
        """One verb on several, each by itself."""
        chosen = dict.fromkeys(
            self._registration(4 * (first + n) + 1, S.SUBMITTED, S.RESERVE) for n in range(1 + count % 4)
        )
        verbs = list(decisions.Verb)
        decisions.decide(
            self._training, list(chosen), verbs[verb % len(verbs)], by=self._staff, reason="decided together"
        )

    # Giving up

    def withdraw(self, n: int) -> None:
        """By the agency."""
        one = self._registration(n, S.CONFIRMED, S.OFFERED, S.RESERVE)
        submissions.withdraw(one, by=self._focal(one.agency), reason="ill")

    def decline_by_trainee(self, n: int) -> None:
        """By the person."""
        one = self._registration(n, S.CONFIRMED, S.OFFERED)
        by_link.decline(one, text="I cannot come.")

    def replace(self, n: int, person: int) -> None:
        """Another person takes the seat."""
        one = self._registration(n, S.CONFIRMED)
        substitute = self._person(person, one.agency)
        late_changes.replace(one, by=self._focal(one.agency), substitute=substitute, reason="ill")

    # Seats

    def set_capacity(self, seats: int) -> None:
        """Up or down."""
        self._change(capacity=1 + seats % 9)

    def keep_for_agency(self, agency: int, seats: int) -> None:
        """Seats kept, more or fewer."""
        kept_seats.keep(self._training, by=self._staff, seats=seats % 5, agency=self._agency(agency))

    def keep_for_country(self, country: int, seats: int) -> None:
        """Seats kept for a country."""
        code = sorted(set(COUNTRIES))[country % 3]
        kept_seats.keep(self._training, by=self._staff, seats=seats % 5, country=code)

    def release(self) -> None:
        """Unused kept seats become everybody's; whom the preview names moves up."""
        picked = [one.public_id for one, _ in kept_seats.release_preview(self._training).unused]
        preview = kept_seats.release_preview(self._training, picked)
        expected = [one.public_id for one in preview.promoted]
        promoted = kept_seats.release(self._training, by=self._staff, picked=picked, expected=expected)
        assert [one.public_id for one in promoted] == expected, "who moves up is whom the preview named"

    def give_back(self, agency: int, seats: int) -> None:
        """An agency gives unused seats back."""
        of = self._keeping(agency)
        seat_requests.give_back(
            self._training, by=self._focal(of), agency=of, seats=1 + seats % 3, sentence="fewer people"
        )

    def ask(self, agency: int, seats: int) -> None:
        """An agency asks for more."""
        of = self._agency(agency)
        seat_requests.ask(
            self._training, by=self._focal(of), agency=of, seats=1 + seats % 3, sentence="more people"
        )

    def grant(self, n: int, seats: int) -> None:
        """It gets some."""
        seat_requests.grant(self._request(n), by=self._staff, seats=1 + seats % 3)

    def refuse(self, n: int) -> None:
        """It gets none."""
        seat_requests.decline(self._request(n), by=self._staff, answer="none left")

    # Rules

    def switch_admission(self) -> None:
        """First come or by approval."""
        is_first_come = self._training.admission is Admission.FIRST_COME
        self._change(admission=Admission.APPROVAL if is_first_come else Admission.FIRST_COME)

    def switch_promotion(self) -> None:
        """At once or by a coordinator."""
        is_automatic = self._training.promotion is Promotion.AUTOMATIC
        self._change(promotion=Promotion.PROPOSED if is_automatic else Promotion.AUTOMATIC)

    def switch_order(self) -> None:
        """By rank or by submission."""
        is_rank = self._training.reserve_order is ReserveOrder.RANK
        self._change(reserve_order=ReserveOrder.SUBMITTED if is_rank else ReserveOrder.RANK)

    def switch_nearest(self) -> None:
        """Whether the agency that freed the seat is first in line."""
        self._change(nearest_first=not self._training.nearest_first)

    def set_cut_off(self, days: int) -> None:
        """How many days before the start moving up ends."""
        self._change(promotion_ends_days=days % 4)

    # The training and the agencies

    @atomic
    def move(self, n: int) -> None:
        """Confirmed, started, postponed; one that was postponed goes on with new dates, or that is undone."""
        if self._training.state is TrainingState.POSTPONED:
            if n % 3 and announced_copies.that_can_be_undone(self._training):
                undoing.undo_postponing(self._training, self._training.announcement, by=self._staff)
                return
            wish = resuming.Wish(
                first_day=self._training.starts_on + timedelta(days=1), asks_again=n % 2 == 0
            )
            resuming.new_dates(self._training, by=self._staff, wish=wish)
            return
        name = ("confirm", "start", "postpone", "start")[n % 4]
        moves.change_state(self._training, by=self._staff, name=name, reason="elections")

    @atomic
    def begin_day(self, n: int) -> None:
        """Now and then its first day comes, and it is held."""
        starts = datetime.combine(self._training.starts_on, time(8), tzinfo=UTC)
        if n % 2 == 0 and clock.now() < starts:
            self._travel.move_to(starts)
            reserve_list.expire_offers()
            moves.change_state(self._training, by=self._staff, name="start")

    def cancel(self, n: int) -> None:
        """Rarely: nothing happens after it."""
        if n % 8 == 0:
            moves.change_state(self._training, name="cancel", by=self._staff, reason="no budget")

    def suspend_or_resume(self, agency: int) -> None:
        """An agency may not register any more, or may again."""
        of = self._agency(agency)
        if of.is_active:
            agencies.suspend(of, by=self._staff, reason="under review")
        else:
            agencies.resume(of, by=self._staff)

    def transfer(self, person: int, agency: int) -> None:
        """A person moves to another agency."""
        records.transfer(self._person(person), by=self._staff, agency=self._agency(agency))

    def move_agency(self, agency: int, country: int) -> None:
        """An agency moves to another country."""
        of = self._agency(agency)
        known = {field.name: getattr(of, field.name) for field in fields(agencies.Details)}
        country_code = sorted(set(COUNTRIES))[country % 3]
        details = agencies.Details(**{**known, "country": country_code})
        agencies.change(of, by=self._staff, details=details)

    # Time

    def wait(self, n: int) -> None:
        """Time passes, and the worker has looked for offers that nobody took."""
        self._travel.shift(timedelta(hours=(1, 13, 49, 49, 13, 1, 97)[n % 7]))
        reserve_list.expire_offers()


NOTHING = msg("There is nothing to do it to.")

"""What must hold after every operation on a training, said apart from the services that keep it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import db
from training.models import (
    HOLDS_SEAT,
    LIVE,
    Admission,
    AuditEntry,
    OutgoingMail,
    Promotion,
    Registration,
    RegistrationState,
    RegistrationStep,
    ReserveOrder,
    Training,
)
from training.services import seat_counts
from training.services.letters.parts import name_of

S = RegistrationState
LOOKS_AGAIN = (
    "move",
    "suspend_or_resume",
    "set_capacity",
    "set_cut_off",
    "switch_promotion",
    "switch_order",
    "withdraw",
)
"""After these nothing is owed to somebody who may take it; who was put on the list meanwhile waits for one of them."""
AT_THE_DOOR = ("walk_in", "walk_in_many", "walk_in_beyond", "let_in")
IN_ANOTHERS_SEAT = "replace"


@dataclass
class Seen:
    """A training before an operation: its registrations, and how much history there was."""

    states: dict[int, RegistrationState] = field(default_factory=dict)
    ranks: dict[int, int | None] = field(default_factory=dict)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    freed: int = 0
    last_step: int = 0
    last_mail: int = 0
    last_audit: int = 0


class Promises:
    """Looks at a training after every operation; ``AssertionError`` names the promise that was broken."""

    def __init__(self, training_id: int) -> None:
        self.training_id = training_id
        self.lapsed: set[int] = set()
        """Who let an offer pass: no seat that is free is theirs until another change gives it."""
        self.over_at_the_door = False
        self.operation = ""
        self.promotions = 0
        self.least = 0
        self.before = self._look()

    def check(self, operation: str, outcome: str) -> None:
        """Hold the training to every promise after ``operation`` ended with ``outcome``."""
        db.session.expire_all()
        self.training = db.session.get_one(Training, self.training_id)
        self.all = self._registrations()
        self._count()
        self.steps = db.session.scalars(
            select(RegistrationStep)
            .where(RegistrationStep.id > self.before.last_step)
            .order_by(RegistrationStep.id)
        ).all()
        now = self._look()
        self.operation = operation
        if outcome != "done":
            assert now == self.before, f"what is refused ({outcome}) changes nothing"
            return
        self.expired = self._expired()
        promoted = self._promoted()
        self.promotions += len(promoted)
        self._seats(operation)
        self._history(promoted)
        self._no_seat_lies_idle(promoted)
        self._order(promoted)
        self._ranks(operation)
        self._offers()
        self._letters()
        self.before = now

    def check_at_rest(self) -> None:
        """What must hold of the rows whatever led to them."""
        db.session.expire_all()
        self.training = db.session.get_one(Training, self.training_id)
        self.all, self.expired = self._registrations(), set()
        self._count()
        self.steps = db.session.scalars(
            select(RegistrationStep)
            .where(
                RegistrationStep.id > self.before.last_step, RegistrationStep.registration_id.in_(self.all)
            )
            .order_by(RegistrationStep.id)
        ).all()
        held = [one for one in self.all.values() if one.state in HOLDS_SEAT]
        assert len(held) <= self.training.capacity, "seats held are never more than there are"
        assert self._least() <= self.training.capacity, "what is kept can be given"
        self._no_seat_lies_idle([])
        self._history([])
        self._ranks("")
        self._offers()

    def _registrations(self) -> dict[int, Registration]:
        found = db.session.scalars(
            select(Registration)
            .where(Registration.training_id == self.training_id)
            .options(joinedload(Registration.agency), joinedload(Registration.trainee))
            .order_by(Registration.id)
        )
        return {one.id: one for one in found}

    def _look(self) -> Seen:
        found = self._registrations().values()
        training = db.session.get_one(Training, self.training_id)
        last = [
            db.session.scalar(select(func.max(kind.id))) or 0
            for kind in (RegistrationStep, OutgoingMail, AuditEntry)
        ]
        kept = [
            (one.agency_id, one.country, one.seats, one.released_at)
            for one in seat_counts.allocations(training)
        ]
        return Seen(
            {one.id: one.state for one in found},
            {one.id: one.reserve_rank for one in found},
            [*[(one.id, one.trainee_id, one.agency_id, one.offer_expires_at) for one in found], *kept,
             (training.capacity, training.state, training.admission)],
            training.freed_seats, *last,
        )  # fmt: skip

    def _expired(self) -> set[int]:
        """Who let an offer expire in this operation; they and those before wait for the next change."""
        expired = {
            s.registration_id for s in self.steps if (s.from_state, s.to_state) == (S.OFFERED, S.RESERVE)
        }
        self.lapsed = {n for n in self.lapsed | expired if self.all[n].state is S.RESERVE}
        return expired

    def _promoted(self) -> list[Registration]:
        lines = db.session.scalars(
            select(AuditEntry).where(
                AuditEntry.id > self.before.last_audit, AuditEntry.action == "registration.promote"
            )
        ).all()
        ids = [line.thing_id or 0 for line in lines]
        assert len(ids) == len(set(ids)), "nobody is promoted twice at once"
        return [self.all[n] for n in ids]

    # Seats

    def _seats(self, operation: str) -> None:
        held = [one for one in self.all.values() if one.state in HOLDS_SEAT]
        assert len(held) <= self.training.capacity, "seats held are never more than there are"
        live = Counter(one.trainee_id for one in self.all.values() if one.state in LIVE)
        assert max(live.values(), default=0) <= 1, "nobody is registered twice"
        new = [one for one in held if self.before.states.get(one.id) not in HOLDS_SEAT]
        if operation in (*AT_THE_DOOR, IN_ANOTHERS_SEAT):
            self.over_at_the_door |= self._least() > max(self.least, self.training.capacity)
            self.least = self._least()
            return
        for one in new:
            assert self._free_of(self._share(one)) >= 0, "a seat is given out of its own share"
        if not self.over_at_the_door:
            assert self._least() <= self.training.capacity, "what is kept can be given"
        self.least = self._least()

    # The arithmetic of seats, said again apart from ``rules.seats``

    def _count(self) -> None:
        """What is kept for whom, and how many seats each share holds; nothing is kept where 0 are."""
        live = [one for one in seat_counts.allocations(self.training) if one.seats and not one.released_at]
        self.kept: dict[object, int] = {one.agency_id or one.country: one.seats for one in live}
        self.used = Counter(self._share(one) for one in self.all.values() if one.state in HOLDS_SEAT)

    def _share(self, one: Registration) -> object:
        """Its agency's, else its agency's country's, else the pool (None)."""
        return next((key for key in (one.agency_id, one.agency_country) if key in self.kept), None)

    def _promised(self) -> int:
        return sum(max(seats, self.used[key]) for key, seats in self.kept.items())

    def _least(self) -> int:
        return self._promised() + self.used[None]

    def _free_of(self, share: object) -> int:
        most = self.training.capacity - self._promised() if share is None else self.kept[share]
        return min(self.training.capacity - self.used.total(), most - self.used[share])

    def _no_seat_lies_idle(self, promoted: Sequence[Registration]) -> None:
        training = self.training
        waits = any(one.state is S.RESERVE for one in self.all.values())
        if training.admission is Admission.APPROVAL and self._gone() and waits:
            # what was owed to a list ends with it: who lets an offer pass begins a new one
            before = self.before.freed if S.RESERVE in self.before.states.values() else 0
            owed = before + len(self._gone()) - len(promoted)
            assert training.freed_seats >= min(owed, training.capacity - self.used.total()), (
                "a freed seat is not forgotten"
            )
        is_giving = training.promotion is Promotion.AUTOMATIC and self._is_before_cut_off()
        if not is_giving:
            return
        idle = [one for one in self._eligible() if one.id not in self.lapsed]
        if training.admission is Admission.FIRST_COME:
            assert not idle, f"a seat is free while {[one.id for one in idle]} wait"
        is_owed = training.freed_seats and self.operation in LOOKS_AGAIN
        if training.admission is Admission.APPROVAL and (len(self._gone()) > len(promoted) or is_owed):
            assert not idle, "a seat that became free goes to the next in line"

    def _is_before_cut_off(self) -> bool:
        is_held = self.training.state in ("open", "confirmed", "running")
        return is_held and clock.today(self.training.zone) < self._cut_off()

    def _cut_off(self) -> date:
        return self.training.starts_on - timedelta(days=self.training.promotion_ends_days)

    def _offers(self) -> None:
        """Nobody takes a seat by an offer once nobody moves up any more."""
        cut_off = datetime.combine(self._cut_off(), time(), ZoneInfo(self.training.zone))
        for one in self.all.values():
            assert one.offer_expires_at is None or one.offer_expires_at <= cut_off, (
                "no offer outlives the cut-off"
            )

    def _eligible(self) -> list[Registration]:
        return [
            one for one in self.all.values()
            if one.state is S.RESERVE and one.agency.is_active and self._free_of(self._share(one)) > 0
        ]  # fmt: skip

    def _gone(self) -> set[int]:
        """Who gave a seat up in this operation, other than to a substitute."""
        return {
            s.registration_id for s in self.steps
            if s.from_state in HOLDS_SEAT and s.to_state not in HOLDS_SEAT and s.to_state is not S.REPLACED
        }  # fmt: skip

    # History

    def _history(self, promoted: Sequence[Registration]) -> None:
        walks: dict[int, list[RegistrationStep]] = defaultdict(list)
        for step in self.steps:
            walks[step.registration_id].append(step)
        for number, one in self.all.items():
            at = self.before.states.get(number)
            for step in walks[number]:
                assert step.from_state == at, "history has no gap"
                at = step.to_state
            assert at is one.state, "history ends where the registration stands"
        for one in promoted:
            taken = [s for s in walks[one.id] if (s.from_state, s.to_state) == (S.RESERVE, S.CONFIRMED)]
            assert len(taken) == 1, "a promotion is one step in history"
        if promoted:
            assert self._is_before_cut_off(), "nobody is promoted from the cut-off on"
            assert self.training.promotion is Promotion.AUTOMATIC, (
                "where the coordinator decides, nobody is promoted"
            )
        assert all(one.agency.is_active for one in promoted), "a suspended agency's people are passed over"
        assert not self.expired & {one.id for one in promoted}, "who let an offer pass is not next"

    # Order

    def _order(self, promoted: Sequence[Registration]) -> None:
        last = max((rank or 0 for rank in self.before.ranks.values()), default=0)

        def place(one: Registration) -> tuple[object, ...]:
            if self.training.reserve_order is ReserveOrder.SUBMITTED:
                return (one.let_pass_at or one.submitted_at, one.id)
            rank = self.before.ranks.get(one.id) or one.reserve_rank or last + 1
            return (rank, one.submitted_at, one.id)

        waiting = [
            one for one in self.all.values()
            if one.state is S.RESERVE and one.agency.is_active and one.id not in self.expired
        ]  # fmt: skip
        for up in promoted:
            for one in waiting:
                if self._class(up) == self._class(one):
                    assert place(up) < place(one), f"{one.id} was before {up.id}"

    def _class(self, one: Registration) -> tuple[object, ...]:
        """Within what order is kept: the share, and how near the agency is to the one that freed the seat."""
        share = self._share(one)
        gone = self._gone()
        is_given_back = self.operation == "give_back"
        if not self.training.nearest_first or not (gone or is_given_back):
            return (share,)
        if len(gone) > 1 or is_given_back:
            return share, one.agency_id, one.agency_country
        (by,) = (self.all[n] for n in gone)
        return share, one.agency_id == by.agency_id, one.agency_country == by.agency_country

    def _ranks(self, operation: str) -> None:
        ranks = sorted(one.reserve_rank or 0 for one in self.all.values() if one.state is S.RESERVE)
        assert len(ranks) == len(set(ranks)) and 0 not in ranks, "no two have the same rank"
        if operation == "rank":
            assert ranks == list(range(1, len(ranks) + 1)), "a ranking anew leaves no gap"
        assert all(one.reserve_rank is None for one in self.all.values() if one.state is not S.RESERVE)

    # Letters

    def _letters(self) -> None:
        """Everybody who took a step is named once, in one letter to each focal point of their agency."""
        letters: dict[int, list[OutgoingMail]] = defaultdict(list)
        for mail in db.session.scalars(
            select(OutgoingMail).where(
                OutgoingMail.id > self.before.last_mail,
                OutgoingMail.agency_id.is_not(None), OutgoingMail.registration_id.is_(None),
            )
        ):  # fmt: skip
            letters[mail.agency_id or 0].append(mail)
        concerned = {s.registration_id for s in self.steps if not _is_untold(s)}
        self._drafts(concerned, [mail.body for found in letters.values() for mail in found])
        for number in concerned:
            one = self.all[number]
            found = letters[one.agency_id]
            assert len({mail.user_id for mail in found}) == len(found) == 1, (
                "an operation makes one letter an agency"
            )
            named = [line for line in found[0].body.splitlines() if name_of(one) in line]
            assert len(named) == 1, f"{name_of(one)} is named once: {found[0].body}"
        if not concerned:
            return
        others = set(letters) - {self.all[n].agency_id for n in concerned}
        assert not others or self.training.state in ("cancelled", "postponed", "open"), (
            "letters go to whom they concern"
        )

    def _drafts(self, concerned: set[int], bodies: Sequence[str]) -> None:
        """A draft is its agency's own affair: no letter names who is kept, or was thrown away, as one."""
        told = {self.all[n].trainee_id for n in concerned}
        for number in {s.registration_id for s in self.steps} - concerned:
            one = self.all[number]
            named = [body for body in bodies if name_of(one) in body]
            assert one.trainee_id in told or not named, f"nobody is told of the draft of {name_of(one)}"


def _is_untold(step: RegistrationStep) -> bool:
    return step.to_state is S.DRAFT or (step.from_state, step.to_state) == (S.DRAFT, S.WITHDRAWN)

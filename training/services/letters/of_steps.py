"""What is told of the steps of registrations, and of the corrections that trainees ask for.

Agencies, coordinators and the people themselves are told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from training.models import (
    LIVE,
    ReasonCode,
    Registration,
    RegistrationSource,
    RegistrationState,
    Training,
    User,
)
from training.services import seat_counts
from training.services.letters import parts, to_people
from training.services.letters.parts import Part, line_of

S = RegistrationState


@dataclass
class Step:
    """A step of a registration. Several steps of one registration in a unit of work count as one."""

    registration: Registration
    before: RegistrationState | None
    by: User | None
    code: ReasonCode | None = None
    reason: str = ""

    @property
    def is_submission(self) -> bool:
        """Whether the registration came in by this step, or came back corrected."""
        return self.is_first or (self.before is S.RETURNED and self.registration.state is S.SUBMITTED)

    @property
    def is_first(self) -> bool:
        """Whether the registration came in by this step. Nobody was told of it before."""
        return self.before in (None, S.DRAFT)

    @property
    def kind(self) -> str:
        """The heading under which the step is told: the present state, or that the offer passed unused."""
        is_over = self.before is S.OFFERED and self.registration.state is S.RESERVE
        return "offer_over" if is_over else self.registration.state.value


@dataclass(frozen=True)
class Remark:
    """A correction that a trainee asks for."""

    registration: Registration
    text: str


def folded(steps: Iterable[Step]) -> list[Step]:
    """One step for each registration: from its first state to its last, with the reason of the last step."""
    found: dict[int, Step] = {}
    for one in steps:
        first = found.get(id(one.registration))
        before = first.before if first else one.before
        found[id(one.registration)] = Step(one.registration, before, one.by, one.code, one.reason)
    return list(found.values())


def new_of(steps: Iterable[Step]) -> list[Registration]:
    """The registrations that came in by these steps and may lead to a seat. Their people get the notice."""
    return [s.registration for s in steps if s.is_first and s.registration.state in LIVE]


def of_people(steps: Iterable[Step]) -> list[tuple[Registration, str]]:
    """The steps of which the person is told.

    The first step is left out, because the notice tells of it. What the person did is left out too.
    """
    return [
        (one.registration, one.kind)
        for one in steps
        if one.before is not None and one.code is not ReasonCode.TRAINEE and one.kind in to_people.STEPS
    ]


def of_agencies(steps: Sequence[Step], remarks: Sequence[Remark]) -> dict[tuple[Training, int], list[Part]]:
    """What each agency is told of its own registrations, in one part for each outcome."""
    groups: dict[tuple[Training, int], list[Step]] = defaultdict(list)
    for one in steps:
        groups[one.registration.training, one.registration.agency_id].append(one)
    waiting: dict[Training, list[Registration]] = defaultdict(list)
    for one in steps:
        if one.registration.state is S.RESERVE:
            waiting[one.registration.training].append(one.registration)
    ranks = {n: rank for group in waiting.values() for n, rank in seat_counts.own_ranks(group).items()}
    found: dict[tuple[Training, int], list[Part]] = defaultdict(list)
    for (training, agency_id), group in groups.items():
        by_state: dict[str, list[parts.Line]] = defaultdict(list)
        substitutes = {
            s.registration.replaces_id: s.registration
            for s in group
            if s.registration.source is RegistrationSource.REPLACEMENT and s.before is None
        }
        for one in group:
            if one.registration not in substitutes.values():
                line = partial(line_of, one.registration, one.reason, ranks, substitutes)
                by_state[one.kind].append(line)
        found[training, agency_id] = parts.of_people(training, by_state)
        unreached = [r for r in new_of(group) if not parts.is_written_to(r)]
        if unreached:
            found[training, agency_id].append(parts.of_hand_over(training, unreached))
    for remark in remarks:
        key = remark.registration.training, remark.registration.agency_id
        lines = [parts.with_reason(remark.registration, remark.text)]
        found[key].append(parts.of_lines("correction", key[0], lines))
    return found


def of_coordinators(steps: Sequence[Step], remarks: Sequence[Remark]) -> list[parts.Told]:
    """One digest for coordinators per training and kind of news, with the users who caused the news."""
    groups: dict[tuple[Training, str], list[tuple[User | None, Registration, str]]] = defaultdict(list)
    for one in steps:
        registration = one.registration
        if registration.state is S.WITHDRAWN:
            groups[registration.training, "coordinator_withdrawn"].append((one.by, registration, one.reason))
        elif one.is_submission:
            groups[registration.training, "coordinator_submitted"].append((one.by, registration, ""))
    for remark in remarks:
        registration = remark.registration
        groups[registration.training, "correction"].append((None, registration, remark.text))
    return [
        (
            training,
            parts.of_digest(kind, training, [(one, text) for _, one, text in lines]),
            {by.id if by else None for by, _, _ in lines},
        )
        for (training, kind), lines in groups.items()
    ]

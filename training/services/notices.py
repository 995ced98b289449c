"""Notices: what the steps of a unit of work mean for whom. The one place from which letters about trainings go out.

Steps are noted where they are taken and written as mail when the unit of work ends, so that one action makes one
letter for each agency, and one that is rolled back makes none. A letter to an agency names its own people alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import END_OF_WORK, MOST_PARAMETERS, db, note, store_unread
from training.models import (
    LIVE,
    Agency,
    ReasonCode,
    Registration,
    RegistrationSource,
    RegistrationState,
    SeatAllocation,
    Training,
    User,
)
from training.services import notice_letters
from training.services.notice_letters import Part, Whereabouts, line_of, name_of, whereabouts

S = RegistrationState
AT_ONCE = 1_000
"""Letters to the people themselves that are held at a time."""
TOLD_OF_CHANGES = ("open", "confirmed", "running", "postponed")
MOVES = {"open": "opened", "cancel": "cancelled", "postpone": "postponed"}


@dataclass
class Step:
    """A registration's step; several of one registration in a unit of work count as one."""

    registration: Registration
    before: RegistrationState | None
    by: User | None
    code: ReasonCode | None = None
    reason: str = ""

    @property
    def is_submission(self) -> bool:
        """Whether it came in with this, or came back corrected."""
        back = self.before in (S.RETURNED, S.DRAFT) and self.registration.state is S.SUBMITTED
        return self.before is None or back


    @property
    def kind(self) -> str:
        """Under which heading it is told: where it stands now, or that its offer passed unused."""
        is_over = self.before is S.OFFERED and self.registration.state is S.RESERVE
        return "offer_over" if is_over else self.registration.state.value


@dataclass(frozen=True)
class Remark:
    """A correction that a trainee asks for."""

    registration: Registration
    text: str


@dataclass(frozen=True)
class Moved:
    """A training's step."""

    training: Training
    kind: str
    reason: str


@dataclass(frozen=True)
class Changed:
    """A training's dates or place before they were changed."""

    training: Training
    before: Whereabouts


@dataclass(frozen=True)
class Answered:
    """A request for seats was answered."""

    training: Training
    agency: Agency
    part: Part


def step_taken(step: Step) -> None:
    """A registration has taken a step."""
    note(step)


def training_moved(training: Training, *, name: str, reason: str) -> None:
    """A training has taken the named step."""
    if name in MOVES:
        note(Moved(training, MOVES[name], reason))


def training_changed(training: Training, *, before: Whereabouts) -> None:
    """A training was changed; told where people come on another day or to another place."""
    if training.state in TOLD_OF_CHANGES:
        note(Changed(training, before))


def correction_asked(registration: Registration, *, text: str) -> None:
    """A trainee asks for a correction."""
    note(Remark(registration, text))


def seats_answered(
    training: Training, *, agency: Agency, is_given: bool, seats: int, reason: str = ""
) -> None:
    """An agency's request for seats was answered: ``seats`` are kept for it now."""
    kind = "seats_given" if is_given else "seats_refused"
    note(Answered(training, agency, notice_letters.of_seats(kind, training, seats, reason)))


def write(notes: Sequence[object]) -> None:
    """Write the letters that follow from the notes of a unit of work."""
    if not any(isinstance(one, Step | Remark | Moved | Changed | Answered) for one in notes):
        return
    db.session.flush()  # the letters name the ids of what was just made
    steps = _folded(one for one in notes if isinstance(one, Step))
    remarks = [one for one in notes if isinstance(one, Remark)]
    _load([*(one.registration for one in steps), *(one.registration for one in remarks)])
    moves = [one for one in notes if isinstance(one, Moved)]
    off = {one.training.id for one in moves if one.kind == "cancelled"}
    told = [s for s in steps if not (s.code is ReasonCode.ORGANISER and s.registration.training_id in off)]
    parts: dict[tuple[Training, int], list[Part]] = defaultdict(list)
    for one in moves:
        for agency_id, part in _of_move(one, [s for s in steps if s not in told]):
            parts[one.training, agency_id].append(part)
    for change in (one for one in notes if isinstance(one, Changed)):
        for agency_id, part in _of_change(change):
            parts[change.training, agency_id].append(part)
    for answer in (one for one in notes if isinstance(one, Answered)):
        parts[answer.training, answer.agency.id].append(answer.part)
    for key, found in _of_steps(told, remarks).items():
        parts[key] += found
    store_unread([*notice_letters.to_agencies(parts), *_to_coordinators(told, remarks)])
    people = _new(told)
    for first in range(0, len(people), AT_ONCE):
        store_unread(notice_letters.to_trainees(people[first : first + AT_ONCE]))


def _folded(steps: Iterable[Step]) -> list[Step]:
    """One step for each registration: from where it stood to where it stands, with the last one's reason."""
    found: dict[int, Step] = {}
    for one in steps:
        first = found.get(id(one.registration))
        before = first.before if first else one.before
        found[id(one.registration)] = Step(one.registration, before, one.by, one.code, one.reason)
    return list(found.values())


def _load(registrations: Sequence[Registration]) -> None:
    """Have people, agencies and trainings at hand, by as many statements for many as for few."""
    ids = [registration.id for registration in registrations]
    for first in range(0, len(ids), MOST_PARAMETERS):
        db.session.scalars(
            select(Registration)
            .where(Registration.id.in_(ids[first : first + MOST_PARAMETERS]))
            .options(
                joinedload(Registration.trainee),
                joinedload(Registration.agency),
                joinedload(Registration.training).joinedload(Training.venue),
                joinedload(Registration.training).joinedload(Training.programme),
            )
        ).all()


def _new(steps: Iterable[Step]) -> list[Registration]:
    return [s.registration for s in steps if s.before is None and s.registration.state in LIVE]


def _of_steps(steps: Sequence[Step], remarks: Sequence[Remark]) -> dict[tuple[Training, int], list[Part]]:
    """What each agency is told of its own registrations, in one part for each outcome."""
    groups: dict[tuple[Training, int], list[Step]] = defaultdict(list)
    for one in steps:
        groups[one.registration.training, one.registration.agency_id].append(one)
    ranks = _ranks({t.id for (t, _), group in groups.items() if any(_is(s, S.RESERVE) for s in group)})
    found: dict[tuple[Training, int], list[Part]] = defaultdict(list)
    for (training, agency_id), group in groups.items():
        by_state: dict[str, list[notice_letters.Line]] = defaultdict(list)
        substitutes = {
            s.registration.replaces_id: s.registration
            for s in group
            if s.registration.source is RegistrationSource.REPLACEMENT and s.before is None
        }
        for one in group:
            if one.registration not in substitutes.values():
                line = partial(line_of, one.registration, one.reason, ranks, substitutes)
                by_state[one.kind].append(line)
        found[training, agency_id] = notice_letters.of_people(training, by_state)
        unreached = [r for r in _new(group) if not notice_letters.is_written_to(r)]
        if unreached:
            found[training, agency_id].append(notice_letters.of_hand_over(training, unreached))
    for remark in remarks:
        key = remark.registration.training, remark.registration.agency_id
        lines = [notice_letters.with_reason(remark.registration, remark.text)]
        found[key].append(notice_letters.of_lines("correction", key[0], lines))
    return found


def _is(step: Step, state: RegistrationState) -> bool:
    return step.registration.state is state


def _ranks(training_ids: set[int]) -> dict[int, int]:
    """The place of each registration on the reserve list among those of its own agency, by its id."""
    if not training_ids:
        return {}
    rows = db.session.execute(
        select(Registration.id, Registration.training_id, Registration.agency_id)
        .where(Registration.training_id.in_(training_ids), Registration.state == S.RESERVE)
        .order_by(Registration.reserve_rank, Registration.id)
    )
    counts: dict[tuple[int, int], int] = defaultdict(int)
    ranks = {}
    for number, training_id, agency_id in rows:
        counts[training_id, agency_id] += 1
        ranks[number] = counts[training_id, agency_id]
    return ranks


def _live_of(training: Training) -> list[Registration]:
    return list(
        db.session.scalars(
            select(Registration)
            .where(Registration.training_id == training.id, Registration.state.in_(LIVE))
            .options(joinedload(Registration.trainee))
            .order_by(Registration.id)
        )
    )


def _by_agency(registrations: Iterable[Registration]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for registration in registrations:
        found[registration.agency_id].append(f"– {name_of(registration)}")
    return found


def _of_move(move: Moved, ended: Sequence[Step]) -> list[tuple[int, Part]]:
    training = move.training
    if move.kind == "opened":
        part = notice_letters.of_opening(training)
        return [(agency_id, part) for agency_id in may_register(training)]
    people = [s.registration for s in ended if s.registration.training_id == training.id]
    return [
        (agency_id, notice_letters.of_lines(move.kind, training, lines, reason=move.reason))
        for agency_id, lines in _by_agency([*people, *_live_of(training)]).items()
    ]


def _of_change(change: Changed) -> list[tuple[int, Part]]:
    if whereabouts(change.training) == change.before:
        return []
    return [
        (agency_id, notice_letters.of_change(change.training, change.before, lines))
        for agency_id, lines in _by_agency(_live_of(change.training)).items()
    ]


def may_register(training: Training) -> list[int]:
    """The active agencies that may register for it: seats are kept for them or their country, or for nobody."""
    kept = db.session.scalars(select(SeatAllocation).where(SeatAllocation.training_id == training.id)).all()
    found = select(Agency.id).where(Agency.is_active)
    if sum(one.seats for one in kept if one.released_at is None) >= training.capacity:
        found = found.where(
            Agency.id.in_([one.agency_id for one in kept if one.agency_id])
            | Agency.country.in_([one.country for one in kept if one.country])
        )
    return list(db.session.scalars(found.order_by(Agency.id)))


def _to_coordinators(steps: Sequence[Step], remarks: Sequence[Remark]) -> list[notice_letters.OutgoingMail]:
    """One digest for each coordinator, training and kind; nobody is told what they did themselves."""
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
    return notice_letters.to_coordinators(groups)


END_OF_WORK.append(write)

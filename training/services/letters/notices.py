"""From the steps of a unit of work to the letters that tell of them.

A step is noted where it is taken. The notes become mail when the unit of work ends. So one action makes one letter for
each agency, and an action that is rolled back makes none. A letter to an agency names its own people only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import MOST_PARAMETERS, Row, db, insert_many, note
from training.models import (
    LIVE,
    Agency,
    OutgoingMail,
    ReasonCode,
    Registration,
    Training,
    User,
)
from training.services import visible_trainings
from training.services.letters import of_changes, of_steps, of_zone_rules, parts, to_people
from training.services.letters.of_changes import Announcing
from training.services.letters.of_steps import Remark, Step
from training.services.letters.of_zone_rules import ZoneRules
from training.services.letters.parts import Part
from training.services.letters.to_people import Taught
from training.texts import letters

AT_ONCE = 1_000
"""How many letters to registered people are held in memory at a time."""
TOLD_OF_SESSIONS = ("open", "confirmed", "running")
TOLD_STEPS = {"open": "opened", "cancel": "cancelled", "postpone": "postponed"}


@dataclass(frozen=True)
class StateChanged:
    """A training has taken a step of which people are told.

    ``agencies`` are those that are told that registration is open: None is all that may register. ``trainers`` are the
    ids of those who teach in it.
    """

    training: Training
    kind: str
    reason: str
    agencies: Sequence[int] | None = None
    trainers: frozenset[int] = frozenset()
    announcement_id: int | None = None
    wait: timedelta = timedelta()

    def timed(self, part: Part) -> Part:
        """The part as it is told with the step's announcement: its letter waits as long as that can be undone."""
        return replace(part, announcement_id=self.announcement_id, wait=self.wait)


@dataclass(frozen=True)
class DeadlineMoved:
    """Registration closes at another time. ``before`` is the one that people relied on until then."""

    training: Training
    before: datetime


@dataclass(frozen=True)
class ToAgency:
    """What an agency is told besides the steps of its registrations."""

    training: Training
    agency: Agency
    part: Part


@dataclass(frozen=True)
class ToCoordinators:
    """What coordinators are told besides steps, and who did it."""

    training: Training
    by: User
    part: Part


@dataclass(frozen=True)
class ToPerson:
    """A step of which only its person is told. The others learn of it in another way."""

    registration: Registration
    kind: str


NOTES: dict[type, tuple[str, ...]] = {
    Step: (
        *parts.PARTS, "coordinator_submitted", "coordinator_withdrawn", "trainee",
        *(letters.TO_PERSON[kind] for kind in sorted(to_people.STEPS)),
    ),
    Remark: ("correction",),
    StateChanged: (
        *TOLD_STEPS.values(), letters.TO_PERSON["cancelled"], letters.TO_PERSON["postponed"],
        letters.TO_TRAINER["planned"], letters.TO_TRAINER["cancelled"], letters.TO_TRAINER["postponed"],
    ),
    Announcing: (
        "changed", letters.TO_PERSON["changed"], letters.TO_TRAINER["changed"], "coordinator_changed",
    ),
    DeadlineMoved: ("deadline_moved",),
    ZoneRules: ("zone_rules", letters.TO_PERSON["zone_rules"], "coordinator_zone_rules"),
    ToAgency: ("seats_given", "seats_refused", "withdrawn"),
    ToCoordinators: ("coordinator_seats_asked", "coordinator_seats_returned", "coordinator_withdrawn"),
    ToPerson: tuple(letters.TO_PERSON[kind] for kind in sorted(to_people.STEPS)),
}  # fmt: skip
"""What is noted in a unit of work → the kinds of letter that are written of it."""


def step_taken(step: Step) -> None:
    """A registration has taken a step."""
    note(step)


def state_changed(
    training: Training,
    *,
    name: str,
    reason: str,
    agencies: Sequence[int] | None = None,
    trainers: Iterable[int] = (),
    announcement_id: int | None = None,
    wait: timedelta = timedelta(),
) -> None:
    """A training has taken the named step. ``StateChanged`` says whom the rest concerns."""
    if name in TOLD_STEPS:
        kind = TOLD_STEPS[name]
        note(StateChanged(training, kind, reason, agencies, frozenset(trainers), announcement_id, wait))


def deadline_moved(training: Training, *, before: datetime) -> None:
    """A training may have another deadline of registration. It takes effect, and is told, at once."""
    if training.state in TOLD_OF_SESSIONS and training.registration_closes_at != before:
        note(DeadlineMoved(training, before))


def announced(announcing: Announcing) -> None:
    """What differs in a training is announced."""
    note(announcing)


def zone_rules_followed(told: ZoneRules) -> None:
    """A training's moments followed new rules of clocks.

    The coordinators are told. Agencies and people are told too if somebody joins from another zone, and its state is in
    ``TOLD_OF_SESSIONS``.
    """
    note(told)


def correction_asked(registration: Registration, *, text: str) -> None:
    """A trainee asks for a correction."""
    note(Remark(registration, text))


def seats_answered(
    training: Training, *, agency: Agency, is_given: bool, seats: int, reason: str = ""
) -> None:
    """An agency's request for seats was answered. ``seats`` is how many are kept for it now."""
    kind = "seats_given" if is_given else "seats_refused"
    note(ToAgency(training, agency, parts.of_seats(kind, training, seats, reason)))


def seats_asked_or_returned(
    training: Training, *, agency: Agency, by: User, is_return: bool, seats: int, sentence: str
) -> None:
    """An agency asks for more ``seats``, or gives them back. The coordinators are told."""
    kind = "coordinator_seats_returned" if is_return else "coordinator_seats_asked"
    note(ToCoordinators(training, by, parts.of_seats(kind, training, seats, sentence, agency.name)))


def rows_of(announcing: Announcing) -> list[Row]:
    """The letters of an announcement, as they would be stored."""
    to_agencies: dict[tuple[Training, int], list[Part]] = defaultdict(list)
    personal: dict[Registration, list[Part]] = defaultdict(list)
    teaching: dict[Taught, list[Part]] = defaultdict(list)
    of_changes.add(announcing, to_agencies, personal, teaching)
    reached = {one: said for one, said in personal.items() if parts.is_written_to(one)}
    found = [
        *to_people.to_people(reached),
        *parts.to_agencies(to_agencies),
        *to_people.to_trainers(teaching),
    ]
    return [row for row in found if row["body"]]


def write(notes: Sequence[object]) -> None:
    """Write the letters that follow from the notes of a unit of work."""
    if not notes:
        return
    db.session.flush()  # the letters name the ids of what was just made
    steps = of_steps.folded(one for one in notes if isinstance(one, Step))
    remarks = [one for one in notes if isinstance(one, Remark)]
    _load([*(one.registration for one in steps), *(one.registration for one in remarks)])
    changes = [one for one in notes if isinstance(one, StateChanged)]
    off = {one.training.id for one in changes if one.kind == "cancelled"}
    told = [s for s in steps if not (s.code is ReasonCode.ORGANISER and s.registration.training_id in off)]
    to_agencies: dict[tuple[Training, int], list[Part]] = defaultdict(list)
    personal: dict[Registration, list[Part]] = defaultdict(list)
    for one in changes:
        _add_state_change(one, [s for s in steps if s not in told], to_agencies, personal)
    teaching: dict[Taught, list[Part]] = defaultdict(list)
    for one in changes:
        _add_trainers(one, teaching)
    for announcing in (one for one in notes if isinstance(one, Announcing)):
        of_changes.add(announcing, to_agencies, personal, teaching)
    _add_deadlines([one for one in notes if isinstance(one, DeadlineMoved)], to_agencies)
    rules = [one for one in notes if isinstance(one, ZoneRules)]
    _add_zone_rules(rules, to_agencies, personal)
    for told_so in (one for one in notes if isinstance(one, ToAgency)):
        to_agencies[told_so.training, told_so.agency.id].append(told_so.part)
    for key, found in of_steps.of_agencies(told, remarks).items():
        to_agencies[key] += found
    coordinators = of_steps.of_coordinators(told, remarks)
    coordinators += [
        (one.training, one.part, {one.by.id}) for one in notes if isinstance(one, ToCoordinators)
    ]
    coordinators += [
        (one.training, of_zone_rules.of_zone_rules("coordinator_zone_rules", one), set()) for one in rules
    ]
    coordinators += [
        (one.training, of_changes.of_copy(one), set())
        for one in notes
        if isinstance(one, Announcing) and one.to_coordinators
    ]
    alone = [(one.registration, one.kind) for one in notes if isinstance(one, ToPerson)]
    for registration, part in to_people.of_steps([*of_steps.of_people(told), *alone]).items():
        personal[registration].append(part)
    insert_many(OutgoingMail, [*parts.to_agencies(to_agencies), *parts.to_coordinators(coordinators)])
    insert_many(OutgoingMail, to_people.to_trainers(teaching))
    people = of_steps.new_of(told)
    for first in range(0, len(people), AT_ONCE):
        insert_many(OutgoingMail, parts.to_trainees(people[first : first + AT_ONCE]))
    _write_to_people(personal, besides=people)


def _write_to_people(
    personal: dict[Registration, list[Part]], *, besides: Sequence[Registration] = ()
) -> None:
    """One letter to each person who may be written to.

    The people ``besides`` have just been told of everything and get none.
    """
    told = set(besides)
    reached = [one for one in personal if one not in told and _is_told(one, personal[one])]
    for first in range(0, len(reached), AT_ONCE):
        some = {one: personal[one] for one in reached[first : first + AT_ONCE]}
        insert_many(OutgoingMail, to_people.to_people(some))


def _is_told(registration: Registration, said: Sequence[Part]) -> bool:
    """Whether there is a letter to the person. Of an announcement there is a row also where they must be phoned."""
    if parts.is_written_to(registration):
        return True
    return parts.is_to_be_phoned(registration) and any(part.announcement_id for part in said)


def _load(registrations: Sequence[Registration]) -> None:
    """Load people, agencies and trainings in a few statements, however many registrations there are."""
    wanted = {"trainee", "agency", "training"}
    ids = [one.id for one in registrations if wanted & inspect(one).unloaded]
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


def _add_state_change(
    change: StateChanged,
    ended: Sequence[Step],
    to_agencies: dict[tuple[Training, int], list[Part]],
    personal: dict[Registration, list[Part]],
) -> None:
    training = change.training
    if change.kind == "opened":
        part = parts.of_opening(training, change.announcement_id, change.wait)
        told = change.agencies
        for agency_id in visible_trainings.may_register(training) if told is None else told:
            to_agencies[training, agency_id].append(part)
        return
    people = [s.registration for s in ended if s.registration.training_id == training.id]
    people += of_changes.live_of(training)
    for agency_id, lines in of_changes.by_agency(people).items():
        part = parts.of_lines(change.kind, training, lines, reason=change.reason)
        to_agencies[training, agency_id].append(change.timed(part))
    part = change.timed(to_people.of_training(change.kind, training, reason=change.reason))
    for registration in people:
        personal[registration].append(part)


def _add_trainers(change: StateChanged, teaching: dict[Taught, list[Part]]) -> None:
    """Tell those who teach of a step: that it is open, postponed or cancelled."""
    if not change.trainers:
        return
    training, kind = change.training, "planned" if change.kind == "opened" else change.kind
    part = to_people.of_teaching(
        kind, training, change.reason, announcement_id=change.announcement_id, wait=change.wait
    )
    for trainer in to_people.trainers(change.trainers):
        teaching[training, trainer].append(part)


def _add_zone_rules(
    rules: Sequence[ZoneRules],
    to_agencies: dict[tuple[Training, int], list[Part]],
    personal: dict[Registration, list[Part]],
) -> None:
    for one in rules:
        training = one.training
        if not (one.known and one.is_for_all) or training.state not in TOLD_OF_SESSIONS:
            continue
        people = of_changes.live_of(training)
        for agency_id, lines in of_changes.by_agency(people).items():
            part = of_zone_rules.of_zone_rules("zone_rules", one, lines)
            to_agencies[training, agency_id].append(part)
        part = of_zone_rules.of_zone_rules(letters.TO_PERSON["zone_rules"], one)
        for registration in people:
            personal[registration].append(part)


def _add_deadlines(
    notes: Sequence[DeadlineMoved], to_agencies: dict[tuple[Training, int], list[Part]]
) -> None:
    """Tell of changed deadlines, if registration is possible and the old or the new deadline is still ahead.

    All agencies that may register people, or have done so, are told.
    """
    first: dict[Training, datetime] = {}
    for one in notes:
        first.setdefault(one.training, one.before)
    for training, before in first.items():
        now = training.registration_closes_at
        if now == before or max(now, before) < clock.now() or training.state not in TOLD_OF_SESSIONS:
            continue
        part = of_changes.of_deadline(training, before)
        registered = select(Registration.agency_id).where(
            Registration.training_id == training.id, Registration.state.in_(LIVE)
        )
        for agency_id in sorted(
            {*visible_trainings.may_register(training), *db.session.scalars(registered.distinct())}
        ):
            to_agencies[training, agency_id].append(part)

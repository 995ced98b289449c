"""From the steps of a unit of work to the letters that tell of them.

A step is noted where it is taken. The notes become mail when the unit of work ends. So one action makes one letter for
each agency, and an action that is rolled back makes none. A letter to an agency names its own people only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import MOST_PARAMETERS, db, insert_many, note
from training.models import (
    LIVE,
    Agency,
    OutgoingMail,
    ReasonCode,
    Registration,
    Training,
    TrainingSession,
    User,
)
from training.services import visible_trainings
from training.services.letters import of_changes, of_steps, of_zone_rules, parts, to_people
from training.services.letters.of_changes import Facts, RescheduledSession, Times
from training.services.letters.of_steps import Remark, Step
from training.services.letters.of_zone_rules import ZoneRules
from training.services.letters.parts import Part, name_of
from training.texts import letters

AT_ONCE = 1_000
"""How many letters to registered people are held in memory at a time."""
TOLD_OF_SESSIONS = ("open", "confirmed", "running")
TOLD_OF_CHANGES = (*TOLD_OF_SESSIONS, "postponed")
TOLD_STEPS = {"open": "opened", "cancel": "cancelled", "postpone": "postponed"}


@dataclass(frozen=True)
class StateChanged:
    """A training has taken a step of which people are told."""

    training: Training
    kind: str
    reason: str


@dataclass(frozen=True)
class Changed:
    """A training was changed. ``before`` is what people relied on until then."""

    training: Training
    before: Facts


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


def step_taken(step: Step) -> None:
    """A registration has taken a step."""
    note(step)


def state_changed(training: Training, *, name: str, reason: str) -> None:
    """A training has taken the named step."""
    if name in TOLD_STEPS:
        note(StateChanged(training, TOLD_STEPS[name], reason))


def training_changed(training: Training, *, before: Facts) -> None:
    """A training was changed.

    Letters follow if its state is in ``TOLD_OF_CHANGES`` and people rely on what has changed.
    """
    if training.state in TOLD_OF_CHANGES:
        note(Changed(training, before))


def session_changed(session: TrainingSession, *, before: Times) -> None:
    """A session was changed or called off.

    Letters follow if its training's state is in ``TOLD_OF_SESSIONS`` and it is held at another time or not at
    all.
    """
    if session.training.state in TOLD_OF_SESSIONS:
        note(RescheduledSession(session, before))


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
    _add_changes(notes, to_agencies, personal)
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
    alone = [(one.registration, one.kind) for one in notes if isinstance(one, ToPerson)]
    for registration, part in to_people.of_steps([*of_steps.of_people(told), *alone]).items():
        personal[registration].append(part)
    insert_many(OutgoingMail, [*parts.to_agencies(to_agencies), *parts.to_coordinators(coordinators)])
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
    reached = [one for one in personal if one not in told and parts.is_written_to(one)]
    for first in range(0, len(reached), AT_ONCE):
        some = {one: personal[one] for one in reached[first : first + AT_ONCE]}
        insert_many(OutgoingMail, to_people.to_people(some))


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


def _live_of(training: Training) -> list[Registration]:
    return list(
        db.session.scalars(
            select(Registration)
            .where(Registration.training_id == training.id, Registration.state.in_(LIVE))
            .options(joinedload(Registration.trainee), joinedload(Registration.agency))
            .order_by(Registration.id)
        )
    )


def _by_agency(registrations: Iterable[Registration]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for registration in registrations:
        found[registration.agency_id].append(f"– {name_of(registration)}")
    return found


def _add_state_change(
    change: StateChanged,
    ended: Sequence[Step],
    to_agencies: dict[tuple[Training, int], list[Part]],
    personal: dict[Registration, list[Part]],
) -> None:
    training = change.training
    if change.kind == "opened":
        part = parts.of_opening(training)
        for agency_id in visible_trainings.may_register(training):
            to_agencies[training, agency_id].append(part)
        return
    people = [s.registration for s in ended if s.registration.training_id == training.id]
    people += _live_of(training)
    for agency_id, lines in _by_agency(people).items():
        part = parts.of_lines(change.kind, training, lines, reason=change.reason)
        to_agencies[training, agency_id].append(part)
    part = to_people.of_training(change.kind, training, reason=change.reason)
    for registration in people:
        personal[registration].append(part)


def _add_changes(
    notes: Sequence[object],
    to_agencies: dict[tuple[Training, int], list[Part]],
    personal: dict[Registration, list[Part]],
) -> None:
    """Tell of several changes of one training as one: how it was at first, and how it is now."""
    before: dict[Training, Facts] = {}
    sessions: dict[Training, dict[int, RescheduledSession]] = defaultdict(dict)
    for one in notes:
        if isinstance(one, Changed):
            before.setdefault(one.training, one.before)
        elif isinstance(one, RescheduledSession):
            sessions[one.session.training].setdefault(one.session.id, one)
    for training in {**before, **sessions}:
        was, now = before.get(training) or of_changes.facts(training), of_changes.facts(training)
        rescheduled = [one for one in sessions.get(training, {}).values() if one.is_elsewhen]
        _add_deadline(training, was, to_agencies)
        if (was.where, was.zone, was.online) == (now.where, now.zone, now.online) and not rescheduled:
            continue
        people = _live_of(training)
        for agency_id, lines in _by_agency(people).items():
            to_agencies[training, agency_id].append(
                of_changes.of_change("changed", training, was, rescheduled, lines)
            )
        if (was.where, was.zone) == (now.where, now.zone) and not rescheduled:
            continue  # only the link: the agency hands it on to those who have a seat
        part = of_changes.of_change(letters.TO_PERSON["changed"], training, was, rescheduled)
        for registration in people:
            personal[registration].append(part)


def _add_zone_rules(
    rules: Sequence[ZoneRules],
    to_agencies: dict[tuple[Training, int], list[Part]],
    personal: dict[Registration, list[Part]],
) -> None:
    for one in rules:
        training, has_moved = one.training, any(moment.what == of_zone_rules.SESSION for moment in one.moved)
        if not (has_moved and one.is_for_all) or training.state not in TOLD_OF_SESSIONS:
            continue
        people = _live_of(training)
        for agency_id, lines in _by_agency(people).items():
            part = of_zone_rules.of_zone_rules("zone_rules", one, lines)
            to_agencies[training, agency_id].append(part)
        part = of_zone_rules.of_zone_rules(letters.TO_PERSON["zone_rules"], one)
        for registration in people:
            personal[registration].append(part)


def _add_deadline(
    training: Training, was: Facts, to_agencies: dict[tuple[Training, int], list[Part]]
) -> None:
    """Tell of a changed deadline, if registration is possible and the old or the new deadline is still ahead.

    All agencies that may register people, or have done so, are told.
    """
    now = training.registration_closes_at
    if (
        now == was.closes_at
        or max(now, was.closes_at) < clock.now()
        or training.state not in TOLD_OF_SESSIONS
    ):
        return
    part = of_changes.of_deadline(training, was.closes_at)
    registered = select(Registration.agency_id).where(
        Registration.training_id == training.id, Registration.state.in_(LIVE)
    )
    for agency_id in sorted(
        {*visible_trainings.may_register(training), *db.session.scalars(registered.distinct())}
    ):
        to_agencies[training, agency_id].append(part)

"""Reminders: the deadline of kept seats or of the registration is near, or the training starts soon.

An agency gets each reminder once for the same day. When the dates or the deadline change, it is reminded of
the new ones. The training is locked while its reminders are written. The key of ``Reminder`` also refuses a
second one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db, insert_many
from training.errors import Conflict
from training.models import (
    Agency,
    Announcement,
    OutgoingMail,
    Registration,
    RegistrationState,
    Reminder,
    SeatAllocation,
    Training,
    TrainingState,
)
from training.rules import walltime
from training.services import announced, locked_trainings, visible_trainings
from training.services.announced import Facts
from training.services.letters import parts, to_people
from training.services.letters.parts import Part, name_of
from training.services.registrations import seats

SEATS_NEAR, DEADLINE_NEAR, START_NEAR = "seats_near", "deadline_near", "start_near"
A_DAY, BEFORE_DEADLINE = timedelta(days=1), timedelta(days=3)
DAYS_BEFORE_START = 7
S = RegistrationState


def queue_due() -> int:
    """Write the reminders to agencies that are due and were not written before; returns how many."""
    written = 0
    due = {SEATS_NEAR: _kept_until_soon(), DEADLINE_NEAR: _closing_soon(), START_NEAR: _starting_soon()}
    for kind, found in due.items():
        for training in found:
            try:
                written += remind(training, kind=kind)
            except Conflict:
                continue  # another worker was quicker
    return written


@atomic
def remind(training: Training, *, kind: str) -> int:
    """Remind each agency that has a reason for it and has had no such reminder; returns how many agencies."""
    locked_trainings.lock(training)
    due = {SEATS_NEAR: _unused, DEADLINE_NEAR: _unfinished, START_NEAR: _coming}[kind](training)
    days = _days(training, kind, due)
    known = db.session.execute(
        select(Reminder.agency_id, Reminder.day).where(
            Reminder.training_id == training.id, Reminder.kind == kind
        )
    )
    done = {(agency_id, day) for agency_id, day in known}
    fresh = {number: part for number, part in due.items() if (number, days[number]) not in done}
    for number in fresh:
        one = Reminder(kind=kind, training_id=training.id, agency_id=number, day=days[number], at=clock.now())
        db.session.add(one)
    parts_of = {(training, agency_id): [part] for agency_id, part in fresh.items()}
    insert_many(OutgoingMail, parts.to_agencies(parts_of))
    if kind == START_NEAR and fresh:
        _remind_people(training, fresh)
        if not {day for _, day in done} & set(days.values()):
            _remind_trainers(training)
    return len(fresh)


def _days(training: Training, kind: str, agency_ids: Collection[int]) -> dict[int, date]:
    """The day that each agency is reminded of, in the training's zone."""
    if kind == SEATS_NEAR:
        kept = {number: allocation for number, (allocation, _) in _kept_and_free(training).items()}
        until = {number: one.release_local for number, one in kept.items() if number in agency_ids}
        return {number: moment.date() for number, moment in until.items() if moment}
    day = (
        training.registration_closes_local.date()
        if kind == DEADLINE_NEAR
        else announced.facts(training).starts_on
    )
    return dict.fromkeys(agency_ids, day)


def _open_now() -> Select[Training]:
    at = clock.now()
    return (
        select(Training)
        .where(
            Training.state.in_(visible_trainings.OFFERED_TO_PARTNERS),
            Training.registration_opens_at <= at,
            Training.registration_closes_at > at,
        )
        .order_by(Training.id)
    )


def _kept_until_soon() -> Sequence[Training]:
    today = walltime.now("UTC")
    near = exists().where(
        SeatAllocation.training_id == Training.id,
        SeatAllocation.released_at.is_(None),
        # a day more on each side, because zones differ
        SeatAllocation.release_local.between(today - A_DAY, today + BEFORE_DEADLINE + A_DAY),
    )
    return db.session.scalars(_open_now().where(near)).all()


def _closing_soon() -> Sequence[Training]:
    soon = Training.registration_closes_at <= clock.now() + BEFORE_DEADLINE
    return db.session.scalars(_open_now().where(soon)).all()


def _starting_soon() -> list[Training]:
    today = clock.today()
    near = db.session.scalars(
        select(Training)
        .join(Announcement, Announcement.id == Training.announcement_id)
        .where(
            Training.state.in_([TrainingState.OPEN, TrainingState.CONFIRMED]),
            # a day more on each side, because zones differ
            Announcement.starts_on.between(today, today + timedelta(days=DAYS_BEFORE_START + 1)),
        )
        .order_by(Training.id)
    )
    return [one for one in near if 0 < _days_to(announced.facts(one)) <= DAYS_BEFORE_START]


def _days_to(facts: Facts) -> int:
    return (facts.starts_on - clock.today(facts.zone)).days


def _unused(training: Training) -> dict[int, Part]:
    """Agencies with free kept seats whose own deadline is near, and comes before registration closes."""
    now = walltime.now(training.zone)
    found = {}
    for agency_id, (allocation, free) in _kept_and_free(training).items():
        until = allocation.release_local
        if until and now < until <= now + BEFORE_DEADLINE and until < training.registration_closes_local:
            at = walltime.reached(until, training.zone)
            said = _said_of(allocation, free)
            found[agency_id] = parts.of_deadline(SEATS_NEAR, training, at, seats=said[0], pool=said[1])
    return {agency_id: found[agency_id] for agency_id in _active(set(found))}


def _unfinished(training: Training) -> dict[int, Part]:
    """Agencies with kept seats that are free, or with drafts or returned registrations."""
    lines = _people(training, S.DRAFT, S.RETURNED)
    said = {agency_id: _said_of(*kept) for agency_id, kept in _kept_and_free(training).items()}
    found = {}
    for agency_id in _active(set(said) | set(lines)):
        free, pool = said.get(agency_id, (0, ""))
        found[agency_id] = parts.of_deadline(
            DEADLINE_NEAR,
            training,
            training.registration_closes_at,
            seats=free,
            pool=pool,
            lines=lines.get(agency_id, []),
        )
    return found


def _said_of(allocation: SeatAllocation, free: int) -> tuple[int, str]:
    """What an agency is told: its own free seats as a number, its country's only as "some" or "few"."""
    if allocation.agency_id is not None:
        return free, ""
    return 0, seats.pool_state(free, allocation.training.capacity).value


def _kept_and_free(training: Training) -> dict[int, tuple[SeatAllocation, int]]:
    """The seats kept for each agency, or else for its country, and how many of them are free.

    Agencies without a free kept seat are left out.
    """
    kept = [(line.allocation, line.free) for line in seats.table(training) if line.allocation and line.kept]
    own = {one.agency_id: (one, free) for one, free in kept if one.agency_id is not None}
    of_country = {one.country: (one, free) for one, free in kept if one.country is not None}
    if of_country:
        rows = db.session.execute(
            select(Agency.id, Agency.country).where(Agency.is_active, Agency.country.in_(of_country))
        )
        own = {**{number: of_country[country] for number, country in rows}, **own}
    return {number: found for number, found in own.items() if found[1] > 0}


def _coming(training: Training) -> dict[int, Part]:
    lines = _people(training, S.CONFIRMED)
    return {
        agency_id: parts.of_lines(START_NEAR, training, lines[agency_id]) for agency_id in _active(set(lines))
    }


def _remind_people(training: Training, agency_ids: Collection[int]) -> None:
    """Remind the confirmed people of these agencies, if letters may go to them directly."""
    coming = db.session.scalars(
        select(Registration)
        .where(
            Registration.training_id == training.id,
            Registration.state == S.CONFIRMED,
            Registration.agency_id.in_(agency_ids),
        )
        .options(joinedload(Registration.trainee), joinedload(Registration.agency))
        .order_by(Registration.id)
    )
    part = to_people.of_training(START_NEAR, training)
    reached = {one: [part] for one in coming if parts.is_written_to(one)}
    insert_many(OutgoingMail, to_people.to_people(reached))


def _remind_trainers(training: Training) -> None:
    """Remind those who teach, once for a first day."""
    teaching = {number for one in announced.held(training) for number in one.trainer_ids}
    part = to_people.of_teaching(START_NEAR, training)
    told = {(training, one): [part] for one in to_people.trainers(teaching)}
    insert_many(OutgoingMail, to_people.to_trainers(told))


def _people(training: Training, *states: RegistrationState) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for registration in db.session.scalars(
        select(Registration)
        .where(Registration.training_id == training.id, Registration.state.in_(states))
        .options(joinedload(Registration.trainee))
        .order_by(Registration.id)
    ):
        found[registration.agency_id].append(f"– {name_of(registration)}")
    return found


def _active(agency_ids: set[int]) -> list[int]:
    return list(
        db.session.scalars(
            select(Agency.id).where(Agency.id.in_(agency_ids), Agency.is_active).order_by(Agency.id)
        )
    )

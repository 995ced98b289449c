"""Reminders: the deadline is near, the training starts soon. Each agency gets each once for a day.

When the dates or the deadline move, the reminders of the new ones go out.

The training is locked while its reminders are written, and the key of ``Reminder`` holds whatever else happens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db, store_many, store_unread
from training.errors import Conflict
from training.models import Agency, Registration, RegistrationState, Reminder, Training, TrainingState
from training.services import notice_letters, person_letters, seats, trainings
from training.services.notice_letters import Part, name_of

DEADLINE_NEAR, START_NEAR = "deadline_near", "start_near"
BEFORE_DEADLINE = timedelta(days=3)
DAYS_BEFORE_START = 7
S = RegistrationState


def queue_due() -> int:
    """Write the reminders that are due and were not written before; returns to how many agencies."""
    written = 0
    for kind, found in ((DEADLINE_NEAR, _closing_soon()), (START_NEAR, _starting_soon())):
        for training in found:
            try:
                written += remind(training, kind=kind)
            except Conflict:
                continue  # another worker was quicker
    return written


@atomic
def remind(training: Training, *, kind: str) -> int:
    """Remind every agency that has reason to be and was not before; returns how many."""
    trainings.lock(training)
    day = training.registration_closes_local.date() if kind == DEADLINE_NEAR else training.starts_on
    parts = _unfinished(training) if kind == DEADLINE_NEAR else _coming(training)
    known = set(
        db.session.scalars(
            select(Reminder.agency_id).where(
                Reminder.training_id == training.id, Reminder.kind == kind, Reminder.day == day
            )
        )
    )
    fresh = {agency_id: part for agency_id, part in parts.items() if agency_id not in known}
    for agency_id in fresh:
        db.session.add(
            Reminder(kind=kind, training_id=training.id, agency_id=agency_id, day=day, at=clock.now())
        )
    store_many(
        notice_letters.to_agencies({(training, agency_id): [part] for agency_id, part in fresh.items()})
    )
    if kind == START_NEAR and fresh:
        _remind_people(training, fresh)
    return len(fresh)


def _closing_soon() -> Sequence[Training]:
    at = clock.now()
    return db.session.scalars(
        select(Training)
        .where(
            Training.state.in_(trainings.OFFERED_TO_PARTNERS),
            Training.registration_opens_at <= at,
            Training.registration_closes_at > at,
            Training.registration_closes_at <= at + BEFORE_DEADLINE,
        )
        .order_by(Training.id)
    ).all()


def _starting_soon() -> list[Training]:
    today = clock.today()
    near = db.session.scalars(
        select(Training)
        .where(
            Training.state.in_([TrainingState.OPEN, TrainingState.CONFIRMED]),
            # a day to each side, for the zones
            Training.starts_on.between(today, today + timedelta(days=DAYS_BEFORE_START + 1)),
        )
        .order_by(Training.id)
    )
    return [t for t in near if 0 < (t.starts_on - clock.today(t.zone)).days <= DAYS_BEFORE_START]


def _unfinished(training: Training) -> dict[int, Part]:
    """Agencies with kept seats that are free, or with drafts and returned registrations."""
    lines = _people(training, S.DRAFT, S.RETURNED)
    free = _free_kept_seats(training)
    concerned = set(free) | set(lines)
    return {
        agency_id: notice_letters.of_deadline(training, free.get(agency_id, 0), lines.get(agency_id, []))
        for agency_id in _active(concerned)
    }


def _free_kept_seats(training: Training) -> dict[int, int]:
    """How many seats kept for it are free, by the agency's id; those of a country count for each of its agencies."""
    kept = [(line.allocation, line.free) for line in seats.table(training) if line.allocation is not None]
    own = {one.agency_id: free for one, free in kept if one.agency_id is not None}
    of_country = {one.country: free for one, free in kept if one.country is not None and free}
    if of_country:
        rows = db.session.execute(
            select(Agency.id, Agency.country).where(Agency.is_active, Agency.country.in_(of_country))
        )
        own = {**{number: of_country[country] for number, country in rows}, **own}
    return {number: free for number, free in own.items() if free > 0}


def _coming(training: Training) -> dict[int, Part]:
    lines = _people(training, S.CONFIRMED)
    return {
        agency_id: notice_letters.of_lines(START_NEAR, training, lines[agency_id])
        for agency_id in _active(set(lines))
    }


def _remind_people(training: Training, agency_ids: Collection[int]) -> None:
    """Remind those of these agencies who come and may be written to."""
    coming = db.session.scalars(
        select(Registration)
        .where(
            Registration.training_id == training.id, Registration.state == S.CONFIRMED,
            Registration.agency_id.in_(agency_ids),
        )
        .options(joinedload(Registration.trainee), joinedload(Registration.agency))
        .order_by(Registration.id)
    )  # fmt: skip
    part = person_letters.of_training(START_NEAR, training)
    reached = {one: [part] for one in coming if notice_letters.is_written_to(one)}
    store_unread(person_letters.to_people(reached))


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

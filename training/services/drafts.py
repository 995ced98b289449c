"""Drafts: people whom an agency means to put forward. Until it submits them they are its own affair.

A draft has no seat, no rank and no letters. Submitted, it goes the way of any registration; thrown away, it ends as
withdrawn without having been submitted, and is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import Admission, Agency, Registration, Trainee, Training, User
from training.services import audit, registrations, seats, trainees, trainings
from training.services import registration_steps as steps
from training.services.registration_steps import S
from training.text import msg


def may_be_kept(training: Training) -> bool:
    """Whether agencies may keep drafts: from when they see the training until the deadline."""
    return training.state in trainings.OFFERED_TO_PARTNERS and clock.now() < training.registration_closes_at


def of(training: Training, agency: Agency) -> list[Registration]:
    """The agency's drafts for the training, in the order in which they were kept."""
    return list(
        db.session.scalars(
            select(Registration)
            .where(
                Registration.training_id == training.id,
                Registration.agency_id == agency.id,
                Registration.state == S.DRAFT,
            )
            .order_by(Registration.id)
            .options(joinedload(Registration.trainee))
        )
    )


@atomic
def keep(training: Training, *, by: User, agency: Agency, people: Sequence[Trainee]) -> list[Registration]:
    """Keep people of the agency as drafts, all or none; of whom there is a draft already, it stays the only one."""
    trainings.lock(training)
    if not may_be_kept(training):
        steps.check_open(training, False)
    steps.check_may_register(agency)
    if not people:
        raise Invalid(msg("Tick the people to register."))
    trainees.hold(people)
    taken, known = steps.registered_of(training, people), steps.drafted_of(training, people, agency)
    kept = []
    for trainee in people:
        if trainee.agency_id != agency.id:
            raise NotFound
        if trainee.id in taken:
            raise Conflict(
                msg("%(name)s is registered for this training already.", name=trainee.name), "twice"
            )
        if trainee.id not in known:
            kept.append(
                Registration(
                    training=training, trainee=trainee, agency=agency, state=S.DRAFT,
                    **steps.copies(agency, trainee),
                )
            )  # fmt: skip
    db.session.add_all(kept)
    for draft in kept:
        steps.draft(draft, by)
    audit.record(
        by=by, action="registration.draft", thing=training,
        changes={"agency": agency.code, "people": len(kept)},
    )  # fmt: skip
    return [draft for draft in of(training, agency) if draft.trainee in people]


@atomic
def submit(
    training: Training, *, by: User, agency: Agency, drafts: Sequence[Registration]
) -> list[Registration]:
    """Submit drafts of the agency in this order, all or none, with what is known of the people now."""
    _hold(training, drafts)
    steps.check_open(training, False)
    steps.check_may_register(agency)
    people = [draft.trainee for draft in drafts]
    trainees.hold(people)
    taken = steps.registered_of(training, people)
    for draft, trainee in zip(drafts, people, strict=True):
        if trainee.agency_id != agency.id:
            raise Conflict(
                msg(
                    "%(name)s is not with your agency any more: throw this draft away.",
                    name=draft.trainee_name,
                ),
                "moved",
            )
        if trainee.id in taken:
            raise Conflict(
                msg("%(name)s is registered for this training already.", name=trainee.name), "twice"
            )
        taken.add(trainee.id)
        free = seats.free_now(training, agency)
        for name, value in steps.copies(agency, trainee).items():
            setattr(draft, name, value)
        draft.submitted_at = clock.now()
        steps.to(draft, S.SUBMITTED, by)
        if training.admission is Admission.FIRST_COME:
            registrations.place(draft, free, by)
        audit.record(by=by, action="registration.submit", thing=draft, changes={"state": draft.state})
    return list(drafts)


@atomic
def discard(training: Training, *, by: User, drafts: Sequence[Registration]) -> int:
    """Throw drafts away; returns how many. Nobody is told: nobody knew of them."""
    _hold(training, drafts)
    for draft in drafts:
        steps.end_untold(draft, by)
        audit.record(by=by, action="registration.discard", thing=draft)
    return len(drafts)


def _hold(training: Training, drafts: Sequence[Registration]) -> None:
    trainings.lock(training)
    if not drafts:
        raise Invalid(msg("There is no draft any more."))
    for draft in drafts:
        db.session.refresh(draft)
        steps.check_from(draft, S.DRAFT)

"""Drafts: people whom an agency means to put forward. Until the agency submits them, nobody else sees them.

A draft has no seat, no rank and no letters. Once submitted, it is a registration like any other. A draft that
is thrown away ends as withdrawn. It was never submitted, so nobody sees it any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db, refresh_many, update_many
from training.errors import Conflict, Invalid
from training.models import Agency, ReasonCode, Registration, Trainee, Training, User
from training.rules.given import NOTHING, Given
from training.services import audit, locked_trainings, visible_trainings
from training.services.registrations import elsewhere, reserve_list, seats, steps, submissions
from training.services.registrations.reserve_list import Freed
from training.services.registrations.steps import S
from training.services.trainees import records
from training.text import msg


def may_be_kept(training: Training) -> bool:
    """Whether agencies may keep drafts: from the time when they see the training until the deadline."""
    return (
        training.state in visible_trainings.OFFERED_TO_PARTNERS
        and clock.now() < training.registration_closes_at
    )


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
def keep(
    training: Training,
    *,
    by: User,
    agency: Agency,
    people: Sequence[Trainee],
    given: Mapping[int, Given] = MappingProxyType({}),
) -> list[Registration]:
    """Keep people of the agency as drafts, all or none. A person who has a draft already keeps that one.

    ``given`` is what is given with each person, by the trainee's id. It replaces what an earlier draft of the
    person says.
    """
    locked_trainings.lock(training)
    if not may_be_kept(training):
        steps.check_open(training, False)
    steps.check_people(training, agency, people)
    known = steps.drafted_of(training, people, agency)
    new = [trainee for trainee in people if trainee.id not in known]
    of_new = {trainee.id: given[trainee.id] for trainee in new if trainee.id in given}
    kept = steps.put_forward(training, agency, new, [{"state": S.DRAFT}] * len(new), given=of_new)
    steps.drafted(kept, by)
    audit.record(
        by=by,
        action="registration.draft",
        thing=training,
        changes={"agency": agency.code, "people": len(kept)},
    )
    drafts = [draft for draft in of(training, agency) if draft.trainee in people]
    for draft in drafts:
        if draft.trainee_id in known and draft.trainee_id in given:
            submissions.change_given(draft, by=by, given=given[draft.trainee_id])
    return drafts


@atomic
def keep_new(
    training: Training, *, by: User, agency: Agency, person: records.Person, given: Given = NOTHING
) -> list[Registration]:
    """Add a person to the agency and keep them as a draft, both or neither."""
    new = records.create(agency, by=by, person=person)
    return keep(training, by=by, agency=agency, people=[new], given={new.id: given})


@atomic
def submit(
    training: Training, *, by: User, agency: Agency, drafts: Sequence[Registration]
) -> list[Registration]:
    """Submit drafts of the agency in this order, all or none. Each copies what is known of the person now."""
    _hold(training, drafts)
    steps.check_open(training, False)
    for draft in drafts:
        if draft.trainee.agency_id != agency.id:
            raise Conflict(
                msg(
                    "%(name)s is not with your agency any more: throw this draft away.",
                    name=draft.trainee_name,
                ),
                "moved",
            )
    people = [draft.trainee for draft in drafts]
    elsewhere.check_first_come(training, people, by=by)
    steps.check_people(training, agency, people)
    places = steps.places(training, len(drafts), seats.free_now(training, agency))
    with db.session.no_autoflush:  # all drafts are stored at once below
        for draft, place in zip(drafts, places, strict=True):
            now = {**steps.copies(agency, draft.trainee), **place}
            for name, value in now.items():
                setattr(draft, name, value)
    update_many(drafts, list(now))
    steps.submitted_many(drafts, by, S.DRAFT)
    audit.record_many(
        by=by,
        action="registration.submit",
        changes=[(one, {"state": [S.DRAFT, one.state]}) for one in drafts],
    )
    if any(draft.state is S.RESERVE for draft in drafts):
        reserve_list.promote(training, Freed(), by=by)
    return list(drafts)


@atomic
def discard(training: Training, *, by: User, drafts: Sequence[Registration]) -> int:
    """Throw drafts away; returns how many. Nobody is told, because only the agency knew of them."""
    _hold(training, drafts)
    steps.end_many(drafts, S.WITHDRAWN, by, ReasonCode.AGENCY)
    audit.record_many(by=by, action="registration.discard", changes=[(draft, {}) for draft in drafts])
    return len(drafts)


def _hold(training: Training, drafts: Sequence[Registration]) -> None:
    locked_trainings.lock(training)
    if not drafts:
        raise Invalid(msg("There is no draft any more."))
    refresh_many(drafts, joinedload(Registration.trainee))
    for draft in drafts:
        steps.check_from(draft, S.DRAFT)

"""Undoing a confirmed import while nothing has built on it: as if the file had never been sent."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import joinedload

from training import letters
from training.db import atomic, db, store_unread
from training.errors import Conflict
from training.models import (
    AttendanceRecord,
    BatchState,
    ImportBatch,
    MailState,
    OutgoingMail,
    PersonMerge,
    Registration,
    RegistrationState,
    RegistrationStep,
    Trainee,
    User,
)
from training.services import audit, notice_letters, reserve_list, seat_counts, trainees, trainings
from training.services.reserve_list import Freed
from training.text import Message, msg

UNDONE = msg("The import was undone.")


def why_not(batch: ImportBatch) -> Message | None:
    """What stands against undoing the batch, or None."""
    if batch.state is not BatchState.CONFIRMED or not isinstance(batch.outcome, dict):
        return msg("Only a confirmed import can be undone.")
    if "registrations" not in batch.outcome:
        return msg("This import was made before imports could be undone.")
    people, made = batch.outcome["people"], batch.outcome["registrations"]
    moved = _count(
        select(Registration.id).where(
            Registration.id.in_(made),
            Registration.state.not_in(
                [RegistrationState.SUBMITTED, RegistrationState.CONFIRMED, RegistrationState.RESERVE]
            ),
        )
    )
    decided = _count(
        select(RegistrationStep.id).where(
            RegistrationStep.registration_id.in_(made), RegistrationStep.at > batch.confirmed_at
        )
    )
    if moved or decided or _count(select(Registration.id).where(Registration.replaces_id.in_(made))):
        return msg("Somebody has decided on one of these registrations since, or a seat was given.")
    if _count(select(AttendanceRecord.id).where(AttendanceRecord.registration_id.in_(made))):
        return msg("Attendance was recorded for one of these people since.")
    if _count(
        select(Registration.id).where(Registration.trainee_id.in_(people), Registration.id.not_in(made))
    ):
        return msg("One of the new people was registered for another training since.")
    if _count(
        select(Trainee.id).where(
            Trainee.id.in_(people),
            (Trainee.agency_id != batch.agency_id) | (Trainee.changed_at > batch.confirmed_at),
        )
    ):
        return msg("What is known of one of the new people was changed since.")
    if _count(
        select(PersonMerge.id).where(PersonMerge.kept_id.in_(people) | PersonMerge.gone_id.in_(people))
    ):
        return msg("One of the new people was merged with somebody whom you knew.")
    return None


@atomic
def undo(batch: ImportBatch, *, by: User) -> int:
    """Take back what the batch stored, and give the seats that it took to the next in line.

    The agency and the coordinators are told; the links of its people say that it was taken back. Returns how many registrations are gone. Raises ``Conflict`` where something has built on it.
    """
    training = batch.training
    trainings.lock(training)
    db.session.refresh(batch)
    refusal = why_not(batch)
    if refusal is not None:
        raise Conflict(refusal, "built_on")
    kept: Any = batch.outcome
    made, people = kept["registrations"], kept["people"]
    held = _count(
        select(Registration.id).where(Registration.id.in_(made), Registration.confirmed_at.is_not(None))
    )
    _tell(batch, made, by)
    _put_back(kept["before"])
    mail = OutgoingMail.registration_id.in_(made)
    db.session.execute(
        update(OutgoingMail)
        .where(mail, OutgoingMail.state.in_([MailState.QUEUED, MailState.FAILED]))
        .values(state=MailState.DROPPED, last_error=str(UNDONE), body="", leased_until=None)
    )
    db.session.execute(update(OutgoingMail).where(mail).values(registration_id=None))
    for column in (RegistrationStep.registration_id, Registration.id):
        db.session.execute(delete(column.class_).where(column.in_(made)))
    trainees.remove(people)
    db.session.expire_all()
    batch.state, batch.outcome = BatchState.UNDONE, {**kept, "registrations": [], "people": [], "before": {}}
    audit.record(
        by=by, action="import.undo", thing=batch, changes={"registrations": len(made), "people": len(people)}
    )
    reserve_list.promote(training, Freed(held, seat_counts.origin_of(batch.agency)), by=by)
    return len(made)


def _tell(batch: ImportBatch, made: list[int], by: User) -> None:
    """Tell the agency and the coordinators now, while there is still somebody to name."""
    training, reason = batch.training, letters.IMPORT_UNDONE["en"]
    gone = db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(made))
        .options(joinedload(Registration.trainee))
        .order_by(Registration.id)
    ).all()
    if not gone:
        return
    lines: list[notice_letters.Line] = [partial(_line, one, reason) for one in gone]
    parts = notice_letters.of_people(training, {"withdrawn": lines})
    digest = notice_letters.of_digest("coordinator_withdrawn", training, [(one, reason) for one in gone])
    store_unread(notice_letters.to_agencies({(training, batch.agency_id): parts}))
    store_unread(notice_letters.to_coordinators([(training, digest, {by.id})]))


def _line(registration: Registration, reason: str, language: str) -> str:
    return notice_letters.with_reason(registration, letters.said(reason, language))


def _put_back(before: dict[str, dict[str, str]]) -> None:
    people = trainees.by_ids([int(number) for number in before])
    trainees.take_over({person: before[str(number)] for number, person in people.items()})


def _count(found: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0

"""Undoing a confirmed import while nothing has built on it. Then it is as if the file had never been sent.

There is one exception. If somebody was sent a letter already, their registration stays and ends as withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased, joinedload

from config import LANGUAGES
from training.db import atomic, db, note
from training.errors import Conflict
from training.models import (
    LIVE,
    AttendanceRecord,
    BatchState,
    ImportBatch,
    MailState,
    OutgoingMail,
    PersonMerge,
    ReasonCode,
    Registration,
    RegistrationState,
    RegistrationStep,
    Trainee,
    TrainingState,
    User,
)
from training.services import audit, locked_trainings, seat_counts
from training.services.letters import notices, parts
from training.services.registrations import reserve_list, steps
from training.services.registrations.reserve_list import Freed
from training.services.trainees import records
from training.text import Message, msg
from training.texts import letters

UNDONE = msg("The import was undone.")
WHY = "The list was sent by mistake and taken back."
"""What the history says of a registration that ends because the import is undone."""
UNTOUCHED = (RegistrationState.SUBMITTED, RegistrationState.CONFIRMED, RegistrationState.RESERVE)


@dataclass(frozen=True)
class Extent:
    """What undoing takes back.

    ``gone`` registrations and ``people`` new people vanish. ``withdrawn`` registrations end as withdrawn.
    """

    gone: int
    people: int
    withdrawn: int


def extent(batch: ImportBatch) -> Extent:
    """What undoing the confirmed batch would take back now."""
    kept: Any = batch.outcome
    made, told = kept["registrations"], set(db.session.scalars(_sent(kept["registrations"])))
    known = set(db.session.scalars(select(Registration.trainee_id).where(Registration.id.in_(told))))
    return Extent(len(made) - len(told), len(set(kept["people"]) - known), len(told))


def why_not(batch: ImportBatch) -> Message | None:
    """The reason why the batch cannot be undone, or None."""
    if batch.state is not BatchState.CONFIRMED or not isinstance(batch.outcome, dict):
        return msg("Only a confirmed import can be undone.")
    if "registrations" not in batch.outcome:
        return msg("This import was made before imports could be undone.")
    if batch.training.state in (TrainingState.RUNNING, *locked_trainings.FINISHED):
        return msg("The training has begun, or it is over or cancelled.")
    return (
        _of_registrations(batch, batch.outcome["registrations"])
        or _of_new_people(batch, batch.outcome["people"])
        or _of_changed_people(batch, batch.outcome["before"])
    )


def _of_registrations(batch: ImportBatch, made: Sequence[int]) -> Message | None:
    mine = Registration.id.in_(made)
    decided = select(RegistrationStep.id).where(
        RegistrationStep.registration_id.in_(made), RegistrationStep.at > batch.confirmed_at
    )
    if (
        _count(select(Registration.id).where(mine, Registration.state.not_in(UNTOUCHED)))
        or _count(decided)
        or _count(select(Registration.id).where(Registration.replaces_id.in_(made)))
        or _count(select(Registration.id).where(Registration.joined_into_id.in_(made)))
    ):
        return msg("One of these registrations was decided on, changed or replaced after the import.")
    if _count(select(Registration.id).where(mine, Registration.acknowledged_at.is_not(None))):
        return msg("One of these people has confirmed already that they will come.")
    if _count(select(AttendanceRecord.id).where(AttendanceRecord.registration_id.in_(made))):
        return msg("Attendance was recorded for one of these people since.")
    return None


def _of_new_people(batch: ImportBatch, people: Sequence[int]) -> Message | None:
    made: Any = batch.outcome
    if _count(
        select(Registration.id).where(
            Registration.trainee_id.in_(people), Registration.id.not_in(made["registrations"])
        )
    ):
        return msg("One of the new people was registered for another training since.")
    if _count(
        select(Trainee.id).where(
            Trainee.id.in_(people),
            (Trainee.agency_id != batch.agency_id) | (Trainee.changed_at > batch.confirmed_at),
        )
    ):
        return msg("The details of one of the new people were changed after the import.")
    if _count(
        select(PersonMerge.id).where(PersonMerge.kept_id.in_(people) | PersonMerge.gone_id.in_(people))
    ):
        return msg("One of the new people has been merged with another record since.")
    return None


def _of_changed_people(batch: ImportBatch, before: dict[str, dict[str, list[str]]]) -> Message | None:
    """The reason why the list's changes to known people cannot be put back, or None.

    Such a person may have moved to another agency, or may have been changed again.
    """
    people = records.by_ids([int(number) for number in before])
    for number, changes in before.items():
        one = people.get(int(number))
        if one is None or one.agency_id != batch.agency_id or one.merged_into_id or one.anonymised_at:
            return msg(
                "The list changed the details of a person who does not belong to your agency any more."
            )
        if any(getattr(one, name) != now for name, (_, now) in changes.items()):
            return msg("The list changed a person's details, and somebody has changed them again since.")
    return None


@atomic
def undo(batch: ImportBatch, *, by: User) -> int:
    """Take back what the batch stored, and give the seats that it took to the next in line.

    The agency and the coordinators are told. People who were sent a letter stay known. Their registration
    ends as withdrawn, and they are told so. The links of the others say that the registration was taken back.
    Drafts that the list ended are drafts again. Returns how many registrations are taken back. Raises
    ``Conflict`` if something has built on one of them.
    """
    training = batch.training
    locked_trainings.lock(training)
    db.session.refresh(batch)
    kept: Any = batch.outcome
    numbers = [*kept.get("people", ()), *(int(number) for number in kept.get("before", ()))]
    locked_trainings.lock_people(training, numbers, with_line=True)
    held_people = records.lock(numbers)
    refusal = why_not(batch)
    if refusal is not None:
        raise Conflict(refusal, "built_on")
    found = db.session.scalars(
        select(Registration).where(Registration.id.in_(kept["registrations"])).order_by(Registration.id)
    ).all()
    told = _told(kept["registrations"])
    staying = [one for one in found if one.id in told]
    gone = [one for one in found if one.id not in told]
    held = sum(one.holds_seat for one in found)
    known = {one.trainee_id for one in staying}
    people = [number for number in kept["people"] if number not in known]
    removed = [held_people[number].name for number in people]
    withdrawn = [one.trainee_name for one in staying]
    _tell(batch, kept["registrations"], by)
    _put_back({held_people[int(number)]: changes for number, changes in kept["before"].items()}, by)
    steps.end_many(staying, RegistrationState.WITHDRAWN, by, ReasonCode.AGENCY, WHY)
    for one in staying:
        note(notices.ToPerson(one, "withdrawn"))
    _remove([one.id for one in gone])
    records.remove(people)
    _draft_again(kept.get("drafts", ()), by)
    batch.state = BatchState.UNDONE
    batch.outcome = {
        **kept,
        "registrations": [],
        "people": [],
        "before": {},
        "drafts": [],
        "gone": len(gone),
        "gone_people": len(people),
        "withdrawn": len(withdrawn),
    }
    audit.record(
        by=by,
        action="import.undo",
        thing=batch,
        changes={
            "registrations": len(gone),
            "people": len(people),
            "removed": removed,
            "withdrawn": withdrawn,
        },
    )
    reserve_list.promote(training, Freed(held, seat_counts.origin_of(batch.agency)), by=by)
    return len(found)


def _told(made: Sequence[int]) -> set[int]:
    """The registrations whose letter was sent or is being sent.

    All their letters are held, so that no worker begins to send one.
    """
    mail = select(OutgoingMail.id).where(OutgoingMail.registration_id.in_(made)).order_by(OutgoingMail.id)
    db.session.execute(mail.with_for_update())
    return set(db.session.scalars(_sent(made)))


def _sent(made: Sequence[int]) -> Any:
    """A query for the registrations whose letter was sent or is being sent."""
    is_sent = (OutgoingMail.state == MailState.SENT) | OutgoingMail.leased_until.is_not(None)
    return select(OutgoingMail.registration_id).where(OutgoingMail.registration_id.in_(made), is_sent)


def _remove(made: Sequence[int]) -> None:
    """Remove registrations with their steps. A letter that still waits is not sent."""
    mail = OutgoingMail.registration_id.in_(made)
    waiting = OutgoingMail.state.in_([MailState.QUEUED, MailState.FAILED])
    db.session.execute(
        update(OutgoingMail)
        .where(mail, waiting)
        .values(state=MailState.DROPPED, last_error=str(UNDONE), body="", leased_until=None)
    )
    db.session.execute(update(OutgoingMail).where(mail).values(registration_id=None))
    for column in (RegistrationStep.registration_id, Registration.id):
        db.session.execute(delete(column.class_).where(column.in_(made)))


def _draft_again(ended: Sequence[int], by: User) -> None:
    """Give the agency back the drafts that the list ended.

    A draft stays ended if its person has left the agency or was registered or drafted again.
    """
    other = aliased(Registration)
    stands = other.state.in_([RegistrationState.DRAFT, *LIVE]) & (
        other.training_id == Registration.training_id
    )
    found = (
        select(Registration)
        .join(Registration.trainee)
        .where(
            Registration.id.in_(ended),
            Registration.state == RegistrationState.WITHDRAWN,
            Trainee.agency_id == Registration.agency_id,
            Trainee.merged_into_id.is_(None),
            Trainee.anonymised_at.is_(None),
            ~select(other.id).where(stands, other.trainee_id == Registration.trainee_id).exists(),
        )
        .order_by(Registration.id)
    )
    steps.draft_again(db.session.scalars(found).all(), by, str(UNDONE))


def _put_back(changed: dict[Trainee, dict[str, list[str]]], by: User) -> None:
    records.take_over(
        {one: {name: old for name, (old, _) in changes.items()} for one, changes in changed.items()}, by=by
    )


def _tell(batch: ImportBatch, made: list[int], by: User) -> None:
    """Write to the agency and the coordinators before the people whom the letters name are removed."""
    training, reason = batch.training, letters.IMPORT_UNDONE["en"]
    gone = db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(made))
        .options(joinedload(Registration.trainee))
        .order_by(Registration.id)
    ).all()
    if not gone:
        return
    lines: list[parts.Line] = [partial(_line, one, reason) for one in gone]
    to_agency = parts.of_people(training, {"withdrawn": lines})
    digest = parts.of_digest("coordinator_withdrawn", training, [(one, reason) for one in gone])
    for part in to_agency:
        note(notices.ToAgency(training, batch.agency, _as_it_stands(part)))
    note(notices.ToCoordinators(training, by, _as_it_stands(digest)))


def _as_it_stands(part: parts.Part) -> parts.Part:
    """The part with its text as of now. When the letter is written, the people whom it names are gone."""
    said = {language: part.values(language) for language in LANGUAGES}
    return parts.Part(part.kind, said.__getitem__)


def _line(registration: Registration, reason: str, language: str) -> str:
    return parts.with_reason(registration, letters.said(reason, language))


def _count(found: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0

"""Notes on the figures: what a reader should know before relying on them. Each counts, and lists what it counts.

``NOTES`` is the registry. A note that has nothing to say is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Select, func, not_, select

from training.db import MOST_PARAMETERS, db
from training.models import (
    Agency,
    AttendanceCorrection,
    AttendanceRecord,
    RegisterState,
    Registration,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.services.attendance import expected
from training.services.reports import at_once, participations
from training.services.reports.participations import Listed
from training.services.reports.selection import Cells, Filters, of_all, of_trainings, sum_if
from training.services.trainees import duplicates
from training.text import Message, msg, nmsg

LATE = timedelta(days=14)
"""A register that is closed later than this is noted."""
MOST_PAIRS = 500
"""So many likely pairs are counted and listed. Whoever has more looks at the page of duplicates."""
MOST_WITHOUT_SEX = 5
"""From more per cent than these on, it is noted that sex is not recorded."""


class Row(NamedTuple):
    """What a note lists: a person in a training, a training, or only a word about it.

    Where two rows belong together, such as two people who may be one, only the first of them ``counts``.
    """

    training_id: int | None
    registration_id: int | None = None
    detail: str | Message = ""
    counts: bool = True


@dataclass(frozen=True)
class Note:
    """A note: its name for programs, its sentence with the count, and what it counts."""

    id: str
    text: Message
    count: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Asked:
    """What the notes are about."""

    filters: Filters
    user: User | None
    found: Sequence[Listed]


def of(filters: Filters, found: Sequence[Listed], *, user: User | None) -> list[Note]:
    """The notes that have something to say, in the order of the registry."""
    asked = Asked(filters, user, found)
    made = []
    persons = len({one.participation.trainee_id for one in found if one.participation.attended > 0})
    for name, text, make in NOTES:
        rows = tuple(make(asked))
        count = sum(row.counts for row in rows)
        if rows:
            made.append(Note(name, Message(text.text, {"count": count, "persons": persons}), count, rows))
    return made


class Named(NamedTuple):
    """A row with the codes and names that a reader knows. People of confidential agencies have no name.

    One that ``counts`` not belongs to the row before it.
    """

    training: str
    participant_id: str
    name: str
    detail: str
    counts: bool = True


def named(rows: Sequence[Row]) -> list[Named]:
    """The rows as somebody reads them."""
    people: dict[int, tuple[str, str]] = {}
    numbers = sorted({row.registration_id for row in rows if row.registration_id is not None})
    trainings = sorted({row.training_id for row in rows if row.training_id is not None})
    for at in range(0, len(numbers), MOST_PARAMETERS):
        found = select(
            Registration.id, Trainee.public_id, Agency.confidential, Trainee.family_name, Trainee.given_names
        )
        found = found.join(Trainee, Trainee.id == Registration.trainee_id)
        found = found.join(Agency, Agency.id == Registration.agency_id)
        found = found.where(Registration.id.in_(numbers[at : at + MOST_PARAMETERS]))
        for number, public_id, is_hidden, family_name, given_names in db.session.execute(found):
            name = "" if is_hidden else f"{family_name}, {given_names}".strip(", ")
            people[number] = str(public_id), name
    codes: dict[int, str] = {}
    for at in range(0, len(trainings), MOST_PARAMETERS):
        known = select(Training.id, Training.code).where(
            Training.id.in_(trainings[at : at + MOST_PARAMETERS])
        )
        codes |= dict(db.session.execute(known).all())
    said = []
    for row in rows:
        detail = row.detail.translated() if isinstance(row.detail, Message) else row.detail
        code = codes.get(row.training_id, "") if row.training_id is not None else ""
        person = people.get(row.registration_id, ("", "")) if row.registration_id is not None else ("", "")
        said.append(Named(code, *person, detail, row.counts))
    return said


class Together(NamedTuple):
    """What a note lists on one line: its trainings, its people ("" for a hidden name), and the details."""

    trainings: tuple[str, ...]
    people: tuple[str, ...]
    details: tuple[str, ...]


def together(rows: Sequence[Row], most: int) -> list[Together]:
    """The first ``most`` things that a note lists, each with all its rows: two people who may be one are one line."""
    lines: list[list[Named]] = []
    for one in named(rows[: 2 * most]):
        if one.counts or not lines:
            lines.append([])
        lines[-1].append(one)
    return [
        Together(
            tuple(dict.fromkeys(one.training for one in line if one.training)),
            tuple({one.participant_id: one.name for one in line if one.participant_id}.values()),
            tuple(dict.fromkeys(one.detail for one in line if one.detail)),
        )
        for line in lines[:most]
    ]


def _of(asked: Asked, which: Callable[[Listed], object]) -> Iterable[Row]:
    return (Row(one.participation.training_id, one.registration_id) for one in asked.found if which(one))


def _estimated(asked: Asked) -> Iterable[Row]:
    for one in asked.found:
        for _ in range(one.participation.estimated):
            yield Row(one.participation.training_id, one.registration_id)


def _joined_late(asked: Asked) -> Iterable[Row]:
    return _of(asked, lambda one: one.participation.came_late)


def _optional_only(asked: Asked) -> Iterable[Row]:
    came = {
        (one.participation.trainee_id, one.participation.training_id)
        for one in asked.found
        if one.participation.attended > 0
    }
    found = _marks(select(Registration.trainee_id, Registration.training_id, Registration.id), asked).where(
        not_(TrainingSession.is_compulsory),
        TrainingSession.is_held,
        AttendanceRecord.minutes > 0,
    )
    for trainee_id, training_id, number in db.session.execute(found.distinct()):
        if (trainee_id, training_id) not in came:
            yield Row(training_id, number)


def _called_off(asked: Asked) -> Iterable[Row]:
    """Trainings with participants of which sessions were called off: 4 of 6."""
    is_off = TrainingSession.cancelled_at.is_not(None)
    found = (
        select(TrainingSession.training_id, sum_if(is_off), func.count())
        .join(Training, Training.id == TrainingSession.training_id)
        .where(TrainingSession.is_compulsory)
        .group_by(TrainingSession.training_id)
        .having(sum_if(is_off) > 0)
        .order_by(TrainingSession.training_id)
    )
    ours = {one.participation.training_id for one in asked.found}
    for number, off, planned in db.session.execute(of_trainings(found, asked.filters, asked.user)):
        if number in ours:
            yield Row(
                number, None, msg("%(off)s of %(planned)s sessions called off", off=off, planned=planned)
            )


def _called_off_marked(asked: Asked) -> Iterable[Row]:
    """Sessions that were called off while marks stand in their register."""
    found = _marks(
        select(TrainingSession.training_id, TrainingSession.title, TrainingSession.id), asked
    ).where(TrainingSession.cancelled_at.is_not(None), AttendanceRecord.status.is_not(None))
    for training_id, title, _ in db.session.execute(found.distinct().order_by(TrainingSession.id)):
        yield Row(training_id, None, title)


def _no_compulsory(asked: Asked) -> Iterable[Row]:
    """Trainings whose sessions are all optional, so that nobody is a participant."""
    found = (
        select(TrainingSession.training_id)
        .join(Training, Training.id == TrainingSession.training_id)
        .where(TrainingSession.is_held)
        .group_by(TrainingSession.training_id)
        .having(sum_if(TrainingSession.is_compulsory) == 0)
        .order_by(TrainingSession.training_id)
    )
    if asked.filters.choose_people:
        theirs = select(Registration.training_id).join(Trainee, Trainee.id == Registration.trainee_id)
        found = found.where(Training.id.in_(of_all(theirs.join(Training), asked.filters, asked.user)))
    for (number,) in db.session.execute(of_trainings(found, asked.filters, asked.user)):
        yield Row(number)


def _at_once(asked: Asked) -> Iterable[Row]:
    for one, other in at_once.presences(asked.filters, asked.found, user=asked.user):
        yield Row(one.training_id, one.registration_id, one.title)
        yield Row(other.training_id, other.registration_id, other.title, counts=False)


def _likely_duplicates(asked: Asked) -> Iterable[Row]:
    by_person = {one.participation.trainee_id: one for one in asked.found}
    pairs = duplicates.among(set(by_person), most=MOST_PAIRS + 1)
    for one, other in pairs[:MOST_PAIRS]:
        for number in (one, other):
            found = by_person[number]
            yield Row(found.participation.training_id, found.registration_id, counts=number == one)
    if len(pairs) > MOST_PAIRS:
        yield Row(None, None, msg("There are more: only the first are counted and listed."), counts=False)


def _sex_not_recorded(asked: Asked) -> Iterable[Row]:
    came = {one.participation.trainee_id: one for one in asked.found if one.participation.attended > 0}
    unknown = [one for one in came.values() if one.participation.sex == "not_recorded"]
    if 100 * len(unknown) > MOST_WITHOUT_SEX * len(came):
        yield from _of(Asked(asked.filters, asked.user, unknown), lambda one: True)


def _differing_marks(asked: Asked) -> Iterable[Row]:
    found = participations.joined_with_differing_marks(asked.filters, user=asked.user)
    return (Row(one.training_id, one.id) for one in db.session.scalars(found))


def _corrected(asked: Asked) -> Iterable[Row]:
    """Marks corrected since their register was closed first, however often it was opened again.

    Before that, a changed session corrects marks too.
    Reasons stay in the register: they may say why somebody was ill.
    """
    found = (
        _marks(select(Registration.training_id, Registration.id), asked)
        .join(AttendanceCorrection, AttendanceCorrection.record_id == AttendanceRecord.id)
        .where(expected.is_in_figures(), AttendanceCorrection.at >= TrainingSession.closed_at)
        .order_by(AttendanceCorrection.id)
    )
    for training_id, number in db.session.execute(found):
        yield Row(training_id, number)


def _closed_late(asked: Asked) -> Iterable[Row]:
    found = (
        select(
            TrainingSession.training_id,
            TrainingSession.title,
            TrainingSession.ends_at,
            TrainingSession.closed_at,
        )
        .join(Training, Training.id == TrainingSession.training_id)
        .where(
            expected.is_in_figures(),
            TrainingSession.register_state != RegisterState.OPEN,
            func.date(TrainingSession.closed_at) > func.date(TrainingSession.ends_at),
        )
        .order_by(TrainingSession.id)
    )
    ours = {one.participation.training_id for one in asked.found}
    for training_id, title, ends_at, closed_at in db.session.execute(
        of_trainings(found, asked.filters, asked.user)
    ):
        if closed_at and training_id in ours and closed_at - ends_at > LATE:
            days = (closed_at - ends_at).days
            yield Row(
                training_id,
                None,
                nmsg(
                    "%(session)s: after %(num)s day", "%(session)s: after %(num)s days", days, session=title
                ),
            )


def _not_confirmed(asked: Asked) -> Iterable[Row]:
    return _of(asked, lambda one: one.participation.recorded and not one.was_confirmed)


def _holes(asked: Asked) -> Iterable[Row]:
    return _of(asked, lambda one: one.participation.holes)


def _confidential(asked: Asked) -> Iterable[Row]:
    names = sorted({one.agency for one in asked.found if one.is_confidential})
    return (Row(None, None, name) for name, *_ in names)


def _marks(found: Select[*Cells], asked: Asked) -> Select[*Cells]:
    """A query over the marks of the selection, with their sessions and registrations."""
    found = (
        found.select_from(AttendanceRecord)
        .join(TrainingSession, TrainingSession.id == AttendanceRecord.session_id)
        .join(Registration, expected.join_on())
        .join(Training, Training.id == Registration.training_id)
        .join(Trainee, Trainee.id == Registration.trainee_id)
        .where(expected.stands())
    )
    return of_all(found, asked.filters, asked.user)


NOTES: tuple[tuple[str, Message, Callable[[Asked], Iterable[Row]]], ...] = (
    ("estimated", msg("Marks with estimated minutes: %(count)s"), _estimated),
    ("joined_late", msg("Joined late: %(count)s"), _joined_late),
    ("optional_only", msg("Came to optional sessions only: %(count)s"), _optional_only),
    ("called_off", msg("Trainings with sessions called off: %(count)s"), _called_off),
    ("called_off_marked", msg("Sessions called off after being marked: %(count)s"), _called_off_marked),
    ("no_compulsory", msg("Trainings without a compulsory session: %(count)s"), _no_compulsory),
    ("at_once", msg("Persons in two places at once: %(count)s"), _at_once),
    ("likely_duplicates", msg("Pairs who may be one person, not decided: %(count)s"), _likely_duplicates),
    (
        "sex_not_recorded",
        msg("Persons whose sex is not recorded: %(count)s of %(persons)s"),
        _sex_not_recorded,
    ),
    (
        "differing_marks",
        msg("Duplicates that were joined, with differing marks: %(count)s"),
        _differing_marks,
    ),
    ("corrected", msg("Marks corrected after closing: %(count)s"), _corrected),
    ("closed_late", msg("Registers closed more than 14 days after the session: %(count)s"), _closed_late),
    ("not_confirmed", msg("Marked but never confirmed: %(count)s"), _not_confirmed),
    ("holes", msg("People missing in a closed register, which is a fault: %(count)s"), _holes),
    ("confidential", msg("Confidential agencies in the selection: %(count)s"), _confidential),
)
"""(name, sentence, what it lists) of each note, in the order in which they are shown."""

"""Imports: a roster is staged, looked at, and confirmed in one transaction, or it changes nothing.

People are matched against those of the same agency only. The same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db, store_many
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    Agency,
    BatchState,
    ImportBatch,
    Registration,
    RegistrationSource,
    RegistrationState,
    Role,
    Sex,
    Trainee,
    Training,
    User,
)
from training.names import same_person_key
from training.rosters import headers, read, rows
from training.rosters.rows import CellError
from training.services import audit, registrations, trainees, trainings
from training.text import Message, msg


class Verdict(StrEnum):
    """What confirming would do with a row."""

    NEW = "new"
    KNOWN = "known"
    REGISTERED = "registered"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """A row of the preview: what the sheet says, what would happen, and what is wrong with it."""

    number: int
    values: dict[str, str]
    verdict: Verdict
    errors: list[CellError]
    proposals: list[str]


@dataclass(frozen=True)
class Preview:
    """A staged file as it would be stored now."""

    lines: list[Line]
    unmatched: list[str]
    skipped: list[int]
    earlier: ImportBatch | None

    @property
    def errors(self) -> list[CellError]:
        """Every error, row by row."""
        return [error for line in self.lines for error in line.errors]

    @property
    def has_proposals(self) -> bool:
        """Whether something was guessed and wants a confirmation."""
        return any(line.proposals for line in self.lines)

    def count(self, verdict: Verdict) -> int:
        """How many rows have this verdict."""
        return sum(line.verdict == verdict for line in self.lines)  # templates give the value


@dataclass(frozen=True)
class Outcome:
    """What confirming did."""

    new_people: int
    registered: int
    confirmed: int
    reserve: int
    unchanged: int


def get(user: User, public_id: UUID) -> ImportBatch:
    """The staged file with this id: a partner's own agency's, a coordinator's in scope; else ``NotFound``."""
    found = db.session.scalar(
        select(ImportBatch)
        .where(ImportBatch.public_id == public_id)
        .options(joinedload(ImportBatch.training), joinedload(ImportBatch.agency).joinedload(Agency.type))
    )
    if found is None or (user.role is Role.PARTNER and found.agency_id != user.agency_id):
        raise NotFound
    return found


@atomic
def stage(
    training: Training, *, by: User | None, agency: Agency, content: bytes, file_name: str
) -> ImportBatch:
    """Read a file and keep its rows until somebody confirms or discards them; raises ``Invalid``."""
    table = read.read(content, file_name)
    mapping = headers.match(table)
    roster = rows.parse(table, mapping, default_country=agency.country)
    if not roster.rows:
        raise Invalid(msg("There is no person below the header row."), field="file")
    batch = ImportBatch(
        training=training,
        agency=agency,
        sha256=table.sha256,
        file_name=table.file_name,
        state=BatchState.STAGED,
        rows=[_as_json(row) for row in roster.rows],
        outcome={"unmatched": mapping.unmatched, "skipped": roster.skipped},
        by=by,
        by_name=by.name if by else "",
    )
    db.session.add(batch)
    audit.record(
        by=by, action="import.stage", thing=batch, changes={"file": table.file_name, "rows": len(roster.rows)}
    )
    return batch


def preview(batch: ImportBatch) -> Preview:
    """What confirming would do now, row by row."""
    lines, _ = _judged(batch)
    notes = dict(batch.outcome) if isinstance(batch.outcome, dict) else {}
    return Preview(lines, notes.get("unmatched", []), notes.get("skipped", []), _earlier(batch))


@atomic
def confirm(
    batch: ImportBatch, *, by: User | None, accept_proposals: bool = False, override: bool = False
) -> Outcome:
    """Store the people and register them, all or nothing; the same file again changes nothing.

    Raises ``Conflict`` for a batch that has ended, ``Invalid`` while a row has an error or a guess is not accepted.
    """
    trainings.lock(batch.training)
    db.session.refresh(batch)
    if batch.state is not BatchState.STAGED:
        raise Conflict(msg("This file was confirmed or discarded already."))
    if _earlier(batch) is not None:
        outcome = Outcome(0, 0, 0, 0, len(batch.rows))
        _finish(batch, BatchState.DISCARDED)
        audit.record(by=by, action="import.discard", thing=batch, changes={"why": "the same file again"})
        return outcome
    lines, known = _judged(batch)
    if any(line.errors for line in lines):
        raise Invalid(msg("Correct the rows that are marked, and send the file again."))
    if any(line.proposals for line in lines) and not accept_proposals:
        raise Invalid(
            msg("Family and given names were split by a guess: look at them and say that they are right."),
            field="accept_proposals",
        )
    people = _stored(batch, lines, known, by)
    fresh = [p for p, line in zip(people, lines, strict=True) if line.verdict is not Verdict.REGISTERED]
    new = registrations.submit_many(
        batch.training, by=by, agency=batch.agency, people=fresh, source=RegistrationSource.IMPORT, override=override
    ) if fresh else []  # fmt: skip
    outcome = _outcome(lines, new)
    audit.record(by=by, action="import.confirm", thing=batch, changes=vars(outcome))
    _finish(batch, BatchState.CONFIRMED)
    batch.outcome = vars(outcome)
    return outcome


@atomic
def discard(batch: ImportBatch, *, by: User | None) -> None:
    """Throw a staged file away."""
    trainings.lock(batch.training)
    db.session.refresh(batch)
    if batch.state is BatchState.STAGED:
        _finish(batch, BatchState.DISCARDED)
        audit.record(by=by, action="import.discard", thing=batch)


def _outcome(lines: Sequence[Line], new: Sequence[Registration]) -> Outcome:
    return Outcome(
        new_people=sum(line.verdict is Verdict.NEW for line in lines),
        registered=len(new),
        confirmed=sum(r.state is RegistrationState.CONFIRMED for r in new),
        reserve=sum(r.state is RegistrationState.RESERVE for r in new),
        unchanged=sum(line.verdict is Verdict.REGISTERED for line in lines),
    )


def _finish(batch: ImportBatch, state: BatchState) -> None:
    batch.state, batch.rows = state, []
    if state is BatchState.CONFIRMED:
        batch.confirmed_at = clock.now()


def _earlier(batch: ImportBatch) -> ImportBatch | None:
    return db.session.scalar(
        select(ImportBatch).where(
            ImportBatch.training_id == batch.training_id,
            ImportBatch.agency_id == batch.agency_id,
            ImportBatch.sha256 == batch.sha256,
            ImportBatch.state == BatchState.CONFIRMED,
        )
    )


def _judged(batch: ImportBatch) -> tuple[list[Line], dict[int, Trainee]]:
    """The lines with their verdicts, and the known person of each line that has one, by its row number."""
    candidates: dict[str, list[Trainee]] = {}
    for trainee in db.session.scalars(select(Trainee).where(Trainee.agency_id == batch.agency_id)):
        candidates.setdefault(trainees.key_of(trainee), []).append(trainee)
    raw = [_from_json(row) for row in batch.rows if isinstance(row, dict)]
    found: dict[int, Trainee] = {}
    unclear: dict[int, Message] = {}
    rows_of: dict[int, int] = {}
    for line in raw:
        same = _same(candidates, line.values)
        if len(same) == 1 and same[0].id in rows_of:
            unclear[line.number] = msg(
                "This is the person of row %(row)s, whom you know already: leave one of the two rows out.",
                row=rows_of[same[0].id],
            )
        elif len(same) == 1:
            found[line.number] = same[0]
            rows_of[same[0].id] = line.number
        elif same:
            unclear[line.number] = msg(
                "You have several people of this name: add the e-mail address that tells which."
            )
    registered = registrations.registered_of(batch.training, list(found.values()))
    lines = []
    for line in raw:
        errors = list(line.errors)
        if line.number in unclear:
            errors.append(
                CellError(line.number, "", "", line.values["family_name"][:80], unclear[line.number])
            )
        person = found.get(line.number)
        verdict = Verdict.NEW
        if errors:
            verdict = Verdict.REFUSED
        elif person is not None:
            verdict = Verdict.REGISTERED if person.id in registered else Verdict.KNOWN
        # a name that was split by a guess but belongs to somebody known needs no confirmation
        proposals = line.proposals if verdict is Verdict.NEW else []
        lines.append(Line(line.number, line.values, verdict, errors, proposals))
    return lines, found


def _same(candidates: dict[str, list[Trainee]], values: dict[str, str]) -> list[Trainee]:
    """The agency's people with this name whose e-mail address is the same, or not known on one side."""
    named = candidates.get(same_person_key(values["family_name"], values["given_names"]), [])
    exact = [t for t in named if values["email"] and t.email.lower() == values["email"]]
    return exact or [t for t in named if not values["email"] or not t.email]


def _stored(
    batch: ImportBatch, lines: Sequence[Line], known: dict[int, Trainee], by: User | None
) -> list[Trainee]:
    """The person of every line, new ones added; their theme is the agency's."""
    new = iter(store_many([_new_trainee(batch, line.values) for line in lines if line.number not in known]))
    return [known[line.number] if line.number in known else next(new) for line in lines]


def _new_trainee(batch: ImportBatch, values: dict[str, str]) -> Trainee:
    person = trainees.Person(
        family_name=values["family_name"],
        given_names=values["given_names"],
        native_name=values["native_name"],
        sex=Sex(values["sex"]) if values["sex"] else Sex.NOT_RECORDED,
        country=values["country"] or batch.agency.country,
        function=values["function"],
        rank=values["rank"],
        language=values["language"],
        email=values["email"],
        phone=values["phone"],
    )
    return trainees.new(batch.agency, person)


def _as_json(row: rows.RosterRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "values": row.values,
        "proposals": row.proposals,
        "errors": [
            [
                e.row,
                e.column,
                e.title,
                e.value,
                e.message.text,
                {k: str(v) for k, v in e.message.params.items()},
            ]
            for e in row.errors
        ],
    }


def _from_json(row: dict[str, Any]) -> Line:
    errors = [CellError(*error[:4], message=Message(error[4], error[5])) for error in row["errors"]]
    return Line(row["number"], row["values"], Verdict.NEW, errors, row["proposals"])

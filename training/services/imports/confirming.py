"""Confirming a staged roster: first a preview, then everything or nothing in one unit of work.

Confirming the same file a second time stores only what was not stored the first time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.orm import defer, joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    Agency,
    BatchState,
    ImportBatch,
    RegistrationSource,
    RegistrationState,
    Role,
    Sex,
    Training,
    TrainingState,
    User,
)
from training.rosters.rows import CellError
from training.rules import given
from training.services import audit, locked_trainings, visible_trainings
from training.services.imports import verdicts
from training.services.imports.verdicts import Line, Verdict
from training.services.registrations import drafts, submissions
from training.services.trainees import records
from training.text import msg

HEAVY = (ImportBatch.source, ImportBatch.mapping, ImportBatch.rows, ImportBatch.outcome)
"""Columns that a list of batches does not load, because they are large."""
KEPT = timedelta(days=30)
"""How long a list waits to be confirmed."""
CHANGED = msg("Something has changed since you opened this page. Check the rows again, then confirm.")


@dataclass(frozen=True)
class Preview:
    """A staged file as it would be stored now. ``token`` changes as soon as confirming would do something else."""

    lines: list[Line]
    unmatched: list[str]
    skipped: list[int]
    guessed: list[str]
    others: list[str]
    earlier: ImportBatch | None
    token: str

    @property
    def errors(self) -> list[CellError]:
        """Every error, row by row."""
        return [error for line in self.lines if line.verdict is not Verdict.SKIPPED for error in line.errors]

    @property
    def has_guesses(self) -> bool:
        """Whether something was guessed that somebody has to confirm."""
        return bool(self.guessed) or any(line.guesses for line in self.lines)

    @property
    def open_count(self) -> int:
        """How many rows somebody still has to correct, or to choose a person for, before confirming."""
        return self.count(Verdict.REFUSED) + self.count(Verdict.DOUBTFUL)

    @property
    def news_only(self) -> int:
        """How many people who are registered already would get new details by confirming."""
        return sum(line.verdict is Verdict.REGISTERED and bool(line.changes) for line in self.lines)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to store or to look at."""
        return not self.to_register and not self.news_only and not self.open_count

    @property
    def to_register(self) -> int:
        """How many people confirming would register."""
        return self.count(Verdict.NEW) + self.count(Verdict.KNOWN) + self.count(Verdict.UPDATE)

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
    updated: int = 0


def visible_to(user: User) -> Select[ImportBatch]:
    """The batches that ``user`` may see. Staff see all of them. The policy says who may act.

    A partner sees the batches of its agency, as long as it sees the training.
    """
    found = select(ImportBatch)
    if user.role is not Role.PARTNER:
        return found
    seen = visible_trainings.visible_to(user).with_only_columns(Training.id)
    return found.where(ImportBatch.agency_id == user.agency_id, ImportBatch.training_id.in_(seen))


def get(user: User, public_id: UUID) -> ImportBatch:
    """The staged file with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(ImportBatch.public_id == public_id)
        .options(joinedload(ImportBatch.training), joinedload(ImportBatch.agency).joinedload(Agency.type))
    )
    if found is None:
        raise NotFound
    return found


def of(training: Training, user: User) -> Sequence[ImportBatch]:
    """A training's files that wait, were confirmed or were undone: the latest 20, the latest first."""
    shown = (BatchState.STAGED, BatchState.CONFIRMED, BatchState.UNDONE)
    found = visible_to(user).where(ImportBatch.training_id == training.id, ImportBatch.state.in_(shown))
    return db.session.scalars(
        found.options(joinedload(ImportBatch.agency), *map(defer, HEAVY))
        .order_by(ImportBatch.id.desc())
        .limit(20)
    ).all()


def preview(batch: ImportBatch) -> Preview:
    """What confirming would do now, row by row."""
    earlier = _earlier(batch)
    lines = verdicts.judge(batch, stored_at=earlier.confirmed_at if earlier else None)
    kept = batch.mapping if isinstance(batch.mapping, dict) else {}
    others = batch.source.get("others", []) if isinstance(batch.source, dict) else []
    return Preview(
        lines,
        kept.get("unmatched", []),
        kept.get("skipped", []),
        kept.get("proposed", []),
        others,
        earlier,
        _token(lines),
    )


@atomic
def confirm(
    batch: ImportBatch,
    *,
    by: User | None,
    accept_guesses: bool = False,
    override: bool = False,
    expected: str | None = None,
) -> Outcome:
    """Store the people and register them, all or nothing.

    If the same file was confirmed before, only what was not stored then is stored.

    ``expected`` is the preview's token. Raises ``Conflict`` if confirming would do something else by now, or if the
    batch has ended. Raises ``Invalid`` while a row stands in the way or a guess is not accepted.
    """
    locked_trainings.lock(batch.training)
    db.session.refresh(batch)
    if batch.state is not BatchState.STAGED:
        raise Conflict(msg("This file was confirmed or discarded already."), "ended")
    seen = preview(batch)
    if not seen.lines:
        raise Invalid(msg("First say what each column holds."))
    if seen.earlier is not None and seen.is_done:
        outcome = Outcome(0, 0, 0, 0, len(batch.rows))
        _finish(batch, BatchState.DISCARDED)
        audit.record(by=by, action="import.discard", thing=batch, changes={"why": "the same file again"})
        return outcome
    if seen.errors:
        raise Invalid(msg("Correct the rows that are marked, or leave them out."))
    if seen.open_count:
        raise Invalid(
            msg(
                "Some rows may be people whom you know already. Choose for each of them: a known person, or a new one."
            )
        )
    if seen.has_guesses and not accept_guesses:
        raise Invalid(
            msg(
                "Some values in this list are guesses. "
                "Check the marked values, then tick the box if they are right."
            ),
            field="accept_guesses",
        )
    if expected is not None and expected != seen.token:
        raise Conflict(CHANGED, "changed")
    return _store(batch, seen, by, override)


def _store(batch: ImportBatch, seen: Preview, by: User | None, override: bool) -> Outcome:
    taken = [line for line in seen.lines if line.verdict is not Verdict.SKIPPED]
    # read before they are held: ``records.hold`` compares their agencies with those that were read
    known = records.by_ids([line.person.id for line in taken if line.person])
    locked_trainings.lock_people(batch.training, known, with_line=True)
    before = _update(taken, by)
    fresh = [line for line in taken if line.person is None]
    new = records.add_many(batch.agency, [_person(batch, line.values) for line in fresh])
    people = {line.number: person for line, person in zip(fresh, new, strict=True)}
    people |= {line.number: known[line.person.id] for line in taken if line.person}
    lines = [line for line in taken if line.verdict is not Verdict.REGISTERED]
    put_forward = [people[line.number] for line in lines]
    drafted = {
        one.trainee_id: one for one in drafts.of(batch.training, batch.agency) if one.trainee in put_forward
    }
    said = {  # an empty cell says nothing, so the draft keeps what it says
        one.id: given.said(line.values, given.of(drafted[one.id]) if one.id in drafted else given.NOTHING)
        for line, one in zip(lines, put_forward, strict=True)
    }
    registered = (
        submissions.submit_many(
            batch.training,
            by=by,
            agency=batch.agency,
            people=put_forward,
            source=RegistrationSource.IMPORT,
            override=override,
            given=said,
        )
        if put_forward
        else []
    )
    outcome = Outcome(
        new_people=len(new),
        registered=len(registered),
        confirmed=sum(r.state is RegistrationState.CONFIRMED for r in registered),
        reserve=sum(r.state is RegistrationState.RESERVE for r in registered),
        unchanged=sum(line.verdict is Verdict.REGISTERED for line in taken),
        updated=len(before),
    )
    audit.record(by=by, action="import.confirm", thing=batch, changes=asdict(outcome))
    _finish(batch, BatchState.CONFIRMED)
    batch.outcome = asdict(outcome) | {
        "people": [one.id for one in new],
        "registrations": [one.id for one in registered],
        "before": before,
        "drafts": [one.id for one in drafted.values()],
    }
    return outcome


@atomic
def discard(batch: ImportBatch, *, by: User | None) -> None:
    """Throw a staged file away."""
    locked_trainings.lock(batch.training)
    db.session.refresh(batch)
    if batch.state is BatchState.STAGED:
        _finish(batch, BatchState.DISCARDED)
        audit.record(by=by, action="import.discard", thing=batch)


@atomic
def purge() -> int:
    """Throw away lists that nobody confirmed in time, and return how many.

    What is kept for undoing goes too, once the training has begun and undoing is not possible any more.
    """
    waiting = (ImportBatch.state == BatchState.STAGED) & (ImportBatch.created_at < clock.now() - KEPT)
    gone = db.session.execute(
        update(ImportBatch).where(waiting).values(state=BatchState.DISCARDED, rows=[], source={}, mapping={})
    )
    begun = (TrainingState.RUNNING, *locked_trainings.FINISHED)
    for batch in db.session.scalars(
        select(ImportBatch)
        .join(ImportBatch.training)
        .where(
            ImportBatch.state == BatchState.CONFIRMED,
            Training.state.in_(begun),
            ImportBatch.outcome["before"].as_string() != "{}",
        )
    ):
        assert isinstance(batch.outcome, dict)
        batch.outcome = {**batch.outcome, "before": {}}
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def _finish(batch: ImportBatch, state: BatchState) -> None:
    batch.state, batch.rows, batch.source, batch.mapping = state, [], {}, {}
    if state is BatchState.CONFIRMED:
        batch.confirmed_at = clock.now()


def _earlier(batch: ImportBatch) -> ImportBatch | None:
    return db.session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.training_id == batch.training_id,
            ImportBatch.agency_id == batch.agency_id,
            ImportBatch.sha256 == batch.sha256,
            ImportBatch.state == BatchState.CONFIRMED,
        )
        .options(*map(defer, HEAVY))
        .order_by(ImportBatch.id.desc())
    )


def _token(lines: Sequence[Line]) -> str:
    """A hash of what confirming would do. It changes as soon as confirming would do something else."""
    said = [
        [line.number, line.verdict, line.person.id if line.person else 0, line.values, line.changes]
        for line in lines
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def _update(lines: Sequence[Line], by: User | None) -> dict[str, dict[str, list[str]]]:
    """Store what the sheet says anew of people who are known.

    Returns [before, now] by the person's id and the field.
    """
    changed = {line.person.id: line for line in lines if line.person and line.changes}
    people = records.by_ids(list(changed))
    records.hold(list(people.values()), to_change=True)
    if any(
        getattr(people[n], name) != old
        for n, line in changed.items()
        for name, (old, _) in line.changes.items()
    ):
        raise Conflict(CHANGED, "changed")
    records.take_over(
        {
            person: {name: new for name, (_, new) in changed[n].changes.items()}
            for n, person in people.items()
        },
        by=by,
    )
    return {
        str(number): {name: [old, getattr(people[number], name)] for name, (old, _) in line.changes.items()}
        for number, line in changed.items()
    }


def _person(batch: ImportBatch, values: dict[str, str]) -> records.Person:
    return records.Person(
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

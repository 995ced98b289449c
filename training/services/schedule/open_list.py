"""What is to look at before people travel: the findings about sessions to come that nobody has left as they are.

A soft finding or a gap may be left so, with a reason. It stays out of the list until what it compares changes: its key
is a hash of that. A hard one stays until it is solved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    Acknowledgement,
    Programme,
    Theme,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules import clashes, walltime
from training.rules.findings import Finding
from training.rules.timetable import Slot
from training.services import audit, locked_trainings, reasons, visible_trainings
from training.services.timetables import clash_facts, slots
from training.text import msg

DAYS = 60
"""How many days ahead the list looks, if nobody says until when."""
STATES = (TrainingState.DRAFT, TrainingState.OPEN, TrainingState.CONFIRMED, TrainingState.RUNNING)
GONE = msg("This has changed meanwhile. What is to look at now stands in the list.")


@dataclass(frozen=True)
class Open:
    """A finding with its sessions in order. ``left`` is why somebody left it as it is."""

    finding: Finding
    slots: Sequence[Slot]
    left: Acknowledgement | None = None

    @property
    def first(self) -> Slot:
        """The first of its sessions."""
        return self.slots[0]


@dataclass(frozen=True)
class Found:
    """What the list holds: every open finding in the order of time, and those that were left as they are."""

    until: date
    items: Sequence[Open] = ()
    left: Sequence[Open] = ()
    all_slots: Sequence[Slot] = field(default=(), repr=False)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many open findings each rule has, in the order of the rules."""
        counted = Counter(one.finding.rule for one in self.items)
        return [(name, counted[name]) for name in clashes.NAMES if counted[name]]

    def of_rule(self, rule: str) -> list[Open]:
        """The open findings of one rule."""
        return [one for one in self.items if one.finding.rule == rule]


def search(user: User, *, theme: Theme | None = None, mine: bool = False, until: date | None = None) -> Found:
    """The findings about sessions until a day, in the trainings that ``user`` looks after.

    ``mine`` are the trainings of the programmes that the user coordinates. Without ``until`` the list looks 60 days
    ahead.
    """
    last = until or clock.today() + timedelta(days=DAYS)
    which = [
        visible_trainings.in_scope(user),
        Training.state.in_(STATES),
        TrainingSession.starts_at < walltime.first_instant(last + timedelta(days=1), "UTC"),
    ]
    if theme is not None:
        which.append(visible_trainings.of_theme(theme))
    if mine:
        which.append(Training.programme.has(Programme.coordinators.any(User.id == user.id)))
    return _found(last, *which)


def of_training(training: Training) -> Found:
    """All findings about the training's sessions to come."""
    return _found(training.ends_on, Training.id == training.id)


def _found(until: date, *which: ColumnElement[bool]) -> Found:
    asked = slots.stored(TrainingSession.ends_at > clock.now(), *which)
    findings = clashes.grouped(clashes.found(asked, clash_facts.load(asked), is_list=True), asked)
    by_key = {one.key: one for one in asked}
    known = _left({one.training for one in findings})
    items: list[Open] = []
    left: list[Open] = []
    for finding in findings:
        of_finding = sorted((by_key[key] for key in finding.slots), key=lambda one: (one.starts_at, one.key))
        why = None if finding.is_hard else known.get((finding.rule, finding.key))
        (items if why is None else left).append(Open(finding, of_finding, why))
    order = {name: place for place, name in enumerate(clashes.NAMES)}
    for found in (items, left):
        found.sort(key=lambda one: (one.first.starts_at, one.first.frame.code, order[one.finding.rule]))
    return Found(until, items, left, asked)


def _left(trainings: Collection[int]) -> dict[tuple[str, str], Acknowledgement]:
    rows = db.session.scalars(
        select(Acknowledgement)
        .where(slots.among(Acknowledgement.training_id, trainings))
        .options(joinedload(Acknowledgement.by))
    )
    return {(one.rule, one.key): one for one in rows}


def about(sessions: Sequence[TrainingSession]) -> list[Finding]:
    """What speaks against these sessions as they are stored, and is open still; gaps are left out."""
    if not sessions:
        return []
    asked = slots.stored(TrainingSession.id.in_([one.id for one in sessions]))
    found = clashes.grouped(clashes.found(asked, clash_facts.load(asked)), asked)
    known = _left({one.training for one in found})
    return [one for one in found if (one.rule, one.key) not in known]


def trainings_of(found: Sequence[Open]) -> dict[int, Training]:
    """The trainings of these findings, by id."""
    ids = {one.finding.training for one in found}
    rows = select(Training).where(Training.id.in_(ids)).options(joinedload(Training.theme))
    return {one.id: one for one in db.session.scalars(rows)}


def sessions_of(found: Sequence[Open]) -> dict[int, TrainingSession]:
    """The first session of each of these findings, by id."""
    ids = {one.first.key for one in found}
    rows = select(TrainingSession).where(TrainingSession.id.in_(ids))
    return {one.id: one for one in db.session.scalars(rows)}


def get(training: Training, key: str) -> Open:
    """The open finding about the training with this key. Raises ``Conflict`` if it is not open any more."""
    for one in of_training(training).items:
        if one.finding.key == key:
            return one
    raise Conflict(GONE, "changed")


@atomic
def leave(training: Training, *, by: User, key: str, note: str) -> Acknowledgement:
    """Leave a finding as it is, with a reason. It comes back as soon as what it compares has changed.

    Raises ``Conflict`` for a hard one, and for one that is not open any more.
    """
    reasons.check(note, "note")
    locked_trainings.lock(training)
    one = get(training, key)
    if one.finding.is_hard:
        raise Conflict(msg("This cannot be left as it is: solve it first."), "clash")
    left = Acknowledgement(
        rule=one.finding.rule, key=key, training=training, note=note.strip(), by=by, at=clock.now()
    )
    db.session.add(left)
    audit.record(
        by=by,
        action="clash.leave",
        thing=training,
        changes={"rule": one.finding.rule, "what": str(one.finding.message), "note": note.strip()},
    )
    return left


@atomic
def ask_again(training: Training, *, by: User, key: str) -> None:
    """Put what somebody left as it is on the list again."""
    locked_trainings.lock(training)
    db.session.execute(
        delete(Acknowledgement).where(Acknowledgement.training_id == training.id, Acknowledgement.key == key)
    )
    audit.record(by=by, action="clash.ask_again", thing=training, changes={"key": key[:12]})

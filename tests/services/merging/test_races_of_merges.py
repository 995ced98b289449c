"""A merge meets a decision, a mark, a withdrawal or a registration, with real commits: one comes after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.make import Make
from tests.services.merging.together import choosing
from tests.services.racing import Work, at_once, codes_of, db_is_sqlite, get, of_training
from training.db import db
from training.models import (
    Admission,
    AttendanceRecord,
    AttendanceStatus,
    PersonMerge,
    Registration,
    RegistrationState,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.services import locked_trainings, seat_counts
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.merging import merges
from training.services.merging.joins import Choices
from training.services.registrations import reserve_list, submissions
from training.services.schedule import visible

pytestmark = pytest.mark.real_commit
S = RegistrationState


@dataclass
class Two:
    """Ids of two registrations of a training, their people, and the first session."""

    training: int
    one: int
    other: int
    kept: int
    gone: int
    by: int
    session: int
    seen: Choices

    def merge(self, choices: Choices | None = None) -> Any:
        kept, gone = get(Trainee, self.kept), get(Trainee, self.gone)
        return merges.merge(kept, gone, by=get(User, self.by), values=[], choices=choices)

    def states(self, app: Flask) -> list[RegistrationState]:
        with app.app_context():
            return [get(Registration, number).state for number in (self.one, self.other)]

    def held(self, app: Flask) -> int:
        with app.app_context():
            return sum(seat_counts.count(get(Training, self.training)).held.values())


def two(app: Flask, **wanted: Any) -> Two:
    with app.app_context():
        make = Make()
        training, by = make.training(**wanted), make.user().id
        one, other = make.registration(training), make.registration(training)
        session, seen = visible.of(training)[0], choosing(one, other)
        found = Two(
            training.id, one.id, other.id, one.trainee_id, other.trainee_id, by, session.id, seen
        )  # fmt: skip
        db.session.remove()
    return found


@pytest.mark.parametrize("from_the_page", [True, False])
def test_a_decision_made_meanwhile_is_not_lost(from_the_page: bool, raced):
    pair = two(raced, capacity=1, admission=Admission.APPROVAL)
    choices = pair.seen if from_the_page else None

    refusals = at_once(
        raced, of_training(pair.training),
        lambda: reserve_list.confirm(get(Registration, pair.other), by=get(User, pair.by)),
        lambda: pair.merge(choices),
    )  # fmt: skip

    if from_the_page:
        assert (codes_of(refusals), pair.states(raced)) == (["changed"], [S.SUBMITTED, S.CONFIRMED])
    else:
        assert (codes_of(refusals), pair.states(raced)) == ([], [S.JOINED, S.CONFIRMED])
    assert pair.held(raced) == 1


def test_what_was_joined_meanwhile_is_not_decided_on(raced):
    pair = two(raced, capacity=1, admission=Admission.APPROVAL)

    refusals = at_once(
        raced, of_training(pair.training), pair.merge,
        lambda: reserve_list.confirm(get(Registration, pair.other), by=get(User, pair.by)),
    )  # fmt: skip

    assert (codes_of(refusals), pair.states(raced)) == (["state"], [S.SUBMITTED, S.JOINED])


def test_a_withdrawal_and_a_merge_leave_one_live_registration(raced):
    pair = two(raced, capacity=2)

    refusals = at_once(
        raced, of_training(pair.training),
        lambda: submissions.withdraw(get(Registration, pair.one), by=get(User, pair.by), reason="ill"),
        pair.merge,
    )  # fmt: skip

    assert (codes_of(refusals), pair.states(raced), pair.held(raced)) == ([], [S.JOINED, S.CONFIRMED], 1)


def test_what_was_joined_meanwhile_is_not_withdrawn(raced):
    pair = two(raced, capacity=2)

    refusals = at_once(
        raced, of_training(pair.training), pair.merge,
        lambda: submissions.withdraw(get(Registration, pair.other), by=get(User, pair.by), reason="ill"),
    )  # fmt: skip

    assert (codes_of(refusals), pair.states(raced)) == (["ended"], [S.CONFIRMED, S.JOINED])


def one_after_the_other(app: Flask, first: Work, second: Work) -> list[str | None]:
    """The refusals, when ``second`` begins after ``first`` has done all but store it."""
    return codes_of(at_once(app, first, lambda: None, second))


def marked_while_merging(app: Flask, pair: Two, *, merge_first: bool) -> tuple[list[str | None], list[int]]:
    """The refusals, and the minutes on the register, when somebody marks the second registration meanwhile."""
    with app.app_context():
        session, other = get(TrainingSession, pair.session), get(Registration, pair.other)
        ends_at, mark = session.ends_at, Mark(other.public_id, AttendanceStatus.PRESENT, 0)
        db.session.remove()

    def save() -> None:
        registers.save(get(TrainingSession, pair.session), by=None, marks=[mark])

    acts: tuple[Work, Work] = (pair.merge, save) if merge_first else (save, pair.merge)
    with time_machine.travel(ends_at):
        refusals = one_after_the_other(app, *acts)
        with app.app_context():
            rows = registers.register(get(TrainingSession, pair.session))
            return refusals, [row.record.minutes if row.record else 0 for row in rows]


def test_a_mark_made_meanwhile_is_taken_along(raced):
    assert marked_while_merging(raced, two(raced), merge_first=False) == ([], [180])


def test_without_holding_the_registers_the_mark_would_be_lost(raced, monkeypatch):
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    monkeypatch.setattr(locked_trainings, "hold_sessions_of", lambda training_ids: None)

    assert marked_while_merging(raced, two(raced), merge_first=False) == ([], [0])


def test_what_was_joined_meanwhile_is_not_marked(raced):
    pair = two(raced)

    assert marked_while_merging(raced, pair, merge_first=True) == ([None], [0])
    with raced.app_context():
        found = select(AttendanceRecord).where(AttendanceRecord.registration_id.in_([pair.one, pair.other]))
        assert db.session.scalars(found).all() == []


def registered_while_merging(app: Flask, pair: Two) -> list[str | None]:
    with app.app_context():
        further = Make().training().id
        db.session.remove()
    return one_after_the_other(
        app,
        lambda: submissions.submit(
            get(Training, further), by=None, trainee=get(Trainee, pair.gone), override_reason="both"
        ),
        pair.merge,
    )


def test_somebody_registered_meanwhile_for_a_further_training_is_not_merged_unheld(raced):
    pair = two(raced)

    refusals = registered_while_merging(raced, pair)

    assert refusals == ([] if db_is_sqlite(raced) else ["changed"])
    with raced.app_context():
        if refusals:
            pair.merge()
        theirs = select(Registration.id).where(Registration.trainee_id == pair.kept)
        assert len(db.session.scalars(theirs).all()) == 3


def undone_while_registering(app: Flask) -> tuple[list[RegistrationState], int]:
    """The states after undoing, and the seats held of two, when somebody takes the free seat meanwhile."""
    pair = two(app, capacity=2)
    with app.app_context():
        done = pair.merge().id
        third = Make().trainee().id
        db.session.remove()
    one_after_the_other(
        app,
        lambda: submissions.submit(get(Training, pair.training), by=None, trainee=get(Trainee, third), override=True),
        lambda: merges.undo(get(PersonMerge, done), by=get(User, pair.by)),
    )  # fmt: skip
    return pair.states(app), pair.held(app)


def test_a_seat_taken_meanwhile_is_not_given_back_by_undoing(raced):
    assert undone_while_registering(raced) == ([S.CONFIRMED, S.RESERVE], 2)


def test_without_holding_the_training_undoing_would_oversell(raced, monkeypatch):
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    locked = locked_trainings.lock_all

    def unheld(ids: Iterable[int]) -> None:
        if not isinstance(ids, set):  # merging alone gives a set
            locked(ids)

    monkeypatch.setattr(locked_trainings, "lock_all", unheld)

    assert undone_while_registering(raced)[1] == 3


def test_two_who_merge_the_same_pair_at_once_join_it_once(raced):
    pair = two(raced, capacity=2)

    refusals = at_once(raced, of_training(pair.training), pair.merge, pair.merge)

    assert (codes_of(refusals), pair.states(raced)) == (["merged"], [S.CONFIRMED, S.JOINED])

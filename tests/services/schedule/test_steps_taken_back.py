"""A change of a timetable is taken back as a whole, by anybody who plans, unless somebody changed the same since."""

from __future__ import annotations

import os
from datetime import time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.conftest import throwing_away
from tests.make import Make
from tests.services.reports.cases import Case, carried_out, mark_of, planned
from training.db import atomic, db
from training.errors import Conflict, DomainError
from training.models import AuditEntry, OutgoingMail, PlanStep, Training, TrainingSession
from training.rules.minutes import Decision
from training.services import locked_trainings
from training.services.attendance import registers
from training.services.directory import venues
from training.services.schedule import sessions, several, shift, span, steps

WEEK = timedelta(days=7)
EXAMPLES = 500 if os.environ.get("STORM") == "full" else 30


def room(make: Make, name: str = "Blue"):
    return venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name=name, capacity=40))


def three_days(make: Make, *, is_open: bool = False, **wanted: object) -> Training:
    """A training of three mornings."""
    training = make.training(is_open=is_open)
    first = training.starts_on
    for n in range(1 if is_open else 0, 3):
        make.session(training, first + timedelta(days=n), **wanted)
    return training


def held(training: Training) -> list[TrainingSession]:
    return locked_trainings.live_sessions(training)


def as_it_is(training: Training) -> object:
    """The timetable without its versions."""
    rows = db.session.scalars(select(TrainingSession).where(TrainingSession.training_id == training.id)).all()
    kept = {str(one.public_id): {**steps.row_of(one), "version": 0} for one in rows}
    off = [(e.starts_at, e.ends_at, e.is_off) for one in rows for e in one.session_trainers]
    held = sorted((one.starts_at, one.is_held) for one in rows)
    return kept, span.of(training), sorted(off), held


def last(training: Training) -> PlanStep:
    return db.session.scalars(select(PlanStep).where(PlanStep.training_id == training.id)).all()[-1]


def undo(training: Training, make: Make, step: PlanStep | None = None) -> None:
    steps.undo(step or last(training), by=make.user())


def test_a_removed_session_comes_back_with_its_id_its_room_and_its_trainers(make: Make):
    training = three_days(make, room=room(make), trainers=[make.trainer()])
    before, gone = as_it_is(training), held(training)[2]
    number = gone.public_id

    sessions.remove(gone, by=make.user())
    assert len(held(training)) == 2 and training.ends_on == training.starts_on + timedelta(days=1)
    undo(training, make)

    assert as_it_is(training) == before
    assert held(training)[2].public_id == number


def test_a_session_of_which_people_were_told_is_called_off_and_not_removed(make: Make):
    training = make.training()
    [session], by = held(training), make.user()

    with pytest.raises(Conflict, match="People were told of Morning"):
        sessions.remove(session, by=by)
    evening = make.session(training, title="Evening", is_known=False)
    sessions.remove(evening, by=by)
    told = make.session(training, title="Evening", is_known=False)
    make.announced(training)
    with pytest.raises(Conflict, match="People were told of Evening"):
        sessions.remove(told, by=by)

    assert [one.title for one in held(training)] == ["Morning", "Evening"]


def test_a_marked_session_is_never_removed(case: Case, make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sessions, "check_removable", lambda session: None)

    with pytest.raises(Conflict, match="People are marked in"):
        sessions.remove(case.sessions[0], by=make.user())


@pytest.fixture
def case(make: Make) -> Case:
    """The first of two sessions was held: one was there, one arrived late."""
    return carried_out(planned(make, 1), "P>", "L30>", closed=0)


def test_a_move_that_left_its_marks_behind_is_taken_back_with_them(case: Case, make: Make):
    session, by = case.sessions[0], make.user()
    before = as_it_is(case.training)
    hours = {
        "starts_local": session.starts_local + timedelta(days=50),
        "ends_local": session.ends_local + timedelta(days=50),
    }

    instead = make.change_session(session, by=by, decision=Decision.NOT_COUNTED, **hours)
    assert not session.is_held and instead.is_held
    undo(case.training, make)

    kept, dates, _off, _held = as_it_is(case.training)
    assert session.is_held and (before[0][str(session.public_id)], before[1]) == (
        kept[str(session.public_id)],
        dates,
    )
    assert all(not one.is_held for one in [instead] if one in db.session)


def test_what_people_were_marked_in_since_stays(case: Case, make: Make):
    session, by = case.sessions[1], make.user()
    make.change_session(
        session, by=by, title="Another hour", starts_local=session.starts_local - timedelta(minutes=30)
    )
    several_marked = [mark_of(session, one, "P") for one in case.registrations]
    registers.save(session, by=by, marks=several_marked)

    undo(case.training, make)
    assert session.title != "Another hour", "marks follow where hours are put right"


def test_what_somebody_changed_since_is_refused_by_name(make: Make):
    training, ada, ben = three_days(make), make.user(), make.user()
    first, second, _third = held(training)
    several.move(training, by=ada, move=shift.Move(days=7))
    step = last(training)
    make.change_session(second, by=ben, title="Another")

    with pytest.raises(Conflict, match=f"{ben.name} changed .* since"):
        steps.undo(step, by=ada)
    assert steps.last_of(training, ada) is step and steps.last_of(training, ben) is last(training)
    steps.undo(last(training), by=ben)
    steps.undo(step, by=ada)

    assert first.on_date == training.starts_on and second.title == "Morning"
    with pytest.raises(Conflict, match="taken back already"):
        steps.undo(step, by=ben)


def test_a_room_that_was_taken_meanwhile_is_named(make: Make):
    blue, training, other = room(make), make.training(is_open=False), make.training(is_open=False)
    session = make.session(training, room=blue)
    several.set_room(training, by=make.user(), room=None)
    make.session(other, training.starts_on, room=blue)

    with pytest.raises(Conflict, match=f"Blue is taken by {other.code}"):
        undo(training, make)
    assert session.room is None


def test_the_dates_and_the_deadline_come_back(make: Make):
    training = make.training(is_open=False)
    typed = span.of(training)
    make.session(training)
    assert span.of(training) != typed
    undo(training, make)
    assert span.of(training) == typed and held(training) == []

    training = three_days(make, is_open=True)
    before = span.of(training)
    several.move(training, by=make.user(), move=shift.Move(days=-14))
    assert span.of(training).closes == before.closes - 2 * WEEK
    undo(training, make)
    assert span.of(training) == before


def test_one_step_is_one_entry_and_one_letter_to_each_person(make: Make):
    training = three_days(make, is_open=True)
    for n in range(3):
        make.registration(training, make.trainee(email=f"p{n}@example.org"))
    letters = select(func.count(OutgoingMail.id)).where(OutgoingMail.to_email.like("p_@example.org"))
    entries = select(func.count(AuditEntry.id)).where(AuditEntry.action.like("plan.%"))
    before = db.session.scalar(letters)

    several.move(training, by=make.user(), move=shift.Move(days=7))

    assert db.session.scalar(letters) == before, "it is only a plan"
    assert db.session.scalar(entries) == 1
    make.announced(training)
    assert db.session.scalar(letters) - before == 3
    undo(training, make)
    make.announced(training)
    assert db.session.scalar(letters) - before == 6


def test_steps_are_kept_for_thirty_days(make: Make):
    training = three_days(make)
    old, by = last(training), make.user()
    atomic(lambda: setattr(old, "at", old.at - steps.KEPT))()

    assert steps.forget() == 1
    assert steps.last_of(training, by) is None


Act = tuple[str, int, int]


class Sequence:
    """Two trainings that share a room and a trainer, and somebody who changes them."""

    def __init__(self) -> None:
        self.make = make = Make()
        self.rooms = [None, room(make, "Blue"), room(make, "Red")]
        self.trainers = [make.trainer(), make.trainer()]
        self.training = three_days(make, room=self.rooms[1], trainers=[self.trainers[0]])
        other = make.training(is_open=False, starts_on=self.training.starts_on + timedelta(days=3))
        make.session(other, room=self.rooms[1])
        self.by = make.user()

    def act(self, what: str, which: int, much: int) -> None:
        training, by, make = self.training, self.by, shift.Move
        now = held(training)
        one = now[which % len(now)] if now else None
        to = {"by": by, "public_ids": [one.public_id] if one and which % 2 else []}
        day = training.ends_on + timedelta(days=abs(much) + 1)
        old, new = self.trainers
        acts = {
            "move": lambda: several.move(training, **to, move=make(days=much, skips=which == 3)),
            "later": lambda: several.move(training, **to, move=make(minutes=15 * much)),
            "room": lambda: several.set_room(training, **to, room=self.rooms[much % 3]),
            "trainers": lambda: several.set_trainers(training, **to, trainers=self.trainers[: much % 3]),
            "replace": lambda: several.replace_trainer(training, **to, old=old, new=new),
            "hours": lambda: several.set_hours(training, **to, starts=time(8 + much % 12)),
            "call off": lambda: several.call_off(training, **to, reason="ill"),
            "remove": lambda: several.remove(training, **to),
            "copy": lambda: several.copy_to(training, **to, move=make(first_day=day)),
            "add": lambda: several.add_day(training, by=by, day=shift.next_day(training)),
            "hold": lambda: self.hold(which),
        }
        acts[what]()

    def hold(self, which: int) -> None:
        found = select(TrainingSession).where(TrainingSession.training_id == self.training.id)
        off = [one for one in db.session.scalars(found.order_by(TrainingSession.id)) if one.is_cancelled]
        if off:
            sessions.hold_after_all(off[which % len(off)], by=self.by)


ACTS = ["move", "later", "room", "trainers", "replace", "hours", "call off", "remove", "copy", "add", "hold"]
acts = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(-10, 10)), min_size=1, max_size=6
)


@pytest.mark.real_commit
@given(acts)
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_done_is_undone_step_by_step(app, wanted: list[Act]):
    with throwing_away(app):
        here = Sequence()
        begun = db.session.scalar(select(func.max(PlanStep.id)))
        states = [as_it_is(here.training)]
        for one in wanted:
            try:
                here.act(*one)
            except DomainError:
                continue
            made = db.session.scalar(select(func.count(PlanStep.id)).where(PlanStep.id > begun))
            if made == len(states):
                states.append(as_it_is(here.training))
        db.session.expire_all()
        while len(states) > 1:
            assert as_it_is(here.training) == states.pop()
            step = steps.last_of(here.training, here.by)
            assert step is not None and step.id > begun
            steps.undo(step, by=here.by)
            db.session.expire_all()
        assert as_it_is(here.training) == states[0]


def test_without_following_versions_an_earlier_step_could_not_be_taken_back(
    make: Make, monkeypatch: pytest.MonkeyPatch
):
    training, by = three_days(make), make.user()
    for _ in range(2):
        several.move(training, by=by, move=shift.Move(days=7))
    monkeypatch.setattr(steps, "_go_on_from", lambda step, versions: None)
    steps.undo(last(training), by=by)

    with pytest.raises(Conflict, match="since"):
        steps.undo(steps.last_of(training, by), by=by)

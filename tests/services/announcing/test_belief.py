"""Whoever reads all of their letters, and only these, believes exactly what is announced."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import throwing_away
from tests.make import Make
from training import clock
from training.db import db
from training.errors import DomainError
from training.models import MailState, OutgoingMail, Registration, Role, Training
from training.services.announcing import announced_copies, announcements, differences
from training.services.letters.timetables import Timetables, whereabouts
from training.services.registrations import submissions, visible
from training.services.schedule import sessions
from training.services.schedule import visible as schedule_visible
from training.services.trainings import changes, moves, resuming, undoing

BEGINS = datetime(2027, 3, 1, 8, tzinfo=UTC)
PEOPLE, TRAINERS = 3, 2
EXAMPLES = 300 if os.environ.get("STORM") == "full" else 30
ZONES = ("Europe/Vienna", "Asia/Almaty")


@dataclass
class Desk:
    """A training that others know, and what somebody does with it."""

    make: Make
    travel: Any
    training: Training
    by: Any
    focal: Any
    people: list[Any]
    trainers: list[Any]
    venues: list[Any]
    done: list[str] = field(default_factory=list)

    def session(self, n: int) -> Any:
        found = schedule_visible.of(self.training)
        return found[n % len(found)]

    def move(self, n: int) -> None:
        one, much = self.session(n), timedelta(hours=1 + n % 3)
        self.make.change_session(
            one, by=self.by, starts_local=one.starts_local + much, ends_local=one.ends_local + much
        )

    def rename(self, n: int) -> None:
        self.make.change_session(self.session(n), by=self.by, title=("Morning", "Opening", "Exam")[n % 3])

    def pause(self, n: int) -> None:
        self.make.change_session(self.session(n), by=self.by, break_minutes=15 * (n % 3))

    def staff(self, n: int) -> None:
        some = [self.trainers[0], self.trainers[1]][: n % 3]
        self.make.change_session(self.session(n), by=self.by, trainers=some[:: 1 if n % 2 else -1])

    def add(self, n: int) -> None:
        day = self.training.starts_on + timedelta(days=n % 3)
        self.make.session(self.training, day, is_known=False, title="Evening")

    def call_off(self, n: int) -> None:
        sessions.cancel(self.session(n), by=self.by, reason="ill")

    def hold(self, n: int) -> None:
        sessions.hold_after_all(self.session(n), by=self.by)

    def place(self, n: int) -> None:
        details = self.make.changed(self.training, venue=self.venues[n % 2])
        changes.change(self.training, by=self.by, details=details)

    def rezone(self, n: int) -> None:
        changes.change(self.training, by=self.by, details=self.make.changed(self.training, zone=ZONES[n % 2]))

    def announce(self, n: int) -> None:
        self.make.announced(self.training, by=self.by)

    def announce_and_undo(self, n: int) -> None:
        one = self.make.announced(self.training, by=self.by)
        if n % 2:
            self.register(n)
        announcements.undo(self.training, one, by=self.by)

    def register(self, n: int) -> None:
        self.make.registration(self.training, self.people[n % PEOPLE])

    def withdraw(self, n: int) -> None:
        if live := visible.live_of(self.training, self.people[n % PEOPLE]):
            submissions.withdraw(live, by=None, reason="ill")

    def wait(self, n: int) -> None:
        self.travel.shift(timedelta(hours=(1, 20, 60)[n % 3]))

    def postpone_and_open(self, n: int) -> None:
        moves.change_state(self.training, by=self.by, name="postpone", reason="floods")
        self.travel.shift(timedelta(minutes=2))
        self.add(n)
        moves.change_state(self.training, by=self.by, name="open")

    def postpone_and_undo(self, n: int) -> None:
        moves.change_state(self.training, by=self.by, name="postpone", reason="floods")
        try:
            if n % 3 == 0:
                self.withdraw(n)
            undoing.undo_postponing(self.training, self.training.announcement, by=self.by)
        except DomainError:  # somebody had a letter meanwhile: it stays postponed, and goes on with new dates
            wish = resuming.Wish(first_day=self.training.starts_on + timedelta(days=n % 2))
            resuming.new_dates(self.training, by=self.by, wish=wish)


OPERATIONS = [
    name for name, thing in vars(Desk).items() if callable(thing) and name[0] != "_" and name != "session"
]
steps = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 11)), min_size=1, max_size=10)


def letters(where: Any) -> list[OutgoingMail]:
    """The letters that somebody has had, in the order in which they left."""
    had = (OutgoingMail.state == MailState.QUEUED, OutgoingMail.due_at <= clock.now())
    found = db.select(OutgoingMail).where(where, *had)
    return list(db.session.scalars(found.order_by(OutgoingMail.due_at, OutgoingMail.id)))


def believed(found: Sequence[OutgoingMail], is_about: Callable[[str], bool]) -> list[tuple[str, ...]]:
    """What somebody believes after each letter: the lines of the timetable, with the clocks that they are by."""
    after: list[tuple[str, ...]] = []
    lines: tuple[str, ...] = ()
    for one in found:
        block = re.search(r"^(?:The timetable|Your sessions) \((.*)\):\n((?:  – .*\n?)+)", one.body, re.M)
        if block:
            lines = (block[1], *block[2].splitlines())
        elif is_about(one.kind):
            lines = ()
        after.append(lines)
    return after


def known(training: Training, trainer_id: int | None = None) -> tuple[str, ...]:
    said = Timetables().of(training, "en", trainer_id)
    return (said["clocks"], *said["timetable"].splitlines()) if said["timetable"] else ()


def check(desk: Desk) -> None:
    training = desk.training
    desk.travel.shift(timedelta(minutes=2))
    where = whereabouts(training).said("en")
    says_all = lambda kind: kind.endswith(("changed", "postponed", "cancelled"))  # noqa: E731
    for person in desk.people:
        live = visible.live_of(training, person)
        if live is None:
            continue
        had = letters(OutgoingMail.registration_id == live.id)
        assert believed(had, says_all)[-1:] == [known(training)], desk.done
        assert where in had[-1].body, desk.done
        nothing_new(desk, had, believed(had, says_all))
    if db.session.scalar(
        db.select(Registration.id).where(
            Registration.training_id == training.id, Registration.state == "confirmed"
        )
    ):
        had = letters(OutgoingMail.user_id == desk.focal.id)
        assert believed(had, says_all)[-1] == known(training), desk.done
        assert where in had[-1].body, desk.done
    for trainer in desk.trainers:
        had = letters(OutgoingMail.trainer_id == trainer.id)
        after = believed(had, says_all)
        assert (after[-1] if after else ()) == known(training, trainer.id), (desk.done, trainer.id)
        nothing_new(desk, had, after)
    twice = db.session.execute(
        db.select(OutgoingMail.announcement_id, OutgoingMail.to_email, db.func.count())
        .where(OutgoingMail.announcement_id.is_not(None))
        .group_by(OutgoingMail.announcement_id, OutgoingMail.to_email)
        .having(db.func.count() > 1)
    ).all()
    assert twice == [], desk.done


def nothing_new(desk: Desk, had: Sequence[OutgoingMail], after: Sequence[tuple[str, ...]]) -> None:
    """Nobody gets a letter of a change in which nothing of theirs differs from what they believed."""
    for n, one in enumerate(had):
        if n and one.kind in ("trainee_changed", "trainer_changed"):
            place = [re.search(r"\((.*?)\)", each.body) for each in (had[n - 1], one)]
            same_place = bool(place[0] and place[1] and place[0][1] == place[1][1])
            assert after[n] != after[n - 1] or not same_place or "place now" in one.body, (
                desk.done,
                one.body,
            )


@pytest.mark.real_commit
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@example(taken=[("move", 0), ("announce", 0), ("call_off", 0), ("announce", 0)])
@example(taken=[("move", 0), ("announce_and_undo", 1), ("announce", 0)])
@example(taken=[("staff", 1), ("announce", 0), ("staff", 0), ("announce", 0)])
@example(taken=[("wait", 2), ("wait", 2), ("wait", 2), ("move", 0), ("register", 2)])
@given(taken=steps)
def test_whoever_reads_their_letters_believes_what_is_announced(app, make: Make, taken):
    with throwing_away(app), time_machine.travel(BEGINS, tick=False) as travel:
        starts = (BEGINS + timedelta(days=9)).date()
        focal = make.user(Role.PARTNER)
        desk = Desk(
            make,
            travel,
            make.training(
                starts_on=starts, ends_on=starts + timedelta(days=2), capacity=20,
                registration_closes_local=datetime.combine(starts - timedelta(days=1), time(17)),
            ),
            make.user(),
            focal,
            [make.trainee(focal.agency, email=f"p{n}@example.org") for n in range(PEOPLE)],
            [make.trainer(email=f"t{n}@example.org") for n in range(TRAINERS)],
            [make.venue(city="Graz"), make.venue(city="Linz")],
        )  # fmt: skip
        desk.register(0)
        for name, number in taken:
            travel.shift(timedelta(seconds=5))
            try:
                getattr(desk, name)(number)
                desk.done.append(f"{name} {number}")
            except DomainError as refusal:
                db.session.rollback()
                db.session.expire_all()
                desk.done.append(f"{name} {number}: {refusal}")
        check(desk)


def test_a_reader_of_a_letter_that_is_missing_would_believe_otherwise(make: Make):
    """The negative control: without the letter of a change, the belief is the old one."""
    training, person = make.training(), make.trainee(email="ada@example.org")
    registration = make.registration(training, person)
    [session] = schedule_visible.of(training)
    make.change_session(session, by=make.user(), title="Opening")
    make.known(training)

    had = letters(OutgoingMail.registration_id == registration.id)

    assert believed(had, lambda kind: True)[-1] != known(training)
    assert not differences.of(training) and announced_copies.that_can_be_undone(training) is None

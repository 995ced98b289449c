"""The waiting list as a state machine: whatever happens to a training in whatever order, its promises hold.

``STORM=full`` runs the long profile.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from config import Config
from tests.conftest import LOCAL, migrated_app, new_database, throwing_away
from tests.model.promises import Promises
from tests.model.sequences import OPERATIONS, beginning, crowd, peopled, take
from tests.model.world import World
from training.db import db
from training.models import Admission, Promotion
from training.services import seat_counts
from training.services.letters import notices
from training.services.registrations import reserve_list, steps

pytestmark = [
    pytest.mark.real_commit,
    pytest.mark.once,  # ``test_same_on_both`` holds PostgreSQL against SQLite; the long profile runs on both
]

FULL = os.environ.get("STORM") == "full"
PARTS = range(4 if FULL else 1)
"""So that two processes share the long profile."""
numbers = st.integers(0, 63)


@pytest.fixture(scope="module", autouse=True)
def own(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """A database of its own, peopled once; every run's training is thrown away after it."""
    folder = tmp_path_factory.mktemp("model")
    Machine.app = migrated_app(
        Config(database_url=new_database(f"model_{worker_id}", folder), instance_dir=folder, **LOCAL)
    )
    with Machine.app.app_context():
        Machine.numbers = peopled()
        db.session.remove()
    yield
    with Machine.app.app_context():
        db.engine.dispose()


class Machine(RuleBasedStateMachine):
    """Every operation of ``World`` is a rule, added below; after each the promises are checked."""

    app: Flask
    numbers: dict[str, int]
    taken: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(throwing_away(self.app))

    @initialize(
        capacity=st.integers(1, 6), kept=st.integers(0, 3), admission=st.sampled_from(sorted(Admission)), is_proposed=st.booleans(),
        nearest_first=st.booleans(), people=st.integers(0, 16),
    )  # fmt: skip
    def begin(
        self,
        capacity: int,
        admission: Admission,
        is_proposed: bool,
        nearest_first: bool,
        people: int,
        kept: int,
    ) -> None:
        capacity += kept
        promotion = Promotion.PROPOSED if is_proposed else Promotion.AUTOMATIC
        rules = {"admission": admission, "promotion": promotion, "nearest_first": nearest_first}
        self.world: World = self.stack.enter_context(beginning(self.numbers, capacity, **rules))
        self.promises = Promises(self.world.training_id)
        self.take("keep_for_agency", [1, kept])
        self.take("keep_for_country", [2, kept])
        for name, drawn in crowd(people, capacity, admission):
            self.take(name, list(drawn))

    def take(self, name: str, drawn: list[int]) -> None:
        outcome, before = take(self.world, (name, drawn)), self.promises.promotions
        self.promises.check(name, outcome)
        self.taken.update({"steps": 1, "promoted": self.promises.promotions - before})
        if outcome == "done":
            self.taken.update(["done", name])

    def teardown(self) -> None:
        self.taken["begun"] += 1
        self.stack.close()


def _rule(name: str, count: int):  # type: ignore[no-untyped-def]
    def step(self: Machine, drawn: list[int]) -> None:
        self.take(name, drawn)

    step.__name__ = name
    return rule(drawn=st.lists(numbers, min_size=count, max_size=count))(step)


for _name, _count in OPERATIONS.items():
    setattr(Machine, _name, _rule(_name, _count))
OFTEN = (
    "register",
    "register_many",
    "withdraw",
    "rank",
    "offer",
    "wait",
    "confirm",
    "reserve",
    "set_capacity",
)
"""What fills and moves the list."""
for _name in OFTEN:
    setattr(Machine, f"{_name}_again", _rule(_name, OPERATIONS[_name]))
for _name in ("register_many", "withdraw"):
    setattr(Machine, f"{_name}_once_more", _rule(_name, OPERATIONS[_name]))


def run(
    examples: int,
    step_count: int,
    *,
    is_random: bool,
    phases: Sequence[Phase] = (Phase.generate, Phase.shrink),
) -> None:
    profile = settings(
        max_examples=examples, stateful_step_count=step_count, deadline=None, derandomize=not is_random,
        database=None, print_blob=True, suppress_health_check=list(HealthCheck),
        phases=phases,
    )  # fmt: skip
    run_state_machine_as_test(Machine, settings=profile)


@pytest.mark.parametrize("part", PARTS)
def test_the_promises_hold_whatever_happens(part: int, record_property):
    Machine.taken.clear()
    run(1_000 // len(PARTS) if FULL else 20, 50 if FULL else 30, is_random=FULL)

    taken = Machine.taken
    record_property(
        "measured", f"{taken['begun']} sequences, {taken['steps']} steps, {taken['done']} of them not refused, "
        f"{taken['promoted']} people promoted, no promise broken; rarest: {min(OPERATIONS, key=taken.__getitem__)} "
        f"{min(taken[name] for name in OPERATIONS)} times",
    )  # fmt: skip
    assert taken["promoted"] >= (20 if FULL else 10), "the list moves"
    unseen = [name for name in OPERATIONS if not taken[name]]
    assert not FULL or len(unseen) <= 1, f"the operations happen; in one part a rare one may not: {unseen}"


def _gives_to_the_last(training, counted, freed):
    found = NEXT_IN_LINE(training, counted, freed)
    waiting = reserve_list._in_line(
        training, freed.origin, [origin[0] for origin in seat_counts.on_reserve(training)]
    )
    return waiting[-len(found) :] if found else []


def _gives_one_more(training, counted, freed):
    counted.capacity += 1
    return NEXT_IN_LINE(training, counted, freed)


def _forgets_the_share(training, counted, freed):
    counted.kept = []
    return NEXT_IN_LINE(training, counted, freed)


def _forgets_everybody(training, counted, freed):
    return []


def _forgets_the_cut_off(training):
    return training.state in ("open", "confirmed", "running")


def _tells_twice(step):
    STEP_TAKEN(step)
    notices.correction_asked(step.registration, text="twice")


NEXT_IN_LINE, STEP_TAKEN = reserve_list.next_in_line, notices.step_taken
PLANTED = {
    "the last in line is promoted": (reserve_list, "next_in_line", _gives_to_the_last),
    "one more than there are seats is promoted": (reserve_list, "next_in_line", _gives_one_more),
    "kept seats are given to anybody": (reserve_list, "next_in_line", _forgets_the_share),
    "nobody is promoted": (reserve_list, "next_in_line", _forgets_everybody),
    "an agency is told twice": (notices, "step_taken", _tells_twice),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_planted_in_the_services_is_found(monkeypatch, fault: str):
    monkeypatch.setattr(*PLANTED[fault])

    with pytest.raises(AssertionError):
        run(60, 30, is_random=False, phases=[Phase.generate])  # the same steps find it every time


AT_THE_DOOR = [
    *crowd(8, 3, Admission.FIRST_COME), ("keep_drafts", [3, 1, 1]), ("submit_drafts", [1]), ("keep_drafts", [3, 1, 0]),
    ("discard_drafts", [1, 0]), ("move_agency", [1, 2]), ("begin_day", [0]), ("set_capacity", [4]), ("let_in", [1]),
    ("walk_in", [1]), ("walk_in_beyond", [1]), ("set_capacity", [7]), ("walk_in_many", [1, 0]), ("withdraw", [1]),
]  # fmt: skip
"""Drafts, and what happens from the first day on: random steps seldom come to the door."""


def carry_out(script: Sequence[tuple[str, list[int]]]) -> list[str]:
    """What each step led to; the promises are held to after each."""
    with throwing_away(Machine.app), beginning(Machine.numbers, 3, admission=Admission.FIRST_COME) as world:
        promises, found = Promises(world.training_id), []
        for name, drawn in script:
            found.append(take(world, (name, drawn)))
            promises.check(name, found[-1])
        return found


def test_the_promises_hold_for_drafts_and_at_the_door():
    assert carry_out(AT_THE_DOOR) == ["done"] * len(AT_THE_DOOR)


def test_who_is_promoted_after_the_cut_off_is_seen(monkeypatch):
    monkeypatch.setattr(reserve_list, "may_promote", _forgets_the_cut_off)

    with pytest.raises(AssertionError):
        carry_out(AT_THE_DOOR)


def test_a_letter_about_a_draft_is_seen(monkeypatch):
    drafted = steps.drafted

    def told(kept, by):
        drafted(kept, by)
        for one in kept:
            notices.correction_asked(one, text="kept")

    monkeypatch.setattr(steps, "drafted", told)

    with pytest.raises(AssertionError, match="nobody is told of the draft"):
        carry_out(AT_THE_DOOR)


OFFERED = [
    *crowd(4, 3, Admission.FIRST_COME), ("switch_promotion", []), ("wait", [6]), ("wait", [6]), ("withdraw", [1]),
    ("offer", [1]), ("set_cut_off", [3]),
]  # fmt: skip
"""Eight days before the start a seat is offered for two days; then the cut-off moves to the day after."""


def test_the_promises_hold_for_an_offer_when_the_cut_off_moves_before_its_end():
    assert carry_out(OFFERED) == ["done"] * len(OFFERED)


def test_an_offer_that_outlives_the_cut_off_is_seen(monkeypatch):
    monkeypatch.setattr(reserve_list, "shorten_offers", lambda training, by: None)

    with pytest.raises(AssertionError, match="no offer outlives the cut-off"):
        carry_out(OFFERED)

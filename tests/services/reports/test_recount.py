"""Figures are those of an independent recount in plain SQL, for random worlds; with a rule changed they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from sqlalchemy import false, true

from tests.make import Make
from tests.services.reports.worlds import NOW, Basis, basis, filled, recounted
from training.rules import indicators, minutes
from training.services.attendance import expected
from training.services.reports import figures, participations
from training.services.reports.selection import EVERYTHING

WORLDS, FEW = 200, 60


@pytest.fixture
def world(make: Make) -> Iterator[Basis]:
    with time_machine.travel(NOW, tick=False):
        yield basis(make)


def differing(world: Basis, seed: int, seen: dict[str, int] | None = None) -> list[str]:
    """The figures of a random world in which the service and the recount differ."""
    filled(world, seed)
    totals = figures.summary(participations.of_selection(EVERYTHING, user=None))
    again = recounted()
    if seen is not None:
        seen.update({name: seen.get(name, 0) + value for name, value in again.items()})
    return [f"{seed} {name}" for name, value in again.items() if getattr(totals, name) != value]


def test_two_hundred_random_worlds_are_counted_alike(world: Basis):
    seen: dict[str, int] = {}

    assert [one for seed in range(WORLDS) for one in differing(world, seed, seen)] == []
    assert min(seen.values()) > 10, f"the worlds hold all of it: {seen}"


def completed_by_what_was_due(one: indicators.Participation) -> bool:
    return one.due > 0 and 100 * one.attended >= one.completion_percent * one.due


CHANGED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "completion is measured by what was due": lambda it: it.setattr(
        indicators, "completed", completed_by_what_was_due
    ),
    "everybody is expected everywhere": lambda it: it.setattr(expected, "is_expected", lambda: true()),
    "nobody is expected": lambda it: it.setattr(expected, "is_expected", lambda: false()),
    "optional sessions count": lambda it: it.setattr(expected, "is_in_figures", lambda: true()),
    "registrations of one person are two people": lambda it: it.setattr(
        participations, "_joined", lambda several: {}
    ),
    "the halves meet in the evening": lambda it: it.setattr(minutes, "LEAST_IN_A_HALF", 400),
}


@pytest.mark.parametrize("name", CHANGED)
def test_with_a_rule_changed_the_recount_disagrees(name: str, world: Basis, monkeypatch):
    CHANGED[name](monkeypatch)

    assert any(differing(world, seed) for seed in range(FEW))

"""Figures are those of an independent recount in plain SQL, for random worlds; with a rule changed they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import true

from tests.make import Make
from tests.services.reports.readings import rows_of, total
from tests.services.reports.worlds import NOW, Basis, basis, filled, recounted
from training.models import AttendanceRecord, Registration
from training.rules import indicators, minutes
from training.services.attendance import expected, standing
from training.services.reports import detail_rows, figures, half_days, participations, supply
from training.services.reports.selection import EVERYTHING, Filters

WORLDS, FEW = 200, 60


@pytest.fixture
def world(make: Make) -> Iterator[Basis]:
    with time_machine.travel(NOW, tick=False):
        yield basis(make)


def differing(world: Basis, seed: int, seen: dict[str, int] | None = None) -> list[str]:
    """The figures of a random world in which the service and the recount differ."""
    filled(world, seed)
    agency = world.agencies[seed % 3]
    found = []
    for filters, asked in ((EVERYTHING, None), (Filters(agency=agency), agency)):
        people = participations.of_selection(filters, user=None)
        totals = figures.summary(people, beside=supply.beside(filters, people, user=None))
        again = recounted(asked)
        if seen is not None and asked:
            seen.update({name: seen.get(name, 0) + value for name, value in again.items()})
        elif seen is not None:
            seen.update({name: seen.get(name, 0) + again[name] for name in ("to_come", "optional")})
        found += [f"{seed} {name} {asked}" for name, value in again.items() if getattr(totals, name) != value]
    rows = rows_of(agency=agency)
    if (total(rows), total(rows, "scheduled_minutes")) != (again["attended"], again["due"]):
        found.append(f"{seed} rows")
    return found


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
    "everybody is expected everywhere": lambda it: it.setattr(expected, "is_listed", lambda *of: true()),
    "nobody is expected": lambda it: it.setattr(
        expected, "is_listed", lambda *of: AttendanceRecord.status.is_not(None)
    ),
    "a cleared mark waits for nobody": lambda it: it.setattr(
        expected, "is_listed", lambda one=Registration, record=None: expected.is_expected(one)
    ),
    "registrations are filtered before they are joined": lambda it: it.setattr(
        standing, "of", lambda agency, country: Registration.agency_id == agency
    ),
    "each registration counts in the rows": lambda it: it.setattr(
        detail_rows, "_counted_elsewhere", lambda *of: set()
    ),
    "optional sessions count": lambda it: it.setattr(expected, "is_in_figures", lambda: true()),
    "registrations of one person are two people": lambda it: it.setattr(
        participations, "_joined", lambda several: {}
    ),
    "a half of a day counts in each training": lambda it: it.setattr(
        half_days, "with_overlapping_trainings", lambda *of: []
    ),
    "whoever is registered for what has begun is to come": lambda it: it.setattr(
        supply, "clock", SimpleNamespace(now=lambda: NOW - timedelta(days=9))
    ),
    "the halves meet in the evening": lambda it: it.setattr(minutes, "LEAST_IN_A_HALF", 400),
}


@pytest.mark.parametrize("name", CHANGED)
def test_with_a_rule_changed_the_recount_disagrees(name: str, world: Basis, monkeypatch):
    CHANGED[name](monkeypatch)

    assert any(differing(world, seed) for seed in range(FEW))

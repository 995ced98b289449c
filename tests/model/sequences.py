"""Sequences of operations on a ``World``: how one begins, who is there, which steps it takes, and what each led to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from inspect import isfunction, signature
from typing import Any

import time_machine

from tests.make import Make
from tests.model.world import BEGINS, COUNTRIES, PEOPLE, World
from training.db import db
from training.errors import DomainError
from training.models import (
    Admission,
    Role,
)

OPERATIONS: dict[str, int] = {
    name: len(signature(thing).parameters) - 1
    for name, thing in vars(World).items()
    if isfunction(thing) and not name.startswith("_")
}
"""Every operation, and how many numbers it takes."""


def peopled() -> dict[str, int]:
    """Users, agencies and their people in a fresh database; returns who decides."""
    with time_machine.travel(BEGINS, tick=False):
        make = Make()
        staff = make.user(Role.ADMIN)
        make.user(Role.COORDINATOR)
        for n, country in enumerate(COUNTRIES):
            agency = make.agency(code=f"AG{n}", name=f"Agency {n}", country=country)
            make.user(Role.PARTNER, agency=agency)
            for p in range(PEOPLE):
                name = {"family_name": f"Person{n}{p}", "given_names": "Pat"}
                make.trainee(agency, email=f"p{n}{p}@example.org", **name)
        return {"staff": staff.id}


@contextmanager
def beginning(numbers: dict[str, int], capacity: int = 4, **wanted: Any) -> Iterator[World]:
    """A world with a training that is open, among those who are ``peopled``."""
    with time_machine.travel(BEGINS, tick=False) as travel:
        starts = (BEGINS + timedelta(days=12)).date()
        training = Make().training(
            code="T-MODEL", capacity=capacity, starts_on=starts, ends_on=starts + timedelta(days=4),
            registration_closes_local=datetime.combine(starts - timedelta(days=2), time(17)), **wanted,
        )  # fmt: skip
        travel.shift(timedelta(seconds=1))
        yield World(travel, {**numbers, "training": training.id})


Step = tuple[str, Sequence[int]]


def take(world: World, step: Step) -> str:
    """Carry one operation out and let a second pass: ``done``, or the refusal's kind and code."""
    name, numbers = step
    operation: Callable[..., None] = getattr(world, name)
    try:
        operation(*numbers)
        return "done"
    except DomainError as refusal:
        db.session.expire_all()
        return (
            f"{type(refusal).__name__} {getattr(refusal, 'code', '') or getattr(refusal, 'field', '') or ''}"
        )
    finally:
        world._travel.shift(timedelta(seconds=1))


def crowd(people: int, seats: int, admission: Admission) -> list[Step]:
    """People of every agency in turn; by approval, as many as there are seats are confirmed and the rest wait."""
    found: list[Step] = [("register", [4 * (7 * n % 16) + 1]) for n in range(people)]
    if admission is Admission.APPROVAL:
        found += [("confirm", [1]) for _ in range(min(seats, people))]
        found += [("reserve", [1]) for _ in range(people - seats)]
    return found


def random_steps(seed: int, count: int) -> list[Step]:
    """The same sequence for the same seed, everywhere; registering comes up more often than the rest."""
    drawn = random.Random(seed)
    names = [*OPERATIONS, *["register", "register_many", "withdraw", "reserve", "offer", "wait"]]
    found = []
    for _ in range(count):
        name = drawn.choice(names)
        found.append((name, [drawn.randrange(64) for _ in range(OPERATIONS[name])]))
    return found

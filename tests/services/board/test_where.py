"""Where a training could go: said by the same rules that store it, for every line and day, and quickly."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest

from tests.make import Make
from training.db import atomic
from training.errors import Conflict, DomainError
from training.models import DayPart, Trainer, Training
from training.rules import clashes as rules
from training.services import locked_trainings
from training.services.board import lines, where
from training.services.board.lines import Asked, Kind, Period
from training.services.directory import trainers, venues
from training.services.schedule import plan, several, shift
from training.services.schedule.plan import Change
from training.services.trainings import moves

DAY = timedelta(days=1)
MONDAY = date(2027, 3, 22)
PERIOD = Period(MONDAY, MONDAY + 9 * DAY)


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour))


def test_every_rule_is_asked_once_for_what_it_looks_at():
    asked = (*where.TIME, *where.ROOMS, *where.PLACES, *where.TRAINERS)

    assert sorted({*asked}) == sorted(one.name for one in rules.RULES if not one.is_for_list)
    assert [name for name in asked if asked.count(name) > 1] == ["turn_over"] * 2


class TakenBack(Exception):
    """Nothing is kept of what was tried."""


@atomic
def put_and_take_back(training: Training, place: shift.Place) -> None:
    locked_trainings.lock(training)
    pairs = shift.placed(training, several.movable(training), place)
    edits = [Change(one, details) for one, details in pairs if details != plan.details_of(one)]
    plan.apply(training, edits, by=None, reason="A test.")
    raise TakenBack


def refused(training: Training, line: lines.Line, day: date, instead: Trainer | None) -> bool:
    """Whether ``plan.apply`` refuses the training there."""
    try:
        put_and_take_back(training, where.place_of(line, day, instead))
    except DomainError:
        return True
    except TakenBack:
        return False
    raise AssertionError("Something was stored.")


def world(make: Make, seeds: list[int]) -> Training:
    """A training, others that stand in its way, trainers away and retired, closed rooms, a short programme."""
    admin = make.user()
    zone = "Africa/Casablanca" if seeds[0] % 3 == 0 else "Europe/Vienna"
    programme = make.programme(ends_on=MONDAY + (8 + seeds[1] % 4) * DAY)
    teachers = [make.trainer(country="AT", most_days_a_month=3 if n == 1 else None) for n in range(3)]
    rooms = [
        venues.add_room(make.venue(city=city), by=None, details=venues.RoomDetails(name=city, capacity=size))
        for city, size in (("Vienna", 40), ("Graz", 9))
    ]
    training = make.training(
        programme=programme, is_open=False, starts_on=MONDAY, ends_on=MONDAY, zone=zone,
        registration_opens_local=at(MONDAY - 90 * DAY, 9),
    )  # fmt: skip
    for n in range(2):
        make.session(training, starts_local=at(MONDAY + n * DAY, 1 if seeds[2] % 4 == 0 else 9),
                     ends_local=at(MONDAY + n * DAY, 4 if seeds[2] % 4 == 0 else 12), room=rooms[0],
                     trainers=[teachers[0]] + ([teachers[2]] if seeds[3] % 2 else []))  # fmt: skip
    for number, seed in enumerate(seeds[4:]):
        other = make.training(programme=programme, is_open=False, starts_on=MONDAY, ends_on=MONDAY)
        day, hour = MONDAY + (seed % 9) * DAY, (1, 9, 11, 15)[seed % 4]
        with suppress(Conflict):
            make.session(other, starts_local=at(day, hour), ends_local=at(day, hour + 2),
                         room=rooms[number % 2], trainers=[teachers[(number + 1) % 3]])  # fmt: skip
    day = MONDAY + (seeds[1] % 7) * DAY
    trainers.add_absence(teachers[1], by=admin, starts_on=day, ends_on=day + DAY, part=DayPart.AM, note="")
    free = MONDAY + (2 + seeds[2] % 6) * DAY
    with suppress(Conflict):
        venues.block(rooms[1], by=admin, starts_local=at(free, 8), ends_local=at(free, 10), reason="painting")
    return training


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", list(Kind))
def test_hard_is_what_would_be_refused(make: Make, kind: Kind, seed: int):
    """For every line and day. A world is invented by its number; a failure names the places."""
    chance = random.Random(f"{kind} {seed}")
    training = world(make, [chance.randrange(200) for _ in range(8)])
    here = lines.of(make.user(), kind, PERIOD, Asked())
    here = [one for one in here if kind is not Kind.TRAININGS or one.id == training.id]
    first = several.movable(training)[0]
    instead = first.session_trainers[0].trainer if seed and kind is Kind.TRAINERS else None

    found = where.of(training, here, PERIOD, instead=instead)

    told, stored = {}, {}
    for line in here:
        for day, verdict in zip(PERIOD.days, found[line.id], strict=True):
            told[line.name, day] = verdict.is_ is where.Is.HARD
            stored[line.name, day] = refused(training, line, day, instead)
    assert told == stored
    assert {True, False} <= set(told.values())


def test_without_the_sessions_of_others_a_place_would_seem_free(make: Make, monkeypatch):
    """What the law above would see."""
    training, eva = make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY), make.trainer()
    make.session(training, MONDAY, trainers=[eva])
    make.session(make.training(is_open=False), MONDAY + DAY, trainers=[eva])
    [line] = lines.of(make.user(), Kind.TRAINERS, PERIOD, Asked())
    assert where.of(training, [line], PERIOD)[line.id][1].is_ is where.Is.HARD

    monkeypatch.setattr(where._Asked, "_near", staticmethod(lambda others, then, reach: []))

    assert where.of(training, [line], PERIOD)[line.id][1].is_ is not where.Is.HARD
    assert refused(training, line, MONDAY + DAY, None)


def test_places_are_told_apart_and_said(make: Make):
    training = make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY)
    eva, omar, busy = (make.trainer(family_name=name) for name in ("Abel", "Bauer", "Carr"))
    make.session(training, MONDAY, trainers=[eva])
    make.session(make.training(is_open=False, code="X-1"), MONDAY + DAY, trainers=[busy])
    trainers.add_absence(omar, by=make.user(), starts_on=MONDAY, ends_on=MONDAY, note="")
    here = lines.of(make.user(), Kind.TRAINERS, PERIOD, Asked())

    found = where.of(training, here, PERIOD)

    assert [found[one.id][0].is_.value for one in (eva, omar, busy)] == ["here", "soft", "ok"]
    assert [found[one.id][1].is_.value for one in (eva, omar, busy)] == ["ok", "ok", "hard"]
    assert str(found[busy.id][1].said) == "Eva Carr teaches in X-1 at that time."
    assert str(found[omar.id][0].said) == "Eva Bauer is away on that day."
    assert found[eva.id][5].is_ is where.Is.SOFT  # a weekend
    assert where.said(found, here)[str(busy.public_id)][1][0] == "hard"


def test_what_holds_wherever_it_goes_is_not_said_again(make: Make):
    training = make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY, capacity=20)
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Small", capacity=9))
    eva = make.trainer(languages=["ru"])
    make.session(training, MONDAY, room=room, trainers=[eva])
    here = lines.of(make.user(), Kind.TRAINERS, PERIOD, Asked())

    assert where.of(training, here, PERIOD)[eva.id][1].is_ is where.Is.OK


def test_a_training_that_stays_as_it_is_has_no_places(make: Make):
    training = make.training(starts_on=MONDAY, ends_on=MONDAY)
    here = lines.of(make.user(), Kind.TRAININGS, PERIOD, Asked())
    moves.change_state(training, by=make.user(), name="cancel", reason="No money.")

    with pytest.raises(Conflict):
        where.of(training, here, PERIOD)


def test_all_places_take_as_few_statements_as_one(make: Make, queries):
    training = make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY)
    make.session(training, MONDAY, trainers=[make.trainer()])
    admin, counts = make.user(), []
    for count in (1, 6):
        for _ in range(count):
            make.session(make.training(is_open=False), MONDAY + DAY, trainers=[make.trainer()])
        here = lines.of(admin, Kind.TRAINERS, PERIOD, Asked())
        where.of(training, here, PERIOD)
        queries.clear()
        where.of(training, here, PERIOD)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20

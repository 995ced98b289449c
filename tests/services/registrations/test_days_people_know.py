"""What people may do by link and at the door follows the days that they were told, not those of the plan."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine

from tests.make import Make
from training.db import atomic
from training.errors import Conflict
from training.rules import walltime
from training.services.registrations import by_link, late_changes


def replan(training, days: int) -> None:
    """The plan moves by so many days, and nobody is told."""

    def move() -> None:
        training.ends_on += timedelta(days=days)
        training.starts_on += timedelta(days=days)

    atomic(move)()


def noon(training, day):
    return time_machine.travel(walltime.instant(datetime.combine(day, time(12)), training.zone), tick=False)


def test_a_plan_that_nobody_was_told_of_neither_lets_people_decline_nor_shuts_the_door(make: Make):
    training = make.training()
    registration, begins = make.registration(training), training.starts_on
    replan(training, 20)

    with noon(training, begins - timedelta(days=1)):
        assert by_link.may_decline(registration)
        assert not late_changes.is_being_held(training)
        with pytest.raises(Conflict, match="begins on"):
            late_changes.walk_in(training, by=make.user(), trainee=make.trainee())
    with noon(training, begins + timedelta(days=2)):
        assert not by_link.may_decline(registration)
        assert late_changes.is_being_held(training)


def test_a_link_lives_thirty_days_after_the_end_that_people_know(make: Make):
    training = make.training()
    registration, ends = make.registration(training), training.ends_on
    replan(training, 20)

    with noon(training, ends + timedelta(days=29)):
        by_link._check_works(registration, person_is_same=True)
    with noon(training, ends + timedelta(days=32)), pytest.raises(Conflict, match="expired"):
        by_link._check_works(registration, person_is_same=True)

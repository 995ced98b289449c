"""New rules of clocks leave what a register has proved, tell of it, and move the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.letters.mailed import forget, written
from tests.services.trainings.test_zone_rules import (
    HOUR,
    NEW,
    planned,
    rules_change,
    session_of_title,
)
from training.models import AttendanceStatus, Role, Training
from training.rules import walltime
from training.rules.minutes import Decision
from training.services.attendance import registers
from training.services.schedule import proof
from training.services.trainings import moments, zone_rules

MINUTES = timedelta(minutes=1)


@pytest.fixture
def training(make: Make) -> Training:
    """Sessions at 9 and 13; by the new rules both are an hour later."""
    make.user(Role.COORDINATOR)
    return planned(make, 9, 13)


def marked(make: Make, training: Training) -> None:
    registration = make.registration(training)
    session = session_of_title(training, "At 9")
    mark = registers.Mark(registration.public_id, AttendanceStatus.PRESENT, 0)
    assert registers.save(session, by=make.user(), marks=[mark]) == []


def test_a_marked_session_stays_where_it_was_held_and_the_next_one_follows(make: Make, training: Training):
    first, second = (session_of_title(training, title) for title in ("At 9", "At 13"))
    stood = first.starts_at
    with time_machine.travel(stood + 10 * MINUTES, tick=False):
        marked(make, training)
        rules_change(training)
        forget()

        [one] = zone_rules.follow_all(by=None)

        assert first.starts_at == stood
        assert second.starts_at == walltime.instant(second.starts_local, NEW)
        assert "At 9" in str(one.left[0]) and "would be still to come" in str(one.left[0])
        assert "would be still to come" in written()[0].body
        hours = {"starts_local": first.starts_local - HOUR, "ends_local": first.ends_local - HOUR}
        make.change_session(first, by=make.user(), decision=Decision.KEPT, **hours)
        assert (first.starts_at, moments.to_follow()) == (stood, [])


def test_without_the_guard_its_marks_would_stand_in_the_future(
    make: Make, training: Training, monkeypatch: pytest.MonkeyPatch
):
    first = session_of_title(training, "At 9")
    monkeypatch.setattr(proof, "kept_by_register", lambda session, slot: None)
    with time_machine.travel(first.starts_at + 10 * MINUTES, tick=False):
        marked(make, training)
        rules_change(training)

        zone_rules.follow_all(by=None)

        assert first.starts_at == walltime.instant(first.starts_local, NEW)


def test_a_locked_register_keeps_its_session(make: Make, training: Training):
    first = session_of_title(training, "At 9")
    with time_machine.travel(first.ends_at + 10 * MINUTES, tick=False):
        marked(make, training)
        registers.close(first, by=make.user())
        registers.lock(first, by=make.user())
        stood = first.starts_at
        rules_change(training)

        [one] = zone_rules.follow_all(by=None)

        assert first.starts_at == stood
        assert "At 9" in str(one.left[0]) and "is locked, so its hours stay" in str(one.left[0])

"""Where the zone changes too, the hours of each side say by which clocks they are."""

from __future__ import annotations

from datetime import timedelta

from tests.make import Make
from training.db import atomic
from training.services.announcing import announcements, differences
from training.services.letters import of_changes


def test_each_side_says_its_own_zone(make: Make):
    training = make.training(zone="Europe/Vienna")
    session = make.session(training, title="Exam")
    hours = session.starts_local + timedelta(hours=2)
    make.change_session(session, by=make.user(), starts_local=hours)
    alone = line(training)
    atomic(lambda: setattr(training, "zone", "Asia/Almaty"))()

    before, now = line(training).split(" → ")[:2]

    assert alone.count("(Vienna time)") == 1 and alone.endswith("(Vienna time)")
    assert before.endswith("(Vienna time)") and now.endswith("(Almaty time)")


def line(training) -> str:
    """What the warning to those who plan says of the exam."""
    found = differences.of(training)
    part = of_changes.of_overtaken(announcements.announcing(training, found), found.starts[0])
    [said] = [one for one in str(part.values("en")["sessions"]).splitlines() if "Exam" in one]
    return said

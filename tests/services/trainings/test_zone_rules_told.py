"""New rules of clocks: agencies and people read of the announced timetable, coordinators of the plan."""

from __future__ import annotations

from tests.make import Make
from tests.services.letters.mailed import forget, written
from tests.services.trainings.test_zone_rules import HOUR, OLD, rules_change, session_of
from training.models import Modality, Role
from training.services.trainings import zone_rules


def test_people_and_agencies_read_of_what_was_announced_and_nothing_of_the_plan(make: Make):
    make.user(Role.COORDINATOR)
    agency = make.agency()
    make.user(Role.PARTNER, agency=agency)
    training = make.training(zone=OLD, modality=Modality.ONLINE)
    make.registration(training, make.trainee(agency, email="pat@example.org"))
    one = session_of(training)
    make.change_session(one, by=make.user(), title="Zqxtitle", starts_local=one.starts_local - HOUR)
    rules_change(training)
    forget()

    zone_rules.follow_all(by=None)

    letters = {letter.kind: letter.body for letter in written()}
    for kind in ("zone_rules", "trainee_zone_rules"):
        assert "09:00 (Dubai time)" in letters[kind]
        assert "Zqxtitle" not in letters[kind] and "08:00 (Dubai time)" not in letters[kind]
    assert "Zqxtitle" in letters["coordinator_zone_rules"]

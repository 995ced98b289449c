"""A training takes another theme: its sessions carry what it covers, whatever they carried before."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.errors import Invalid
from training.models import AuditEntry, Training, TrainingSession
from training.services.schedule import sessions
from training.services.trainings import changes


def themes_of(training: Training) -> list[str]:
    db.session.expire_all()
    found = select(TrainingSession).where(TrainingSession.training_id == training.id)
    return sorted(one.theme.code for one in db.session.scalars(found))


@pytest.fixture
def multi(make: Make) -> Training:
    """An open training of MIEUX II with a session of its own theme, one of BMV, and one of ASY that is called off."""
    training = make.training(programme_theme="MIEUX2", theme=make.theme("MIEUX2"))
    make.session(training, training.ends_on, theme=make.theme("BMV"))
    off = make.session(training, training.ends_on, theme=make.theme("ASY"))
    sessions.cancel(off, by=make.user(), reason="ill")
    return training


def retag(make: Make, training: Training, code: str) -> None:
    changes.change(training, by=make.user(), details=make.changed(training, theme=make.theme(code)))


def test_sessions_whose_theme_the_new_one_does_not_cover_take_it(make: Make, multi):
    retag(make, multi, "BMV")

    assert multi.theme.code == "BMV"
    assert themes_of(multi) == ["BMV", "BMV", "BMV"]
    said = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.change")).all()
    bmv, asy, all_of_them = (make.theme(code).id for code in ("BMV", "ASY", "MIEUX2"))
    assert [one.changes for one in said] == [{"theme_id": [all_of_them, bmv]}, {"theme_id": [asy, bmv]}]


def test_from_one_area_to_another_all_sessions_follow(make: Make, multi):
    retag(make, multi, "BMV")
    retag(make, multi, "THB")

    assert themes_of(multi) == ["THB", "THB", "THB"]


def test_a_theme_that_covers_what_the_sessions_carry_leaves_them(make: Make, multi):
    retag(make, multi, "BMV")
    retag(make, multi, "MIEUX2")

    assert themes_of(multi) == ["BMV", "BMV", "BMV"]


def test_a_theme_that_the_programme_does_not_cover_changes_nothing(make: Make):
    training = make.training()

    with pytest.raises(Invalid, match="does not cover the theme ASY"):
        retag(make, training, "ASY")

    assert (training.theme.code, themes_of(training)) == ("BMV", ["BMV"])


def test_what_is_refused_later_leaves_the_sessions_as_they_were(make: Make, multi):
    details = make.changed(multi, theme=make.theme("BMV"), completion_percent=0)

    with pytest.raises(Invalid):
        changes.change(multi, by=make.user(), details=details)

    assert (multi.theme.code, themes_of(multi)) == ("MIEUX2", ["ASY", "BMV", "MIEUX2"])

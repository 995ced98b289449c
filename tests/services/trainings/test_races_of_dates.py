"""A programme is shortened while somebody plans in it: nothing comes to lie outside its dates."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import pytest
from flask import Flask

from tests.make import Make
from tests.services.racing import at_once, db_is_sqlite, get
from training import clock
from training.db import db
from training.errors import Invalid
from training.models import Programme, Training, User
from training.services.programmes import frames
from training.services.trainings import changes

pytestmark = pytest.mark.real_commit


class Race:
    """A programme with one training. It is shortened to ``last`` while a training is planned after that day."""

    def __init__(self, app: Flask) -> None:
        self.app, self.last = app, clock.today() + timedelta(days=40)
        with app.app_context():
            make = Make()
            programme, self.by = make.programme(), make.user().id
            training = make.training(programme=programme, is_open=False)
            self.programme, self.training = programme.id, training.id
            db.session.remove()

    def shorten(self) -> None:
        programme = get(Programme, self.programme)
        now = {one.name: getattr(programme, one.name) for one in fields(frames.Details)}
        now |= {"countries": programme.country_codes, "ends_on": self.last}
        frames.change(programme, by=get(User, self.by), details=frames.Details(**now))

    def create(self) -> None:
        details = Make().details(starts_on=self.last + timedelta(days=5))
        changes.create(get(Programme, self.programme), by=None, details=details)

    def change(self) -> None:
        training, later = get(Training, self.training), self.last + timedelta(days=5)
        details = Make().changed(training, starts_on=later, ends_on=later)
        changes.change(training, by=None, details=details)

    def run(self, way: str) -> tuple[list[str], date]:
        """The refusals, and the last day on which a training ends."""
        refusals = at_once(self.app, self.shorten, lambda: None, getattr(self, way))
        assert all(isinstance(one, Invalid) for one in refusals)
        with self.app.app_context():
            last = max(db.session.scalars(db.select(Training.ends_on)))
            db.session.remove()
        return [str(one) for one in refusals], last


@pytest.mark.parametrize("way", ["create", "change"])
def test_no_training_is_planned_outside_a_programme_that_is_shortened_meanwhile(raced: Flask, way: str):
    race = Race(raced)

    refusals, last = race.run(way)

    assert len(refusals) == 1 and "Choose days between these dates" in refusals[0]
    assert last < race.last


@pytest.mark.parametrize("way", ["create", "change"])
def test_without_holding_the_programme_it_would_lie_outside(
    raced: Flask, way: str, monkeypatch: pytest.MonkeyPatch
):
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    monkeypatch.setattr(changes, "hold", lambda thing: None)

    def lies_outside() -> bool:
        race = Race(raced)
        refusals, last = race.run(way)
        return refusals == [] and last > race.last

    assert any(lies_outside() for _ in range(10)), "which of the two comes first is chance"

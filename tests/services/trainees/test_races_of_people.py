"""Two leads who depose each other, and two devices at one door, with real commits: one comes after the other."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.make import Make
from tests.services.racing import at_once, codes_of, get, of_training
from training.db import db
from training.models import Agency, Registration, Role, Trainee, TrainingSession, User
from training.services.accounts import colleagues
from training.services.attendance import at_the_door
from training.services.schedule import visible

pytestmark = pytest.mark.real_commit


def deposed(app: Flask) -> tuple[list[str | None], int]:
    """The refusals, and how many leads are left, when two leads take the lead from each other at once."""
    with app.app_context():
        make = Make()
        agency = make.agency()
        a, b = (make.user(Role.PARTNER, agency=agency, is_lead=True).id for _ in range(2))
        agency_id = agency.id
        db.session.remove()
    read: list[User] = []  # what the first has read stays read: without the lock it is what it believes
    refusals = at_once(
        app,
        lambda: read.extend(colleagues._accounts(get(Agency, agency_id))),
        lambda: colleagues.set_lead(get(User, b), by=get(User, a), is_lead=False),
        lambda: colleagues.set_lead(get(User, a), by=get(User, b), is_lead=False),
    )
    with app.app_context():
        return codes_of(refusals), colleagues.count_leads(get(Agency, agency_id))


def test_two_leads_who_depose_each_other_leave_one(raced):
    assert deposed(raced) == (["not_lead"], 1)


def test_without_holding_the_accounts_nobody_would_lead(raced, monkeypatch):
    if raced.config["CONFIG"].database_url.startswith("sqlite"):
        pytest.skip("on SQLite the whole database is held")

    def unheld(agency):
        return list(db.session.scalars(select(User).where(User.agency_id == agency.id).order_by(User.id)))

    monkeypatch.setattr(colleagues, "_accounts", unheld)

    assert deposed(raced) == ([], 0)


def test_two_devices_add_the_same_person_once_and_never_beyond_the_seats(raced):
    with raced.app_context():
        make = Make()
        training, by, agency = make.training(capacity=2), make.user().id, make.agency().id
        make.registration(training)
        session = visible.of(training)[0]
        starts_at, training_id, session_id = session.starts_at, training.id, session.id
        db.session.remove()

    def add(name: str):
        return lambda: at_the_door.add(
            get(TrainingSession, session_id), by=get(User, by), agency=get(Agency, agency), family_name=name,
            given_names="Vera",
        )  # fmt: skip

    with time_machine.travel(starts_at):
        same = at_once(raced, of_training(training_id), add("Sokolova"), add("SOKOLOVA"))
        full = at_once(raced, of_training(training_id), add("Ivanova"), add("Petrova"))

    assert (codes_of(same), codes_of(full)) == (["on_register"], ["full", "full"])
    with raced.app_context():
        people = select(func.count(Trainee.id)).where(Trainee.agency_id == agency)
        held = select(func.count(Registration.id)).where(Registration.training_id == training_id)
        assert (db.session.scalar(people), db.session.scalar(held)) == (1, 2)

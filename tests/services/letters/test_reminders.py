"""Reminders of deadlines and of the start: once for the same day, anew for another, to those with something to do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from tests.services.letters.mailed import forget, kinds_of, written
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    Admission,
    Registration,
    RegistrationState,
    Reminder,
    Role,
)
from training.rules import walltime
from training.services import locked_trainings
from training.services.registrations import (
    reminders,
    submissions,
    visible,
)
from training.services.trainees import records
from training.services.trainings import changes, moves
from training.texts import letters


def test_a_near_deadline_is_told_once_to_agencies_with_free_kept_seats_or_unfinished_work(make: Make):
    training = make.training(capacity=10, admission=Admission.APPROVAL)
    with_seats, unfinished, done = (make.user(Role.PARTNER) for _ in range(3))
    make.kept(training, by=None, seats=2, agency=with_seats.agency)
    of_country, used_up = (make.user(Role.PARTNER, agency=make.agency(country=c)) for c in ("FR", "DE"))
    make.kept(training, by=None, seats=3, country="FR")
    make.kept(training, by=None, seats=0, country="DE")
    by = make.user(Role.COORDINATOR)
    for user in (unfinished, done):
        registration = make.registration(training, make.trainee(user.agency))
    submissions.return_for_correction(
        visible.live_of(training, db.session.scalar(_people_of(unfinished))), by=by, reason="x"
    )
    assert registration.state is RegistrationState.SUBMITTED
    forget()

    reminders.queue_due()
    assert written() == []
    with time_machine.travel(training.registration_closes_at - timedelta(days=2), tick=False):
        first, second = reminders.queue_due(), reminders.queue_due()

    assert (first, second) == (3, 0)
    assert [kinds_of(u) for u in (of_country, used_up)] == [["deadline_near"], []]
    assert [kinds_of(u) for u in (with_seats, unfinished, done)] == [["deadline_near"], ["deadline_near"], []]
    assert "still free: 2" in written(with_seats)[0].body
    assert "are not finished" not in written(with_seats)[0].body
    assert "are not finished" in written(unfinished)[0].body


@pytest.mark.parametrize(("left", "said"), [(6, "some are still free"), (2, "few are left")])
def test_of_its_countrys_seats_an_agency_is_told_no_number(left, said, make: Make):
    training = make.training(capacity=9)
    active, reader = (make.user(Role.PARTNER, agency=make.agency(country="UA")) for _ in range(2))
    make.kept(training, by=None, seats=9, country="UA")
    for _ in range(9 - left):
        make.registration(training, make.trainee(active.agency))
    forget()

    reminders.remind(training, kind="deadline_near")

    (letter,) = written(reader)
    assert f"Seats kept for your country: {said}" in letter.body
    assert not re.search(
        rf"\b({left}|{9 - left}|9)\b", letter.body.split("Please register by")[1].split("\n", 1)[1]
    )


def test_a_deadline_of_kept_seats_is_told_before_that_of_the_registration(make: Make):
    training = make.training(capacity=12, zone="Europe/Kyiv", starts_on=clock.today() + timedelta(days=90))
    closes = training.registration_closes_local
    own, used_up, of_country, as_registration = (
        make.user(Role.PARTNER, agency=make.agency(country=country)) for country in ("AT", "AT", "FR", "AT")
    )
    early = closes - timedelta(days=20)
    make.kept(training, by=None, seats=3, agency=own.agency, release_local=early)
    make.kept(training, by=None, seats=1, agency=used_up.agency, release_local=early)
    make.kept(training, by=None, seats=4, country="FR", release_local=early)
    make.kept(
        training, by=None, seats=2, agency=as_registration.agency, release_local=closes + timedelta(days=1)
    )
    make.registration(training, make.trainee(used_up.agency))
    forget()

    counts = []
    for days in (24, 22, 21, 19):
        with time_machine.travel(training.registration_closes_at - timedelta(days=days), tick=False):
            counts.append(reminders.queue_due())

    assert counts == [0, 2, 0, 0]
    assert [kinds_of(user) for user in (own, of_country)] == [["seats_near"], ["seats_near"]]
    assert [kinds_of(user) for user in (used_up, as_registration)] == [[], []]
    until = letters.moment(walltime.instant(early, training.zone), training.zone, "en")
    assert f"until: {until}" in written(own)[0].body and "still free: 3" in written(own)[0].body
    assert "Seats kept for your country: some are still free" in written(of_country)[0].body
    assert "still free: " not in written(of_country)[0].body
    with time_machine.travel(training.registration_closes_at - timedelta(days=2), tick=False):
        reminders.queue_due()
    assert kinds_of(own) == ["seats_near", "deadline_near"]
    assert kinds_of(as_registration) == ["deadline_near"]


def _people_of(user):
    return (
        select(records.Trainee)
        .join(Registration, Registration.trainee_id == records.Trainee.id)
        .where(Registration.agency_id == user.agency_id)
    )


def test_a_near_start_is_told_once_to_agencies_with_confirmed_people(make: Make):
    training, focal = make.training(capacity=1), make.user(Role.PARTNER)
    registration = make.registration(training, make.trainee(focal.agency))
    waiting = make.user(Role.PARTNER)
    make.registration(training, make.trainee(waiting.agency))
    forget()

    counts = []
    for days in (9, 6, 3):
        with time_machine.travel(training.starts_on - timedelta(days=days), tick=False):
            counts.append(reminders.queue_due())

    assert [r.kind for r in db.session.scalars(select(Reminder))].count("start_near") == 1
    assert kinds_of(focal).count("start_near") == 1 and "start_near" not in kinds_of(waiting)
    assert registration.trainee.name in written(focal)[-1].body
    assert counts[0] == 0


def days_to(training, days):
    return time_machine.travel(training.starts_on - timedelta(days=days), tick=False)


def test_new_dates_and_a_new_deadline_are_reminded_of_anew_and_the_same_ones_are_not(make: Make):
    focal, by = make.user(Role.PARTNER), make.user()
    training = make.training(capacity=2)
    make.kept(training, by=by, seats=2, agency=focal.agency)
    make.registration(training, make.trainee(focal.agency))
    with days_to(training, 2):
        assert (reminders.queue_due(), reminders.queue_due()) == (2, 0)
        later = make.changed(
            training, starts_on=training.starts_on + timedelta(days=30), ends_on=training.ends_on + timedelta(days=30),
            registration_closes_local=training.registration_closes_local + timedelta(days=30),
        )  # fmt: skip
        atomic(
            lambda: [
                setattr(one, "cancelled_at", clock.now()) for one in locked_trainings.live_sessions(training)
            ]
        )()
        changes.change(training, by=by, details=later)
        assert reminders.queue_due() == 0
        changes.change(training, by=by, details=replace(later, description="only words"))
        make.known(training)
    forget()

    with days_to(training, 2):
        assert (reminders.queue_due(), reminders.queue_due()) == (2, 0)

    assert [row.kind for row in written(focal)] == ["deadline_near", "start_near"]


def test_a_training_that_opens_anew_on_the_same_days_is_reminded_of_anew(make: Make):
    focal = make.user(Role.PARTNER)
    training = make.training()
    make.registration(training, make.trainee(focal.agency))
    with days_to(training, 5):
        assert reminders.queue_due() == 1
        moves.change_state(training, by=None, name="postpone", reason="floods")
        make.session(training)
        moves.change_state(training, by=None, name="open")
        assert (reminders.queue_due(), reminders.queue_due()) == (1, 0)


def test_the_key_refuses_a_second_reminder_whatever_happens(make: Make):
    training, agency = make.training(), make.agency()

    @atomic
    def remember() -> None:
        db.session.add(
            Reminder(
                kind="start_near",
                training_id=training.id,
                agency_id=agency.id,
                day=training.starts_on,
                at=clock.now(),
            )
        )

    remember()
    with pytest.raises(Conflict, match="at the same moment") as refused:
        remember()
    assert refused.value.code == "same_moment"

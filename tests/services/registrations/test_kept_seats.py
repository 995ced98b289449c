"""Seats that are kept: for whom, until when, what releasing them takes, and what the log says of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from training.db import atomic, db
from training.errors import Invalid
from training.models import (
    Admission,
    AuditEntry,
    RegistrationState,
    Role,
)
from training.rules import walltime
from training.services.registrations import kept_seats, late_changes, seat_requests, seats
from training.services.trainings import changes

S = RegistrationState


def test_only_seats_whose_deadline_has_passed_are_released_unless_others_are_picked(make: Make):
    training, by = make.training(capacity=6), make.user()
    past, ahead = (walltime.now(training.zone) + timedelta(minutes=minutes) for minutes in (-1, 60))
    over, without, later = (
        make.kept(training, by=by, seats=2, agency=make.agency(), release_local=until)
        for until in (past, None, ahead)
    )

    kept_seats.release(training, by=by)
    assert [one.released_at is not None for one in (over, without, later)] == [True, False, False]
    with pytest.raises(Invalid, match="Tick at least one"):
        kept_seats.release(training, by=by)
    kept_seats.release(training, by=by, picked=[later.public_id, without.public_id])

    assert later.released_at is not None
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "seats.release")).all()
    assert [entry.changes["seats"] for entry in entries] == [2, 4]


def test_a_deadline_is_read_in_the_zone_of_the_training(make: Make):
    training, by = make.training(capacity=2, zone="Pacific/Auckland"), make.user()
    allocation = make.kept(
        training, by=by, seats=2, agency=make.agency(),
        release_local=walltime.now("Pacific/Auckland") - timedelta(minutes=5),
    )  # fmt: skip

    assert seats.is_due(allocation)
    atomic(setattr)(training, "zone", "Pacific/Honolulu")
    assert not seats.is_due(allocation)


def test_a_deadline_stands_at_a_time_that_exists(make: Make):
    training, by, agency = make.training(zone="Asia/Tashkent"), make.user(), make.agency()
    skipped = datetime(2026, 3, 29, 2, 30)
    with pytest.raises(Invalid, match="skip 02:30") as refused:
        make.kept(make.training(), by=by, seats=1, agency=agency, release_local=skipped)
    assert refused.value.field == "release_local"

    make.kept(training, by=by, seats=1, agency=agency, release_local=skipped)
    with pytest.raises(Invalid, match="skip 02:30"):
        changes.change(training, by=by, details=make.changed(training, zone="Europe/Vienna"))


def test_more_seats_keep_the_deadline(make: Make):
    training, by, partner = make.training(), make.user(), make.user(Role.PARTNER)
    until = datetime.combine(training.starts_on - timedelta(days=20), time(12))
    allocation = make.kept(training, by=by, seats=3, agency=partner.agency, release_local=until)
    wish = seat_requests.ask(training, by=partner, agency=partner.agency, seats=1, sentence="One more.")

    seat_requests.grant(wish, by=by, seats=1)

    assert (allocation.seats, allocation.release_local) == (4, until)


def test_a_training_can_be_changed_after_somebody_was_let_in_above_what_was_kept(make: Make):
    training, by = make.training(capacity=2, admission=Admission.FIRST_COME), make.user()
    one, other = make.agency(), make.agency()
    for agency in (one, other):
        make.kept(training, by=None, seats=1, agency=agency)
    make.registration(training, make.trainee(one))
    with time_machine.travel(datetime.combine(training.starts_on, time(10)).astimezone()):
        late_changes.walk_in(training, by=by, trainee=make.trainee(one))
        changes.change(training, by=by, details=make.changed(training, title="New title"))
        with pytest.raises(Invalid, match="2 seats are used"):
            changes.change(training, by=by, details=make.changed(training, capacity=1))

    assert training.title == "New title"
    assert seats.table(training)[-1].kept == 0


def test_the_log_says_what_was_kept_before_and_until_when(make: Make):
    training, by, agency = make.training(), make.user(), make.agency()
    until = datetime(2026, 5, 1, 12)
    make.kept(training, by=by, seats=5, agency=agency)
    make.kept(training, by=by, seats=5, agency=agency, release_local=until)
    kept_seats.release(training, by=by, picked=[seats.table(training)[0].allocation.public_id])
    make.kept(training, by=by, seats=3, agency=agency)

    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "seats.allocate").order_by(AuditEntry.id)
    ).all()
    assert [(entry.changes["seats"], entry.changes.get("kept_until")) for entry in entries] == [
        ([0, 5], None), ([5, 5], [None, "2026-05-01T12:00:00"]), ([0, 3], ["2026-05-01T12:00:00", None]),
    ]  # fmt: skip


def test_an_agency_cannot_take_more_than_the_seats_kept_for_it(make: Make):
    training, agency = make.training(capacity=10), make.agency()
    make.kept(training, by=None, seats=1, agency=agency)

    found = [make.registration(training, make.trainee(agency)).state for _ in range(2)]

    assert found == [S.CONFIRMED, S.RESERVE]


def test_the_pool_is_what_is_not_kept_for_others(make: Make):
    training = make.training(capacity=3)
    make.kept(training, by=None, seats=2, agency=make.agency())

    found = [make.registration(training).state for _ in range(2)]

    assert found == [S.CONFIRMED, S.RESERVE]


def test_seats_kept_for_a_country_serve_its_agencies_that_have_none_of_their_own(make: Make):
    training = make.training(capacity=5)
    with_own, without = make.agency(country="FR"), make.agency(country="FR")
    make.kept(training, by=None, seats=1, country="FR")
    make.kept(training, by=None, seats=2, agency=with_own)

    assert seats.free_now(training, with_own) == 2
    assert seats.free_now(training, without) == 1
    assert seats.free_now(training, make.agency()) == 2


def test_what_an_agency_holds_already_counts_when_seats_are_kept_for_others(make: Make):
    training, agency, other = make.training(capacity=10), make.agency(), make.agency()
    for _ in range(5):
        make.registration(training, make.trainee(agency))
    make.kept(training, by=None, seats=3, agency=agency)

    with pytest.raises(Invalid, match="You can keep at most 5 seats here"):
        make.kept(training, by=None, seats=6, agency=other)
    make.kept(training, by=None, seats=5, agency=other)

    assert seats.free_now(training, make.agency()) == 0
    assert seats.free_now(training, other) == 5


def test_seats_kept_for_an_agency_go_to_its_people_who_wait(make: Make):
    training, agency = make.training(capacity=2), make.agency()
    make.kept(training, by=None, seats=1, agency=agency)
    make.registration(training, make.trainee(agency))
    waiting = make.registration(training, make.trainee(agency))

    kept_seats.keep(training, by=None, seats=2, agency=agency)

    assert waiting.state is S.CONFIRMED


def test_kept_seats_never_exceed_the_capacity(make: Make):
    training = make.training(capacity=3)
    make.kept(training, by=None, seats=2, agency=make.agency())

    with pytest.raises(Invalid, match="You can keep at most 1 seats here"):
        make.kept(training, by=None, seats=2, country="FR")


def test_released_seats_go_to_the_next_in_line(make: Make):
    training, coordinator = make.training(capacity=2), make.user(Role.COORDINATOR)
    kept = make.kept(training, by=None, seats=2, agency=make.agency())
    waiting = make.registration(training)

    moved = kept_seats.release(training, by=coordinator, picked=[kept.public_id])

    assert moved == [waiting]
    assert waiting.state is S.CONFIRMED

"""Offers end at the training's cut-off, wherever a change moves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training import clock
from training.db import db
from training.errors import Conflict
from training.models import OutgoingMail, Promotion, Registration, RegistrationState, Role
from training.rules import walltime
from training.services.registrations import reserve_list, submissions, visible
from training.services.trainings import changes

S = RegistrationState


def offered_for_ten_days(make: Make) -> Registration:
    """Who has a seat on offer, with days to take it; the training begins a month from now."""
    training, by = make.training(capacity=1, offer_hours=240, promotion=Promotion.PROPOSED), make.user()
    held, waiting = make.registration(training), make.registration(training)
    make.user(Role.PARTNER, agency=waiting.agency)
    submissions.withdraw(held, by=by, reason="ill")
    return reserve_list.offer(waiting, by=by)


def test_an_offer_ends_at_the_cut_off_that_moved_before_it_and_those_concerned_are_told(make: Make):
    one = offered_for_ten_days(make)
    training, last = one.training, clock.today() + timedelta(days=2)
    told = db.session.scalar(select(func.max(OutgoingMail.id)))

    days = (training.starts_on - last).days
    changes.change(training, by=make.user(), details=make.changed(training, promotion_ends_days=days))

    assert one.offer_expires_at == walltime.first_instant(last, training.zone)
    letters = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.id > told, OutgoingMail.agency_id == one.agency_id)
    ).all()
    assert [f"{last.day} {last:%b %Y}, 00:00" in letter.body for letter in letters] == [True]


def test_an_offer_is_over_where_the_cut_off_has_passed(make: Make):
    one = offered_for_ten_days(make)
    training = one.training

    days = (training.starts_on - clock.today()).days
    changes.change(training, by=make.user(), details=make.changed(training, promotion_ends_days=days))

    with pytest.raises(Conflict, match="time to take this seat is over"):
        reserve_list.accept(one, by=make.user())
    assert reserve_list.expire_offers() == 1
    assert one.state is S.RESERVE


def test_an_offer_before_the_cut_off_stays_as_it_is(make: Make):
    one = offered_for_ten_days(make)
    until, steps_taken = one.offer_expires_at, len(visible.history(one))

    changes.change(one.training, by=make.user(), details=make.changed(one.training, promotion_ends_days=5))

    assert (one.offer_expires_at, len(visible.history(one))) == (until, steps_taken)

"""Whoever changes what a thing lies within is refused, by name, where the thing would not fit any more."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, time, timedelta

import pytest

from tests.make import Make
from tests.services.schedule.planned import skipped
from training.errors import Conflict, Invalid
from training.models import Programme, Role, Training, TrainingState
from training.rules import walltime
from training.services import locked_trainings
from training.services.accounts import users
from training.services.directory import trainers
from training.services.programmes import frames
from training.services.schedule import sessions
from training.services.trainings import changes, moves

DAY = timedelta(days=1)


def changed(make: Make, training: Training, **wanted: object) -> None:
    changes.change(training, by=make.user(), details=make.changed(training, **wanted))


def reframed(make: Make, programme: Programme, **wanted: object) -> None:
    now = {one.name: getattr(programme, one.name) for one in fields(frames.Details)}
    now["countries"] = programme.country_codes
    frames.change(programme, by=make.user(), details=frames.Details(**now | wanted))


def test_the_dates_of_a_training_follow_its_sessions(make: Make):
    training = make.training(is_open=False)
    first, by = training.starts_on, make.user()
    night = datetime.combine(training.ends_on - DAY, time(22))
    session = make.session(training, starts_local=night, ends_local=night + timedelta(hours=4))
    assert (training.starts_on, training.ends_on) == (night.date(), night.date() + DAY)

    with pytest.raises(Invalid, match="follow the sessions") as refusal:
        changed(make, training, ends_on=night.date())
    assert refusal.value.field == "starts_on"
    changed(make, training, zone="Asia/Tokyo", starts_on=None, ends_on=None)
    assert training.ends_on == night.date() + DAY

    early = make.session(training, first)
    assert (training.starts_on, training.ends_on) == (first, night.date() + DAY)
    sessions.cancel(session, by=by, reason="ill")
    assert (training.starts_on, training.ends_on) == (first, first)
    sessions.remove(early, by=by)
    assert (training.starts_on, training.ends_on) == (first, first), "without a session they stay"
    changed(make, training, starts_on=first - DAY)
    assert training.starts_on == first - DAY


def test_no_session_lies_outside_of_its_programme(make: Make):
    training = make.training(is_open=False)
    day = training.programme.ends_on + DAY

    with pytest.raises(Invalid, match="Choose days between") as refusal:
        make.session(training, day)

    assert refusal.value.field == "starts_local"


def test_a_deadline_that_would_fall_after_the_end_moves_along(make: Make):
    training = make.training()
    [session] = locked_trainings.live_sessions(training)
    day, closes = training.starts_on, training.registration_closes_local

    make.change_session(
        session,
        by=make.user(),
        starts_local=session.starts_local - 7 * DAY,
        ends_local=session.ends_local - 7 * DAY,
    )
    assert (training.starts_on, training.ends_on) == (day - 7 * DAY, day - 7 * DAY)
    assert training.registration_closes_local == closes - 7 * DAY
    assert training.registration_closes_at == walltime.instant(closes - 7 * DAY, training.zone)

    with pytest.raises(Invalid, match="Let it open earlier first"):
        make.change_session(
            session,
            by=make.user(),
            starts_local=session.starts_local - 80 * DAY,
            ends_local=session.ends_local - 80 * DAY,
        )


def test_what_was_called_off_at_an_hour_that_clocks_skip_by_now_is_a_conflict(make: Make):
    at = skipped("America/New_York")
    training = make.training(starts_on=at.date(), is_open=False)
    session = make.session(training, starts_local=at, ends_local=at + timedelta(hours=2))
    sessions.cancel(session, by=make.user(), reason="ill")
    changed(make, training, zone="America/New_York")

    with pytest.raises(Conflict, match="skip 02:30"):
        sessions.hold_after_all(session, by=make.user())


@pytest.mark.parametrize("side", ["starts_on", "ends_on"])
def test_a_programme_is_not_shortened_over_its_trainings(make: Make, side: str):
    programme = make.programme()
    inner, _ = (make.training(programme=programme, code=code, is_open=False) for code in ("X-1", "X-2"))
    by_a_day = DAY if side == "starts_on" else -DAY

    with pytest.raises(Invalid, match=r"outside these dates \(2\): X-1, X-2\.") as no:
        reframed(make, programme, **{side: getattr(inner, side) + by_a_day})
    assert no.value.field == side

    reframed(make, programme, **{side: getattr(inner, side)})
    changed(make, inner, title="Another title")
    assert inner.title == "Another title"


def test_a_cancelled_training_may_lie_outside_for_nobody_changes_it_any_more(make: Make):
    programme = make.programme()
    cancelled, other = make.training(programme=programme), make.training(programme=programme, is_open=False)
    moves.change_state(cancelled, by=make.user(), name="cancel", reason="No money.")
    day = other.starts_on

    with pytest.raises(Invalid, match=rf"outside these dates \(1\): {other.code}\."):
        reframed(make, programme, ends_on=day - DAY)
    moves.change_state(other, by=make.user(), name="cancel", reason="No money.")
    reframed(make, programme, ends_on=day - DAY)

    assert (programme.ends_on, cancelled.state) == (day - DAY, TrainingState.CANCELLED)


def test_what_lies_outside_already_does_not_stand_in_the_way_of_other_changes(
    make: Make, monkeypatch: pytest.MonkeyPatch
):
    programme = make.programme()
    training = make.training(programme=programme)
    with monkeypatch.context() as off:
        off.setattr(frames, "_refuse_outside", lambda *args: None)
        reframed(make, programme, ends_on=training.starts_on - DAY)
    with pytest.raises(Invalid, match="Choose days between"):
        changed(make, training, title="Another")  # the guard is off: so it was

    reframed(make, programme, title="Another")
    reframed(make, programme, ends_on=training.starts_on)
    assert programme.ends_on == training.starts_on


def test_the_account_of_a_trainer_keeps_its_role(make: Make):
    user = make.user(Role.TRAINER)
    trainer = make.trainer(user=user)
    as_admin = users.Details(name=user.name, role=Role.ADMIN, language="en")

    with pytest.raises(Invalid, match=f"account of the trainer {trainer.name}") as refusal:
        users.change(user, by=make.user(), details=as_admin)
    assert (refusal.value.field, user.role) == ("role", Role.TRAINER)

    details = trainers.Details(family_name=trainer.family_name, given_names=trainer.given_names)
    trainers.change(trainer, by=make.user(), details=details)
    users.change(user, by=make.user(), details=as_admin)
    assert user.role is Role.ADMIN


def test_with_another_role_its_trainer_could_not_be_changed(make: Make, monkeypatch: pytest.MonkeyPatch):
    user = make.user(Role.TRAINER)
    trainer = make.trainer(user=user)
    monkeypatch.setattr(users, "_check_no_trainer", lambda user: None)
    users.change(user, by=make.user(), details=users.Details(name="X", role=Role.ADMIN, language="en"))

    with pytest.raises(Invalid, match="role trainer"):
        details = trainers.Details(family_name="Other", given_names="Eva", user=user)
        trainers.change(trainer, by=make.user(), details=details)

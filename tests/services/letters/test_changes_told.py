"""What is told when a training changes: what people rely on, once for a unit of work, and nothing of a draft."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from training.db import atomic, db
from training.models import AttendanceStatus, Modality, OutgoingMail, Role
from training.services.announcing import differences
from training.services.attendance import registers
from training.services.schedule import sessions, visible
from training.services.trainings import changes, moves
from training.texts import letters


@pytest.fixture
def world(make: Make):
    """A training with a person who is written to, its agency, and an agency without anybody; nothing written yet."""
    focal, other = make.user(Role.PARTNER), make.user(Role.PARTNER)
    training = make.training(modality=Modality.ONLINE, link="https://a.example/room")
    person = make.trainee(focal.agency, email="ada@example.org", language="fr")
    registration = make.registration(training, person)
    forget()
    return {
        "training": training,
        "focal": focal,
        "other": other,
        "registration": registration,
        "by": make.user(),
    }


@atomic
def forget() -> None:
    for row in db.session.scalars(select(OutgoingMail)):
        db.session.delete(row)


def to(address: str) -> list[OutgoingMail]:
    found = select(OutgoingMail).where(OutgoingMail.to_email == address).order_by(OutgoingMail.id)
    return list(db.session.scalars(found))


def change(world, make: Make, **wanted) -> None:
    """Change the training, and announce it."""
    alter(world, make, **wanted)
    if differences.of(world["training"]):
        make.announced(world["training"], by=world["by"])


def alter(world, make: Make, **wanted) -> None:
    changes.change(world["training"], by=world["by"], details=make.changed(world["training"], **wanted))


def move(session, by, hours: int) -> None:
    later = timedelta(hours=hours)
    Make().change_session(
        session, by=by, starts_local=session.starts_local + later, ends_local=session.ends_local + later
    )


def test_another_link_is_told_to_the_agencies_with_people(world, make: Make):
    change(world, make, link="https://b.example/room")

    (letter,) = to(world["focal"].email)
    assert letter.kind == "changed"
    assert (
        "Online link before: https://a.example/room\nOnline link now: https://b.example/room" in letter.body
    )
    assert "Days and place" not in letter.body and "Time zone" not in letter.body
    assert world["registration"].trainee.name in letter.body
    assert to(world["other"].email) == []


def test_another_zone_is_told_to_agencies_and_people(world, make: Make):
    change(world, make, zone="Asia/Tokyo")

    deadline, letter = to(world["focal"].email)
    assert deadline.kind == "deadline_moved" and "Tokyo" not in deadline.body
    assert "Time zone before: Vienna time\nTime zone now: Tokyo time" in letter.body
    (own,) = to("ada@example.org")
    assert (own.kind, own.language) == ("trainee_changed", "fr")
    assert "Fuseau horaire désormais : heure locale à Tokyo" in own.body and "\x02my:" in own.body


def test_another_deadline_is_told_to_all_agencies_that_may_register_and_to_nobody_else(world, make: Make):
    training = world["training"]
    before = letters.moment(training.registration_closes_at, training.zone, "en")

    change(world, make, registration_closes_local=training.registration_closes_local - timedelta(days=3))

    now = letters.moment(training.registration_closes_at, training.zone, "en")
    for user in (world["focal"], world["other"]):
        (letter,) = to(user.email)
        assert letter.kind == "deadline_moved"
        assert f"before: {before}" in letter.body and f"by: {now}" in letter.body
    assert to("ada@example.org") == []


def test_a_deadline_that_is_over_and_stays_over_is_told_to_nobody(world, make: Make):
    training = world["training"]
    with time_machine.travel(training.starts_on, tick=False):
        change(world, make, registration_closes_local=training.registration_closes_local - timedelta(days=3))

    assert to(world["other"].email) == []


def test_a_rescheduled_session_and_one_called_off_are_told_with_both_times_and_the_zone(world, make: Make):
    training, by = world["training"], world["by"]
    (first,) = visible.of(training)
    second = make.session(training, training.starts_on + timedelta(days=2), title="Last\nmorning")
    forget()
    day, last = (letters.days(d, d, "en") for d in (training.starts_on, training.ends_on))

    @atomic
    def replan() -> None:
        move(first, by, 1)
        move(first, by, 1)
        sessions.cancel(second, by=by, reason="The trainer is ill")

    replan()
    assert to(world["focal"].email) == []
    make.announced(training, by=by)

    (letter,) = to(world["focal"].email)
    assert f"– Morning: {day}, 09:00–12:00 → {day}, 11:00–14:00 (Vienna time)" in letter.body
    assert f"– Last morning: {last}, 09:00–12:00 → called off (Vienna time)" in letter.body
    assert "ill" not in letter.body
    (own,) = to("ada@example.org")
    assert own.kind == "trainee_changed" and "→ annulée" in own.body
    assert to(world["other"].email) == []


def test_sessions_and_dates_changed_at_once_make_one_letter(world, make: Make):
    training, by = world["training"], world["by"]
    (session,) = visible.of(training)

    @atomic
    def replan() -> None:
        move(session, by, 1)
        make.session(training, training.ends_on + timedelta(days=1), is_known=False)

    replan()
    make.announced(training, by=by)

    (letter,), (own,) = to(world["focal"].email), to("ada@example.org")
    assert "10:00–13:00" in letter.body and "Days and place now" in letter.body
    assert "10:00–13:00" in own.body and "Dates et lieu désormais" in own.body


def test_what_is_moved_there_and_back_is_told_to_nobody(world):
    (session,) = visible.of(world["training"])
    move(session, world["by"], 1)
    assert differences.of(world["training"])

    move(session, world["by"], -1)

    assert not differences.of(world["training"])
    assert db.session.scalars(select(OutgoingMail)).all() == []


def test_a_session_that_is_over_is_put_right_in_silence(world):
    (session,) = visible.of(world["training"])

    with time_machine.travel(session.ends_at + timedelta(hours=5), tick=False):
        move(session, world["by"], 1)

    assert db.session.scalars(select(OutgoingMail)).all() == []


@pytest.mark.parametrize("state", ["draft", "postponed"])
def test_the_sessions_of_a_draft_or_of_what_is_postponed_are_planned_in_silence(state, world, make: Make):
    training = world["training"] if state == "postponed" else make.training(is_open=False)
    if state == "postponed":
        moves.change_state(training, by=None, name="postpone", reason="floods")
    else:
        make.registration(training, world["registration"].trainee)
    session = make.session(training)
    forget()

    move(session, world["by"], 1)
    sessions.cancel(session, by=world["by"], reason="x")

    assert db.session.scalars(select(OutgoingMail)).all() == []


def test_a_draft_is_changed_in_silence(make: Make):
    training = make.training(is_open=False)
    make.registration(training, make.trainee(make.user(Role.PARTNER).agency, email="ada@example.org"))
    forget()

    changes.change(
        training,
        by=make.user(),
        details=make.changed(training, zone="Asia/Tokyo", ends_on=training.starts_on),
    )

    assert db.session.scalars(select(OutgoingMail)).all() == []


def test_a_letter_of_changes_names_the_own_people_alone(world, make: Make):
    make.registration(world["training"], make.trainee(world["other"].agency, family_name="Zanzibarsky"))
    forget()

    change(world, make, link="https://b.example/room", zone="Asia/Tokyo")

    assert "Zanzibarsky" not in to(world["focal"].email)[0].body
    assert world["registration"].trainee.name not in to(world["other"].email)[-1].body


def test_what_is_left_of_a_training_that_ends_early_is_told_to_its_people(world, make: Make):
    training, by = world["training"], world["by"]
    (first,) = visible.of(training)
    make.session(training, training.starts_on + timedelta(days=2), title="Last morning")
    with time_machine.travel(first.ends_at + timedelta(hours=1), tick=False):
        moves.change_state(training, by=by, name="start")
        registers.mark_rest(first, by=by, status=AttendanceStatus.PRESENT)
        registers.close(first, by=by)
        forget()
        moves.change_state(training, by=by, name="stop", reason="The trainer fell ill.")

    (letter,) = to(world["focal"].email)
    (to_the_person,) = to("ada@example.org")
    assert letter.kind == "changed" and "Last morning" in letter.body and "called off" in letter.body
    assert "Last morning" in to_the_person.body

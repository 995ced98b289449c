"""Sessions on the pages: a pattern is previewed and stored, a clash refused, one called off; and the calendar."""

from __future__ import annotations

import html
from datetime import datetime, time, timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.db import db
from training.models import AttendanceStatus, Role, TrainingSession
from training.services import locked_trainings
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.directory import venues


def pattern(training, **wanted: str) -> dict[str, str]:
    first = training.starts_on.isoformat()
    return {"first_day": first, "last_day": first, "morning_starts": "09:00", "morning_ends": "12:30",
            "afternoon_starts": "", "afternoon_ends": "", "break_minutes": "30", "weekends": "y", **wanted}  # fmt: skip


def test_a_pattern_is_looked_at_first_and_stored_when_that_is_said(client, make: Make):
    training = make.training(is_open=False)
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/sessions/of/{training.public_id}/plan"

    preview = client.post(address, data=pattern(training))
    assert (preview.status_code, locked_trainings.live_sessions(training)) == (200, [])
    assert "12:30" in preview.text
    stored = client.post(address, data=pattern(training, store="1"))

    assert (stored.status_code, stored.location) == (303, f"/trainings/{training.public_id}")
    (session,) = locked_trainings.live_sessions(training)
    assert session.starts_local == datetime.combine(training.starts_on, time(9))


def test_a_pattern_outside_the_programme_is_refused_and_nothing_is_stored(client, make: Make):
    training = make.training(is_open=False)
    client.sign_in(make.user())

    response = client.post(
        f"/sessions/of/{training.public_id}/plan",
        data=pattern(training, first_day="2020-01-01", last_day="2020-01-02", store="1"),
    )

    assert response.status_code == 422 and "Choose days between these dates" in response.text
    assert locked_trainings.live_sessions(training) == []


def test_a_room_that_is_taken_is_refused_and_the_session_stays_where_it_was(client, make: Make):
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=40))
    training = make.training(is_open=False)
    make.session(training, room=room)
    other = make.session(make.training(is_open=False))
    client.sign_in(make.user())

    response = client.save(
        f"/sessions/{other.public_id}/edit",
        {"title": "Morning", "starts_local": other.starts_local.isoformat(timespec="minutes"),
              "ends_local": other.ends_local.isoformat(timespec="minutes"), "break_minutes": "0",
              "room": str(room.public_id), "theme": "BMV", "is_compulsory": "y"},
    )  # fmt: skip

    assert response.status_code == 422
    assert other.room is None


def test_a_session_is_called_off_for_a_reason(client, make: Make):
    session = make.session(make.training())
    client.sign_in(make.user(Role.COORDINATOR))

    client.post(f"/sessions/{session.public_id}/cancel", data={"reason": ""})
    assert session.is_cancelled is False
    client.post(f"/sessions/{session.public_id}/cancel", data={"reason": "ill"})
    assert (session.is_cancelled, session.cancel_reason) == (True, "ill")


@pytest.mark.parametrize("role", [Role.PARTNER, Role.TRAINER, Role.MANAGER])
def test_nobody_plans_or_calls_off_who_may_not(role: Role, client, make: Make):
    training = make.training()
    session = locked_trainings.live_sessions(training)[0]
    client.sign_in(make.user(role))

    answers = [
        client.post(f"/sessions/of/{training.public_id}/plan", data=pattern(training, store="1")).status_code,
        client.post(f"/sessions/{session.public_id}/cancel", data={"reason": "x"}).status_code,
    ]

    assert answers == [403, 403]
    assert locked_trainings.live_sessions(training) == [session]


def test_a_trainer_lists_the_own_sessions_alone(client, make: Make):
    user = make.user(Role.TRAINER)
    training = make.training()
    make.session(training, training.ends_on, title="Mine to give", trainers=[make.trainer(user=user)])
    make.session(training, training.ends_on, title="Anothers")
    client.sign_in(user)

    page = client.get("/sessions").text

    assert "Mine to give" in page and "Anothers" not in page


def test_the_calendar_shows_the_month_that_is_asked_for_and_its_trainings(client, make: Make):
    training = make.training(title="Reading of documents")
    client.sign_in(make.user())
    month = f"{training.starts_on:%Y-%m}"

    assert training.title in client.get(f"/calendar?month={month}").text
    assert training.title not in client.get("/calendar?month=1999-12").text
    assert client.get("/calendar?month=nonsense").status_code == 422


def test_a_partners_calendar_has_no_drafts(client, make: Make):
    training, draft = make.training(title="For everybody"), make.training(title="Not yet", is_open=False)
    make.session(draft)
    client.sign_in(make.user(Role.PARTNER))

    page = client.get(f"/calendar?month={training.starts_on:%Y-%m}").text

    assert training.title in page and draft.title not in page


@pytest.fixture
def marked(make: Make) -> TrainingSession:
    """A session that was held on the day before yesterday, with one person marked."""
    training = make.training(starts_on=clock.today() + timedelta(days=30))
    registration = make.registration(training)
    session = locked_trainings.live_sessions(training)[0]
    with time_machine.travel(session.ends_at, tick=False):
        registers.save(session, by=None, marks=[Mark(registration.public_id, AttendanceStatus.PRESENT, 0)])
    return session


def as_typed(session: TrainingSession, **wanted: str) -> dict[str, str]:
    hours = {
        name: getattr(session, name).isoformat(timespec="minutes") for name in ("starts_local", "ends_local")
    }
    return {
        "title": session.title,
        **hours,
        "break_minutes": "0",
        "theme": "BMV",
        "is_compulsory": "y",
        **wanted,
    }


def test_moving_a_marked_session_asks_what_becomes_of_its_marks(client, make: Make, marked: TrainingSession):
    client.sign_in(make.user(Role.COORDINATOR))
    address, next_day = f"/sessions/{marked.public_id}/edit", marked.on_date + timedelta(days=1)
    later = as_typed(marked, starts_local=f"{next_day}T09:00", ends_local=f"{next_day}T12:00")

    assert "What becomes of the marks" not in client.get(address).text
    asked = client.save(address, later)

    assert asked.status_code == 422
    assert "People marked in this session: 1." in asked.text
    assert "What becomes of the marks" in asked.text and f"{next_day}T09:00" in asked.text
    done = client.save(address, {**later, "decision": "not_counted"})
    assert done.status_code == 303
    db.session.expire_all()
    [held] = locked_trainings.live_sessions(marked.training)
    assert (held.on_date, held.replaces, marked.is_cancelled) == (next_day, marked, True)
    register = client.get(f"/sessions/{marked.public_id}/register").text
    assert "This session was called off" in register and "1 mark is kept and does not count." in register
    assert "Take the move back" in register and f"/sessions/{held.public_id}/register" in register
    assert client.post(f"/sessions/{marked.public_id}/hold").status_code == 303
    db.session.expire_all()
    assert locked_trainings.live_sessions(marked.training) == [marked]


def test_calling_off_a_marked_session_keeps_the_reason_and_asks_for_a_tick(
    client, make: Make, marked: TrainingSession
):
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/sessions/{marked.public_id}/cancel"

    page = client.get(address).text
    asked = client.post(address, data={"reason": "The trainer was ill."})

    assert "Its marks do not count (people marked: 1)" in page
    assert asked.status_code == 422 and "The trainer was ill." in asked.text
    assert client.post(address, data={"reason": "ill", "decision": "y"}).status_code == 303
    assert client.post(address, data={"reason": "ill", "decision": "y"}).status_code == 422
    db.session.expire_all()
    assert marked.is_cancelled


def test_a_training_that_is_ended_early_says_which_sessions_were_left(
    client, make: Make, marked: TrainingSession
):
    training = marked.training
    make.session(training, training.ends_on + timedelta(days=2))
    client.sign_in(make.user(Role.COORDINATOR))
    with time_machine.travel(marked.ends_at + timedelta(hours=1), tick=False):
        client.sign_in(make.user(Role.COORDINATOR))
        client.post(f"/trainings/{training.public_id}/start")
        assert client.post(f"/trainings/{training.public_id}/stop", data={"reason": "ill"}).status_code == 409
        registers.close(marked, by=None)
        assert client.post(f"/trainings/{training.public_id}/stop", data={"reason": ""}).status_code == 422
        assert client.post(f"/trainings/{training.public_id}/stop", data={"reason": "ill"}).status_code == 303
        page = client.get(f"/trainings/{training.public_id}").text

    db.session.expire_all()
    assert training.state == "completed" and "called off" in page


def test_of_two_who_change_one_session_nobody_undoes_the_other(client, make: Make):
    session = make.session(make.training(is_open=False))
    ben = make.user(Role.COORDINATOR)
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/sessions/{session.public_id}/edit"
    carried = html.unescape(client.get(address).text.partition('name="seen" value="')[2].partition('"')[0])
    make.change_session(session, by=ben, title="Risk analysis")

    other_field = client.post(
        address, data={**as_typed(session, title="Morning", break_minutes="15"), "seen": carried}
    )
    assert other_field.status_code == 303
    db.session.expire_all()
    assert (session.title, session.break_minutes) == ("Risk analysis", 15)
    same_field = client.post(address, data={**as_typed(session, title="Interviews"), "seen": carried})
    assert same_field.status_code == 409
    assert "Risk analysis" in same_field.text and "Interviews" in same_field.text


def test_what_is_to_come_begins_with_the_next_and_what_is_past_with_the_last(client, make: Make):
    far, near = (make.training(starts_on=clock.today() + timedelta(days=days)) for days in (60, 20))
    client.sign_in(make.user(Role.COORDINATOR))

    ahead = client.get("/sessions?when=upcoming").text
    past = client.get("/sessions?when=past").text

    assert ahead.index(near.code) < ahead.index(far.code)
    assert near.code not in past and far.code not in past
    assert 'href="/sessions?when=upcoming"' in client.get("/").text


@pytest.mark.parametrize("kind", ("csv", "xlsx"))
def test_a_trainer_takes_the_own_sessions_along_as_they_were_announced(kind: str, client, make: Make):
    user = make.user(Role.TRAINER)
    training = make.training()
    make.session(training, training.ends_on, title="Mine to give", trainers=[make.trainer(user=user)])
    client.sign_in(user)

    file = client.get(f"/sessions?as={kind}")

    assert file.status_code == 200 and file.headers["Content-Disposition"].startswith("attachment")
    assert kind == "xlsx" or ("Mine to give" in file.text and len(file.text.splitlines()) == 2)

"""Sessions on the pages: a pattern is previewed and stored, a clash refused, one called off; and the calendar."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from tests.make import Make
from training.models import Role
from training.services import locked_trainings
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


def test_a_pattern_outside_the_training_is_refused_beside_its_field(client, make: Make):
    training = make.training(is_open=False)
    client.sign_in(make.user())

    response = client.post(
        f"/sessions/of/{training.public_id}/plan", data=pattern(training, first_day="2020-01-01", store="1")
    )

    assert "first_day-error" in response.text
    assert locked_trainings.live_sessions(training) == []


def test_a_room_that_is_taken_is_refused_and_the_session_stays_where_it_was(client, make: Make):
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=40))
    training = make.training(is_open=False)
    make.session(training, room=room)
    other = make.session(make.training(is_open=False))
    client.sign_in(make.user())

    response = client.post(
        f"/sessions/{other.public_id}/edit",
        data={"title": "Morning", "starts_local": other.starts_local.isoformat(timespec="minutes"),
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
    assert client.get("/calendar?month=nonsense").status_code == 200


def test_a_partners_calendar_has_no_drafts(client, make: Make):
    training, draft = make.training(title="For everybody"), make.training(title="Not yet", is_open=False)
    make.session(draft)
    client.sign_in(make.user(Role.PARTNER))

    page = client.get(f"/calendar?month={training.starts_on:%Y-%m}").text

    assert training.title in page and draft.title not in page

"""A register says where people were told otherwise than the plan: another time, another room, or nothing at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training.models import Role
from training.services.directory import venues
from training.services.schedule import sessions


@pytest.fixture
def desk(make: Make):
    """An open training with a session in Room 1, whose trainer has an account."""
    user, by = make.user(Role.TRAINER), make.user(Role.COORDINATOR)
    venue = make.venue()
    rooms = [
        venues.add_room(venue, by=by, details=venues.RoomDetails(name=name, capacity=30))
        for name in ("Room 1", "Room 2")
    ]
    training = make.training(venue=venue)
    session = make.session(training, title="Profiling", room=rooms[0], trainers=[make.trainer(user=user)])
    make.registration(training)
    url = f"/sessions/{session.public_id}/register"
    return {"training": training, "session": session, "rooms": rooms, "by": by, "trainer": user, "url": url}


def said(client, desk, who: str) -> str:
    with time_machine.travel(desk["session"].starts_at + timedelta(minutes=5), tick=False):
        client.sign_in(desk[who])
        page = client.get(desk["url"])
    assert page.status_code == 200
    return " ".join(page.text.split())


@pytest.mark.parametrize("who", ["by", "trainer"])
def test_another_hour_and_room_are_said_to_whoever_marks(who, client, desk, make: Make):
    assert "People were told" not in said(client, desk, who)
    session, hour = desk["session"], timedelta(hours=1)
    was = f"{session.starts_local:%H:%M}–{session.ends_local:%H:%M}"
    make.change_session(
        session,
        by=desk["by"],
        starts_local=session.starts_local + hour,
        ends_local=session.ends_local + hour,
        room=desk["rooms"][1],
    )

    page = said(client, desk, who)

    assert f"People were told {was}, Room 1." in page
    assert ("Look and announce…" in page) is (who == "by")
    make.announced(desk["training"], by=desk["by"])
    assert "People were told" not in said(client, desk, who)


def test_another_day_is_said_with_the_day(client, desk, make: Make):
    session, day = desk["session"], timedelta(days=1)
    was = session.starts_local
    make.change_session(
        session, by=desk["by"], starts_local=was + day, ends_local=session.ends_local + day, room=None
    )

    page = said(client, desk, "by")

    assert f"{was:%H:%M}–" in page.split("People were told ")[1][:40]
    assert str(was.day) in page.split("People were told ")[1][:12]


def test_a_title_alone_is_no_other_time_and_no_other_room(client, desk, make: Make):
    make.change_session(desk["session"], by=desk["by"], title="Interviews")
    assert "People were told" not in said(client, desk, "by")


def test_a_new_session_and_one_that_is_called_off_say_so(client, desk, make: Make):
    new = make.session(desk["training"], title="Evening", is_known=False)
    sessions.cancel(desk["session"], by=desk["by"], reason="ill")

    assert "People were told" in said(client, desk, "by")
    desk["url"] = f"/sessions/{new.public_id}/register"
    assert "People were not told of this session." in said(client, desk, "by")
    make.announced(desk["training"], by=desk["by"])
    assert "People were not told" not in said(client, desk, "by")
    sessions.hold_after_all(desk["session"], by=desk["by"])
    desk["url"] = f"/sessions/{desk['session'].public_id}/register"
    assert "People were told that this session is called off." in said(client, desk, "by")

"""What one button marks can be taken back, and a register says when it opens."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine

from tests.make import Make
from training.db import atomic
from training.models import AttendanceStatus, Role
from training.services.attendance import registers
from training.services.trainings import moves
from training.texts import words


@pytest.fixture
def world(make: Make):
    """A training with its trainer, and the moment at which its one session begins."""
    user = make.user(Role.TRAINER)
    training = make.training(capacity=5, is_open=False)
    session = make.session(training, trainers=[make.trainer(user=user)])
    moves.change_state(training, by=None, name="open")
    return {"session": session, "trainer": user, "agency": make.agency(),
            "path": f"/sessions/{session.public_id}/register"}  # fmt: skip


def add(client, world, name: str) -> None:
    data = {"agency": world["agency"].code, "family_name": name, "given_names": "Vera", "sex": "f"}
    assert client.post(f"{world['path']}/door", data=data).status_code == 303


def statuses(world) -> list[AttendanceStatus | None]:
    return [row.record.status if row.record else None for row in registers.register(world["session"])]


def undo_of(page: str) -> dict[str, str]:
    """The fields of the form that takes the marks back, or none."""
    found = re.search(r'<form class="note inline-form".*?</form>', page, re.S)
    return (
        {unescape(k): unescape(v) for k, v in re.findall(r'name="([^"]+)" value="([^"]*)"', found[0])}
        if found
        else {}
    )


def test_who_marked_all_at_once_can_take_back_these_marks_and_no_other(world, client, make: Make):
    with time_machine.travel(world["session"].starts_at + timedelta(minutes=10)) as moving:
        client.sign_in(world["trainer"])
        for name in ("Adams", "Brown", "Clark"):
            add(client, world, name)
        first = registers.register(world["session"])[0]
        mark = registers.Mark(first.registration.public_id, AttendanceStatus.EXCUSED, first.version)
        atomic(registers.save)(world["session"], by=world["trainer"], marks=[mark])
        moving.shift(60)
        shown = client.post(f"{world['path']}/all-present").headers["Location"]
        assert statuses(world) == ["excused", "present", "present"]
        fields = undo_of(client.get(shown).text)
        assert not undo_of(client.get(world["path"]).text), "only right after the button"

        assert client.post(world["path"], data=fields).status_code == 303
        assert statuses(world) == ["excused", None, None]

        client.sign_in(make.user(Role.COORDINATOR, all_themes=True))
        assert not undo_of(client.get(shown).text), "nobody takes back what somebody else marked"


def test_a_register_that_has_not_opened_says_when_and_cannot_be_closed(world, client):
    with time_machine.travel(world["session"].starts_at - timedelta(minutes=61)):
        client.sign_in(world["trainer"])
        early = client.get(world["path"]).text
    with time_machine.travel(world["session"].starts_at - timedelta(minutes=59)):
        open_now = client.get(world["path"]).text

    assert "opens on " in early and "Close the register" not in early and "recorded," not in early
    assert "opens on " not in open_now and "Close the register" in open_now


def test_letters_of_marks_are_whole_and_tell_the_marks_apart():
    for letters in words.MARK_LETTERS.values():
        assert list(letters) == [one.value for one in AttendanceStatus]
        assert len(set(letters.values())) == len(letters)

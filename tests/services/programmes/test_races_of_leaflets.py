"""Two people at the same leaflets, with real commits."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.make import Make
from tests.services.racing import at_once, codes_of, get
from training.db import db
from training.models import StoredFile, Theme, User
from training.services.programmes import leaflets
from training.services.seen import hold

pytestmark = pytest.mark.real_commit


@pytest.fixture
def world(raced: Flask) -> tuple[int, int]:
    """The numbers of a theme without leaflets, and of an administrator."""
    with raced.app_context():
        make = Make()
        theme = make.theme("LMI")
        for leaflet in leaflets.of(theme):
            leaflets.remove(leaflet.file, by=make.user())
        found = theme.id, make.user().id
        db.session.remove()
        return found


def names(raced: Flask, theme: int) -> list[str]:
    with raced.app_context():
        found = [one.file.name for one in leaflets.of(get(Theme, theme))]
        db.session.remove()
        return found


def put(theme: int, name: str) -> None:
    make = Make()
    leaflets.put(get(Theme, theme), by=None, language="en", file=make.taken(name.encode(), name))


def test_two_that_are_added_at_once_are_one_after_the_other(raced: Flask, world):
    theme, _ = world

    refusals = at_once(
        raced,
        lambda: hold(get(Theme, theme)),
        lambda: put(theme, "first.pdf"),
        lambda: put(theme, "second.pdf"),
    )

    assert refusals == []
    assert names(raced, theme) == ["second.pdf"]


def test_who_removes_what_is_being_replaced_is_told(raced: Flask, world):
    theme, admin = world
    with raced.app_context():
        put(theme, "old.pdf")
        old = leaflets.of(get(Theme, theme))[0].stored_file_id
        db.session.remove()

    refusals = at_once(
        raced,
        lambda: hold(get(Theme, theme)),
        lambda: put(theme, "new.pdf"),
        lambda: leaflets.remove(get(StoredFile, old), by=get(User, admin)),
    )

    assert codes_of(refusals) == ["changed"]
    assert names(raced, theme) == ["new.pdf"]

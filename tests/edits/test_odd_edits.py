"""Every field of every edit form takes another value, nothing, too much and nonsense: never a page that says 500."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.edits.test_edits import EDITS, path_of
from tests.forms import Field, Sheet, Value
from tests.isolation.asking import Asker, undone
from tests.isolation.world import World, world
from tests.make import Make
from training.services.trainings import changes

ALSO = ["sessions.edit"]
"""Edit forms that do not carry what they showed yet."""
NONSENSE = ["☃ <b>\u202e", "\x00", "2027-13-45", "-1", "99999999999999999999", "x" * 5_000]
PICKS = 4
ANSWERS = {303, 409, 422}


def odd(one: Field, name: str) -> list[Value]:
    """Valid other values, nothing, several, and nonsense."""
    if one.kind in ("select", "many"):  # one rule refuses whatever was not offered
        return [*one.others(name), *([option] for option in one.options[:PICKS]), [], NONSENSE[:1]]
    return [*one.others(name), [], [""], [*one.value, *one.value], *([text] for text in NONSENSE)]


def full(here: World, make: Make) -> World:
    """The world, where its training has everything that may refer to it: rooms, trainers, kept seats, a multi-thematic frame."""
    admin, training = here.users["admin"], here.mine["training"]
    venue, trainer = here.mine["venue"], here.mine["trainer"]
    multi = make.training(programme_theme="MIEUX2", theme=make.theme("MIEUX2"), venue=venue, capacity=5)
    make.session(multi, multi.ends_on, room=here.mine["room"], trainers=[trainer], theme=make.theme("BMV"))
    make.registration(multi, make.trainee(here.mine["agency"]))
    make.kept(multi, by=admin, seats=1, agency=here.mine["agency"])
    here.mine["multi"], here.mine["plain"] = multi, training
    return here


def refused(app: Flask, admin: Asker, path: str) -> list[str]:
    """Answers that no edit may get, each with the field and the value."""
    page, wrong = Sheet(admin.ask("GET", path).laid_out, any_form=True), []
    for name, one in page.fields.items():
        for value in odd(one, name):
            with undone(app):
                answer = admin.ask("POST", path, data=page.sent(**{name: value})).status_code
                if answer not in ANSWERS:
                    wrong.append(f"{path} {name}={str(value)[:60]}: {answer}")
    return wrong


@pytest.mark.parametrize("endpoint", [*EDITS, *ALSO])
def test_no_value_of_any_field_ends_in_an_error(endpoint: str, app: Flask, make: Make):
    here = full(world(make), make)
    admin = Asker(app, here.users["admin"])
    paths = [path_of(here, endpoint)]
    if endpoint in ("trainings.edit", "programmes.edit"):
        multi = here.mine["multi"]
        there = {**here.mine, "training": multi, "programme": multi.programme}
        paths.append(path_of(World(there, here.theirs, here.users, here.trainings), endpoint))

    assert [one for path in paths for one in refused(app, admin, path)] == []


def test_a_new_theme_takes_the_sessions_along_and_what_would_not_fit_is_said_in_words(
    app: Flask, make: Make, monkeypatch
):
    here = full(world(make), make)
    admin, path = Asker(app, here.users["admin"]), f"/trainings/{here.mine['multi'].public_id}/edit"
    sent = Sheet(admin.ask("GET", path).laid_out).sent(theme=["BMV"])
    with undone(app):
        assert admin.ask("POST", path, data=sent).status_code == 303
    monkeypatch.setattr(changes, "_retag_sessions", lambda training, theme, by: None)

    left_behind = admin.ask("POST", path, data=sent)

    assert left_behind.status_code == 422
    assert "Somebody else changed what this refers to at the same moment." in left_behind.text

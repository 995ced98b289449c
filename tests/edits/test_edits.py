"""No edit form overwrites silently what somebody else changed: every form that the application has, by its routes."""

from __future__ import annotations

import re
from itertools import cycle, pairwise

import pytest
from flask import Flask

from tests.forms import Sheet, Value
from tests.isolation.asking import Asker, address, undone
from tests.isolation.routes import LIST
from tests.isolation.world import World, world
from tests.make import Make
from training.models import Role
from training.services import seat_counts, seen
from training.services.accounts import users

VERSIONS = (
    "carries the versions of the sessions that it showed, and refuses by name where one is another meanwhile"
)
NO_EDIT = {
    "accounts.forgotten": "asks for a letter",
    "accounts.set_password": "has nothing to show",
    "accounts.sign_in": "has nothing to show",
    "decisions.decide": "shows what it would do, and refuses when that is another thing meanwhile",
    "duplicates.merge": "shows both records, and holds both while they are merged",
    "imports.columns": "a list has one reader: who sent it",
    "leaflets.edit": "adds a file, or puts it in the place of the one in its language, whose row stays",
    "my.decline": "ends a registration once",
    "my.show": "keeps a remark beside the registration",
    "places.put": VERSIONS,
    "planner.copy": "begins a training",
    "registrations.replace": "begins a registration",
    "repeating.new_dates": "wakes a timetable once",
    "repeating.repeat": "begins trainings",
    "trainers.own_absences": "adds days",
    "trainings.open": "opens a training once",
    "seats.ask": "begins a request",
    "seats.release": "shows who would move up, and refuses when that is somebody else meanwhile",
    "mail.mark_bounced": "marks a letter once",
    "sessions.cancel": "calls a session off once",
    "sessions.plan": "begins sessions",
    "timetable.call_off": VERSIONS,
    "timetable.copy": VERSIONS,
    "timetable.day": VERSIONS,
    "timetable.half_day": VERSIONS,
    "timetable.hours": VERSIONS,
    "timetable.move": VERSIONS,
    "timetable.replace_trainer": VERSIONS,
    "timetable.room": VERSIONS,
    "timetable.staff": VERSIONS,
    "trainees.transfer": "an act of its own: it shows where the person is, and changes nothing else",
}
"""Pages with a form that edits nothing stored, and why."""
KEYS = {"seats.keep": {"agency", "country"}}
"""Fields that say which thing is meant."""
FORMS = 17


class Edit:
    """An edit form, and two people who have it open."""

    def __init__(self, app: Flask, here: World, endpoint: str, path: str) -> None:
        own = here.users["admin"]
        ben = users.create(by=None, email="ben@example.org", name="Ben Smith", role=Role.ADMIN)
        self.app, self.endpoint, self.path = app, endpoint, path
        self.is_own = endpoint == "accounts.edit"
        self.first, self.second = Asker(app, own if self.is_own else ben), Asker(app, own)
        self.page = Sheet(self.second.ask("GET", path).laid_out)

    def open(self) -> Sheet:
        return Sheet(self.second.ask("GET", self.path).laid_out)

    def valid(self) -> dict[str, list[Value]]:
        """Other values that are stored when nobody else changes anything, by field."""
        found: dict[str, list[Value]] = {}
        for name, one in self.page.fields.items():
            if name in KEYS.get(self.endpoint, set()):
                continue
            for value in one.others(name):
                if len(found.get(name, ())) == 2:
                    break
                with undone(self.app):
                    answer = self.second.ask("POST", self.path, data=self.page.sent(**{name: value}))
                    assert answer.status_code in (303, 422), (self.path, name, value, answer.status_code)
                    if answer.status_code == 303 and self.open().values().get(name) == sorted(value):
                        found.setdefault(name, []).append(value)
        return found


def pages() -> dict[str, tuple[str, str]]:
    """Endpoint → rule and kind of every page with a form that begins nothing new."""
    told = [line.split(" ") for line in LIST.read_text().splitlines()]
    return {
        endpoint: (rule, kind)
        for rule, methods, endpoint, _action, kind in told
        if methods == "GET,POST" and not endpoint.endswith(".new")
    }


def path_of(here: World, endpoint: str) -> str:
    """The page's address, with the thing of the world in it."""
    rule, kind = pages()[endpoint]
    path = address(rule, kind, here.mine)
    if endpoint == "seats.keep":
        path += f"?change={seat_counts.allocations(here.mine['training'])[0].public_id}"
    return path


def begun(app: Flask, here: World, endpoint: str) -> Edit:
    """The page, as both have it open."""
    return Edit(app, here, endpoint, path_of(here, endpoint))


EDITS = sorted(set(pages()) - set(NO_EDIT))


def lost_or_unsaid(edit: Edit) -> tuple[list[str], int, int]:
    """What goes wrong when two people change other fields, and the same field; and how many pairs of each were tried."""
    wrong, valid, choices = [], edit.valid(), cycle(("mine", "theirs"))
    pairs = list(pairwise([*valid, *list(valid)[:1]])) if len(valid) > 1 else []
    for theirs, mine in pairs:
        with undone(edit.app):
            wrong += _other_fields(edit, theirs, valid[theirs][0], mine, valid[mine][0])
    same = {name: values for name, values in valid.items() if len(values) > 1}
    for name, (theirs_value, mine_value, *_) in same.items():
        along = next((one for one in valid if one != name and edit.page.fields[one].kind in TYPED), None)
        with undone(edit.app):
            typed = {name: mine_value} | ({along: valid[along][0]} if along else {})
            wrong += _same_field(edit, name, theirs_value, typed, next(choices))
    return wrong, len(pairs), len(same)


FOLLOWED = ("role", "all_themes", "venue")
"""Fields from which others follow: an account's scope, and a training's country."""
TYPED = ("text", "textarea", "email")


def _other_fields(edit: Edit, theirs: str, their_value: Value, mine: str, my_value: Value) -> list[str]:
    """What goes wrong when the first changes ``theirs``, and then the second, with the old page, changes ``mine``."""
    what = f"{edit.endpoint} {theirs} and {mine}"
    first = edit.first.ask("POST", edit.path, data=edit.page.sent(**{theirs: their_value}))
    between = edit.open().values()
    second = edit.second.ask("POST", edit.path, data=edit.page.sent(**{mine: my_value}))
    if (first.status_code, second.status_code) == (303, 422):
        return []  # together they do not fit, as the first day after the last
    now = edit.second.ask("GET", edit.path)
    values = Sheet(now.laid_out).values()
    if (first.status_code, second.status_code) != (303, 303):
        return [f"{what}: {first.status_code} {second.status_code}"]
    wanted = {**between, mine: sorted(my_value)}
    lost = [name for name in wanted if name in edit.page.fields and values[name] != wanted[name]]
    lost = [] if mine in FOLLOWED or (theirs, mine) == ("venue", "country") else lost
    said = "another window" if edit.is_own else "changed “" in now.text
    return [f"{what}: lost {lost}"] if lost else [] if said else [f"{what}: not said"]


def _same_field(edit: Edit, name: str, their_value: Value, typed: dict[str, Value], choice: str) -> list[str]:
    """What goes wrong when both change the same field, and the second then keeps theirs or takes the other one."""
    edit.first.ask("POST", edit.path, data=edit.page.sent(**{name: their_value}))
    between = edit.open().values()
    answer = edit.second.ask("POST", edit.path, data=edit.page.sent(**typed))
    if answer.status_code != 409:
        return [f"{edit.endpoint} {name}: {answer.status_code} instead of 409"]
    again = Sheet(answer.laid_out)
    wrong = []
    for one, value in typed.items():
        if [line.strip() for line in again.values()[one]] != sorted(value):
            wrong.append(f"{edit.endpoint} {name}: typed {value} for {one}, it shows {again.values()[one]}")
    # not by their words: whoever changes the own language reads the answer in it
    if not all(re.search(rf'"which-{name}"\s+value="{whose}"', answer.text) for whose in ("mine", "theirs")):
        wrong.append(f"{edit.endpoint} {name}: not both")
    if edit.open().values() != between:
        wrong.append(f"{edit.endpoint} {name}: stored without a choice")
    saved = edit.second.ask("POST", edit.path, data=again.sent(**{f"which-{name}": [choice]}))
    values = edit.open().values()
    wanted = {**typed, name: typed[name] if choice == "mine" else their_value}
    if saved.status_code not in (303, 422) or any(
        values[one] != sorted(value) for one, value in wanted.items() if saved.status_code == 303
    ):
        wrong.append(f"{edit.endpoint} {name}: {choice} was not kept ({saved.status_code})")
    return wrong


@pytest.mark.once
@pytest.mark.parametrize("endpoint", EDITS)
def test_what_others_changed_stays_and_is_said(endpoint: str, app: Flask, make: Make, record_property):
    edit = begun(app, world(make), endpoint)
    assert edit.page.fields, "this page has a form: let it carry what it showed, or say in NO_EDIT why not"

    wrong, other, same = lost_or_unsaid(edit)

    record_property("measured", f"{endpoint}: {other} pairs of two fields, {same} fields that both changed")
    assert wrong == []
    assert same > 0
    assert other > 0 or len(edit.page.fields) == 1


def test_every_page_with_a_form_is_an_edit_or_says_why_not(app: Flask, make: Make):
    here = world(make)

    assert len(EDITS) == FORMS
    assert set(NO_EDIT) <= set(pages())
    admin = Asker(app, here.users["admin"])
    assert [
        name
        for name, why in NO_EDIT.items()
        if why != VERSIONS and Sheet(admin.ask("GET", path_of(here, name)).laid_out).fields
    ] == []


def test_without_comparing_what_others_changed_would_be_lost(app: Flask, make: Make, monkeypatch):
    monkeypatch.setattr(
        seen, "merge", lambda _seen, mine, _now: seen.Merged(frozenset(mine), frozenset(), frozenset())
    )
    here = world(make)

    wrong, _, _ = lost_or_unsaid(begun(app, here, "agencies.edit"))

    assert any("lost" in one for one in wrong) and any("instead of 409" in one for one in wrong)

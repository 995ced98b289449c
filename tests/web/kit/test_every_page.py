"""Every full page, once per route and role: it parses as HTML, says what it is, and leaves no change unstored."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, request_tearing_down

from tests.isolation.asking import Asker, address, routes
from tests.isolation.world import world
from tests.make import Make
from training.db import db
from training.rules import autofill

ROLES = ("lead of A", "trainer", "coordinator", "manager", "admin", None)
"""One of each kind of reader; None is somebody who is not signed in."""
LEAST_PAGES = {"lead of A": 20, "trainer": 8, "coordinator": 35, "manager": 15, "admin": 40, None: 4}


def faults(page: str) -> list[str]:
    """What is wrong with a full page, a sentence each."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page)
    found = [f"it does not parse: {kind} at {at}" for at, kind, _ in parser.errors]
    if len(list(tree.iter("h1"))) != 1:
        found.append("it has not one h1")
    if not (tree.findtext("head/title") or "").strip():
        found.append("it has no title")
    ids = Counter(one.get("id") for one in tree.iter() if one.get("id"))
    found += [f"the id {name} stands {count} times" for name, count in ids.items() if count > 1]
    labelled = {one.get("for") for one in tree.iter("label")}
    inside = {id(field) for label in tree.iter("label") for field in label.iter()}
    fields = [one for name in ("input", "select", "textarea") for one in tree.iter(name)]
    for one in fields:
        if one.get("type") in {"hidden", "submit"} or one.get("aria-label") or one.get("aria-labelledby"):
            continue
        if id(one) not in inside and one.get("id") not in labelled:
            found.append(f"no label for {_named(one)}")
    closed = {id(field) for form in tree.iter("form") if form.get("autocomplete") for field in form.iter()}
    found += [
        f"a browser may fill in {_named(one)}"
        for one in fields
        if (one.get("name") in autofill.NAMES_SOMEBODY or one.get("type") in {"email", "tel"})
        and one.get("type") not in {"hidden", "radio", "checkbox"}
        and not (one.get("autocomplete") or id(one) in closed)
    ]
    return found


def _named(field: Element) -> str:
    return f"{field.tag} {field.get('name')}"


@pytest.mark.once
@pytest.mark.parametrize("who", ROLES)
def test_every_page_is_whole(who: str | None, app: Flask, make: Make):
    here = world(make)
    asker = Asker(app, here.users[who] if who else None)
    wrong: dict[str, list[str]] = {}
    unstored: list[str] = []
    seen = 0
    refused: set[int] = set()

    def look(_sender: Flask, **_: object) -> None:
        session = db.session()
        unstored.extend(
            repr(one) for one in [*session.new, *session.dirty, *session.deleted] if session.is_modified(one)
        )

    with request_tearing_down.connected_to(look, app):
        for rule, methods, _action, kind in routes():
            if "GET" not in methods:
                continue
            response = asker.ask("GET", address(rule, kind, here.mine))
            if response.mimetype != "text/html" or 300 <= response.status_code < 400:
                continue
            if response.status_code not in refused:  # the page of a refusal is the same everywhere
                refused |= {response.status_code} - {200}
                seen += 1
                if broken := faults(response.text):
                    wrong[f"{rule} {response.status_code}"] = broken

    assert wrong == {}
    assert unstored == []
    assert seen >= LEAST_PAGES[who]


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<h1>A</h1><h1>B</h1>", "it has not one h1"),
        ("<h1>A</h1><p id='a'></p><p id='a'></p>", "the id a stands 2 times"),
        ("<h1>A</h1><input name='b'>", "no label for input b"),
        ("<h1>A</h1><label>B<input type='tel' name='b'></label>", "a browser may fill in input b"),
        ("<h1>A</h1><label>B<input name='family_name'></label>", "a browser may fill in input family_name"),
        ("<h1>A</h1><div></span></div>", "it does not parse: unexpected-end-tag at (1, 78)"),
        ("<h1>A</h1><p><ul><li>b</li></ul></p>", "it does not parse: unexpected-end-tag at (1, 92)"),
    ],
)
def test_a_planted_fault_is_seen(page: str, fault: str):
    whole = f"<!doctype html><html><head><title>T</title></head><body>{page}</body></html>"

    assert faults(whole) == [fault]


def test_a_page_without_a_title_is_seen():
    assert faults("<!doctype html><html><head></head><body><h1>A</h1></body></html>") == ["it has no title"]


def test_a_change_that_is_left_outside_a_unit_of_work_is_seen(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch
):
    agency, seen = make.agency(), []
    client = app.test_client()

    def careless() -> str:
        found = db.session.get(type(agency), agency.id)
        assert found is not None
        found.name = "Changed in passing"
        return "done"

    monkeypatch.setitem(app.view_functions, "home.health", careless)
    careless.access = app.view_functions["accounts.sign_in"].access  # type: ignore[attr-defined]

    def look(_sender: Flask, **_: object) -> None:
        seen.extend(one for one in db.session().dirty if db.session().is_modified(one))

    with request_tearing_down.connected_to(look, app):
        assert client.get("/health").text == "done"

    assert len(seen) == 1

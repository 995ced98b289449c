"""Every page that lists something refuses an address that it does not understand: a name that is none, a value that is no choice."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import html5lib
import pytest
from flask import Flask

from tests.isolation.asking import Asker, address
from tests.isolation.routes import LIST
from tests.isolation.world import world
from tests.make import Make
from training.db import db
from training.models import Agency, ImportBatch
from training.services.imports import staging
from training.web.kit import choices

ODD = "no_such_filter=1"
ONE = "it shows one thing whole: nothing is listed, so nothing can be widened"
FILE = "a file of one thing, which has no choices"
PUBLIC = "it is for everybody, and mail programs add names of their own to links"
ALL = "it shows all there is, and has no search"
NOTHING_TO_CHOOSE = {
    "home.index": ALL, "help.show": ALL, "themes.index": ALL, "announcements.show": ALL, "announcements.letters": ALL,
    "announcements.told": ALL, "mail.show": ONE, "mail.show_trial": ONE, "registrations.show": ONE,
    "themes.show": ONE, "countries.show": ONE, "venues.show": ONE, "repeating.series": ONE,
    "leaflets.fetch": FILE, "registrations.confirmation": FILE, "registers.sheet": FILE, "registers.session_sheet": FILE,
    "public_pages.show": PUBLIC, "my.confirmation": PUBLIC, "organisation.style": PUBLIC, "organisation.logo": PUBLIC,
    "home.health": PUBLIC, "static": PUBLIC, "styleguide.show": PUBLIC,
    "places.move": "leads on to the form that moves one training", "places.all_of": ONE,
}  # fmt: skip
"""Pages without filters, by endpoint, and why a name that is none does no harm there."""
FORMS_WITH_A_LIST = {"registrations.new", "registrations.replace", "decisions.decide"}
"""Every other form lists nothing: what an address says of its fields fills them in, and is checked when it is sent."""
HARMLESS = {
    "page": "a number that is none means the first page",
    "sort": "another order shows the same rows",
}
SHOWS_NOBODY = {
    ("decisions.decide", "agency"): "the last one who waited may be decided on: then it shows nobody"
}
READERS = {"colleagues.index": "lead of A"}
"""Who reads a page that an admin may not."""


def lists() -> Iterator[tuple[str, str, str]]:
    """(endpoint, rule, kind of thing) of every GET route that lists something by what its address says."""
    for line in LIST.read_text().splitlines():
        rule, methods, endpoint, _action, kind = line.split(" ")
        is_list = "POST" not in methods or endpoint in FORMS_WITH_A_LIST
        if "GET" in methods and is_list and endpoint not in NOTHING_TO_CHOOSE:
            yield endpoint, rule, kind


class Asked:
    """The world, and what each page answers to whoever may read it."""

    def __init__(self, app: Flask, make: Make) -> None:
        self.here = world(make)
        self.askers = {who: Asker(app, self.here.users[who]) for who in ("admin", "lead of A")}
        agency = db.session.get(Agency, self.here.mine["agency"].id)
        content = b"Family name,Given names,Sex\nPlainova,Anna,f\nPlainov,,f\n"
        batch = staging.stage(
            self.here.trainings[0], by=self.here.users["admin"], agency=agency, content=content, file_name="a.csv"
        )  # fmt: skip
        self.things = {**self.here.mine, "batch": db.session.get(ImportBatch, batch.id)}

    def path(self, rule: str, kind: str) -> str:
        """The address of a page, with what it needs to list somebody."""
        found = address(rule, kind, self.things)
        return (
            found + f"?for={self.things['agency'].code}"
            if rule.endswith("/for/<uuid:public_id>/new")
            else found
        )

    def get(self, endpoint: str, path: str):
        """The page, as whoever reads it."""
        return self.askers[READERS.get(endpoint, "admin")].ask("GET", path)


def with_query(path: str, query: str) -> str:
    """The address that says ``query`` too."""
    return f"{path}{'&' if '?' in path else '?'}{query}"


def choosing(page: str, path: str) -> set[str]:
    """The names by which a page lets its reader choose: lists, radio buttons, tabs, and links to itself."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = set()
    for form in tree.iter("form"):
        if form.get("method", "get") == "get":
            found |= {one.get("name") for one in form.iter("select")}
            found |= {one.get("name") for one in form.iter("input") if one.get("type") in ("radio", "hidden")}
    here = urlsplit(path).path
    for link in tree.iter("a"):
        to = urlsplit(link.get("href") or "")
        if to.path == here and not to.netloc:
            found |= {name for name, _value in parse_qsl(to.query)}
    return {name for name in found if name} - set(HARMLESS)


@pytest.mark.once
def test_a_name_that_is_none_is_refused_by_every_list(app: Flask, make: Make):
    asked, wrong, seen = Asked(app, make), {}, 0

    for endpoint, rule, kind in lists():
        refused = asked.get(endpoint, with_query(asked.path(rule, kind), ODD))
        seen += 1
        if refused.status_code != 422 or "There is no filter no_such_filter." not in refused.text:
            wrong[f"{rule} ({endpoint})"] = refused.status_code

    assert wrong == {}
    assert seen >= 30


@pytest.mark.once
def test_a_value_that_is_no_choice_is_refused_by_every_list(app: Flask, make: Make):
    asked, wrong, seen = Asked(app, make), [], {}

    for endpoint, rule, kind in lists():
        path = asked.path(rule, kind)
        shown = asked.get(endpoint, path)
        if shown.status_code == 302:
            shown = asked.get(endpoint, shown.headers["Location"])
        if shown.mimetype != "text/html":
            continue
        assert shown.status_code == 200, (rule, shown.status_code)
        seen[endpoint] = choosing(shown.text, path)
        for name in sorted(seen[endpoint]):
            answer = asked.get(endpoint, f"{urlsplit(path).path}?{name}=no-such-value")
            if answer.status_code != 422 and (endpoint, name) not in SHOWS_NOBODY:
                wrong.append(f"{rule} {name} {answer.status_code}")

    assert wrong == []
    assert seen["imports.show"] == {"show"} and seen["trainings.show"] == {"tab"}
    assert {"for"} <= seen["registrations.new"] and seen["duplicates.index"] == {"grade"}
    assert {"month", "theme"} <= seen["calendar.index"] and {"as", "theme"} <= seen["trainings.index"]
    assert sum(map(len, seen.values())) >= 60


def test_every_list_of_exceptions_is_of_pages_that_there_are():
    known = {line.split(" ")[2] for line in LIST.read_text().splitlines()}

    assert set(NOTHING_TO_CHOOSE) | FORMS_WITH_A_LIST | set(READERS) <= known


def test_what_the_pages_themselves_say_is_understood(app: Flask, make: Make):
    """Tabs, searches and pages of rows, as our own links and forms say them."""
    asked = Asked(app, make)
    path = {endpoint: asked.path(rule, kind) for endpoint, rule, kind in lists()}
    here = asked.things

    for endpoint, query in (
        ("imports.show", "show=all&page=2"),
        ("imports.show", "show=open&at=3"),
        ("trainings.show", "tab=registrations&page=2"),
        ("duplicates.index", "grade=possible&page=2"),
        ("calendar.index", "month=2026-05"),
        ("registrations.new", f"text=a&page=2&person={here['trainee'].public_id}"),
        ("registrations.replace", f"text=a&page=1&substitute={here['trainee'].public_id}"),
        ("imports.template", "language=fr"),
        ("registers.show", "page=2&since=1"),
    ):
        assert asked.get(endpoint, with_query(path[endpoint], query)).status_code == 200, (endpoint, query)


def test_an_odd_month_is_named_with_a_month_that_is_none(client, make: Make):
    client.sign_in(make.user())

    for odd in ("2026-13", "May", "2026-5"):
        refused = client.get(f"/calendar?month={odd}")
        assert refused.status_code == 422
        assert f"There is no month {odd}. Write one like 20" in refused.text


def test_no_file_is_made_of_a_kind_that_is_none(client, make: Make):
    client.sign_in(make.user())

    refused = client.get("/agencies?as=docx")

    assert refused.status_code == 422 and "There is no filter as=docx." in refused.text


def test_without_the_guard_a_page_with_tabs_shows_another_tab(app: Flask, make: Make, monkeypatch):
    asked = Asked(app, make)
    path = asked.path("/trainings/<uuid:public_id>", "training")
    assert asked.get("trainings.show", f"{path}?tab=x").status_code == 422
    monkeypatch.setattr("training.web.trainings.planning.asks_only", lambda *names, **offered: None)

    assert asked.get("trainings.show", f"{path}?tab=x").status_code == 200


def test_a_filter_form_is_what_the_others_are_refused_by(client, make: Make, monkeypatch):
    client.sign_in(make.user())
    assert client.get("/trainees/duplicates?grad=possible").status_code == 422
    monkeypatch.setattr(choices.Form, "refuse_unknown", lambda form, names: None)

    assert client.get("/trainees/duplicates?grad=possible").status_code == 422, "it has a guard of its own"
    assert client.get("/trainees?grad=possible").status_code == 200

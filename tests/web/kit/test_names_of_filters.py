"""A name in the address of a list that is no filter is refused, with a sentence that names it; our own links have none."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from tests.make import Make
from training.db import db
from training.models import Role, User
from training.services.demo import build
from training.web.kit import choices

LISTS = (
    "/agencies", "/audit", "/board", "/calendar", "/countries", "/mail", "/programmes", "/registrations", "/reports/attendance",
    "/sessions", "/trainees", "/trainers", "/trainings", "/users", "/venues",
)  # fmt: skip
FILES = ("/agencies", "/countries", "/registrations", "/sessions", "/trainees", "/trainings")


@pytest.mark.parametrize("path", LISTS)
def test_a_name_that_is_no_filter_is_refused_and_named(path: str, client, make: Make):
    client.sign_in(make.user(Role.ADMIN))

    refused = client.get(f"{path}?agencyy=X&theme=")

    assert refused.status_code == 422
    assert re.findall(r"There is no filter (\w+)", refused.text) in (["agencyy"], ["agencyy", "theme"])
    assert path in ("/board", "/calendar") or "agencyy" not in re.sub(
        r"There is no filter agencyy", "", refused.text
    )
    assert path == "/calendar" or client.get(f"{path}?page=1").status_code in (200, 302)


@pytest.mark.parametrize("path", FILES)
def test_no_file_is_made_of_what_was_not_understood(path: str, client, make: Make):
    client.sign_in(make.user(Role.ADMIN))

    refused = client.get(f"{path}?agencyy=X&as=csv")

    assert (refused.status_code, refused.mimetype) == (422, "text/html")
    assert "There is no filter agencyy." in refused.text
    assert client.get(f"{path}?as=csv").mimetype == "text/csv"


def test_without_the_guard_the_list_would_show_everything(client, make: Make, monkeypatch):
    client.sign_in(make.user(Role.ADMIN))
    monkeypatch.setattr(choices.Form, "refuse_unknown", lambda form, names: None)

    assert client.get("/agencies?agencyy=X").status_code == 200


def test_a_filter_that_the_reader_has_not_is_no_filter(client, make: Make):
    """A partner lists the own agency's people only: another agency is not overlooked, it is refused."""
    client.sign_in(make.user(Role.PARTNER))

    for path in ("/registrations", "/trainees"):
        assert client.get(f"{path}?agency=X").status_code == 422


def test_what_waits_for_a_decision_is_narrowed_by_what_there_is(client, make: Make):
    training = make.training(admission="approval")
    make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))
    path = f"/registrations/for/{training.public_id}/decide"

    for query, status in (
        ("", 200),
        ("?state=all", 200),
        ("?state=reserve&agency=GONE", 200),
        ("?state=x", 422),
    ):
        assert client.get(path + query).status_code == status, query
    refused = client.get(f"{path}?stat=reserve")
    assert refused.status_code == 422 and "There is no filter stat." in refused.text


LINK = re.compile(r'(?:href|hx-get)="([^"]+)"')
FORM = re.compile(r'<form[^>]*method="get"[^>]*>.*?</form>', re.S)
NAME = re.compile(r'<(?:input|select|button)[^>]*?\sname="([\w-]+)"')
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=[=/])[A-Z]{2,}[\w.-]*|(?<==)[^&]*")
MOST = 12
"""So many addresses of one list are asked for, each with other names."""
FILE = re.compile(
    r"[.](pdf|xlsx|csv|json|ics|zip)|as=(xlsx|csv)|/files/|/template|/(new|edit|register|plan|merge)$"
)
"""What is slow to make, and has the filters of the page that leads to it."""


def kind(path: str) -> str:
    """What is alike in two addresses: the page and the names of what is said besides."""
    parts = urlsplit(path)
    names = sorted({one.partition("=")[0] for one in parts.query.split("&") if one})
    return ID.sub("…", parts.path) + "?" + "&".join(names)


def forms(page: str, here: str) -> list[str]:
    """The addresses to which the search forms of a page lead, each field left empty."""
    found = []
    for form in FORM.findall(page):
        action = re.search(r'action="([^"]*)"', form)
        names = dict.fromkeys(NAME.findall(form))
        found.append(
            f"{unescape(action[1]) if action else urlsplit(here).path}?" + "&".join(f"{n}=" for n in names)
        )
    return found


def refused_links(client, user: User) -> tuple[list[str], int]:
    """The links to lists that our own pages have and that are answered by 422; and how many were followed.

    Looked at are the lists, each with its filters, one page of each kind that they lead to, and what is linked there.
    """
    client.sign_in(user)
    waiting, seen, refused = deque((path, 0) for path in ("/", *LISTS)), set[str](), []
    asked = Counter[str]()
    while waiting:
        path, depth = waiting.popleft()
        is_list = urlsplit(path).path in LISTS
        if kind(path) in seen or FILE.search(path) or not (is_list or depth < 2):
            continue
        if asked[urlsplit(path).path] == MOST:
            continue
        seen.add(kind(path))
        asked[urlsplit(path).path] += 1
        answer = client.get(path)
        if answer.status_code == 422:
            refused.append(path)
        found = []
        if answer.status_code in (301, 302, 303):
            found = [answer.headers["Location"]]
        elif answer.status_code == 200 and answer.mimetype == "text/html":
            found = [*map(unescape, LINK.findall(answer.text)), *forms(answer.text, path)]
        for link in found:
            to = urljoin(path, link).removeprefix("http://localhost").partition("#")[0]
            if to.startswith("/") and not to.startswith(("/static/", "/sign-out")):
                waiting.append((to, depth if urlsplit(to).path in LISTS else depth + 1))
    return refused, len(seen)


@pytest.mark.once
def test_no_link_of_our_own_is_refused(app, client, monkeypatch):
    """Every page of the demo that a role comes to, each kind of address once."""
    monkeypatch.setitem(app.config, "DEMO", True)
    build.make("small")
    followed = {}

    for role in Role:
        user = db.session.scalars(db.select(User).where(User.role == role).order_by(User.id)).first()
        assert user is not None
        refused, followed[role] = refused_links(client, user)
        assert refused == [], role

    assert min(followed.values()) > 25, followed

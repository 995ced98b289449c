"""A new administrator is led through the first steps on the first screen, and a test letter says what became of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.make import Make
from tests.smtp import smtp_server
from training.models import Role
from training.services import organisations
from training.services.letters import outbox


def links(page: str) -> list[str]:
    """Where the steps lead, in their order."""
    table = re.search(r'<table class="list stack">(.*?)</table>', page, re.S)
    return re.findall(r'href="([^"]+)"', table[1]) if table else []


def test_a_new_administrator_sees_the_steps_and_is_asked_for_the_name_first(client, make: Make):
    client.sign_in(make.user())

    page = client.get("/").text

    assert "This site has no name yet." in page
    assert links(page) == [
        "/organisation", "/organisation#logo", "/mail", "/themes/IMR/edit", "/programmes/new", "/agencies/new",
    ]  # fmt: skip
    assert "To do" not in page
    assert 'name="name" required type="text" value=""' in client.get("/organisation").text


def test_the_steps_go_above_what_is_due_and_are_for_administrators_alone(client, make: Make):
    make.training()
    organisations.change(by=make.user(), details=organisations.Details(name="Centre", accent="#112233"))
    client.sign_in(make.user())

    page = client.get("/").text
    assert "First steps" in page and "To do" in page and "no name yet" not in page
    for role in (Role.COORDINATOR, Role.MANAGER, Role.PARTNER, Role.TRAINER):
        client.sign_in(make.user(role))
        assert "First steps" not in client.get("/").text


def test_a_demo_has_no_first_steps(app, client, make: Make, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", True)
    client.sign_in(make.user())

    assert "First steps" not in client.get("/").text


def test_the_page_of_mail_says_what_became_of_the_test_letter(app, client, make: Make, monkeypatch):
    client.sign_in(make.user())
    with smtp_server() as server:
        config = replace(app.config["CONFIG"], smtp_url=server.url)
        monkeypatch.setitem(app.config, "CONFIG", config)
        server.die()
        assert "Send a test letter to myself" in client.get("/mail").text
        assert client.post("/mail/test").status_code == 303
        assert "is on its way" in client.get("/mail").text
        assert 'hx-get="/mail/test"' in client.get("/mail").text

        outbox.send_due(config)
        page = client.get("/mail").text
        assert (
            "did not leave" in page and "Look at host and port" in page and 'hx-get="/mail/test"' not in page
        )
        assert "The last test letter did not leave yet." in client.get("/").text

        server.start()
        client.post("/mail/test")
        outbox.send_due(config)

    part = client.get("/mail/test", headers={"HX-Request": "true"}).text
    assert "The mail server took the test letter" in part and "<html" not in part
    assert client.get("/mail/test").status_code == 303
    assert "The last test letter" not in client.get("/").text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PARTNER])
def test_who_looks_after_no_mail_sends_no_test_letter(role, client, make: Make):
    client.sign_in(make.user(role))

    assert client.post("/mail/test").status_code == 403
    if role is Role.COORDINATOR:
        assert "test letter" not in client.get("/mail").text

"""Every route is known, and what nobody declared is refused to everybody."""

from __future__ import annotations

import pytest

from tests.isolation.routes import LIST, lines
from tests.make import Make
from training.models import Role


def test_the_list_of_routes_is_the_routes(app):
    known = LIST.read_text().splitlines()

    assert lines(app) == known, (
        "Write the list anew (see tests/isolation/routes.py) after looking at what changed."
    )
    assert [line for line in known if "NOT DECLARED" in line] == []


@pytest.mark.parametrize("role", Role)
def test_a_route_without_a_declaration_is_refused_to_every_role(role, app, client, make: Make, monkeypatch):
    view = app.view_functions["home.health"]
    bare = lambda: "open to all"  # noqa: E731 -- a view that forgot its declaration
    client.sign_in(make.user(role))
    assert client.get("/health").status_code == 200

    monkeypatch.setitem(app.view_functions, "home.health", bare)

    assert client.get("/health").status_code == 403
    assert hasattr(view, "access")


def test_an_address_that_is_no_route_is_noted(client, unrouted):
    client.get("/trainings/of/nobody")

    assert unrouted == ["GET /trainings/of/nobody"]
    unrouted.clear()

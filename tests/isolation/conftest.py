"""A guard for the tests themselves: a wall that nobody runs into proves nothing, so every address is one of a route."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, request, request_started
from werkzeug.exceptions import NotFound


@pytest.fixture(autouse=True)
def unrouted(app: Flask) -> Iterator[list[str]]:
    """The addresses that no rule of the application matches; a test that asks for one on purpose takes it out."""
    asked: list[str] = []

    def note(_sender: Flask, **_: object) -> None:
        if isinstance(request.routing_exception, NotFound):
            asked.append(f"{request.method} {request.path}")

    with request_started.connected_to(note, app):
        yield asked
    assert asked == [], "a test asked for what is no route"

"""A new training on one page: what is proposed, what is checked before it is stored, and what stays when it is refused."""

from __future__ import annotations

from tests.make import Make
from training.models import Role


def test_the_page_begins(client, make: Make):
    make.programme()
    client.sign_in(make.user(Role.COORDINATOR))

    answer = client.get("/trainings/new")

    assert answer.status_code == 200, answer.text

"""What is built once and put back for the next test is, row for row, what was built."""

from __future__ import annotations

from tests.isolation import kept
from tests.isolation.asking import tables, undone
from tests.isolation.world import world
from tests.make import Make


def test_what_is_put_back_is_what_was_built(app, make: Make):
    kept.known.clear()
    with undone(app):
        built = world(make)
        first, email = tables(), built.users["admin"].email
    empty = tables()

    with undone(app):
        again = world(make)
        assert tables() == first != empty
        assert again.users["admin"].email == email
        assert make.agency().id > max(again.mine["agency"].id, again.theirs["agency"].id)


def test_a_row_that_is_forgotten_would_be_seen(app, make: Make):
    kept.known.clear()
    with undone(app):
        world(make)
        first = tables()
    ((rows, _),) = kept.known.values()
    {table.name: some for table, some in rows}["outgoing_mail"].pop()

    with undone(app):
        world(make)
        assert tables() != first
    kept.known.clear()

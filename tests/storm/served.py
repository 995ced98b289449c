"""The server on an empty database with migrations and seeds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests import serving as server
from tests.databases import copy


@contextlib.contextmanager
def serving(env: dict[str, str]) -> Iterator[str]:
    """Start it, yield its address, stop it."""
    copy("migrated", env["DATABASE_URL"])
    with server.serving(env, server.free_port()) as url:
        yield url

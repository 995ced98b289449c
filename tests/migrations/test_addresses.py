"""Accounts with an international domain keep their sign-in, whichever form of the address was typed at first."""

from __future__ import annotations

import importlib

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from config import ROOT
from training.rules import addresses

[FILE] = (ROOT / "migrations" / "versions").glob("*_letters_that_come_back.py")
REVISION = importlib.import_module(f"migrations.versions.{FILE.stem}")
KEYS = [
    "anna@xn--bcher-kva.example", "bo@bu\u0308cher.example", "cy@a.example", "dora@почта.рф",
    "eva@xn--bcher-kva.example", "eva@bücher.example", "fay@xn--zzzzzz99999.example", "no address",
]  # fmt: skip


@pytest.fixture
def connection():
    with sa.create_engine("sqlite://").connect() as found:
        found.exec_driver_sql('CREATE TABLE "user" (id INTEGER PRIMARY KEY, email_key VARCHAR(254) UNIQUE)')
        found.execute(sa.text('INSERT INTO "user" (email_key) VALUES (:key)'), [{"key": key} for key in KEYS])
        yield found


def test_keys_of_accounts_become_those_that_are_looked_for(connection):
    with Operations.context(MigrationContext.configure(connection)):
        REVISION._compare_readable_domains()

    keys = list(connection.execute(sa.text('SELECT email_key FROM "user" ORDER BY id')).scalars())
    assert keys == [
        "anna@bücher.example", "bo@bücher.example", "cy@a.example", "dora@почта.рф",
        "eva@xn--bcher-kva.example", "eva@bücher.example", "fay@xn--zzzzzz99999.example", "no address",
    ]  # fmt: skip
    changed = [old for old, new in zip(KEYS, keys, strict=True) if old != new]
    assert [addresses.key(old) for old in changed] == keys[:2]

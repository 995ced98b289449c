"""A filled database for every test of a migration: made once, and copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from config import Config
from tests.conftest import LOCAL, migrated_app, new_database
from tests.migrations import filled
from tests.migrations.walk import Walk
from training.app import create_app
from training.db import db


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Config:
    """A filled database at the newest revision, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    address = new_database(f"training_filled_{worker_id}", folder)
    config = Config(database_url=address, instance_dir=folder, demo=True, **LOCAL)
    with migrated_app(config).app_context():
        rows = filled.fill_database()
        db.engine.dispose()
    assert len(rows) >= 35 and all(rows.values())
    return config


@pytest.fixture
def walk(source: Config, tmp_path: Path, worker_id: str) -> Iterator[Walk]:
    """A copy of the filled database."""
    address = new_database(f"training_walk_{worker_id}", tmp_path)
    if source.is_sqlite:
        with sqlite3.connect(make_url(source.database).database or "") as there:
            there.execute("VACUUM INTO ?", (make_url(address).database,))
        there.close()
    else:
        _copy_on_postgresql(source.database, address)
    app = create_app(Config(database_url=address, instance_dir=tmp_path, **LOCAL))
    with app.app_context():
        yield Walk()
        db.session.remove()
        db.engine.dispose()


def _copy_on_postgresql(source: str, target: str) -> None:
    server, _, name = source.rpartition("/")
    mine = target.rpartition("/")[2]
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{mine}"'))
        connection.execute(text(f'CREATE DATABASE "{mine}" TEMPLATE "{name}"'))
    engine.dispose()

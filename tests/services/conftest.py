"""What several files of tests of the services share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from config import Config
from tests.conftest import LOCAL, migrated_app, new_database
from tests.make import Make
from training.db import db
from training.models import Role
from training.services.imports import staging

HEAD = "Family name,Given names,Sex,Rank,E-mail"


@pytest.fixture
def staged(make: Make):
    """Stage lines of a list under ``HEAD`` for one training and agency."""
    training, agency = make.training(capacity=30), make.agency()

    def stage(*lines: str, head: str = HEAD, name: str = "list.csv"):
        content = "\n".join([head, *lines]).encode()
        return staging.stage(training, by=None, agency=agency, content=content, file_name=name)

    stage.training, stage.agency = training, agency
    return stage


@pytest.fixture
def focal(make: Make):
    return make.user(Role.PARTNER)


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    """An application whose commits are real."""
    folder = tmp_path_factory.mktemp("raced")
    app = migrated_app(
        Config(database_url=new_database(f"raced_{worker_id}", folder), instance_dir=folder, **LOCAL)
    )
    yield app
    with app.app_context():
        db.engine.dispose()

"""Databases for tests: each kind is built once a run, as a template, and every database that a test wants is its copy.

All processes of a run share the templates: those of ``TEST_TEMPLATES``, a folder that goes when the run is over.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, text

from config import Config
from training.app import create_app
from training.db import db
from training.services.programmes import themes

SECRET = "a secret that is long enough for a test, and only there"
LOCAL: dict[str, Any] = {"secret_key": SECRET, "local": True}
SIGN_INS = "demo-sign-ins.txt"


def server() -> str:
    """The address of the PostgreSQL cluster that the tests run on, or ``sqlite``."""
    return os.environ.get("TEST_DATABASE", "sqlite")


def new_database(name: str, folder: Path) -> str:
    """The address of an empty database: a SQLite file, or one in the cluster that ``TEST_DATABASE`` names."""
    if server() == "sqlite":
        return f"sqlite:///{folder / name}.sqlite3"
    _make(name)
    return server().rpartition("/")[0] + f"/{name}"


def migrated_app(config: Config) -> Flask:
    """An application whose database, empty until now, has every migration and the seeds."""
    copy("migrated", config.database)
    app = create_app(config)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(
        str(_folder())
    )  # else each process compiles all templates
    return app


def copy(kind: str, url: str) -> None:
    """Make the empty database at ``url`` a copy of the template of this kind (``migrated`` or ``demo``)."""
    template = _template(kind, is_sqlite=url.startswith("sqlite"))
    if template.suffix == ".sqlite3":
        shutil.copyfile(template, url.removeprefix("sqlite:///"))
    else:
        _make(url.rpartition("/")[2], template.name)


def demo_sign_ins() -> str:
    """The accounts of the template ``demo`` and their passwords, as ``flask demo`` writes them."""
    return _template("demo", is_sqlite=server() == "sqlite").with_suffix(".txt").read_text()


def copy_demo_files(folder: Path) -> None:
    """Give an instance in ``folder`` the files that the template ``demo`` names."""
    template = _template("demo", is_sqlite=server() == "sqlite")
    shutil.copytree(template.with_suffix(".files"), folder / "files")


def _template(kind: str, *, is_sqlite: bool) -> Path:
    """A file: the SQLite template itself, or one named like the template in the cluster. Who comes first builds it."""
    template = _folder() / (f"{kind}.sqlite3" if is_sqlite else f"template_{kind}")
    with (_folder() / f"{template.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            _build(kind, template, is_sqlite)
    return template


def _build(kind: str, template: Path, is_sqlite: bool) -> None:
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        place = Path(folder)
        url = f"sqlite:///{place}/built.sqlite3" if is_sqlite else new_database(template.name, place)
        app = create_app(Config(database_url=url, instance_dir=place, demo=True, **LOCAL))
        with app.app_context():
            BUILD[kind](app)
            db.session.remove()
            db.engine.dispose()  # the last connection to a SQLite file puts all of it into the one file
        if kind == "demo":
            (place / SIGN_INS).rename(template.with_suffix(".txt"))
            (place / "files").rename(template.with_suffix(".files"))
        if is_sqlite:
            (place / "built.sqlite3").rename(template)
        else:
            template.touch()


def _migrate(app: Flask) -> None:
    upgrade()
    themes.seed()


def _fill(app: Flask) -> None:
    _migrate(app)
    done = app.test_cli_runner().invoke(args=["demo"])
    assert done.exit_code == 0, done.output


BUILD: dict[str, Callable[[Flask], None]] = {"migrated": _migrate, "demo": _fill}


def _make(name: str, template: str = "template0") -> None:
    engine = create_engine(
        server().replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()


def _folder() -> Path:
    if "TEST_TEMPLATES" not in os.environ:
        begin_run()
    return Path(os.environ["TEST_TEMPLATES"])


def begin_run() -> None:
    """Make the folder of templates, for this process and those that it starts."""
    folder = tempfile.mkdtemp(prefix="training-templates-")
    os.environ["TEST_TEMPLATES"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

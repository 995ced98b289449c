"""A backup holds the files that its database names, and comes back whole or not at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config import Config
from tests.conftest import LOCAL, migrated_app
from tests.make import Make
from training.db import db
from training.services import stored_files
from training.services.programmes import leaflets
from training.uploads.store import Store

pytestmark = [pytest.mark.once, pytest.mark.real_commit]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Flask]:
    """An application with a SQLite file and two leaflets of its own."""
    folder = tmp_path / "instance"
    folder.mkdir()
    app = migrated_app(Config(database_url=f"sqlite:///{folder}/own.sqlite3", instance_dir=folder, **LOCAL))
    with app.app_context():
        Make().leaflet("BMV", "en", b"%PDF-1.7 English")
        Make().leaflet("BMV", "fr", b"%PDF-1.7 French")
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def run(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(args=list(arguments))


def store(app: Flask) -> Store:
    return Store(app.config["CONFIG"].files_folder)


def contents() -> set[str]:
    return {leaflet.file.name + leaflet.language for leaflet in leaflets.of(Make().theme())}


def test_database_and_files_come_back_together(own: Flask, tmp_path: Path):
    copy = tmp_path / "copy.sqlite3"
    packed = tmp_path / "copy.sqlite3.files.tar"
    before = set(store(own).hashes())

    made = run(own, "backup", str(copy))
    assert made.exit_code == 0 and "2 files" in made.output
    assert packed.stat().st_mode & 0o777 == copy.stat().st_mode & 0o777 == 0o600
    shutil.rmtree(store(own).folder)
    leaflets.remove(leaflets.of(Make().theme())[0].file, by=Make().user())
    db.session.remove()
    restored = run(own, "restore", str(copy))

    assert restored.exit_code == 0, restored.output
    assert set(store(own).hashes()) == before
    assert all(store(own).is_whole(one) for one in before)
    assert contents() == {"leaflet.pdfen", "leaflet.pdffr"}
    for leaflet in leaflets.of(Make().theme()):
        assert stored_files.path(store(own), leaflet.file).exists()


def test_the_tar_tells_what_it_holds(own: Flask, tmp_path: Path):
    run(own, "backup", str(tmp_path / "copy.sqlite3"))

    with tarfile.open(tmp_path / "copy.sqlite3.files.tar") as packed:
        names = packed.getnames()
        listed = json.loads(packed.extractfile("files.json").read())  # type: ignore[union-attr]

    assert names[0] == "files.json"
    assert set(names[1:]) == set(listed["files"]) == set(store(own).hashes())
    assert listed["lost"] == []


def test_a_backup_without_its_files_is_refused_unless_they_are_still_there(own: Flask, tmp_path: Path):
    copy = tmp_path / "copy.sqlite3"
    run(own, "backup", str(copy))
    (tmp_path / "copy.sqlite3.files.tar").unlink()

    assert run(own, "restore", str(copy)).exit_code == 0
    first = next(iter(store(own).hashes()))
    store(own).path(first).write_bytes(b"damaged")
    refused = run(own, "restore", str(copy))

    assert refused.exit_code == 1
    assert (
        "1 files that this backup names are missing: put copy.sqlite3.files.tar beside it" in refused.output
    )


@pytest.mark.parametrize("how", ["cut", "changed", "no list", "a link", "no tar"])
def test_damaged_files_are_refused_and_nothing_is_changed(how: str, own: Flask, tmp_path: Path):
    copy = tmp_path / "copy.sqlite3"
    run(own, "backup", str(copy))
    packed = tmp_path / "copy.sqlite3.files.tar"
    whole = packed.read_bytes()
    if how == "cut":
        packed.write_bytes(whole[:1700])
    elif how == "changed":
        packed.write_bytes(whole.replace(b"%PDF-1.7 French", b"%PDF-1.7 Franch"))
    elif how == "no list":
        with tarfile.open(packed, "w"):
            pass
    elif how == "a link":
        with tarfile.open(packed, "a") as more:
            link = tarfile.TarInfo("0" * 64)
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            more.addfile(link)
    else:
        packed.write_bytes(b"no tar at all")
    with sqlite3.connect(tmp_path / "instance" / "own.sqlite3") as live:
        live.execute("UPDATE theme SET text_en = 'changed since' WHERE code = 'BMV'")
    live.close()

    refused = run(own, "restore", str(copy))

    assert refused.exit_code == 1
    assert "is damaged or not a backup of this system" in refused.output
    assert Make().theme().text_en == "changed since"


def test_a_lost_file_leaves_the_rest_of_the_backup_standing(own: Flask, tmp_path: Path):
    copy = tmp_path / "copy.sqlite3"
    lost = next(iter(store(own).hashes()))
    store(own).path(lost).unlink()

    made = run(own, "backup", str(copy))

    assert made.exit_code == 1 and lost in made.output
    assert "1 files" in made.output
    assert run(own, "restore", str(copy)).exit_code == 0, "what was lost before is not asked for"
    assert len(leaflets.of(Make().theme())) == 2


def test_a_backup_of_before_there_were_files_comes_back(own: Flask, tmp_path: Path):
    copy = tmp_path / "copy.sqlite3"
    run(own, "backup", str(copy))
    with sqlite3.connect(copy) as old:
        old.execute("DROP TABLE theme_leaflet")
        old.execute("DROP TABLE stored_file")
    old.close()
    (tmp_path / "copy.sqlite3.files.tar").unlink()
    shutil.rmtree(store(own).folder)

    assert run(own, "restore", str(copy)).exit_code == 0


def test_a_backup_takes_no_name_that_is_taken(own: Flask, tmp_path: Path):
    (tmp_path / "copy.sqlite3.files.tar").write_bytes(b"of somebody else")

    refused = run(own, "backup", str(tmp_path / "copy.sqlite3"))

    assert refused.exit_code == 1
    assert not (tmp_path / "copy.sqlite3").exists()
    assert (tmp_path / "copy.sqlite3.files.tar").read_bytes() == b"of somebody else"


def test_the_worker_sweeps(own: Flask, monkeypatch):
    swept = []
    monkeypatch.setattr(stored_files, "sweep", lambda one: swept.append(one.folder))

    assert run(own, "worker", "--once").exit_code == 0
    assert swept == [store(own).folder]

"""Contents on disk: whole or not there, for their owner alone, and swept when no row names them since a day."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from training import clock
from training.uploads.store import UNFINISHED, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def age(path: Path, hours: float) -> None:
    then = (clock.now() - timedelta(hours=hours)).timestamp()
    os.utime(path, (then, then))


def test_a_content_is_kept_once_under_its_hash_and_for_its_owner_alone(store: Store):
    one, again = store.put(b"same"), store.put(b"same")

    assert one == again
    assert list(store.hashes()) == [one]
    assert store.path(one).read_bytes() == b"same"
    assert store.path(one).parent.name == one[:2]
    assert store.path(one).stat().st_mode & 0o777 == 0o600
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert store.path(one).parent.stat().st_mode & 0o777 == 0o700
    assert store.holds(one, 4) and not store.holds(one, 5)


def test_a_name_is_a_hash_and_nothing_else(store: Store):
    for name in ("../../etc/passwd", "", "a" * 63, "A" * 64, "/" * 64):
        with pytest.raises(ValueError, match="SHA-256"):
            store.path(name)


def test_a_disk_that_fails_leaves_no_half_content(store: Store, monkeypatch):
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    kept = store.put(b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(b"after")
    monkeypatch.undo()

    assert list(store.hashes()) == [kept]
    assert not list(store.folder.rglob(f"*{UNFINISHED}"))


def test_a_damaged_content_is_seen(store: Store):
    kept = store.put(b"as it was")
    assert store.is_whole(kept)

    store.path(kept).write_bytes(b"as it isn")

    assert store.holds(kept, 9)
    assert not store.is_whole(kept)
    assert not store.is_whole("0" * 64)


def test_sweeping_takes_what_is_old_and_named_by_nobody(store: Store):
    named, old, new = store.put(b"named"), store.put(b"old"), store.put(b"new")
    torn = store.path(old).with_name(f"torn{UNFINISHED}")
    torn.write_bytes(b"half")
    foreign = store.folder / "00" / "notes.txt"
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("not ours")
    for path in (store.path(named), store.path(old), torn, foreign):
        age(path, 25)

    assert store.sweep({named}, clock.now() - timedelta(days=1)) == 2
    assert set(store.hashes()) == {named, new}
    assert foreign.exists()
    assert not torn.exists()


def test_a_content_that_is_put_again_is_new_again(store: Store):
    kept = store.put(b"once removed")
    age(store.path(kept), 48)

    store.put(b"once removed")

    assert store.sweep(set(), clock.now() - timedelta(days=1)) == 0
    assert store.is_whole(kept)

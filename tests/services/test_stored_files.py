"""Files of the store: a row only for a content that is there, and a content for a day after its row is gone."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.db import atomic
from training.errors import Conflict, Invalid, NotFound, TooMany
from training.models import FileKind
from training.services import stored_files

keep, drop = atomic(stored_files.keep), atomic(stored_files.drop)


def aged(make: Make, sha256: str, hours: int = 48) -> None:
    """Say on the disk, which has a clock of its own, when the content was put there."""
    then = (clock.now() - timedelta(hours=hours)).timestamp()
    os.utime(make.store().path(sha256), (then, then))


def test_what_may_not_be_kept_leaves_nothing_on_the_disk(make: Make):
    before = list(make.store().hashes())

    with pytest.raises(Invalid):
        stored_files.take(make.store(), b"<script>", "page.pdf")

    assert list(make.store().hashes()) == before


def test_a_row_names_what_was_sent_and_by_whom(make: Make):
    user = make.user()

    file = keep(make.taken(b"%PDF-1.7 who", "Who.pdf"), by=user, kind=FileKind.DOCUMENT)

    assert (file.name, file.size, file.media_type) == ("Who.pdf", 12, "application/pdf")
    assert (file.by_id, file.by_name) == (user.id, user.name)
    assert stored_files.path(make.store(), file).read_bytes() == b"%PDF-1.7 who"


def test_a_file_whose_content_is_gone_again_gets_no_row(make: Make):
    taken = make.taken(b"%PDF-1.7 swept meanwhile")
    make.store().path(taken.file.sha256).unlink()

    with pytest.raises(Conflict):
        keep(taken, by=None, kind=FileKind.LEAFLET)


def test_a_removed_file_is_given_to_nobody_and_its_content_stays_for_a_day(make: Make):
    file = keep(make.taken(b"%PDF-1.7 removed"), by=None, kind=FileKind.LEAFLET)
    aged(make, file.sha256)
    drop(file)

    with pytest.raises(NotFound):
        stored_files.path(make.store(), file)
    stored_files.sweep(make.store())
    assert make.store().is_whole(file.sha256)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert stored_files.sweep(make.store()) >= 1
    assert not make.store().is_whole(file.sha256)


def test_a_content_that_another_row_names_stays(make: Make):
    first = keep(make.taken(b"%PDF-1.7 shared"), by=None, kind=FileKind.LEAFLET)
    second = keep(make.taken(b"%PDF-1.7 shared"), by=None, kind=FileKind.DOCUMENT)
    drop(first)

    with time_machine.travel(clock.now() + timedelta(days=3)):
        stored_files.sweep(make.store())

    assert stored_files.path(make.store(), second).exists()


def test_a_file_without_a_row_goes_after_a_day_and_not_before(make: Make):
    sha256 = make.taken(b"%PDF-1.7 its row never came").file.sha256

    for hours, is_kept in ((23, True), (25, False)):
        aged(make, sha256, hours)
        stored_files.sweep(make.store())
        assert make.store().is_whole(sha256) is is_kept


def test_somebody_who_sends_without_end_waits(make: Make, monkeypatch):
    monkeypatch.setattr(stored_files, "MOST_AN_HOUR", 2)
    user, other = make.user(), make.user()
    for _ in range(2):
        keep(make.taken(), by=user, kind=FileKind.DOCUMENT)

    with pytest.raises(TooMany, match="2 files within an hour"):
        keep(make.taken(), by=user, kind=FileKind.DOCUMENT)
    keep(make.taken(), by=other, kind=FileKind.DOCUMENT)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        keep(make.taken(), by=user, kind=FileKind.DOCUMENT)


def test_a_lost_content_is_said_in_words(make: Make, caplog):
    file = keep(make.taken(b"%PDF-1.7 lost"), by=None, kind=FileKind.LEAFLET)
    make.store().path(file.sha256).write_bytes(b"%PDF")

    with pytest.raises(NotFound, match="missing here"):
        stored_files.path(make.store(), file)
    assert str(file.public_id) in caplog.text

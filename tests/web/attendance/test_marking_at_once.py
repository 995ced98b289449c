"""What one button marks can be taken back, and a register says when it opens."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.conftest import at_time
from tests.make import Make
from training.db import db
from training.models import AttendanceRecord, AttendanceStatus
from training.texts import words


def test_letters_of_marks_are_whole_and_tell_the_marks_apart():
    for letters in words.MARK_LETTERS.values():
        assert list(letters) == [one.value for one in AttendanceStatus]
        assert len(set(letters.values())) == len(letters)

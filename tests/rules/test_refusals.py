"""What a refusal says besides its sentence: who else can help, or what comes next. Never its code."""

from __future__ import annotations

import pytest

from training.errors import READER, RESOLVED_BY, Conflict
from training.text import msg


@pytest.mark.parametrize(
    ("reader", "code", "said"),
    [
        ("partner", "full", "It is full. Who can help: the coordinator."),
        ("trainer", "full", "It is full. Who can help: the coordinator."),
        ("coordinator", "full", "It is full."),
        ("admin", "full", "It is full."),
        ("coordinator", "suspended", "It is full. Who can help: an administrator."),
        ("admin", "suspended", "It is full."),
        ("partner", "gone", "It is full."),
        ("", "full", "It is full. Who can help: the coordinator."),
        ("trainer", "missing", "It is full."),
        ("coordinator", "changed", "It is full. Load the page again first."),
        ("coordinator", "ended", "It is full. This can no longer be changed."),
    ],
)
def test_nobody_is_sent_to_themselves(reader: str, code: str, said: str):
    before = READER.set(reader)
    try:
        assert str(Conflict(msg("It is full."), code).explained) == said
    finally:
        READER.reset(before)


def test_no_code_is_said():
    assert [code for code in RESOLVED_BY if f"({code})" in str(Conflict(msg("x"), code).explained)] == []

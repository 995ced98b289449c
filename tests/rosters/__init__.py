"""Rosters as agencies send them, and odd ones."""

from __future__ import annotations

import os


def cpu_seconds() -> float:
    """What this process and its children have worked so far: a busy machine does not make it more."""
    return sum(os.times()[:4])

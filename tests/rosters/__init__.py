"""Rosters as agencies send them, and odd ones."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator


def cpu_seconds() -> float:
    """What this process and its children have worked so far: a busy machine does not make it more."""
    return sum(os.times()[:4])


REPEATED = 5


@functools.cache
def reference() -> float:
    """What one fixed loop costs on this machine, in seconds of work: about 0.1 on one of today.

    It is timed five times over, because the clock of a process's work goes in steps of 0.01.
    """
    started = cpu_seconds()
    kept = 0
    for turn in range(REPEATED * 250_000):
        kept = (kept * 31 + len(str(turn % 250_000))) % 1_000_003
    return max(cpu_seconds() - started, 0.01) / REPEATED


@contextlib.contextmanager
def at_most(loops: float) -> Iterator[None]:
    """What stands inside may cost so many fixed loops, measured on the same machine.

    Seconds would refuse a slow machine, and one that counts which lines ran. The limits stand far above what is
    measured: they are there for what grows with the square of its input or never ends.
    """
    started = cpu_seconds()
    yield
    worked = cpu_seconds() - started
    allowed = loops * reference()
    assert worked < allowed, f"{worked:.2f} s of work, where {loops:g} fixed loops cost {allowed:.2f} s"

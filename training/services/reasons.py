"""The guard of every step that needs a reason, which others read later."""

from __future__ import annotations

from training.errors import Invalid
from training.text import msg

MOST = 2000
"""How many characters a reason has at most."""


def check(reason: str) -> None:
    """Raise ``Invalid`` for an empty reason, and for one that is too long."""
    if not reason.strip():
        raise Invalid(msg("Say why, so that others understand it later."), field="reason")
    if len(reason.strip()) > MOST:
        raise Invalid(msg("A reason has at most %(most)s characters.", most=MOST), field="reason")

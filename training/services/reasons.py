"""The guard of every step that needs a reason, which others read later."""

from __future__ import annotations

from training.errors import Invalid
from training.text import msg

MOST = 2000
"""How many characters a reason has at most."""


def check(reason: str, field: str = "reason") -> None:
    """Raise ``Invalid`` for an empty reason, and for one that is too long. ``field`` is where it was typed."""
    if not reason.strip():
        raise Invalid(msg("Say why, so that others understand it later."), field=field)
    if len(reason.strip()) > MOST:
        raise Invalid(msg("A reason has at most %(most)s characters.", most=MOST), field=field)

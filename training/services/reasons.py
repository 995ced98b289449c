"""The guard of every step that needs a reason, which others read later."""

from __future__ import annotations

from training.errors import Invalid
from training.text import msg


def check(reason: str) -> None:
    """Raise ``Invalid`` for an empty reason."""
    if not reason.strip():
        raise Invalid(msg("Say why, so that others understand it later."), field="reason")

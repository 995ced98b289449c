"""The commands, as people script them: exit status 0 done, 1 refused with the reasons on stderr, 2 wrong usage."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every command."""

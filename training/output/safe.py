"""What a cell may hold: text that begins like a formula stays text wherever the file is opened."""

from __future__ import annotations

import re

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
PHONE = re.compile(r"\+[0-9 ()\-]+")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LONGEST_CELL = 32_767


def csv_text(value: str) -> str:
    """``value`` with a leading apostrophe where a spreadsheet would read a formula; a phone number is left alone."""
    if value.lstrip(" ").startswith(STARTS) and not PHONE.fullmatch(value):
        return f"'{value}"
    return value


def excel_text(value: str) -> str:
    """``value`` as a cell can hold it: no control characters, not longer than a cell."""
    return CONTROLS.sub("", value)[:LONGEST_CELL]

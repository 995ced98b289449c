"""Odd files, as agencies and attackers send them: one line of the table says what goes in and what must come out.

The files are made anew for every run, always alike, by ``make_odd_files``. ``python -m tests.rosters.odd_files FOLDER``
writes them all into a folder, to look at them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rosters.odd import Odd
from tests.rosters.odd_texts import ENCODINGS, HEADERS, NAMES, ROWS, SEPARATORS, VALUES
from tests.rosters.odd_workbooks import BOOKS, FORMULAS, REFUSED, SHEETS

ODD: list[Odd] = [
    *ENCODINGS, *SEPARATORS, *HEADERS, *SHEETS, *ROWS, *NAMES, *VALUES, *FORMULAS, *BOOKS, *REFUSED,
]  # fmt: skip


def write_all(folder: Path) -> None:
    """Write every file under its number and name."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(ODD, start=1):
        plain = "".join(c if c.isalnum() else "-" for c in case.name)[:60]
        (folder / f"{number:03}-{plain}{Path(case.file).suffix}").write_bytes(case.make())


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))

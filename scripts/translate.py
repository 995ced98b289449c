"""Collect the strings of all pages into the catalogues; what is translated stays, what is gone goes.

A catalogue keeps its head as it is: without one it would not be compiled, and dates in it would change every time.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
KEYWORDS = ("msg", "_l", "lazy_gettext")


def pybabel(*arguments: str) -> None:
    """Run one of Babel's commands."""
    command = [str(Path(sys.executable).with_name("pybabel")), "-q", *arguments, "--omit-header"]
    subprocess.run(command, cwd=ROOT, check=True)


def main() -> None:
    """Extract once, and bring every language up to date."""
    keywords = [part for word in KEYWORDS for part in ("-k", word)]
    pybabel(
        "extract", "-F", "babel.cfg", *keywords, "--no-location", "--sort-output", "-o", str(TEMPLATE), "."
    )
    try:
        for catalogue in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
            head = catalogue.read_text(encoding="utf-8").partition("\n\n")[0]
            pybabel("update", "-N", "--ignore-obsolete", "-w", "110", "-i", str(TEMPLATE), "-d", str(FOLDER),
                    "-l", catalogue.parents[1].name)  # fmt: skip
            body = catalogue.read_text(encoding="utf-8")
            catalogue.write_text(f"{head}\n\n{body}", encoding="utf-8")
    finally:
        TEMPLATE.unlink(missing_ok=True)


if __name__ == "__main__":
    main()

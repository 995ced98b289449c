"""Collect the strings of all pages into the catalogues. Translated strings stay. Strings that are gone go.

A string that nobody has translated yet is marked in the catalogue by the comment ``WAITS``. Until it is
translated, the page shows it in English. ``make release`` refuses while a string waits.

A catalogue keeps its head as it is. Without a head it would not be compiled, and a new head would change its
dates each time.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
KEYWORDS = ("msg", "nmsg:1,2", "_l", "lazy_gettext")
WAITS = "waits for a translation"


def pybabel(*arguments: str) -> None:
    """Run one of Babel's commands."""
    command = [str(Path(sys.executable).with_name("pybabel")), "-q", *arguments, "--omit-header"]
    subprocess.run(command, cwd=ROOT, check=True)


def read(path: Path) -> Catalog:
    """The catalogue in a file of ``translations/<language>/LC_MESSAGES``."""
    return read_po(io.BytesIO(path.read_bytes()), locale=path.parents[1].name)


def waiting(catalogue: Catalog) -> list[str]:
    """The strings of a catalogue that nobody has translated yet."""
    return [str(one.id) for one in catalogue if one.id and (one.fuzzy or not all(_forms(one)))]


def _forms(message: Message) -> Sequence[str]:
    """A string's translation: one, or one for each number."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def mark(catalogue: Catalog) -> None:
    """Mark the strings that wait, and take the mark from the others."""
    waits = set(waiting(catalogue))
    for message in catalogue:
        if message.id:
            said = [comment for comment in message.user_comments if comment != WAITS]
            message.user_comments = [*said, WAITS] if str(message.id) in waits else said


def head_of(path: Path) -> str:
    """The head of a catalogue: its language, its encoding and its rule of plurals.

    Raises ``ValueError`` without one, because Babel leaves out such a catalogue without a word.
    """
    head = path.read_text(encoding="utf-8").partition("\n\n")[0]
    if not head.startswith('msgid ""\nmsgstr ""\n') or '"Plural-Forms: ' not in head:
        raise ValueError(f"{path} has no head")
    return head


def write(path: Path, catalogue: Catalog, head: str) -> None:
    """Write a catalogue with its head, in the order of its strings."""
    written = io.BytesIO()
    write_po(written, catalogue, width=110, omit_header=True, sort_output=True, ignore_obsolete=True)
    path.write_text(f"{head}\n\n{written.getvalue().decode()}", encoding="utf-8")


def main() -> None:
    """Extract the strings once, and bring the catalogue of every language up to date."""
    keywords = [part for word in KEYWORDS for part in ("-k", word)]
    pybabel(
        "extract", "-F", "babel.cfg", *keywords, "--no-location", "--sort-output", "-o", str(TEMPLATE), "."
    )
    try:
        for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
            head, language = head_of(path), path.parents[1].name
            pybabel(
                "update", "-N", "--ignore-obsolete", "-i", str(TEMPLATE), "-d", str(FOLDER), "-l", language
            )
            catalogue = read(path)
            mark(catalogue)
            write(path, catalogue, head)
            for string in waiting(catalogue):
                print(f"{language} waits: {string}")
    finally:
        TEMPLATE.unlink(missing_ok=True)


if __name__ == "__main__":
    main()

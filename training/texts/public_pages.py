"""The texts of the public pages that come with the product, and how such a text is read.

One file per page and language, ``templates/system/public_pages/<language>/<page>.txt``. Placeholders such as
``${organisation}`` are filled when the page is shown. A line of which no placeholder has a value is left out, so
that an unknown address leaves no gap. A line that begins with ``#`` is a heading, and one that begins with ``-`` is
a point of a list. An empty line ends a paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Template

from config import ROOT

FOLDER = ROOT / "templates" / "system" / "public_pages"
PLACEHOLDERS = ("organisation", "address", "email", "site")
"""What a text may name: the organisation, its address on one line, its address for answers, and this site."""


@dataclass(frozen=True)
class Heading:
    """A heading inside of a page."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, with the lines that its writer broke."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Points:
    """A list of points."""

    points: tuple[str, ...]


Block = Heading | Paragraph | Points


@cache
def shipped(kind: str, language: str) -> str:
    """The text that comes with the product, with its placeholders."""
    return (FOLDER / language / f"{kind}.txt").read_text(encoding="utf-8").strip()


def filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its placeholders filled. Anything else with a dollar sign stays as it was typed."""
    kept = []
    for line in text.splitlines():
        named = [name for name in Template(line).get_identifiers() if name in values]
        if named and not any(values[name] for name in named):
            continue
        kept.append(Template(line).safe_substitute(values))
    return "\n".join(kept)


def blocks(text: str) -> list[Block]:
    """The headings, paragraphs and lists of a text, in their order."""
    found: list[Block] = []
    kind, gathered = "", list[str]()

    def end() -> None:
        nonlocal kind
        if gathered:
            found.append(Points(tuple(gathered)) if kind == "-" else Paragraph(tuple(gathered)))
        gathered.clear()
        kind = ""

    for line in (one.strip() for one in text.splitlines()):
        mark = line[:1] if line[:2] in ("# ", "- ") else ""
        said = line[2:].strip() if mark else line
        if not said:
            end()
        elif mark == "#":
            end()
            found.append(Heading(said))
        else:
            if gathered and mark != kind:
                end()
            kind = mark
            gathered.append(said)
    end()
    return found

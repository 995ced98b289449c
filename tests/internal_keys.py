"""What only programs should read: keys, codes and the names of zones. No person may find one in a file or on a page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from training.rules.countries import COUNTRIES

ZONE = re.compile(
    r"\b(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[A-Z]\w+"
)
IN_TEXT = (
    ZONE,
    re.compile(r"(?<![\w@./-])[a-z]+(?:_[a-z0-9]+)+(?![\w@])"),  # not_recorded, ends_from
    re.compile(r"(?<![\w:/])[a-z_]+:[a-z_]+(?![\w:/])"),  # theme:read
    re.compile(
        rf"(?<![\w-])(?:{'|'.join(COUNTRIES)})(?![\w-])"
    ),  # XL, but not XL-011, which is an agency's code
)
ALONE = frozenset({"f", "m", "x", "en", "fr", "ru", "ar", "True", "False", "None"})
"""What stands in a cell of its own only where somebody forgot to say it in words."""
UNSEEN = {"script", "style", "template", "head", "code"}
SPOKEN = ("aria-label", "title", "placeholder", "alt")


def found_in(text: str) -> set[str]:
    """The keys in a text."""
    return {one for pattern in IN_TEXT for one in pattern.findall(text)}


def in_cell(text: str) -> set[str]:
    """The keys in a cell: those in its text, and codes that are all that it says."""
    return found_in(text) | ({text} & ALONE)


def cells_of(workbook: bytes) -> Iterator[tuple[str, str]]:
    """(sheet, text) of every cell that holds something, and of the sheets' names."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    for name in book.sheet_names:
        yield name, name
        for row in book.get_sheet_by_name(name).to_python():
            yield from ((name, str(cell)) for cell in row if cell != "")


def texts_of(page: str) -> Iterator[str]:
    """What a reader of a page sees, and what a screen reader says, piece by piece."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for one in _shown(tree):
        yield from (one.get(name, "") for name in SPOKEN)
        yield one.text or ""
        yield from (child.tail or "" for child in one)


def _shown(tree: Element) -> Iterator[Element]:
    if tree.tag in UNSEEN:
        return
    yield tree
    for child in tree:
        yield from _shown(child)


def in_file(content: bytes) -> set[str]:
    """The keys in a workbook or a paper."""
    if content.startswith(b"PK"):
        return {f"{sheet}: {key}" for sheet, cell in cells_of(content) for key in in_cell(cell)}
    pages = PdfReader(io.BytesIO(content)).pages
    return {key for page in pages for key in found_in(page.extract_text())}


def on_page(page: str) -> set[str]:
    """The keys that a page shows."""
    return {key for text in texts_of(page) for key in found_in(text)}

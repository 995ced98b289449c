"""PDF files read as what stands on them: the text, its places, its fonts, and the boxes in place of letters."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from training.output import fonts


def usual_fonts(folder: Path) -> Path:
    """The fonts that every set-up has, whether or not this checkout has those of Chinese, Japanese and Korean."""
    optional = shutil.ignore_patterns("noto-sans-jp", "noto-sans-kr", "noto-sans-sc")
    return Path(shutil.copytree(fonts.FOLDER, folder / "fonts", ignore=optional))


@dataclass(frozen=True)
class Piece:
    """A piece of text of one page, with the place of its baseline in points from the lower left corner."""

    page: int
    x: float
    y: float
    text: str


def text_of(pdf: bytes) -> str:
    """The text of every page, and what the file says of itself."""
    read = PdfReader(io.BytesIO(pdf))
    return "\n".join([*(page.extract_text() for page in read.pages), str(read.metadata)])


def pieces_of(pdf: bytes) -> list[Piece]:
    """The pieces of text with their places, in the order in which they were written."""
    found: list[Piece] = []
    for number, page in enumerate(PdfReader(io.BytesIO(pdf)).pages):

        def note(text: str, cm: list[float], tm: list[float], *_: Any, number: int = number) -> None:
            if text.strip():
                found.append(Piece(number, cm[4] + tm[4] * cm[0], cm[5] + tm[5] * cm[3], text.strip()))

        page.extract_text(visitor_text=note)
    return found


def fonts_of(pdf: bytes) -> set[str]:
    """The families of the fonts on the paper, as ``NotoSansThai``."""
    found: set[str] = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        used: Any = page["/Resources"]
        found |= {str(font.get_object()["/BaseFont"]) for font in used["/Font"].values()}
    return {name.partition("+")[2].partition("-")[0] for name in found}


def boxes_on(pdf: bytes) -> int:
    """How many letters have no glyph, so that the paper shows a box in their place: glyph 0 of a font."""
    boxes = 0
    for page in PdfReader(io.BytesIO(pdf)).pages:
        content = page.get_contents()
        assert content is not None
        for operands, operator in content.operations:
            if operator in (b"Tj", b"TJ"):
                shown = operands[0] if operator == b"TJ" else operands
                boxes += sum(str(part).count("\0") for part in shown)
    return boxes

"""PDF files read as the text on them."""

from __future__ import annotations

import io

from pypdf import PdfReader


def text_of(pdf: bytes) -> str:
    """The text of every page, and what the file says of itself."""
    read = PdfReader(io.BytesIO(pdf))
    return "\n".join([*(page.extract_text() for page in read.pages), str(read.metadata)])

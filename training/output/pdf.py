"""PDF by typst: data goes in as JSON, never spliced into markup, so no name can become a command."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from config import ROOT

TEMPLATES = ROOT / "templates"
FONTS = ROOT / "static" / "dist" / "fonts"


class FontsMissing(RuntimeError):
    """The fonts of the papers were not built."""


def render(template: str, data: dict[str, Any]) -> bytes:
    """The paper ``templates/<template>.typ`` filled with ``data``, as PDF."""
    made = typst.Compiler(str(TEMPLATES / f"{template}.typ"), font_paths=_fonts()).compile(
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, format="pdf"
    )
    assert isinstance(made, bytes)  # one document, one file
    return made


def qr(text: str) -> str:
    """A QR code with ``text``, as SVG."""
    image = io.BytesIO()
    segno.make(text, error="m").save(image, kind="svg", border=0)
    return image.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    if not any(Path(FONTS).glob("*.ttf")):
        raise FontsMissing("The fonts are not built yet: run `make setup`.")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])

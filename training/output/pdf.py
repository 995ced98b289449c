"""PDF by typst: data goes in as JSON, never spliced into markup, so no name can become a command."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import segno
import typst

from config import ROOT
from training.output import fonts

TEMPLATES = ROOT / "templates"


def render(template: str, data: dict[str, Any]) -> bytes:
    """The paper ``templates/<template>.typ`` filled with ``data``, as PDF.

    It loads the fonts that its text needs. What no font holds is printed in Latin letters (``fonts``).
    """
    text = fonts.of(_strings(data))
    ready = _each(data, text.printable)
    families = text.families()
    made = typst.Compiler(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_loaded(tuple(str(one.folder) for one in families)),
    ).compile(
        sys_inputs={
            "data": json.dumps({**ready, "fonts": [one.name for one in families]}, ensure_ascii=False)
        },
        format="pdf",
    )
    assert isinstance(made, bytes)  # one document, one file
    return made


def qr(text: str) -> str:
    """A QR code with ``text``, as SVG."""
    image = io.BytesIO()
    segno.make(text, error="m").save(image, kind="svg", border=0)
    return image.getvalue().decode()


def _strings(data: Any) -> Iterator[str]:
    """Every text in ``data``."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _strings(value)


def _each(data: Any, change: Callable[[str], str]) -> Any:
    """``data`` with every text in it changed."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {name: _each(value, change) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_each(value, change) for value in data]
    return data


@lru_cache(maxsize=8)
def _loaded(folders: tuple[str, ...]) -> typst.Fonts:
    """The fonts in ``folders``. They stay loaded, because most papers need the same."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))

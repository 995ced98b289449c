"""Help for focal points. The page shows the text of the file in docs/, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint
from flask_babel import get_locale
from werkzeug.wrappers import Response

from config import ROOT
from training.policy import Action
from training.web.kit.access import permit
from training.web.kit.respond import page

bp = Blueprint("help", __name__)
FOLDER = ROOT / "docs"


@dataclass(frozen=True)
class Part:
    """A heading and the paragraphs and lists of points below it. ``**`` marks strong words."""

    heading: str
    blocks: list[str | list[str]]


@bp.get("/help")
@permit(Action.HELP_READ)
def show() -> Response:
    """Explain on one screen how focal points register people."""
    title, parts = read(_file(str(get_locale() or "en").partition("_")[0]))
    return page("system/help/show.html", title=title, parts=parts)


def _file(language: str) -> Path:
    """The file with the text in this language, or in English when this language has none."""
    wanted = FOLDER / f"focal-points.{language}.md"
    return wanted if wanted.exists() else FOLDER / "focal-points.md"


@cache
def read(path: Path) -> tuple[str, list[Part]]:
    """(title, parts) of a text that has one title, headings, points, and paragraphs of one line each."""
    title, parts = "", [Part("", [])]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            title = line.removeprefix("# ")
        elif line.startswith("## "):
            parts.append(Part(line.removeprefix("## "), []))
        elif line.startswith("- "):
            blocks, point = parts[-1].blocks, line.removeprefix("- ")
            if blocks and isinstance(blocks[-1], list):
                blocks[-1].append(point)
            else:
                blocks.append([point])
        elif line:
            parts[-1].blocks.append(line)
    return title, parts

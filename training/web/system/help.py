"""Help for focal points: the page shows the very text that stands in docs/, in the reader's language."""

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
    """A heading with what stands below it: paragraphs and lists of points, where ** marks what is to be strong."""

    heading: str
    blocks: list[str | list[str]]


@bp.get("/help")
@permit(Action.HELP_READ)
def show() -> Response:
    """How focal points register people, on one screen."""
    title, parts = read(_file(str(get_locale() or "en").partition("_")[0]))
    return page("system/help/show.html", title=title, parts=parts)


def _file(language: str) -> Path:
    """The text in this language, or in English where there is none."""
    wanted = FOLDER / f"focal-points.{language}.md"
    return wanted if wanted.exists() else FOLDER / "focal-points.md"


@cache
def read(path: Path) -> tuple[str, list[Part]]:
    """(title, parts) of a text with one title, headings, paragraphs of a line each, and points."""
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

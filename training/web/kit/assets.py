"""Front-end files under their hashed names, as the build's manifest lists them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from flask import Flask, url_for

DIST = Path("static") / "dist"


class AssetsMissing(RuntimeError):
    """The front end was not built."""


def init_app(app: Flask) -> None:
    """Give templates ``asset(name)``: the address of a built file."""
    manifest = Path(app.root_path) / DIST / "manifest.json"

    def asset(name: str) -> str:
        return url_for("static", filename=f"dist/{_manifest(manifest)[name]}")

    app.jinja_env.globals["asset"] = asset


def is_hashed(path: str, url: str) -> bool:
    """Whether the file's name changes with its content. Browsers may keep such a file for good."""
    return re.search(r"-[A-Z0-9]{8}\.\w+$", url) is not None


@cache
def _manifest(path: Path) -> dict[str, str]:
    if not path.exists():
        raise AssetsMissing("The front end is not built yet: run `make setup`.")
    built: dict[str, str] = json.loads(path.read_text())
    return built

"""The README shows the pictures that ``make pictures`` takes, and no others."""

from __future__ import annotations

import re

from config import ROOT
from scripts.pictures import FOLDER, PICTURES

SHOWN = re.compile(r"!\[[^\]]+\]\(docs/pictures/([a-z]+)\.png\)")


def test_the_pictures_of_the_readme_are_those_that_are_taken_in_the_order_of_the_jobs():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert SHOWN.findall(readme) == [one.name for one in PICTURES]
    assert {path.name for path in FOLDER.iterdir()} == {f"{one.name}.png" for one in PICTURES}

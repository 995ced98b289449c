"""Write the number of a release into pyproject.toml and CHANGELOG.md: ``make release version=1.2.0``.

It refuses while a string waits for a translation. It then prints the reasons, writes nothing and exits with
status 1.
"""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scripts import translate  # noqa: E402
from training import clock  # noqa: E402


def reasons(version: str, changelog: str, catalogues: dict[str, list[str]]) -> list[str]:
    """The reasons against a release, a sentence each. ``catalogues`` is language → strings that wait."""
    found = [] if re.fullmatch(r"\d+\.\d+\.\d+", version) else [f"{version!r} is no number like 1.2.0."]
    if f"## [{version}]" in changelog:
        found.append(f"CHANGELOG.md has a release {version} already.")
    if not re.search(r"## \[Unreleased\]\n+### ", changelog):
        found.append("CHANGELOG.md says nothing under [Unreleased].")
    for language, strings in catalogues.items():
        found += [f"{language} waits for a translation: {string}" for string in strings]
    return found


def released(changelog: str, version: str, day: date) -> str:
    """The changelog with its unreleased part under the new number, and a new empty unreleased part."""
    return changelog.replace(
        "## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - {day.isoformat()}\n", 1
    )


def main() -> int:
    """Check the release and write its number."""
    version = sys.argv[1] if len(sys.argv) > 1 else ""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    paths = sorted(translate.FOLDER.glob("*/LC_MESSAGES/messages.po"))
    waits = {path.parents[1].name: translate.waiting(translate.read(path)) for path in paths}
    if found := reasons(version, changelog, waits):
        print("\n".join(found), file=sys.stderr)
        return 1
    (ROOT / "CHANGELOG.md").write_text(released(changelog, version, clock.today()), encoding="utf-8")
    project = ROOT / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(
        re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', text, count=1), encoding="utf-8"
    )
    print(
        f"{version} is written into CHANGELOG.md and pyproject.toml: look at both, commit them, and set the tag."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

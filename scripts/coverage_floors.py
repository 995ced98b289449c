"""Compare the coverage that the tests just measured with the floors, and name the files with the least.

A floor counts the lines and branches of a path together, as coverage does.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from coverage import Coverage

FLOORS = {"training/services/": 95, "training/policy.py": 100, "training/web/kit/access.py": 100}
"""File, or folder with all files below it → the per cent of lines and branches that tests must reach."""
SHOWN = 10
Files = dict[str, dict[str, Any]]


def percent(files: Files, path: str) -> float | None:
    """The coverage below ``path`` in per cent, or None when nothing of it was measured."""
    sums = [one["summary"] for name, one in files.items() if name.startswith(path)]
    done = sum(one["covered_lines"] + one["covered_branches"] for one in sums)
    whole = sum(one["num_statements"] + one["num_branches"] for one in sums)
    return 100 * done / whole if whole else None


def too_low(files: Files) -> list[str]:
    """A sentence for each floor that is not kept."""
    found = []
    for path, floor in FLOORS.items():
        covered = percent(files, path)
        if covered is None:
            found.append(f"{path}: nothing was measured; did it move?")
        elif covered < floor:
            found.append(f"{path}: {covered:.1f} % covered, the floor is {floor} %.")
    return found


def least(files: Files) -> list[str]:
    """The files with the least coverage, with the lines that no test reaches."""
    order = sorted(files, key=lambda name: files[name]["summary"]["percent_covered"])
    return [
        f"{files[name]['summary']['percent_covered']:6.1f} %  {name}  lines {files[name]['missing_lines']}"
        f"  branches {files[name]['missing_branches']}"
        for name in order[:SHOWN]
        if files[name]["summary"]["percent_covered"] < 100
    ]


def main() -> int:
    """Read ``.coverage``. Returns status 1 when a floor is not kept."""
    measured = Coverage()
    measured.load()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "coverage.json"
        kept, sys.stdout = sys.stdout, io.StringIO()
        measured.json_report(outfile=str(out))
        sys.stdout = kept
        files: Files = json.loads(out.read_text())["files"]
    print("== coverage: " + ", ".join(f"{path} {percent(files, path) or 0:.1f} %" for path in FLOORS))
    print("\n".join(["The least:", *least(files)]))
    wrong = too_low(files)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

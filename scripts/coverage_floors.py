"""Hold the coverage that the tests just measured to the floors, and name the files with the least.

A floor is for the lines and branches of a path together, as coverage counts them.
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
"""Least per cent of lines and branches, of all files below a folder taken together, or of a file."""
SHOWN = 10
Files = dict[str, dict[str, Any]]


def percent(files: Files, path: str) -> float | None:
    """What is covered below ``path``, or none where nothing of it was measured."""
    sums = [one["summary"] for name, one in files.items() if name.startswith(path)]
    done = sum(one["covered_lines"] + one["covered_branches"] for one in sums)
    whole = sum(one["num_statements"] + one["num_branches"] for one in sums)
    return 100 * done / whole if whole else None


def too_low(files: Files) -> list[str]:
    """The floors that are not kept, as sentences."""
    found = []
    for path, floor in FLOORS.items():
        covered = percent(files, path)
        if covered is None:
            found.append(f"{path}: nothing was measured; did it move?")
        elif covered < floor:
            found.append(f"{path}: {covered:.1f} % covered, the floor is {floor} %.")
    return found


def least(files: Files) -> list[str]:
    """The files with the least, with the lines that no test reaches."""
    order = sorted(files, key=lambda name: files[name]["summary"]["percent_covered"])
    return [
        f"{files[name]['summary']['percent_covered']:6.1f} %  {name}  lines {files[name]['missing_lines']}"
        f"  branches {files[name]['missing_branches']}"
        for name in order[:SHOWN]
        if files[name]["summary"]["percent_covered"] < 100
    ]


def main() -> int:
    """Read ``.coverage``; status 1 where a floor is not kept."""
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

"""Write a migration for what changed in the models: ``make migrate m="what changed"``.

Exit status 1 says that nothing was written, and stderr why.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from alembic.util import CommandError  # noqa: E402

from migrations import generator  # noqa: E402
from migrations.writing import Rename, Wishes  # noqa: E402


def main() -> None:
    """Write it and name its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message")
    parser.add_argument(
        "--rename", default="", help="table.column:new_column or table:new_table; several with spaces"
    )
    parser.add_argument("--drop", action="store_true", help="what looks like a rename is none")
    parser.add_argument("--empty", action="store_true", help="no steps: data change, the models do not")
    told = parser.parse_args()
    try:
        renames = [Rename.parse(one) for one in told.rename.split()]
        path = generator.write(told.message, Wishes(renames, drop=told.drop, empty=told.empty))
    except CommandError as refusal:
        sys.exit(str(refusal))
    print(path.relative_to(ROOT))
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if line.strip().startswith("fill("):
            print(f"  line {number}: {line.strip()}")


if __name__ == "__main__":
    main()

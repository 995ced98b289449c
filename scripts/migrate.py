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

LOOK_AT = ("fill(", "op.drop_column(", "batch_op.drop_column(", "op.drop_table(")
"""Beginnings of steps that fill in or lose values of rows."""


def main() -> None:
    """Write the migration. Print its file and the lines that the author should look at."""
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
    up, _, _ = path.read_text().partition("\ndef downgrade")
    for number, line in enumerate(up.splitlines(), start=1):
        if line.strip().startswith(LOOK_AT):
            print(f"  line {number}: {line.strip()}")


if __name__ == "__main__":
    main()

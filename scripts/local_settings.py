"""Write the settings of a local demo once. The demo has a secret of its own and listens on loopback only."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path


def main(path: Path) -> None:
    """Create ``path``, readable by its owner only. An existing file is kept."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.exists():
        return
    lines = (f"TRAINING_SECRET_KEY={secrets.token_urlsafe(48)}", "TRAINING_LOCAL=1", "TRAINING_DEMO=1")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Imports a list over and over until it is killed: ``importer.py TRAINING AGENCY ROWS FIRST``; says when it is ready, and what is stored."""

from __future__ import annotations

import os
import sys

from config import Config
from training.app import create_app
from training.services import visible_trainings
from training.services.directory import agencies
from training.services.imports import confirming, staging


def in_letters(number: int) -> str:
    """A name that sounds like no other number's: nobody on the lists may look like a duplicate."""
    return "".join("bdfgklmnrs"[int(digit)] + "a" for digit in str(number)).capitalize()


def main() -> None:
    """Confirm one list of ROWS new people after another, each told apart by its number from FIRST on."""
    training_code, agency_code, rows, number = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    with create_app(Config.from_env(dict(os.environ))).app_context():
        training, agency = visible_trainings.by_code(training_code), agencies.by_code(agency_code)
        print("ready", flush=True)
        while True:
            names = (f"{in_letters(number)}x{in_letters(n)},{in_letters(n)}" for n in range(rows))
            lines = ["Family name,Given names", *names]
            batch = staging.stage(
                training, by=None, agency=agency, content="\n".join(lines).encode(), file_name=f"{number}.csv"
            )
            confirming.confirm(batch, by=None)
            print("stored", flush=True)
            number += 1


if __name__ == "__main__":
    main()

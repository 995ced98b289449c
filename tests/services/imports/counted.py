"""What a list led to: rows stored, and what is said of each line."""

from __future__ import annotations

from sqlalchemy import func, select

from training.db import db
from training.services.imports import confirming
from training.services.imports.verdicts import Verdict


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def verdicts(batch) -> list[Verdict]:
    return [line.verdict for line in confirming.preview(batch).lines]

"""What the audit log holds."""

from __future__ import annotations

from sqlalchemy import func, select

from training.db import db
from training.models import AuditEntry


def entries() -> int:
    return db.session.scalar(select(func.count(AuditEntry.id))) or 0

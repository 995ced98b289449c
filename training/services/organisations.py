"""The organisation that runs this instance, whose name and colour stand on every page and paper."""

from __future__ import annotations

from training.db import db
from training.models import Organisation

UNNAMED = "Training"


def get() -> Organisation:
    """The organisation's settings; defaults, not stored, until somebody sets them."""
    return db.session.get(Organisation, 1) or Organisation(
        id=1,
        name=UNNAMED,
        address="",
        sender_name="",
        accent="#1d4ed8",
        donor_block="",
        logo=None,
        logo_type="",
    )

"""The organisation that runs this instance, whose name and colour stand on every page and paper."""

from __future__ import annotations

from training.db import atomic, db
from training.models import Organisation, User
from training.services import audit

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


@atomic
def change(
    *, by: User, name: str, address: str, sender_name: str, accent: str, donor_block: str
) -> Organisation:
    """Set the organisation's name, address, sender, colour and donor's line."""
    organisation = db.session.get(Organisation, 1)
    if organisation is None:
        organisation = Organisation(id=1)
        db.session.add(organisation)
    organisation.name, organisation.address, organisation.sender_name = name, address, sender_name
    organisation.accent, organisation.donor_block = accent, donor_block
    audit.record(
        by=by, action="organisation.change", thing=organisation, changes={"name": name, "accent": accent}
    )
    return organisation

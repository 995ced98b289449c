"""The organisation that runs this instance. Its name and colour stand on every page and paper."""

from __future__ import annotations

from dataclasses import dataclass

from training.db import atomic, db, found_or_stored
from training.errors import Invalid
from training.models import Organisation, User
from training.services import audit
from training.services.seen import Seen, as_stored, hold, settle
from training.text import msg

UNNAMED = "Training"
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
"""The kinds of picture that a logo may be, each with its first bytes."""
MOST_LOGO_BYTES = 100_000
LEAST_WAIT, MOST_WAIT = 10, 3600
"""How many seconds the letters of an announcement may wait, so that it can be undone."""


def get() -> Organisation:
    """The organisation's settings. Until somebody sets them, they are defaults that are not stored."""
    return db.session.get(Organisation, 1) or Organisation(
        id=1,
        name=UNNAMED,
        address="",
        sender_name="",
        reply_email="",
        accent="#1d4ed8",
        donor_block="",
        logo_type="",
        tz_version="",
        letters_wait=60,
        nights_between_cities=1,
        days_between_countries=1,
    )


def has_name() -> bool:
    """Whether somebody has given the organisation its name."""
    return get().name != UNNAMED


def logo() -> bytes | None:
    """The organisation's logo, a PNG or JPEG picture, or None if it has no logo."""
    return get().logo


@atomic
def set_logo(picture: bytes, *, by: User) -> None:
    """Keep a PNG or JPEG picture of at most 100 kB as the logo; raises ``Invalid`` for any other."""
    kind = next((name for name, start in PICTURES.items() if picture.startswith(start)), None)
    if kind is None:
        raise Invalid(msg("Send a PNG or JPEG picture."), field="logo")
    if len(picture) > MOST_LOGO_BYTES:
        raise Invalid(
            msg("The picture has more than 100 kB: make it smaller, 200 pixels are enough."), field="logo"
        )
    organisation = _stored()
    organisation.logo, organisation.logo_type = picture, kind
    audit.record(by=by, action="organisation.set_logo", thing=organisation, changes={"bytes": len(picture)})


@atomic
def remove_logo(*, by: User) -> None:
    """Remove the logo."""
    organisation = _stored()
    organisation.logo, organisation.logo_type = None, ""
    audit.record(by=by, action="organisation.remove_logo", thing=organisation)


def _stored() -> Organisation:
    """The row of the settings. If nobody has set them yet, the row is added with the defaults."""
    return found_or_stored(lambda: db.session.get(Organisation, 1), get)


@dataclass(frozen=True, kw_only=True)
class Details:
    """The organisation's settings, besides its logo."""

    name: str
    address: str = ""
    sender_name: str = ""
    accent: str
    donor_block: str = ""
    reply_email: str = ""
    letters_wait: int = 60
    nights_between_cities: int = 1
    days_between_countries: int = 1


@atomic
def keep_tz_version(version: str, *, by: User | None) -> None:
    """Remember by which version of the rules of clocks instants were derived."""
    organisation = _stored()
    before = audit.snapshot(organisation)
    organisation.tz_version = version
    audit.record(by=by, action="organisation.tz_version", thing=organisation, before=before)


@atomic
def change(*, by: User, details: Details, seen: Seen | None = None) -> Organisation:
    """Set the organisation's name, addresses, sender, colour and donor's line."""
    organisation = _stored()
    hold(organisation)
    details = settle(seen, details, as_stored(Details, organisation))
    if not LEAST_WAIT <= details.letters_wait <= MOST_WAIT:
        raise Invalid(
            msg("Enter from %(least)s to %(most)s seconds.", least=LEAST_WAIT, most=MOST_WAIT),
            field="letters_wait",
        )
    before = audit.snapshot(organisation)
    organisation.name, organisation.address = details.name, details.address
    organisation.sender_name, organisation.accent = details.sender_name, details.accent
    organisation.donor_block, organisation.reply_email = details.donor_block, details.reply_email
    organisation.letters_wait = details.letters_wait
    organisation.nights_between_cities = details.nights_between_cities
    organisation.days_between_countries = details.days_between_countries
    audit.record(by=by, action="organisation.change", thing=organisation, before=before)
    return organisation

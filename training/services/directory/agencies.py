"""Partner agencies. Coordinators share them all; a partner sees its own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import joinedload

from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import Agency, AgencyType, Registration, Role, Theme, Trainee, User
from training.rules.names import fold, search_key
from training.services import audit, reasons, visible_trainings
from training.services.accounts import sign_ins
from training.services.letters import again, outbox
from training.services.registrations import reserve_list
from training.services.seen import Seen, as_stored, hold, settle
from training.text import msg


def visible_to(user: User) -> Select[Agency]:
    """The agencies that ``user`` may see."""
    found = select(Agency)
    match user.role:
        case Role.PARTNER:
            return found.where(Agency.id == user.agency_id)
        case Role.TRAINER:
            return found.where(false())
    return found


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    only: bool = False,
    type: AgencyType | None = None,
    country: str | None = None,
    sort: str = "name",
    descending: bool = False,
) -> Select[Agency]:
    """Agencies by name in any script, or by code.

    A multi-thematic programme means also those whose people take part in its trainings, unless ``only`` their own tag
    counts.
    """
    found = visible_to(user).options(joinedload(Agency.theme), joinedload(Agency.type))
    for word in fold(text).split():
        found = found.where(Agency.search_key.contains(word, autoescape=True))
    if theme:
        own = Agency.theme_id == theme.id
        if theme.is_multi_thematic and not only:
            takes_part = visible_trainings.registered_under(theme, user, Registration.agency_id)
            own = or_(own, Agency.id.in_(takes_part))
        found = found.where(own)
    if type:
        found = found.where(Agency.type_id == type.id)
    if country:
        found = found.where(Agency.country == country)
    column = {"name": Agency.search_key, "code": Agency.code, "country": Agency.country}[sort]
    return found.order_by(column.desc() if descending else column, Agency.id)


def get(user: User, public_id: UUID) -> Agency:
    """The agency with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(Agency.public_id == public_id)
        .options(joinedload(Agency.theme), joinedload(Agency.type))
    )
    if found is None:
        raise NotFound
    return found


def by_code(code: str) -> Agency:
    """The agency with this code, or ``NotFound``; for commands."""
    found = db.session.scalar(select(Agency).where(func.upper(Agency.code) == code.strip().upper()))
    if found is None:
        raise NotFound(msg("There is no agency with the code %(code)s.", code=code[:40]))
    return found


def active() -> list[Agency]:
    """Every agency that may register people, by name."""
    return list(db.session.scalars(select(Agency).where(Agency.is_active).order_by(Agency.search_key)))


def every() -> list[Agency]:
    """Every agency by name, also those that may not register people any more: what they did stands in reports."""
    return list(db.session.scalars(select(Agency).order_by(Agency.search_key)))


def people_counts(agencies: list[Agency]) -> dict[int, int]:
    """How many trainees each of these agencies has, by the agency's id."""
    rows = db.session.execute(
        select(Trainee.agency_id, func.count())
        .where(Trainee.agency_id.in_([agency.id for agency in agencies]), Trainee.merged_into_id.is_(None))
        .group_by(Trainee.agency_id)
    )
    return dict(rows.all())


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is known of an agency, besides whether it is suspended."""

    code: str
    name: str
    native_name: str = ""
    type: AgencyType
    theme: Theme
    country: str
    parent: Agency | None = None
    address: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    confidential: bool = False


@atomic
def create(*, by: User | None, details: Details) -> Agency:
    """Add an agency; raises ``Invalid`` when its code is in use."""
    agency = Agency(is_active=True)
    with db.session.no_autoflush:
        _set(agency, details)
        _check(agency)
    db.session.add(agency)
    audit.record(by=by, action="agency.create", thing=agency)
    return agency


@atomic
def change(agency: Agency, *, by: User, details: Details, seen: Seen | None = None) -> Agency:
    """Change an agency. Registrations keep what they copied when they were submitted."""
    hold(agency)
    details = settle(seen, details, as_stored(Details, agency))
    before = audit.snapshot(agency)
    with db.session.no_autoflush:
        _set(agency, details)
        _check(agency)
    if agency.confidential and not before["confidential"]:
        again.of_agency(agency)
    db.session.flush()  # the audit entry compares the ids of its theme, type and parent with the old ones
    audit.record(by=by, action="agency.change", thing=agency, before=before)
    return agency


@atomic
def suspend(agency: Agency, *, by: User, reason: str) -> None:
    """Keep an agency from registering people. Its focal points are signed out at once."""
    if not agency.is_active:
        raise Conflict(msg("This agency is suspended already."), "suspended")
    reasons.check(reason)
    agency.is_active = False
    for focal_point in db.session.scalars(select(User).where(User.agency_id == agency.id)):
        sign_ins.end_all_sessions(focal_point)
    audit.record(by=by, action="agency.suspend", thing=agency, changes={"reason": reason})


@atomic
def resume(agency: Agency, *, by: User) -> list[Registration]:
    """Let a suspended agency register again. Its letters that waited go out.

    In trainings for which its people wait, free seats go to the next in line. Returns who was promoted.
    """
    agency.is_active = True
    outbox.resume(agency.id)
    audit.record(by=by, action="agency.resume", thing=agency)
    db.session.flush()  # the query for the next in line reads from the database that the agency is active
    return reserve_list.promote_of(agency, by=by)


def _set(agency: Agency, details: Details) -> None:
    for field in fields(details):
        setattr(agency, field.name, getattr(details, field.name))
    agency.code = details.code.upper()
    agency.search_key = search_key(agency.name, agency.native_name, agency.code)


def _check(agency: Agency) -> None:
    taken_by = db.session.scalar(select(Agency.id).where(Agency.code == agency.code))
    if taken_by not in (None, agency.id):
        raise Invalid(msg("There is an agency with this code already."), field="code")
    above, seen = agency.parent, 0
    while above is not None and seen < 20:
        if above is agency:
            raise Invalid(msg("An agency cannot stand below itself."), field="parent")
        above, seen = above.parent, seen + 1

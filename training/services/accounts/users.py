"""Accounts: who has one, in which role and scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import Agency, LinkPurpose, Role, Theme, Trainer, User
from training.rules import addresses, passwords
from training.services import audit
from training.services.accounts import sign_ins
from training.services.seen import Seen, as_stored, hold, settle
from training.text import msg

TAKEN = msg("There is an account with this address already.")


def search(
    *, text: str = "", role: Role | None = None, sort: str = "name", descending: bool = False
) -> Select[User]:
    """Accounts in the order of ``sort``. ``text`` is looked for in names and addresses."""
    column = {
        "name": User.name,
        "email": User.email_key,
        "role": User.role,
        "signed_in": User.last_signed_in_at,
    }[sort]
    found = select(User).options(joinedload(User.agency), selectinload(User.themes))
    found = found.order_by(column.desc() if descending else column, User.id)
    if text:
        found = found.where(
            User.name.icontains(text, autoescape=True)
            | User.email_key.contains(addresses.key(text), autoescape=True)
        )
    return found.where(User.role == role) if role else found


def get(user: User, public_id: UUID) -> User:
    """The account with this id, or ``NotFound``."""
    found = db.session.scalar(select(User).where(User.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def focal_points(agency: Agency) -> list[User]:
    """The active accounts of an agency, its lead first."""
    return list(
        db.session.scalars(
            select(User)
            .where(User.agency_id == agency.id, User.is_active)
            .order_by(User.is_lead.desc(), User.name)
        )
    )


def is_anybody() -> bool:
    """Whether there is an account at all."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def coordinators() -> list[User]:
    """The active coordinators, by name."""
    return list(
        db.session.scalars(
            select(User).where(User.role == Role.COORDINATOR, User.is_active).order_by(User.name)
        )
    )


@atomic
def invite(
    *,
    by: User | None,
    email: str,
    name: str,
    role: Role,
    language: str,
    agency: Agency | None = None,
    is_lead: bool = False,
    all_themes: bool = False,
    themes: Sequence[Theme] = (),
    public_url: str,
    secret_key: str,
) -> User:
    """Create an account without a password and mail its owner a link to set one."""
    user = create(
        by=by,
        email=email,
        name=name,
        role=role,
        language=language,
        agency=agency,
        is_lead=is_lead,
        all_themes=all_themes,
        themes=themes,
    )
    sign_ins.mail_link(user, LinkPurpose.INVITATION, public_url, secret_key, by)
    return user


@atomic
def create(
    *,
    by: User | None,
    email: str,
    name: str,
    role: Role,
    language: str = "en",
    agency: Agency | None = None,
    is_lead: bool = False,
    all_themes: bool = False,
    themes: Sequence[Theme] = (),
    password: str | None = None,
) -> User:
    """Create an account. Raises ``Invalid`` for an address in use, or a scope that does not fit the role."""
    user = User(
        email=_checked_email(email),
        email_key=sign_ins.email_key(email),
        name=name,
        role=role,
        language=language,
    )
    if sign_ins.find_by_email(email) is not None:
        raise Invalid(TAKEN, field="email")
    _set_scope(user, agency, is_lead, all_themes, themes)
    if password is not None:
        passwords.check(password, about=(name, email))
        user.password_hash = passwords.hashed(password)
    db.session.add(user)
    audit.record(by=by, action="user.create", thing=user, changes={"role": role, "email": user.email})
    return user


@dataclass(frozen=True, kw_only=True)
class Details:
    """What an administrator sets of an account. A coordinator has themes, a partner has an agency."""

    name: str
    role: Role
    language: str
    email: str = ""
    agency: Agency | None = None
    is_lead: bool = False
    all_themes: bool = False
    themes: Sequence[Theme] = ()


@atomic
def change(user: User, *, by: User, details: Details, seen: Seen | None = None) -> User:
    """Change an account. A change of address, role or scope signs its user out everywhere.

    Without an address in ``details`` the address stays. Links that were mailed to the old address stop.
    """
    hold(user)
    details = settle(seen, details, as_stored(Details, user))
    before, themes_before, scope = audit.snapshot(user), [theme.code for theme in user.themes], _scope(user)
    is_admin = by.id == user.id and by.role is Role.ADMIN
    if user.role is Role.TRAINER and details.role is not Role.TRAINER:
        _check_no_trainer(user)
    user.name, user.language, user.role = details.name, details.language, details.role
    with db.session.no_autoflush:
        if details.email:
            _set_email(user, details.email)
        _set_scope(user, details.agency, details.is_lead, details.all_themes, details.themes)
    if is_admin and details.role is not Role.ADMIN:
        raise Conflict(msg("Another administrator has to take this role from you."), "own_account")
    db.session.flush()  # the agency's id is known only now
    themes_now = [theme.code for theme in user.themes]
    if scope != _scope(user):
        sign_ins.end_all_sessions(user)
    changes = {"themes": [themes_before, themes_now]} if themes_now != themes_before else {}
    audit.record(by=by, action="user.change", thing=user, before=before, changes=changes)
    return user


@atomic
def deactivate(user: User, *, by: User) -> None:
    """Close an account. Its user is signed out everywhere at once, and its links stop."""
    if by.id == user.id:
        raise Conflict(msg("You cannot deactivate your own account."), "own_account")
    user.is_active = False
    sign_ins.end_all_sessions(user)
    sign_ins.void_links(user)
    audit.record(by=by, action="user.deactivate", thing=user)


@atomic
def activate(user: User, *, by: User) -> None:
    """Open a closed account again."""
    user.is_active = True
    audit.record(by=by, action="user.activate", thing=user)


@dataclass(frozen=True, kw_only=True)
class OwnDetails:
    """What everybody may change of their own account."""

    name: str
    language: str


@atomic
def change_own(user: User, *, details: OwnDetails, seen: Seen | None = None) -> User:
    """Change one's own name and language."""
    hold(user)
    details = settle(seen, details, as_stored(OwnDetails, user))
    before = audit.snapshot(user)
    user.name, user.language = details.name, details.language
    audit.record(by=user, action="user.change", thing=user, before=before)
    return user


@atomic
def mail_invitation_again(user: User, *, by: User, public_url: str, secret_key: str) -> None:
    """Mail a fresh invitation. The earlier link does not work any more."""
    if user.password_hash is not None:
        raise Conflict(
            msg("This person has signed in already: a reset link from the sign-in page is enough."),
            "signed_in",
        )
    sign_ins.mail_link(user, LinkPurpose.INVITATION, public_url, secret_key, by)
    audit.record(by=by, action="user.invite", thing=user)


def _set_scope(
    user: User, agency: Agency | None, is_lead: bool, all_themes: bool, themes: Sequence[Theme]
) -> None:
    if user.role is Role.PARTNER and agency is None:
        raise Invalid(msg("A partner needs an agency."), field="agency")
    if user.role is Role.COORDINATOR and not all_themes and not themes:
        raise Invalid(msg("Pick the coordinator's themes, or all of them."), field="themes")
    is_partner, is_coordinator = user.role is Role.PARTNER, user.role is Role.COORDINATOR
    user.agency = agency if is_partner else None
    user.is_lead = is_lead and is_partner
    user.all_themes = all_themes and is_coordinator
    user.themes = list(themes) if is_coordinator and not all_themes else []


def _check_no_trainer(user: User) -> None:
    """Refuse another role while a trainer has the account: nobody could change that trainer then."""
    trainer = db.session.scalar(select(Trainer).where(Trainer.user_id == user.id))
    if trainer is not None:
        raise Invalid(
            msg("This is the account of the trainer %(name)s. Take it off there first.", name=trainer.name),
            field="role",
        )


def _scope(user: User) -> tuple[object, ...]:
    """Who signs in, and what they may see."""
    return user.email_key, user.role, user.agency_id, user.all_themes, {theme.id for theme in user.themes}


def _set_email(user: User, email: str) -> None:
    """Set the address. Raises ``Invalid`` if no letter reaches it, or if another account has it."""
    user.email = _checked_email(email)
    found = sign_ins.find_by_email(email)
    if found not in (None, user):
        raise Invalid(TAKEN, field="email")
    if found is None:
        user.email_key = sign_ins.email_key(email)
        sign_ins.void_links(user)


def _checked_email(email: str) -> str:
    try:
        return addresses.checked(email)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="email") from None

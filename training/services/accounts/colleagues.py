"""The accounts of one agency, as its lead focal point manages them.

Leads always leave one active lead. Only staff may take away the last one.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, false, func, select

from training.db import atomic, db
from training.errors import Conflict, NotFound
from training.models import Agency, Role, User
from training.services import audit
from training.services.accounts import users
from training.text import msg


def visible_to(user: User) -> Select[User]:
    """The accounts of the agency that ``user`` works for."""
    if user.role is not Role.PARTNER:
        return select(User).where(false())
    return select(User).where(User.agency_id == user.agency_id, User.role == Role.PARTNER)


def listed(user: User) -> Select[User]:
    """The colleagues and the user: accounts with access first, and among these the leads first."""
    return visible_to(user).order_by(User.is_active.desc(), User.is_lead.desc(), User.name, User.id)


def get(user: User, public_id: UUID) -> User:
    """The colleague with this id, or ``NotFound``."""
    found = db.session.scalar(visible_to(user).where(User.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def count_leads(agency: Agency) -> int:
    """How many active lead focal points the agency has."""
    found = select(func.count(User.id)).where(User.agency_id == agency.id, User.is_lead, User.is_active)
    return db.session.scalar(found) or 0


@atomic
def invite(*, by: User, email: str, name: str, language: str, public_url: str, secret_key: str) -> User:
    """Invite a colleague, who becomes a focal point of the lead's own agency and nothing else."""
    _lock(by)
    return users.invite(
        by=by,
        email=email,
        name=name,
        role=Role.PARTNER,
        language=language,
        agency=by.agency,
        public_url=public_url,
        secret_key=secret_key,
    )


@atomic
def mail_invitation_again(colleague: User, *, by: User, public_url: str, secret_key: str) -> None:
    """Mail a fresh invitation to a colleague who has never signed in."""
    _lock(by)
    if not colleague.is_active:
        raise _inactive(colleague)
    users.mail_invitation_again(colleague, by=by, public_url=public_url, secret_key=secret_key)


@atomic
def deactivate(colleague: User, *, by: User) -> None:
    """Take a colleague's access away: their sessions end at once, and their links stop.

    Nobody can do it to themselves.
    """
    _lock(by)
    users.deactivate(colleague, by=by)


@atomic
def activate(colleague: User, *, by: User) -> None:
    """Give a colleague access again."""
    _lock(by)
    users.activate(colleague, by=by)


@atomic
def set_lead(colleague: User, *, by: User, is_lead: bool) -> None:
    """Make a colleague a lead focal point, or take the lead away.

    The last lead of an agency stays the lead, unless staff take the lead away.
    """
    agency = colleague.agency
    if agency is None:
        raise NotFound
    leads = [one for one in _accounts(agency) if one.is_lead and one.is_active]
    _check_leads(by)
    if not colleague.is_active:
        raise _inactive(colleague)
    if not is_lead and by.role is Role.PARTNER and leads == [colleague]:
        raise Conflict(
            msg("Your agency needs a lead focal point: make somebody else lead first."), "last_lead"
        )
    if colleague.is_lead is not is_lead:
        colleague.is_lead = is_lead
        audit.record(by=by, action="user.make_lead" if is_lead else "user.take_lead", thing=colleague)


def _lock(by: User) -> None:
    """Hold the agency's accounts. Somebody who lost the lead or the account meanwhile can do nothing more."""
    if by.agency is None:
        raise NotFound
    _accounts(by.agency)
    _check_leads(by)


def _accounts(agency: Agency) -> list[User]:
    """The agency's accounts, held and read again, so that two leads who act at once wait for each other."""
    found = select(User).where(User.agency_id == agency.id).order_by(User.id).with_for_update(of=User)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def _check_leads(by: User) -> None:
    if by.role is Role.PARTNER and not (by.is_lead and by.is_active):
        raise Conflict(msg("You are not the lead focal point of your agency any more."), "not_lead")


def _inactive(colleague: User) -> Conflict:
    return Conflict(
        msg("%(name)s has no access now: activate the account first.", name=colleague.name), "inactive"
    )

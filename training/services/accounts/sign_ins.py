"""Signing in: sessions on the server, one-time links by mail, passwords, and tries that are counted.

A session that was ended on the server is ended for good, whatever its cookie says. Only hashes of secrets are
stored.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import contains_eager, joinedload

from training import clock
from training.db import atomic, db
from training.errors import Invalid, NotFound, TooMany
from training.models import LinkPurpose, OneTimeLink, SignInAttempt, User, UserSession
from training.rules import addresses, passwords
from training.services import audit, organisations
from training.services.letters import outbox
from training.text import in_language, msg
from training.texts import letters

MOST_TRIES_PER_ACCOUNT = 10
MOST_TRIES_PER_ADDRESS = 60
THROTTLE_SPAN = timedelta(minutes=5)
LINK_LIFE = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=1)}
"""How long a link works. The letters say it: in days, and in words."""


def user_of_session(token: str) -> User | None:
    """The active user whose live session has this token, or none."""
    found = db.session.scalar(
        select(UserSession)
        .join(UserSession.user)
        .options(contains_eager(UserSession.user).options(joinedload(User.agency)))
        .where(
            UserSession.token_hash == _hashed(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > clock.now(),
            User.is_active,
        )
    )
    if found is None or (found.user.agency is not None and not found.user.agency.is_active):
        return None
    found.user.session_token = token
    return found.user


@atomic
def start_session(user: User, *, hours: int, browser: str = "") -> str:
    """Sign ``user`` in for ``hours`` and return the session's token, which is not stored."""
    token = secrets.token_urlsafe(32)
    at = clock.now()
    db.session.add(
        UserSession(
            user=user,
            token_hash=_hashed(token),
            created_at=at,
            expires_at=at + timedelta(hours=hours),
            browser=browser[:200],
        )
    )
    return token


@atomic
def end_session(token: str) -> None:
    """Sign out. The token does not work any more."""
    found = db.session.scalar(select(UserSession).where(UserSession.token_hash == _hashed(token)))
    if found is not None and found.ended_at is None:
        found.ended_at = clock.now()


@atomic
def end_all_sessions(user: User, *, but: str = "") -> None:
    """Sign ``user`` out everywhere, except in the session with the token ``but``."""
    kept = _hashed(but) if but else ""
    db.session.execute(
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None), UserSession.token_hash != kept)
        .values(ended_at=clock.now())
    )


def find_by_email(email: str) -> User | None:
    """The account with this address, in whichever form it is typed, or none."""
    return db.session.scalar(select(User).where(User.email_key == email_key(email)))


def sign_in(email: str, *, password: str, address: str) -> User:
    """The account with this address and password.

    Raises ``Invalid`` with the same sentence for every reason, and ``TooMany`` after too many tries. Tries
    are counted per account and per network address, before a hash is computed.
    """
    keys = [_hashed(f"account {email_key(email)}"), _hashed(f"address {address}")]
    _throttle(keys)
    user = find_by_email(email)
    known = user.password_hash if user is not None and user.is_active else None
    if not passwords.matches(known, password) or user is None:
        count_failure(keys, about=user)
        raise Invalid(msg("The address or the password is not right."))
    note_sign_in(user, keys=keys)
    return user


@atomic
def count_failure(keys: Sequence[str], *, about: User | None) -> None:
    """Remember a failed try, and forget tries that are older than a day."""
    at = clock.now()
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - timedelta(days=1)))
    db.session.add_all(SignInAttempt(key=key, at=at) for key in keys)
    if about is not None:
        db.session.add(audit.refused_entry(about, "user.sign_in"))


def check_link_tries(address: str) -> None:
    """Raise ``TooMany`` if too many invalid links came from this network address."""
    since = clock.now() - THROTTLE_SPAN
    tries = db.session.scalar(
        select(func.count(SignInAttempt.id)).where(
            SignInAttempt.key == _hashed(f"link {address}"), SignInAttempt.at > since
        )
    )
    if (tries or 0) >= MOST_TRIES_PER_ADDRESS:
        wait = int(THROTTLE_SPAN.total_seconds())
        raise TooMany(msg("Too many tries. Wait %(minutes)s minutes.", minutes=wait // 60), wait)


def count_link_try(address: str) -> None:
    """Remember that somebody came with an invalid link."""
    count_failure([_hashed(f"link {address}")], about=None)


@atomic
def note_sign_in(user: User, *, keys: Sequence[str]) -> None:
    """Remember a sign-in that succeeded, and forget the account's failed tries."""
    user.last_signed_in_at = clock.now()
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.key == keys[0]))
    audit.record(by=user, action="user.sign_in", thing=user)


@atomic
def change_password(user: User, *, current: str, new: str, keep: str) -> None:
    """Change one's own password, and end all other sessions. ``keep`` is the token of the session in use."""
    if not passwords.matches(user.password_hash, current):
        raise Invalid(msg("This is not your current password."), field="current")
    _set_password(user, new, field="new")
    end_all_sessions(user, but=keep)
    audit.record(by=user, action="user.change_password", thing=user)


@atomic
def mail_reset(email: str, *, public_url: str, secret_key: str) -> None:
    """Mail a reset link if an active account has this address. The caller does not learn whether one has."""
    user = find_by_email(email)
    if user is None or not user.is_active:
        return
    recent = db.session.scalar(
        select(func.count(OneTimeLink.id)).where(
            OneTimeLink.user_id == user.id, OneTimeLink.created_at > clock.now() - timedelta(hours=6)
        )
    )
    if (recent or 0) < 3:
        mail_link(user, LinkPurpose.RESET, public_url, secret_key)


def user_of_link(token: str, *, secret_key: str) -> User:
    """The user whose unused link this is. Raises ``NotFound`` for any other link."""
    return _link(token, secret_key).user


@atomic
def set_password_by_link(token: str, *, password: str, secret_key: str) -> User:
    """Set a password by a mailed link. The link is used up, and every session of the account ends."""
    link = _link(token, secret_key)
    _set_password(link.user, password, field="password")
    link.used_at = clock.now()
    void_links(link.user)
    end_all_sessions(link.user)
    audit.record(by=link.user, action=f"user.{link.purpose.value}_used", thing=link.user)
    return link.user


def mail_link(
    user: User, purpose: LinkPurpose, public_url: str, secret_key: str, by: User | None = None
) -> None:
    """Mail ``user`` a link for ``purpose``. Earlier links do not work any more. ``by`` is who invites."""
    void_links(user)
    db.session.flush()  # the mail names the account's id
    secret = secrets.token_urlsafe(24)
    at = clock.now()
    db.session.add(
        OneTimeLink(
            user=user,
            purpose=purpose,
            secret_hash=_hashed(secret),
            created_at=at,
            expires_at=at + LINK_LIFE[purpose],
        )
    )
    token = URLSafeSerializer(secret_key, salt="one-time-link").dumps(secret)
    link = f"{public_url}/set-password/{token}"
    letter = _invitation(user, link, by) if purpose is LinkPurpose.INVITATION else _reset(user, link)
    outbox.enqueue(user, kind=f"user.{purpose.value}", subject=letter.subject, body=letter.body)


def _invitation(user: User, link: str, by: User | None) -> letters.Letter:
    """The letter with which an account begins: who invites, for which organisation and agency, and to what."""
    language = letters.language_of(user.language)
    organisation = organisations.get().name
    who = organisation
    if by is not None:
        house = by.agency.name if by.agency else organisation
        who = letters.PERSON_OF[language].format(name=by.name, house=house)
    purpose = letters.INVITED_TO[language][user.role.value].format(
        organisation=organisation, agency=user.agency.name if user.agency else ""
    )
    days = str(LINK_LIFE[LinkPurpose.INVITATION].days)
    values = {"name": user.name, "organisation": organisation, "who": who, "purpose": purpose}
    return letters.fill(letters.INVITATION, language, {**values, "link": link, "days": days})


def _reset(user: User, link: str) -> letters.Letter:
    with in_language(user.language):
        body = msg(
            "%(greeting)s\n\n%(what)s\n\n%(link)s\n\n%(until)s",
            greeting=msg("Dear %(name)s,", name=user.name),
            what=msg("Somebody, probably you, asked for a new password. Open this link to choose one:"),
            link=link,
            until=msg(
                "The link works once, for one hour. If you did not expect this message, you need not do anything."
            ),
        ).translated()
        return letters.Letter(msg("Choose a new password").translated(), body)


def void_links(user: User) -> None:
    """Stop every unused link of ``user``."""
    db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


def email_key(email: str) -> str:
    """The address in the form that is compared."""
    return addresses.key(email)


def _throttle(keys: Sequence[str]) -> None:
    since = clock.now() - THROTTLE_SPAN
    for key, most in zip(keys, (MOST_TRIES_PER_ACCOUNT, MOST_TRIES_PER_ADDRESS), strict=True):
        tries = db.session.scalar(
            select(func.count(SignInAttempt.id)).where(SignInAttempt.key == key, SignInAttempt.at > since)
        )
        if (tries or 0) >= most:
            wait = int(THROTTLE_SPAN.total_seconds())
            raise TooMany(
                msg("Too many tries. Wait %(minutes)s minutes, or reset the password.", minutes=wait // 60),
                wait,
            )


def _set_password(user: User, password: str, field: str) -> None:
    try:
        passwords.check(password, about=(user.name, user.email))
    except Invalid as refusal:
        raise Invalid(refusal.message, field=field) from None
    user.password_hash = passwords.hashed(password)


def _link(token: str, secret_key: str) -> OneTimeLink:
    try:
        secret = URLSafeSerializer(secret_key, salt="one-time-link").loads(token)
    except BadData:
        raise NotFound from None
    found = db.session.scalar(
        select(OneTimeLink)
        .join(OneTimeLink.user)
        .options(contains_eager(OneTimeLink.user))
        .where(
            OneTimeLink.secret_hash == _hashed(str(secret)),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > clock.now(),
            User.is_active,
        )
    )
    if found is None:
        raise NotFound
    return found


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

"""Accounts: who may sign in, and the sessions that they are signed in with.

A session lives on the server: ended there, its cookie is worth nothing. Only hashes of tokens are stored.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from training import clock
from training.db import atomic, db
from training.models import User, UserSession


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
    """Sign out: the token is worth nothing from now on."""
    found = db.session.scalar(select(UserSession).where(UserSession.token_hash == _hashed(token)))
    if found is not None and found.ended_at is None:
        found.ended_at = clock.now()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

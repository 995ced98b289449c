"""Accounts: users and their roles, their sessions on the server, one-time links, and tries to sign in."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Email, Instant, IntId, Language, Name, PublicId, Timestamps, text_enum

if TYPE_CHECKING:
    from training.models.agency import Agency
    from training.models.theme import Theme


class Role(StrEnum):
    """What a user does here. Each user has one role."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    PARTNER = "partner"
    TRAINER = "trainer"
    MANAGER = "manager"


class LinkPurpose(StrEnum):
    """What a one-time link is good for."""

    INVITATION = "invitation"
    RESET = "reset"


user_theme = Table(
    "user_theme",
    Base.metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("theme_id", ForeignKey("theme.id"), primary_key=True, index=True),
)


class User(Timestamps, Base):
    """Somebody with an account. A coordinator has themes (or all of them), a partner has one agency."""

    __tablename__ = "user"
    __table_args__ = (
        UniqueConstraint("email_key"),
        CheckConstraint("(role = 'partner') = (agency_id IS NOT NULL)", name="partner_has_agency"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    email: Mapped[Email] = mapped_column(info=personal(Keep.IN_USE))
    email_key: Mapped[Email] = mapped_column(info=personal(Keep.IN_USE))
    name: Mapped[Name] = mapped_column(info=personal(Keep.IN_USE))
    role: Mapped[Role] = mapped_column(text_enum(Role), info=openly(Keep.IN_USE))
    language: Mapped[Language] = mapped_column(default="en", info=openly(Keep.IN_USE))
    password_hash: Mapped[str | None] = mapped_column(String(200), info=personal(Keep.IN_USE))
    is_active: Mapped[bool] = mapped_column(default=True, info=openly(Keep.IN_USE))
    all_themes: Mapped[bool] = mapped_column(default=False, info=openly(Keep.IN_USE))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    is_lead: Mapped[bool] = mapped_column(default=False, info=openly(Keep.IN_USE))
    last_signed_in_at: Mapped[Instant | None] = mapped_column(info=personal(Keep.LOG))

    agency: Mapped[Agency | None] = relationship()
    themes: Mapped[list[Theme]] = relationship(secondary=user_theme, order_by="Theme.position")

    is_authenticated = True
    is_anonymous = False
    session_token = ""
    """The token of the session of this request. The code that loads the user sets it."""

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session's token, never the user's id."""
        return self.session_token


class UserSession(Base):
    """A signed-in browser. Only a hash of its token is stored. A session that has ended stays ended."""

    __tablename__ = "user_session"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[IntId]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), info=personal(Keep.LOG))
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(info=openly(Keep.LOG))
    ended_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.LOG))
    browser: Mapped[Name] = mapped_column(default="", info=personal(Keep.LOG))

    user: Mapped[User] = relationship()


class OneTimeLink(Base):
    """An invitation or a reset that was mailed. Only a hash of its secret is stored."""

    __tablename__ = "one_time_link"
    __table_args__ = (UniqueConstraint("secret_hash"),)

    id: Mapped[IntId]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(text_enum(LinkPurpose), info=openly(Keep.LOG))
    secret_hash: Mapped[str] = mapped_column(String(64), info=personal(Keep.LOG))
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(info=openly(Keep.LOG))
    used_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.LOG))

    user: Mapped[User] = relationship()


class SignInAttempt(Base):
    """A failed try. ``key`` is a hash of the account or of the network address for which it counts."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: Mapped[IntId]
    key: Mapped[str] = mapped_column(String(64), info=personal(Keep.LOG))
    at: Mapped[Instant] = mapped_column(info=openly(Keep.LOG))

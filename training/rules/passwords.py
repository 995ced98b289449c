"""Passwords: which ones are accepted, and how they are stored (Argon2id with OWASP's minimum parameters)."""

from __future__ import annotations

from collections.abc import Iterable
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from training.errors import Invalid
from training.text import msg

SHORTEST, LONGEST = 12, 128
COMMON = (
    "password",
    "passwort",
    "motdepasse",
    "qwerty",
    "azerty",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "training",
    "12345678",
    "123456789",
    "1q2w3e4r",
    "abcdefgh",
    "football",
    "princess",
    "dragon",
    "monkey",
)

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = BoundedSemaphore(2)
_NOBODY = _hasher.hash("a password that nobody has")


def hashed(password: str) -> str:
    """The password's hash, with its salt and parameters."""
    with _at_once:
        return _hasher.hash(password)


def matches(known: str | None, password: str) -> bool:
    """Whether ``password`` is the one that was hashed. Without an account (None) it takes as long."""
    with _at_once:
        try:
            _hasher.verify(known or _NOBODY, password[:1024])
        except (VerificationError, InvalidHashError):
            return False
    return known is not None


def check(password: str, *, about: Iterable[str] = ()) -> None:
    """Refuse, with ``Invalid``, a password that is short, common, or made of the person's own words."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            msg("Use %(shortest)s to %(longest)s characters.", shortest=SHORTEST, longest=LONGEST),
            field="password",
        )
    plain = password.casefold()
    left = plain
    for word in (*COMMON, *(part for text in about for part in text.casefold().replace("@", " ").split())):
        if len(word) > 3:
            left = left.replace(word, "")
    if len(set(plain)) < 5 or len(left) < 6:
        raise Invalid(
            msg("This password is easy to guess: use several words that do not belong together."), "password"
        )

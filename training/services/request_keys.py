"""Forms that are sent twice. The second gets the first one's answer: the key is stored with the effect.

The key is stored first, in the same unit of work as the effect. A second request at the same moment therefore waits for
the first, on either database. If the first one fails, it leaves no key. A request that stores nothing waits for nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import IntegrityError

from training import clock
from training.db import as_one, atomic, db
from training.errors import DomainError
from training.models import RequestKey, User

T = TypeVar("T")
LIFE = timedelta(days=1)
"""No form is sent again after this time."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """Where a request led and what was said. ``result`` is None if an earlier request did the work.

    A request whose ``led_to`` is empty changed nothing. It may come again.
    """

    led_to: str
    said: str = ""
    result: T | None = None


class DoneBefore(Exception):
    """The same request was done already, so this one stores nothing."""


def once(user: User, *, key: str, work: Callable[[], Answer[T]]) -> Answer[T]:
    """Do ``work`` unless the user's request with this key was done already.

    What the first request has stored may make ``work`` refuse. So the key is looked for again before the
    refusal is raised.
    """
    user_id = user.id
    mine = RequestKey.user_id == user_id, RequestKey.key == key
    row = RequestKey()

    def claim() -> None:
        nonlocal row
        row = RequestKey(user_id=user_id, key=key, created_at=clock.now())
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:
            raise DoneBefore from None

    def known() -> Answer[T] | None:
        found = db.session.scalar(select(RequestKey).where(*mine))
        return Answer(found.answer, found.said) if found is not None else None

    try:
        with as_one(claim):
            answer = work()
            if row in db.session:
                row.answer, row.said = answer.led_to, answer.said[:1000]
                if not answer.led_to:
                    db.session.delete(row)
    except (DoneBefore, DomainError):
        before = known()
        if before is None:
            raise
        return before
    return answer if answer.led_to else known() or answer


@atomic
def purge() -> int:
    """Forget keys older than ``LIFE``; returns how many."""
    gone = db.session.execute(delete(RequestKey).where(RequestKey.created_at < clock.now() - LIFE))
    assert isinstance(gone, CursorResult)
    return gone.rowcount

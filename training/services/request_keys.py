"""Forms that are sent twice: the second is answered like the first, because its key is stored with the effect.

The key is stored first and in the same unit of work, so that a second request at the same moment waits for the first
on either database, and a first that fails leaves no key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from training import clock
from training.db import atomic, db
from training.models import RequestKey, User

T = TypeVar("T")
LIFE = timedelta(days=1)
"""Nobody sends a form again later than this."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """Where a request led and what was said; ``result`` is None where an earlier one did the work.

    A request whose ``led_to`` is empty changed nothing, and may come again.
    """

    led_to: str
    said: str = ""
    result: T | None = None


@atomic
def once(user: User, *, key: str, work: Callable[[], Answer[T]]) -> Answer[T]:
    """Do ``work`` unless the user's request with this key was done already."""
    row = RequestKey(user_id=user.id, key=key, created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        known = db.session.scalars(
            select(RequestKey).where(RequestKey.user_id == user.id, RequestKey.key == key)
        ).one()
        return Answer(known.answer, known.said)
    answer = work()
    if answer.led_to:
        row.answer, row.said = answer.led_to, answer.said[:1000]
    else:
        db.session.delete(row)
    return answer


@atomic
def purge() -> int:
    """Forget keys that no form can have any more; returns how many."""
    gone = db.session.execute(delete(RequestKey).where(RequestKey.created_at < clock.now() - LIFE))
    return int(gone.rowcount)  # type: ignore[attr-defined]

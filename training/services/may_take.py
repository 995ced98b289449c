"""What a reader may take away: the one place that decides which classes of values leave in a file or on paper.

What somebody may *see* is decided where things are looked up. This module decides which part of it may leave. Each
module that writes files names in ``HOLDS`` which classes its files hold, and asks here before it writes.
"""

from __future__ import annotations

from collections.abc import Collection

from training.errors import NotFound
from training.models import Role, Training, User
from training.models.about_people import Class


def classes(
    reader: User | None, holds: Collection[Class], *, of: Training | None = None, why: str = ""
) -> frozenset[Class]:
    """The classes among those that a file ``holds`` which ``reader`` may take away.

    Open and personal values leave with everybody who may have the file at all. Special ones never leave by themselves
    (field.md 4.2, class D: with those alone who look after people): somebody says ``why``, and is an admin, or a
    coordinator whose themes are those of the training that the values are ``of``.
    ``reader`` is empty for a command, and for the paper that a person fetches by their own link.
    """
    special = bool(why.strip()) and reader is not None and _looks_after(reader, of)
    return frozenset(one for one in holds if one is not Class.SPECIAL or special)


def whole(
    reader: User | None, holds: Collection[Class], *, of: Training | None = None, why: str = ""
) -> None:
    """Let a file leave that is written whole or not at all; raises ``NotFound`` where ``reader`` may not take it."""
    if classes(reader, holds, of=of, why=why) != frozenset(holds):
        raise NotFound


def _looks_after(reader: User, training: Training | None) -> bool:
    if reader.role is not Role.COORDINATOR:
        return reader.role is Role.ADMIN
    mine = {theme.id for theme in reader.themes}
    return reader.all_themes or (
        training is not None and not mine.isdisjoint((training.theme_id, training.programme_theme_id))
    )

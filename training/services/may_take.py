"""What a reader may take away: the one place that decides which classes of values leave in a file or on paper.

What somebody may *see* is decided where things are looked up. This module decides which part of it may leave. Each
module that writes files names in ``HOLDS`` which classes its files hold, and asks here before it writes.
"""

from __future__ import annotations

from collections.abc import Collection

from training.errors import NotFound
from training.models import Registration, Role, Training, User
from training.models.about_people import Class


def classes(
    reader: User | None, holds: Collection[Class], *, of: Training | None = None, why: str = ""
) -> frozenset[Class]:
    """The classes that ``reader`` may take away, of those that a file ``holds``.

    Whoever may have the file at all may take its open and personal values. Special values leave only if
    ``reader`` says ``why`` and looks after people (field.md 4.2, class D). An admin does, and so does a
    coordinator of all themes or of a theme of the training that the values are ``of``. ``reader`` is None for
    a command, and for the paper that a person fetches by their own link.
    """
    special = bool(why.strip()) and reader is not None and _looks_after(reader, of)
    return frozenset(one for one in holds if one is not Class.SPECIAL or special)


def whole(
    reader: User | None, holds: Collection[Class], *, of: Training | None = None, why: str = ""
) -> None:
    """Raise ``NotFound`` unless ``reader`` may take every class in ``holds``.

    It is for a file that is written whole or not at all.
    """
    if classes(reader, holds, of=of, why=why) != frozenset(holds):
        raise NotFound


def sees_special(reader: User, registration: Registration) -> bool:
    """Whether a page shows ``reader`` a registration's special values: to its agency, and to whoever looks after it."""
    own = reader.role is Role.PARTNER and reader.agency_id == registration.agency_id
    return own or _looks_after(reader, registration.training)


def _looks_after(reader: User, training: Training | None) -> bool:
    if reader.role is not Role.COORDINATOR:
        return reader.role is Role.ADMIN
    mine = {theme.id for theme in reader.themes}
    return reader.all_themes or (
        training is not None and not mine.isdisjoint((training.theme_id, training.programme_theme_id))
    )

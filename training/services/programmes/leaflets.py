"""Leaflets of themes: files by language, for everybody who is signed in. There is one in a language."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import FileKind, StoredFile, Theme, ThemeLeaflet, User
from training.rules.languages import OWN_NAMES
from training.services import audit, stored_files
from training.services.seen import hold
from training.services.stored_files import Taken
from training.text import msg


def of(theme: Theme) -> list[ThemeLeaflet]:
    """The theme's leaflets, in the order of ``OWN_NAMES``."""
    return by_theme().get(theme.id, [])


def by_theme() -> dict[int, list[ThemeLeaflet]]:
    """The leaflets of all themes, by the theme's id."""
    order = list(OWN_NAMES)
    found: dict[int, list[ThemeLeaflet]] = {}
    for one in db.session.scalars(select(ThemeLeaflet).options(joinedload(ThemeLeaflet.file))):
        found.setdefault(one.theme_id, []).append(one)
    return {
        number: sorted(those, key=lambda one: order.index(one.language)) for number, those in found.items()
    }


def get(user: User, public_id: UUID) -> ThemeLeaflet:
    """The leaflet whose file has this id, or ``NotFound``. Every signed-in user may read it."""
    found = db.session.scalar(
        select(ThemeLeaflet)
        .join(ThemeLeaflet.file)
        .where(StoredFile.public_id == public_id, StoredFile.deleted_at.is_(None))
        .options(contains_eager(ThemeLeaflet.file), joinedload(ThemeLeaflet.theme))
    )
    if found is None:
        raise NotFound
    return found


@atomic
def put(theme: Theme, *, by: User | None, language: str, file: Taken) -> ThemeLeaflet:
    """Add a theme's leaflet in a language, or put it in the place of the one that there is."""
    if language not in OWN_NAMES:
        raise Invalid(msg("Pick from the list."), field="language")
    hold(theme)
    stored = stored_files.keep(file, by=by, kind=FileKind.LEAFLET, language=language)
    known = _in_language(theme, language)
    if known is None:
        leaflet = ThemeLeaflet(theme=theme, language=language, file=stored)
        db.session.add(leaflet)
        audit.record(by=by, action="theme.add_leaflet", thing=theme, changes=stored_files.said(stored))
        return leaflet
    old = known.file
    stored_files.drop(old, reason=str(msg("Another file was put in its place.")))
    known.file = stored
    told = stored_files.said(stored, before=old)
    audit.record(by=by, action="theme.replace_leaflet", thing=theme, changes=told)
    return known


@atomic
def remove(file: StoredFile, *, by: User) -> None:
    """Remove the leaflet that is this file. Raises ``Conflict`` if it was replaced or removed meanwhile."""
    found = select(ThemeLeaflet).where(ThemeLeaflet.stored_file_id == file.id)
    leaflet = db.session.scalar(found)
    if leaflet is not None:
        hold(leaflet.theme)
        leaflet = db.session.scalar(found.execution_options(populate_existing=True))
    if leaflet is None:
        raise Conflict(
            msg("Somebody else replaced or removed this leaflet meanwhile. Look at what is there now first."),
            "changed",
        )
    theme = leaflet.theme
    db.session.delete(leaflet)
    stored_files.drop(file)
    audit.record(by=by, action="theme.remove_leaflet", thing=theme, changes=stored_files.said(file))


def _in_language(theme: Theme, language: str) -> ThemeLeaflet | None:
    found = select(ThemeLeaflet).where(ThemeLeaflet.theme_id == theme.id, ThemeLeaflet.language == language)
    return db.session.scalar(
        found.options(joinedload(ThemeLeaflet.file)).execution_options(populate_existing=True)
    )

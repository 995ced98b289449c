"""Themes, activity types and agency types, and which theme fits under which.

All three are seeded. They may be added to and are never deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from training.db import atomic, db
from training.errors import Invalid, NotFound
from training.models import (
    ActivityType,
    Agency,
    AgencyType,
    Programme,
    Theme,
    ThemeKind,
    ThemeUse,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.services import audit
from training.services.seen import Seen, as_stored, hold, settle
from training.text import msg
from training.texts import seeds


def every() -> list[Theme]:
    """All themes: the areas, then the multi-thematic programmes."""
    return list(db.session.scalars(select(Theme).order_by(Theme.position, Theme.code)))


def get(user: User, code: str) -> Theme:
    """The theme with this code, or ``NotFound``."""
    return by_code(code)


def by_code(code: str) -> Theme:
    """The theme with this code, or ``NotFound``."""
    found = db.session.scalar(select(Theme).where(Theme.code == code))
    if found is None:
        raise NotFound(msg("There is no theme with the code %(code)s.", code=code[:40]))
    return found


def usable_under(frame: Theme) -> list[Theme]:
    """The themes that may be used under ``frame``: itself, and the areas that it covers."""
    return list(
        db.session.scalars(
            select(Theme)
            .join(ThemeUse, ThemeUse.theme_id == Theme.id)
            .where(ThemeUse.frame_id == frame.id)
            .order_by((Theme.id != frame.id), Theme.position)
        )
    )


def covered() -> dict[str, list[Theme]]:
    """The areas that each multi-thematic programme covers, by its code, in their usual order."""
    frame = aliased(Theme)
    rows = db.session.execute(
        select(frame.code, Theme)
        .join(ThemeUse, ThemeUse.frame_id == frame.id)
        .join(Theme, Theme.id == ThemeUse.theme_id)
        .where(Theme.id != frame.id)
        .order_by(Theme.position)
    )
    found: dict[str, list[Theme]] = {}
    for code, area in rows:
        found.setdefault(code, []).append(area)
    return found


def covering(theme: Theme) -> list[Theme]:
    """The multi-thematic programmes that cover this area."""
    return list(
        db.session.scalars(
            select(Theme)
            .join(ThemeUse, ThemeUse.frame_id == Theme.id)
            .where(ThemeUse.theme_id == theme.id, Theme.id != theme.id)
            .order_by(Theme.position, Theme.code)
        )
    )


def check_use(theme: Theme, *, under: Theme) -> None:
    """Raise ``Invalid`` if ``theme`` may not be used under ``under``. The database refuses it too."""
    if db.session.get(ThemeUse, (under.id, theme.id)) is None:
        raise Invalid(
            msg(
                "%(frame)s does not cover the theme %(theme)s. Pick one of the themes that it covers.",
                frame=under.code,
                theme=theme.code,
            ),
            field="theme",
        )


def activity_types() -> list[ActivityType]:
    """All activity types, in their usual order."""
    return list(db.session.scalars(select(ActivityType).order_by(ActivityType.position)))


def agency_types() -> list[AgencyType]:
    """All agency types, in their usual order."""
    return list(db.session.scalars(select(AgencyType).order_by(AgencyType.position)))


def agency_type_name(code: str, language: str) -> str:
    """The name of a seeded agency type, without asking the database. Any other type gives its code."""
    names = {one[0]: dict(zip(("en", "fr", "ru"), one[1:], strict=True)) for one in seeds.AGENCY_TYPES}
    return names.get(code, {}).get(language) or names.get(code, {}).get("en", code)


def counts(theme: Theme) -> dict[str, int]:
    """How many programmes, trainings, sessions, agencies and trainees carry the theme."""
    tables: dict[str, type[Programme | Training | TrainingSession | Agency | Trainee]] = {
        "programmes": Programme,
        "trainings": Training,
        "sessions": TrainingSession,
        "agencies": Agency,
        "trainees": Trainee,
    }
    columns = [
        select(func.count())
        .select_from(model)
        .where(model.theme_id == theme.id, *([Trainee.merged_into_id.is_(None)] if model is Trainee else []))
        .scalar_subquery()
        .label(name)
        for name, model in tables.items()
    ]
    return dict(db.session.execute(select(*columns)).mappings().one())


@atomic
def create_multi_thematic(
    *, by: User, code: str, name_en: str, name_fr: str, name_ru: str, text_en: str, areas: Sequence[Theme]
) -> Theme:
    """Add a multi-thematic programme that covers two or more areas."""
    if db.session.scalar(select(Theme.id).where(Theme.code == code.upper())) is not None:
        raise Invalid(msg("There is a theme with this code already."), field="code")
    theme = Theme(
        code=code.upper(),
        kind=ThemeKind.MULTI_THEMATIC,
        name_en=name_en,
        name_fr=name_fr or name_en,
        name_ru=name_ru or name_en,
        text_en=text_en,
        position=100,
    )
    db.session.add(theme)
    _cover(theme, areas)
    audit.record(by=by, action="theme.create", thing=theme, changes={"areas": [area.code for area in areas]})
    return theme


@dataclass(frozen=True, kw_only=True)
class Details:
    """What can be changed of a theme. A text has its paragraphs divided by empty lines."""

    name_en: str
    name_fr: str
    name_ru: str
    text_en: str
    text_fr: str
    text_ru: str
    contact_name: str
    contact_function: str
    contact_email: str
    contact_phone: str


@atomic
def change(theme: Theme, *, by: User, details: Details, seen: Seen | None = None) -> Theme:
    """Change a theme's names, texts and contact. Its code and its kind stay."""
    hold(theme)
    details = settle(seen, details, as_stored(Details, theme))
    before = audit.snapshot(theme)
    for field in fields(details):
        setattr(theme, field.name, getattr(details, field.name))
    audit.record(by=by, action="theme.change", thing=theme, before=before)
    return theme


@atomic
def seed() -> dict[str, int]:
    """Add the themes, activity types and agency types that are missing; returns how many of each.

    Those that are there stay as they are.
    """
    added = {
        "themes": _add_missing(Theme, [_theme(n, row) for n, row in enumerate(seeds.THEMES)]),
        "activity types": _add_missing(
            ActivityType,
            [
                ActivityType(
                    code=c, counts_as_training=counts, name_en=en, name_fr=fr, name_ru=ru, position=n
                )
                for n, (c, counts, en, fr, ru) in enumerate(seeds.ACTIVITY_TYPES)
            ],
        ),
        "agency types": _add_missing(
            AgencyType,
            [
                AgencyType(code=c, name_en=en, name_fr=fr, name_ru=ru, position=n)
                for n, (c, en, fr, ru) in enumerate(seeds.AGENCY_TYPES)
            ],
        ),
    }
    areas = [theme for theme in every() if theme.kind is ThemeKind.THEMATIC_AREA]
    for area in areas:
        _allow(area, area)
    mieux = by_code("MIEUX2")
    if db.session.get(ThemeUse, (mieux.id, mieux.id)) is None:
        _cover(mieux, areas)
    return added


def _theme(position: int, row: tuple[str, ...]) -> Theme:
    code, kind, en, fr, ru, text_en, text_fr, text_ru = row
    centre = f"Competence Centre for {en}" if kind == ThemeKind.THEMATIC_AREA else ""
    return Theme(
        code=code,
        kind=ThemeKind(kind),
        name_en=en,
        name_fr=fr,
        name_ru=ru,
        competence_centre=centre,
        text_en=text_en,
        text_fr=text_fr,
        text_ru=text_ru,
        position=position,
    )


def _add_missing(
    model: type[Theme] | type[ActivityType] | type[AgencyType],
    rows: Sequence[Theme | ActivityType | AgencyType],
) -> int:
    known = set(db.session.scalars(select(model.code)))
    new = [row for row in rows if row.code not in known]
    db.session.add_all(new)
    return len(new)


def _cover(theme: Theme, areas: Sequence[Theme]) -> None:
    if len(areas) < 2 or any(area.kind is not ThemeKind.THEMATIC_AREA for area in areas):
        raise Invalid(msg("A multi-thematic programme covers two or more thematic areas."), field="areas")
    db.session.flush()  # the pairs name the theme's id
    for used in (theme, *areas):
        _allow(theme, used)


def _allow(frame: Theme, used: Theme) -> None:
    db.session.flush()  # the pair names both ids
    if db.session.get(ThemeUse, (frame.id, used.id)) is None:
        db.session.add(ThemeUse(frame_id=frame.id, theme_id=used.id))

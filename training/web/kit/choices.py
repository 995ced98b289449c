"""The choices that selects offer: (key, label, thing) triples of things that the user may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from flask import current_app, request
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.widgets import HiddenInput

from training.forms.base import Form, OneOf, Picked, PickedMany
from training.models import Agency, Programme, Role, Room, Theme, Trainer, User, Venue
from training.policy import Action, allows
from training.rules import zones
from training.services.accounts import users
from training.services.directory import agencies, trainers, venues
from training.services.programmes import frames, themes
from training.web.kit import access
from training.web.kit.language import country_names, day, language_name
from training.web.kit.respond import address

Choices = list[tuple[str, str, Any]]
OneForm = TypeVar("OneForm", bound=Form)
WORKING_LANGUAGES = (
    "en",
    "fr",
    "ru",
    "ar",
    "es",
    "pt",
    "uk",
    "tr",
    "sq",
    "sr",
    "ka",
    "hy",
    "az",
    "kk",
    "uz",
    "ky",
    "tg",
)


def _language() -> str:
    return str(get_locale() or "en").partition("_")[0]


def theme_names() -> dict[str, str]:
    """The themes' names in the reader's language, by code."""
    return {one.code: one.name_in(_language()) for one in themes.every()}


def of_themes(found: Iterable[Theme] | None = None) -> Choices:
    """Themes with code and name."""
    rows = themes.every() if found is None else found
    return [(t.code, f"{t.code} · {t.name_in(_language())}", t) for t in rows]


def of_activity_types() -> Choices:
    """Activity types by name."""
    return [(t.code, t.name_in(_language()), t) for t in themes.activity_types()]


def of_agency_types() -> Choices:
    """Agency types by name."""
    return [(t.code, t.name_in(_language()), t) for t in themes.agency_types()]


def of_countries() -> Choices:
    """Countries by name. The third part of each triple is the country's code."""
    return [(code, name, code) for code, name in country_names()]


def of_zones(first: Iterable[str] = ()) -> list[tuple[str, str, str]]:
    """(today's name, label, country) of every zone by its city: those in ``first`` before all others, UTC last.

    The label holds the names of earlier days, so that people find a zone by them.
    """
    found = _zones(_language(), current_app.config["DEMO"])
    wanted = [zone for zone in dict.fromkeys(first) if zone in found]
    return [*(found[zone] for zone in wanted), *(said for zone, said in found.items() if zone not in wanted)]


@cache
def _zones(language: str, is_demo: bool) -> dict[str, tuple[str, str, str]]:
    """What is said of each zone in a language, by their labels, UTC last. Every form with a zone asks for all.

    A demo has countries of its own.
    """
    names, found = dict(country_names()), {}
    for zone, country in zones.places().items():
        earlier = "".join(f" · {name}" for name in zones.formerly(zone))
        where = names.get(country, country)
        found[zone] = (zone, f"{zones.city(zone, language)}, {where}{earlier}", country)
    by_label = dict(sorted(found.items(), key=lambda item: item[1][1]))
    return {**by_label, zones.UTC: (zones.UTC, zones.UTC, "")}


def of_languages() -> Choices:
    """Languages of work by name. The third part of each triple is the language's code."""
    return sorted(((c, language_name(c), c) for c in WORKING_LANGUAGES), key=lambda choice: choice[1])


def of_agencies(found: Sequence[Agency] | None = None) -> Choices:
    """Agencies by name. A partner is offered only their own agency."""
    if found is None:
        found = [access.agency()] if access.user().role is Role.PARTNER else agencies.active()
    return [(a.code, a.name, a) for a in found]


def of_all_agencies() -> Choices:
    """What a filter offers: also agencies that are suspended. A partner is offered only their own agency."""
    return of_agencies(None if access.user().role is Role.PARTNER else agencies.every())


def of_programmes(found: Sequence[Programme] | None = None) -> Choices:
    """Programmes by code and title."""
    rows = frames.every() if found is None else found
    return [(p.code, f"{p.code} · {p.title}", p) for p in rows]


def of_venues(found: Sequence[Venue] | None = None) -> Choices:
    """Venues with their cities."""
    return [(str(v.public_id), f"{v.city} · {v.name}", v) for v in (found or venues.active())]


def of_rooms(found: Sequence[Room]) -> Choices:
    """Rooms with their venues and seats."""
    return [
        (str(r.public_id), f"{r.venue.city} · {r.venue.name} · {r.name} ({r.capacity})", r) for r in found
    ]


def of_trainers(found: Sequence[Trainer] | None = None) -> Choices:
    """Trainers by name."""
    return [(str(t.public_id), t.name, t) for t in (found or trainers.active())]


def of_users(found: Sequence[User]) -> Choices:
    """Accounts by name."""
    return [(str(u.public_id), f"{u.name} · {u.email}", u) for u in found]


def of_coordinators() -> Choices:
    """Coordinators by name."""
    return of_users(users.coordinators())


OFFERS = {
    "theme": of_themes,
    "country": of_countries,
    "trainee_country": of_countries,
    "agency": of_all_agencies,
    "programme": of_programmes,
    "language": of_languages,
    "type": of_agency_types,
}
NEEDS = {"agency": Action.AGENCY_LIST, "programme": Action.PROGRAMME_LIST}


@dataclass(frozen=True)
class Switch:
    """What a filter takes in, in a sentence, and the way to its other reading."""

    text: str
    label: str
    url: str


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the page's address without this filter."""

    label: str
    value: str
    url: str
    switch: Switch | None = None


BESIDE_FILTERS = frozenset(("page", "sort", "as", "special"))
"""What the address of a list says besides filters: the page, the order, and the file that is asked for."""


def filtered(
    form: OneForm,
    only: Mapping[str, Collection[int]] = MappingProxyType({}),
    *,
    beside: Collection[str] = BESIDE_FILTERS,
) -> OneForm:
    """Offer a filter form its choices, drop the fields that the role may not use, and read the form.

    ``only`` are the ids of the things that a field offers, by the field's name, where these are not all. A name in the
    address that is no filter of the reader is refused, unless it is one of ``beside``.
    """
    for name, action in NEEDS.items():
        if name in form._fields and not allows(access.user().role, action):
            del form[name]
    for name, offer in OFFERS.items():
        field = form._fields.get(name)
        if isinstance(field, Picked):
            field.offer([one for one in offer() if name not in only or one[2].id in only[name]])
    form.validate()
    form.refuse_unknown(set(request.args) - set(beside))
    form.is_filter = True
    for field in form:
        if not isinstance(field, PickedMany) and len(set(field.raw_data or ())) > 1:
            field.errors = [*field.errors, _("Say this once: the address says it several times.")]
    if "only" in form._fields and not form["only"].errors and not _picked_programme(form):
        del form["only"]  # a theme that covers nothing has one reading
    return form


def _picked_programme(form: Form) -> Theme | None:
    """The multi-thematic programme that somebody filters by, if it is one."""
    theme = form["theme"].data
    return theme if theme is not None and theme.is_multi_thematic else None


def wanted(form: Form) -> dict[str, Any]:
    """The filter's values that are set and valid, as keyword arguments of a search."""
    return {f.short_name: f.data for f in form if f.data not in (None, "", False) and not f.errors}


def chips(form: Form, **kept: str) -> list[Chip]:
    """The filters that are set, without the search. The address of each removes it and keeps ``kept``."""
    found = []
    for field in form:
        is_tab = isinstance(field.widget, HiddenInput)
        if field.short_name == "text" or is_tab or field.data in (None, "", False) or field.errors:
            continue
        label = day(field.data) if isinstance(field.data, date) else str(field.data)
        if isinstance(field, Picked):
            label = field.offered.get(field.asked, (label, None))[0]
        elif isinstance(field, OneOf):
            label = field.said
        elif field.data is True:
            label = ""
        without = {field.short_name: "", "page": ""}
        switch = None
        if field.short_name == "theme" and "only" in form._fields:
            without["only"] = ""
            switch = _switch(form, **kept)
        found.append(Chip(str(field.label.text), label, address(**{**kept, **without}), switch))
    return found


def _switch(form: Form, **kept: str) -> Switch:
    """Whether a multi-thematic programme is meant as a whole, and the way to the other reading."""
    if form["only"].data:
        return Switch(
            _("This is only what carries the tag itself."),
            _("The whole programme"),
            address(**{**kept, "only": "", "page": ""}),
        )
    return Switch(str(form.whole), str(form.narrowed), address(**{**kept, "only": "y", "page": ""}))

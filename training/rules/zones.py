"""The zones that somebody may pick, in today's names, and what a typed text means.

A zone is a place of a country, as ``zone.tab`` of the tz database names it, or UTC. Fixed offsets and abbreviations are
none: they follow no country's rules. Old names are read from the data (CLDR's and the tz database's links), so they
change with the pinned packages and not with this code.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import tzdata
from babel import Locale
from babel.core import get_global

from config import LANGUAGES
from training.rules.countries import COUNTRIES

UTC = "UTC"
SAID = {"en": "{city} time", "fr": "heure locale à {city}", "ru": "время: {city}"}
OF_UTC = frozenset({"Etc/UTC", "Etc/GMT"})
"""What all names of UTC stand for in the tz database."""
NO_PLACES = frozenset(
    {"CET", "CST6CDT", "EET", "EST", "EST5EDT", "HST", "MET", "MST", "MST7MDT", "PST8PDT", "WET"}
)
"""Abbreviations that the tz database still keeps. Each means different hours to different people."""
NO_CITIES = frozenset({"ACT", "LHI", "NSW", "North", "South", "West"})
"""The last parts of old names that somebody may write for another place."""
VERSION = tzdata.IANA_VERSION
"""The version of the rules in use, such as 2026f."""


@cache
def places() -> Mapping[str, str]:
    """Every zone that somebody may pick, except UTC, with the code of its country."""
    lines = (line.split("\t") for line in _read("zone.tab") if line and not line.startswith("#"))
    return {parts[2]: parts[0] for parts in lines}


@cache
def old_names() -> Mapping[str, str]:
    """Old and other names of zones, each with today's."""
    lines = (line.split() for line in _read("tzdata.zi") if line.startswith("L "))
    links = {old: now for _, now, old in lines}
    # CLDR comes first: its names stay within the country, whereas the tz database links Iceland to Abidjan
    found = {}
    for name in {*links, *_of_cldr()}:
        for now in (_of_cldr().get(name, ""), links.get(name, "")):
            if now in places() or now in OF_UTC:
                found[name] = now if now in places() else UTC
                break
    found |= dict.fromkeys(OF_UTC, UTC)
    return {name: now for name, now in found.items() if name not in places() and name != UTC}


def meant(text: str) -> str | None:
    """Today's name of the zone that somebody wrote, or None.

    A city is enough, in any capitals, in one of our languages or by an old name: ``kyiv``, ``Kiev`` and ``Киев`` all
    mean Europe/Kyiv. A city of two zones is none.
    """
    wanted = _key(text)
    return _by_name().get(wanted) or _by_city().get(wanted) or _by_city().get(_key(text.partition(",")[0]))


def city(zone: str, language: str) -> str:
    """The zone's city in a language, or as the zone's name writes it."""
    names = Locale(language).time_zones
    for name in (zone, *_formerly().get(zone, ())):
        found = names.get(name, {}).get("city")
        if found:
            return str(found)
    return zone.rpartition("/")[2].replace("_", " ")


def said(zone: str, language: str) -> str:
    """A zone as people say it: Kyiv time, heure locale à Kiev. UTC is UTC."""
    return zone if zone == UTC else SAID[language].format(city=city(zone, language))


def formerly(zone: str) -> list[str]:
    """The zone's cities by its old names, such as Kiev for Europe/Kyiv, for those who search by them."""
    now = {_key(zone.rpartition("/")[2]), _key(city(zone, "en"))}
    areas = {name.partition("/")[0] for name in places()}
    known = [name for name in _formerly().get(zone, ()) if name.partition("/")[0] in areas]
    cities = {name.rpartition("/")[2].replace("_", " ") for name in known} - NO_CITIES
    return sorted(one for one in cities if _key(one) not in now)


def of_country(code: str) -> list[str]:
    """The zones of a country, an invented one too. Where the country is not known, there are none."""
    if code in COUNTRIES:
        return [COUNTRIES[code][2]]
    return sorted(zone for zone, country in places().items() if country == code)


@cache
def _formerly() -> Mapping[str, Sequence[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, now in old_names().items():
        found[now].append(name)
    return found


@cache
def _by_name() -> Mapping[str, str]:
    names = {name: now for name, now in old_names().items() if name not in NO_PLACES}
    return {_key(name): now for name, now in {**names, UTC: UTC, **{one: one for one in places()}}.items()}


@cache
def _by_city() -> Mapping[str, str]:
    """Cities, in our languages and by old names, each with its zone. A city of two zones stands for neither."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for zone in places():
        cities = {zone.rpartition("/")[2], *(city(zone, language) for language in LANGUAGES), *formerly(zone)}
        for one in cities:
            found[_key(one)].add(zone)
    return {one: next(iter(zones)) for one, zones in found.items() if len(zones) == 1}


def _of_cldr() -> Mapping[str, str]:
    return get_global("zone_aliases")


def _key(text: str) -> str:
    """``text`` without capitals, accents, and the difference of blanks, hyphens and underscores."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "_".join("".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ").split())


def _read(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()

"""The language and the formats of a page: days, instants, numbers, minutes, names of countries and languages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_timedelta
from flask import Flask, current_app, has_request_context, request
from flask import session as cookie
from flask_babel import (
    Babel,
    format_date,
    format_datetime,
    format_decimal,
    format_time,
    get_locale,
)

from config import LANGUAGES, ROOT
from training.clock import now
from training.forms import labels
from training.models import RegistrationState, Training
from training.rules import countries, languages, zones
from training.services import announced
from training.services.announced import Facts
from training.text import Message
from training.text import language as reads
from training.texts import letters, links, proposed, words
from training.web.kit import access

babel = Babel()
NAMES = {code: languages.OWN_NAMES[code] for code in LANGUAGES}


def init_app(app: Flask) -> None:
    """Choose the language of each request, and give the templates their filters."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    app.config["BABEL_DEFAULT_TIMEZONE"] = "UTC"
    babel.init_app(app, locale_selector=chosen)
    app.jinja_env.globals.update(locale=_Current(), languages=list(NAMES.items()))
    app.jinja_env.filters.update(
        day=day,
        day_range=day_range,
        instant=instant,
        wall=wall,
        place_time=place_time,
        time_left=time_left,
        clock=clock,
        number=number,
        percent=percent,
        hours=hours,
        country=country_name,
        language=language_name,
        translated=translated,
        registration_state=registration_state,
        said=said,
        month_name=month_name,
        weekday=weekday,
        paragraphs=paragraphs,
        own_name=own_name,
        dialled=dialled,
        shift=shift,
        masked=links.masked,
        told=told,
        as_told=as_told,
        colon=colon,
        session_title=session_title,
    )


def chosen() -> str:
    """The signed-in person's language, else the one picked on the sign-in page, else what the browser asks for."""
    if not has_request_context():
        return "en"  # a command or the worker; a mail sets its own language
    user = access.user_or_none()
    if user is not None and user.language in LANGUAGES:
        return str(user.language)
    if cookie.get("language") in LANGUAGES:
        return str(cookie["language"])
    return request.accept_languages.best_match(LANGUAGES) or "en"


class _Current:
    """The request's locale, looked up when a template asks."""

    def __getattr__(self, name: str) -> object:
        return getattr(get_locale() or Locale("en"), name)


def colon(label: str) -> str:
    """The label with its colon. French sets a space before it that no line ends at."""
    return f"{label}\N{NO-BREAK SPACE}:" if reads() == "fr" else f"{label}:"


def session_title(title: str) -> str:
    """A session's title: one that the product proposed in the reader's language, any other one as it was typed."""
    return proposed.said(title, reads())


def day(value: date | None) -> str:
    """12 May 2026."""
    return format_date(value, "d MMM y") if value else ""


def day_range(starts_on: date, ends_on: date) -> str:
    """12–14 May 2026, as letters write it."""
    return letters.days(starts_on, ends_on, (get_locale() or Locale("en")).language)


def instant(value: datetime | None, zone: str = "UTC") -> str:
    """An instant as the clock shows it in ``zone``, with the place: 3 May 2026, 09:00 (Kyiv time)."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    return f"{format_datetime(local, 'd MMM y, HH:mm')} ({place_time(zone)})"


def place_time(zone: str) -> str:
    """A zone as people say it: Kyiv time, and UTC for itself."""
    return zones.said(zone, (get_locale() or Locale("en")).language)


def wall(value: datetime | None, zone: str = "") -> str:
    """Wall time with its weekday: Tue 12 May 2026, 09:00. A deadline also gets its zone."""
    if value is None:
        return ""
    said = format_datetime(value.replace(tzinfo=UTC), "EEE d MMM y, HH:mm")
    return f"{said} ({place_time(zone)})" if zone else said


def time_left(value: datetime) -> str:
    """How far off an instant is: in 3 hours, in 11 days, in 6 weeks. Months are counted from 12 weeks on."""
    left = value - now()
    threshold = 2.8 if timedelta(days=2.8) <= abs(left) < timedelta(weeks=12) else 1.2
    return format_timedelta(left, add_direction=True, threshold=threshold, locale=get_locale() or "en")


def clock(value: datetime | time | None) -> str:
    """09:00."""
    if value is None:
        return ""
    at = value.time() if isinstance(value, datetime) else value
    return format_time(datetime.combine(date(2000, 1, 1), at, UTC), "HH:mm")


def number(value: float | int | None) -> str:
    """A number with the language's separators, or a dash for None."""
    return "–" if value is None else str(format_decimal(value))


def percent(value: float | None) -> str:
    """65.3 %, from 65.3. None becomes a dash: there was nothing to divide by."""
    return "–" if value is None else f"{format_decimal(value, '0.0')} %"


def shift(value: timedelta) -> str:
    """By how much something is moved: +1 hour, −7 days."""
    sign = "−" if value < timedelta() else "+"
    return f"{sign}{format_timedelta(abs(value), threshold=1.2, locale=get_locale() or 'en')}"


HOUR = {"en": "h", "fr": "h", "ru": "ч"}


def hours(minutes: int | None) -> str:
    """Minutes as hours and minutes: 3 h, 2 h 30."""
    if minutes is None:
        return "–"
    whole, rest = divmod(minutes, 60)
    unit = HOUR[(get_locale() or Locale("en")).language]
    return f"{whole} {unit} {rest:02}" if rest else f"{whole} {unit}"


def country_names() -> list[tuple[str, str]]:
    """(code, name) of every country, by name, in the reader's language."""
    unused = set(countries.NONE)
    names = words.territories(str((get_locale() or Locale("en")).language))
    if not current_app.config["DEMO"]:
        unused |= set(countries.COUNTRIES)
    return sorted(((c, n) for c, n in names.items() if c not in unused), key=lambda pair: pair[1])


def country_name(code: str) -> str:
    """The country's name in the reader's language, or the code when the country is not known."""
    return words.country(code, (get_locale() or Locale("en")).language)


def language_name(code: str) -> str:
    """The language's name in the reader's language."""
    return str((get_locale() or Locale("en")).languages.get(code, code))


def own_name(code: str) -> str:
    """What the language calls itself."""
    return languages.OWN_NAMES.get(code, code)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text that somebody typed: what stands between empty lines."""
    return [one.strip() for one in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if one.strip()]


def dialled(phone: str) -> str:
    """A phone number as a link dials it: digits, and the plus before them."""
    return re.sub(r"(?!^\+)\D", "", phone.strip())


def translated(value: Message | str) -> str:
    """A message in the reader's language."""
    return value.translated() if isinstance(value, Message) else str(value)


def registration_state(value: str) -> str:
    """The word for a registration's state."""
    return str(labels.REGISTRATION_STATE[RegistrationState(value)])


def said(reason: str) -> str:
    """A reason as a person wrote it. A reason that the system wrote is translated for the reader."""
    return letters.said(reason, letters.language_of((get_locale() or Locale("en")).language))


def month_name(value: date) -> str:
    """May 2026."""
    return format_date(value, "LLLL y").capitalize()


def weekday(value: date) -> str:
    """Tue."""
    return format_date(value, "EEE")


def told(training: Training) -> Facts:
    """When, where and how the training is held, as the reader may know it. Who comes by a link is no planner."""
    return announced.facts_for(training, access.user_or_none())


def as_told(local: datetime | None, training: Training) -> datetime | None:
    """A time by the training's clocks, by the clocks that the reader knows it by."""
    known = told(training).zone
    if local is None or known == training.zone:
        return local
    return local.replace(tzinfo=ZoneInfo(training.zone)).astimezone(ZoneInfo(known)).replace(tzinfo=None)

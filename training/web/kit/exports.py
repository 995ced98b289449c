"""A list as a file. The file holds all pages of the list, by the same filters and in the same order.

``HOLDS`` names what each list holds about people. Special values stand only in ``SPECIAL_COLUMNS``. A file
holds them only when its address says what they are for (``?as=csv&special=rooms+and+meals``), and only for
readers who may take them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from werkzeug.wrappers import Response

from training import clock
from training.forms.base import Form
from training.models import Training, TrainingSession, User
from training.models.about_people import Class
from training.output import csv, xlsx
from training.rules import zones
from training.services import audit, may_take, streams
from training.services.announced import Facts
from training.text import language
from training.texts import words
from training.web.kit import access, choices
from training.web.kit.labels import label_of
from training.web.kit.language import as_told, told
from training.web.kit.respond import download, page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_000_000
"""Most rows of one file. A sheet of a workbook can hold a few more than this."""
Column = tuple[Any, Callable[[Any], Any]] | tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]
"""A column's title and what its cells hold. Where that is a code, the third says it in words, for the workbook."""


def _register(session: TrainingSession) -> str:
    if session.is_asleep:
        return str(_("asleep"))
    return str(_("called off") if session.is_cancelled else label_of(session.register_state))


def _venue(known: Facts) -> str:
    return known.venue.name if known.venue else ""


def _register_code(session: TrainingSession) -> str:
    if session.is_asleep:
        return "asleep"
    return "cancelled" if session.is_cancelled else session.register_state.value


def _clock(zone: str) -> str:
    return zones.said(zone, language())


def _said(codes: str) -> str:
    return words.languages(codes, language())


THEME: Column = (_l("Theme"), lambda one: one.theme.code, lambda one: one.theme.name_in(language()))
COUNTRY: Column = (_l("Country"), lambda one: one.country, lambda one: words.country(one.country, language()))
ZONE: Column = (_l("Time zone"), lambda one: one.zone, lambda one: _clock(one.zone))
NAME: Column = (_l("Name"), lambda one: one.name)
E_MAIL: Column = (_l("E-mail"), lambda one: one.email)
STATE: Column = (_l("State"), lambda one: one.state.value, lambda one: label_of(one.state))

COLUMNS: dict[str, tuple[Column, ...]] = {
    "programmes": (
        (_l("Code"), lambda one: one.code),
        (_l("Title"), lambda one: one.title),
        THEME,
        (_l("Donor"), lambda one: one.donor),
        (_l("Grant reference"), lambda one: one.grant_reference),
        (_l("First day"), lambda one: one.starts_on),
        (_l("Last day"), lambda one: one.ends_on),
        STATE,
    ),
    "trainings": (
        (_l("Code"), lambda one: one.code),
        (_l("Title"), lambda one: one.title),
        THEME,
        (_l("Programme"), lambda one: one.programme.code),
        (_l("First day"), lambda one: told(one).starts_on),
        (_l("Last day"), lambda one: told(one).ends_on),
        (_l("Time zone"), lambda one: told(one).zone, lambda one: _clock(told(one).zone)),
        (_l("Venue"), lambda one: _venue(told(one))),
        (
            _l("Country"),
            lambda one: told(one).country,
            lambda one: words.country(told(one).country, language()),
        ),
        (_l("Registration closes"), lambda one: as_told(one.registration_closes_local, one)),
        STATE,
    ),
    "sessions": (
        (_l("Training"), lambda one: one.training.code),
        (_l("Title"), lambda one: one.title),
        THEME,
        (_l("Starts"), lambda one: one.starts_local),
        (_l("Ends"), lambda one: one.ends_local),
        (_l("Time zone"), lambda one: one.zone, lambda one: _clock(one.zone)),
        (_l("Minutes without breaks"), lambda one: one.scheduled_minutes),
        (_l("Room"), lambda one: f"{one.room.name}, {one.room.venue.name}" if one.room else ""),
        (_l("Trainers"), lambda one: ", ".join(entry.trainer.name for entry in one.session_trainers)),
        (
            _l("Register"),
            _register_code,
            _register,
        ),
    ),
    "agencies": (
        (_l("Code"), lambda one: one.code),
        NAME,
        (_l("Native name"), lambda one: one.native_name),
        (_l("Type"), lambda one: one.type.code, lambda one: one.type.name_in(language())),
        COUNTRY,
        THEME,
        E_MAIL,
        (_l("Phone"), lambda one: one.phone),
    ),
    "trainees": (
        (_l("Family name"), lambda one: one.family_name),
        (_l("Given names"), lambda one: one.given_names),
        (_l("Native name"), lambda one: one.native_name),
        (_l("Sex"), lambda one: one.sex.value, lambda one: label_of(one.sex)),
        COUNTRY,
        (_l("Agency"), lambda one: one.agency.name),
        (_l("Function"), lambda one: one.function),
        (_l("Rank"), lambda one: one.rank),
        (_l("Language"), lambda one: one.language, lambda one: _said(one.language)),
        E_MAIL,
        (_l("Phone"), lambda one: one.phone),
        THEME,
    ),
    "registrations": (
        (_l("Training"), lambda one: one.training.code),
        (_l("Title"), lambda one: one.training.title),
        NAME,
        (_l("Agency at registration"), lambda one: one.agency_name),
        (_l("Function at registration"), lambda one: one.function),
        (_l("Rank at registration"), lambda one: one.rank),
        STATE,
        (_l("Submitted"), lambda one: one.submitted_at),
        (_l("Confirmed"), lambda one: one.confirmed_at),
        (_l("Remarks"), lambda one: one.remarks),
    ),
    "trainers": (
        NAME,
        E_MAIL,
        (_l("Phone"), lambda one: one.phone),
        COUNTRY,
        (_l("Organisation"), lambda one: one.organisation),
        (_l("Languages"), lambda one: one.languages, lambda one: _said(one.languages)),
        (
            _l("Themes"),
            lambda one: ", ".join(theme.code for theme in one.themes),
            lambda one: "; ".join(theme.name_in(language()) for theme in one.themes),
        ),
    ),
    "countries": (
        (_l("Country"), lambda one: one.code, lambda one: words.country(one.code, language())),
        (_l("Agencies"), lambda one: one.counts.agencies),
        (_l("People from there"), lambda one: one.counts.people),
        (_l("Trainings there"), lambda one: one.counts.trainings),
        (_l("Programmes"), lambda one: one.counts.programmes),
    ),
    "venues": (NAME, (_l("City"), lambda one: one.city), COUNTRY, ZONE),
    "users": (
        NAME,
        E_MAIL,
        (_l("Role"), lambda one: one.role.value, lambda one: label_of(one.role)),
        (_l("Agency"), lambda one: one.agency.name if one.agency else ""),
        (
            _l("Active"),
            lambda one: "yes" if one.is_active else "no",
            lambda one: words.YES_NO[bool(one.is_active)].translated(),
        ),
        (_l("Last signed in"), lambda one: one.last_signed_in_at),
    ),
}

SHEETS = {
    "programmes": _l("Programmes"),
    "trainings": _l("Trainings"),
    "sessions": _l("Sessions"),
    "agencies": _l("Agencies"),
    "trainees": _l("Trainees"),
    "registrations": _l("Registrations"),
    "trainers": _l("Trainers"),
    "countries": _l("Countries"),
    "venues": _l("Venues"),
    "users": _l("Users"),
}
"""What the sheet of each list is called."""

HOLDS: dict[str, tuple[Class, ...]] = {
    "programmes": (Class.OPEN,),
    "trainings": (Class.OPEN,),
    "sessions": (Class.OPEN, Class.PERSONAL),  # who teaches
    "agencies": (Class.OPEN, Class.PERSONAL),
    "trainees": (Class.OPEN, Class.PERSONAL),
    "registrations": (Class.OPEN, Class.PERSONAL),
    "trainers": (Class.OPEN, Class.PERSONAL),
    "countries": (),  # how many there are, and nothing of anybody
    "venues": (Class.OPEN,),
    "users": (Class.OPEN, Class.PERSONAL),
}
"""List → the classes of values about people in it, ``SPECIAL`` included when the list has special columns."""

SPECIAL_COLUMNS: dict[str, tuple[Column, ...]] = {}
"""List → its columns of special values. They stand behind the other columns when somebody asks for them."""

WITHHELD = "withheld"
"""Stands in place of a special value that the reader may not take.

An empty cell would say that there is none.
"""


def wanted(found: Select[Any] | Sequence[Any], name: str, form: Form) -> Response | None:
    """The list as a file when the address asks for one (``?as=csv`` or ``?as=xlsx``), else None.

    ``found`` chooses the rows, or is the rows themselves where the list is short. The audit log keeps who took the file.
    """
    kind = request.args.get("as")
    if not kind:
        return None
    if kind not in ("csv", "xlsx"):
        form.refuse_unknown([f"as={kind}"])
    if form.errors or form.refusals:  # what is not understood must not widen the file to everything
        texts = [*form.refusals]
        texts += [
            f"{form[name].label.text}: {text}" for name, errors in form.errors.items() for text in errors
        ]
        return page("errors/400.html", status=422, why=" ".join(texts))
    filters = {
        key: str(getattr(value, "code", None) or getattr(value, "value", None) or value)
        for key, value in choices.wanted(form).items()
    }
    reader: User = access.user()
    why = request.args.get("special", "").strip()[:200]
    columns, special = COLUMNS[name], SPECIAL_COLUMNS.get(name, ()) if why else ()
    may_take.whole(reader, [one for one in HOLDS[name] if one is not Class.SPECIAL])
    if special:
        filters["special"] = why
    audit.record_export(
        by=reader,
        action=f"{name}.{kind}",
        filters=filters,
        rows=len(found) if isinstance(found, Sequence) else streams.count(found),
    )
    file_name = f"{name}-{clock.today().isoformat()}.{kind}"
    titles = [str(column[0]) for column in (*columns, *special)]
    # a CSV is for programs, which go by codes; a workbook is for people, who read words
    shown = [column[1 if kind == "csv" else -1] for column in columns]
    rows = (
        [_cell(value(one)) for value in shown] + _special_cells(special, one, reader, why)
        for one in (found if isinstance(found, Sequence) else streams.stream(found, MOST_ROWS))
    )
    # the file is made before the answer is sent: the database session ends with the request
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name
        if kind == "csv":
            with path.open("wb") as made:
                made.writelines(csv.stream(titles, rows, text_columns=range(len(titles))))
        else:
            xlsx.write(path, [xlsx.Sheet(str(SHEETS[name]), titles, rows, [24] * len(titles))])
        file = path.open("rb")
    pieces: Iterator[bytes] = iter(lambda: file.read(256 * 1024), b"")
    return download(pieces, file_name, "text/csv" if kind == "csv" else XLSX)


def _special_cells(columns: tuple[Column, ...], one: Any, reader: User, why: str) -> list[str]:
    of = one if isinstance(one, Training) else getattr(one, "training", None)
    may = columns and Class.SPECIAL in may_take.classes(reader, [Class.SPECIAL], of=of, why=why)
    return [_cell(value(one)) if may else WITHHELD for value in (column[1] for column in columns)]


def _cell(value: Any) -> str:
    """The text of a cell. Instants are in UTC, and instants and days follow ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)

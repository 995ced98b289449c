"""Every component of the pages in every state, on one page of local instances. Nothing on it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, current_app
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from training import clock
from training.errors import Invalid, NotFound
from training.forms.system import StyleForm
from training.forms.trainings import TrainingFilter
from training.models import (
    AttendanceStatus,
    MailState,
    ProgrammeState,
    RegisterState,
    RegistrationState,
    TrainingState,
)
from training.services.letters.timetables import Difference, Slot
from training.text import msg
from training.web.kit import choices
from training.web.kit.access import public
from training.web.kit.edits import Both
from training.web.kit.respond import Pages, Sorting, page

bp = Blueprint("styleguide", __name__)
STATES = (TrainingState, ProgrammeState, RegistrationState, RegisterState, AttendanceStatus, MailState)
AREAS = ("IMR", "THB", "BMV", "ASY", "MD", "LMI", "MIEUX2")


@bp.get("/styleguide")
@public
def show() -> Response:
    """Show the components. An instance that others can reach has no such page."""
    if not current_app.config["CONFIG"].local:
        raise NotFound
    return page(
        "system/styleguide/show.html",
        differences=_differences(),
        filters=_offered(TrainingFilter(MultiDict({"state": "open", "starts_from": "2027-01-01"}))),
        chosen=[choices.Chip("State", "open", "#"), choices.Chip("Starts from", "1 Jan 2027", "#")],
        empty_form=_offered(StyleForm()),
        wrong_form=_wrong(),
        states=[(kind.__name__, list(kind)) for kind in STATES],
        splits=[SimpleNamespace(label=code, totals=_totals(n)) for n, code in enumerate(AREAS, 1)],
        pages=Pages(3, 412, 30),
        sorting=Sorting("title", descending=False),
        ticked=SimpleNamespace(sessions=[]),
        offered=[
            SimpleNamespace(
                thing=SimpleNamespace(name=name, public_id=name), remarks=remarks, is_free=is_free
            )
            for name, remarks, is_free in (
                ("Room 1", [], True),
                ("Room 2", [msg("too small for %(count)s", count=24)], True),
                ("Room 3", [msg("taken by %(training)s", training="MX2-01")], False),
            )
        ],
        soon=clock.now().replace(microsecond=0),
    )


def _offered(form: StyleForm | TrainingFilter) -> StyleForm | TrainingFilter:
    fields: dict[str, Any] = form._fields
    fields["theme"].offer([(code, code, code) for code in AREAS])
    for name, offer in (("languages", choices.of_languages), ("country", choices.of_countries)):
        if name in fields:
            fields[name].offer(offer())
    if "programme" in fields:
        fields["programme"].offer([("MX2", "MX2 · MIEUX II", "MX2")])
    if "zone" in fields:
        fields["zone"].offer(choices.of_zones(["Europe/Vienna"]))
    form.validate()
    return form


def _wrong() -> StyleForm:
    """The form as it comes back: with an error at a field, a refusal of the whole, and a field that two people changed."""
    sent = {"wrong-name": "", "wrong-code": "MX2-01", "wrong-starts_on": "31.31.2027"}
    form = StyleForm(MultiDict(sent), prefix="wrong-")
    _offered(form)
    form.refuse(Invalid(msg("The training runs from 12 to 14 May 2027.")))
    form.code.flags.both = Both("MX2-01", "MX2-02")
    return form


def _differences() -> list[Difference]:
    """A session of each kind of change."""
    begins = datetime(2027, 3, 24, 9)
    was = Slot(
        title="Day 2, morning",
        starts=begins,
        ends=begins + timedelta(hours=3),
        starts_at=clock.now(),
        ends_at=clock.now(),
        break_minutes=15,
        is_compulsory=True,
        room_id=1,
        room="Room 1",
        trainer_ids=(1,),
        is_held=True,
    )
    later = timedelta(hours=1)
    moved = replace(was, starts=was.starts + later, ends=was.ends + later, room_id=2, room="Room 2")
    off = replace(was, is_held=False)
    pairs = ((was, replace(moved, trainer_ids=(2,), break_minutes=30)), (None, was), (was, off), (off, was))
    return [Difference(n, before, now) for n, (before, now) in enumerate(pairs)]


def _totals(n: int) -> SimpleNamespace:
    came = 40 * n
    return SimpleNamespace(
        confirmed=came + 5,
        participations=came,
        persons=came - 3,
        persons_trained=came - 6,
        completed=came - 6,
        attendance_rate=90.5 - n,
        attendance_rate_of_attendees=96.5 - n,
        person_hours=came * 6.5,
        person_days=came * 1.0,
        no_shows=5,
        no_show_rate=3.1,
    )

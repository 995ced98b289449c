"""Putting a training elsewhere on the board: where it could go, the check, and the act. All of it works without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.schedule import PutForm
from training.models import Trainer, Training
from training.policy import Action
from training.services import visible_trainings
from training.services.board import days, lines, where
from training.services.board.lines import Asked, Kind, Line
from training.services.schedule import several, shift, steps
from training.web.board.grid import filters, kind_asked, period_asked
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import back_to, page, page_number, uuid_of
from training.web.schedule.timetable import seen_versions

bp = Blueprint("places", __name__, url_prefix="/board")


@bp.get("/where/<uuid:public_id>")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def all_of(training: Training) -> Response:
    """What each day of each line on this page of the board is for a training, as JSON for the page's script."""
    kind, period = kind_asked(), period_asked()
    asked = Asked(**choices.wanted(filters(kind, beside=("instead",))))
    here, _total = days.lines_of_page(access.user(), kind, period, asked, page=page_number())
    try:
        found = where.of(training, here, period, instead=_instead())
    except DomainError as refusal:
        return jsonify(refused=refusal.explained.translated())
    wanted = several.movable(training)
    return jsonify(
        places=where.said(found, here),
        first=min(one.on_date for one in wanted).isoformat(),
        seen=[f"{one.public_id}:{one.version}" for one in wanted],
    )


@bp.get("/move")
@permit(Action.TRAINING_CHANGE)
def move() -> Response:
    """Lead from the form above the board to the check of the place that it names."""
    number = uuid_of(request.args.get("training", ""))
    if number is None:
        flash(_("Choose a training."), "error")
        return redirect(back_to(request.args.get("next")), 303)
    named: dict[str, Any] = {
        name: value for name in ("rows", "row", "day", "next") if (value := request.args.get(name))
    }
    return redirect(url_for(".put", public_id=number, **named), 303)


@dataclass(frozen=True)
class _Place:
    """Where a training is to go, and what is said of that."""

    line: Line
    day: date
    verdict: where.Verdict | None
    moved: list[shift.Moved]


@bp.route("/put/<uuid:public_id>", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def put(training: Training) -> Response:
    """Say what a place is for a training, and put it there."""
    form = PutForm(request.values)
    place = None
    if form.validate() and form.day.data:
        line, instead = _line(training), _instead()
        to = where.place_of(line, form.day.data, instead)
        if request.method == "POST":
            try:
                done = several.put(training, by=access.user(), place=to, seen=seen_versions())
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                flash(" ".join([done.step.label, *_dates(done)]), f"undo {done.step.public_id}")
                return redirect(back_to(request.form.get("next")), 303)
        place = _looked_at(training, line, form, to)
    return page(
        "board/places/put.html",
        training=training,
        form=form,
        place=place,
        sessions=several.movable(training),
        named={name: request.values.get(name, "") for name in ("rows", "row", "instead")},
        back=back_to(request.values.get("next")),
        status=422 if form.errors else 409 if form.refusals else 200,
    )


def _looked_at(training: Training, line: Line, form: PutForm, to: shift.Place) -> _Place | None:
    """What is said of a place. A refusal stands in the form too, once."""
    try:
        verdict = where.one(training, line, to.first_day, instead=to.instead)
        moved = shift.preview_at(training, several.movable(training), to)
    except DomainError as refusal:
        if not form.refusals and not form.errors:
            form.refuse(refusal)
        return None
    return _Place(line, to.first_day, verdict, moved)


def _dates(done: steps.Done) -> list[str]:
    return [one.translated() for one in steps.dates_said(done.step)]


def _line(training: Training) -> Line:
    """The line that is meant; the training's own one, if none is named."""
    kind = request.values.get("rows", "")
    number = uuid_of(request.values.get("row", ""))
    if number is None or kind not in set(Kind) or kind == Kind.TRAININGS:
        return lines.of_thing(training)
    return lines.get(access.user(), Kind(kind), number)


def _instead() -> Trainer | None:
    """The trainer from whose line the training is taken."""
    number = uuid_of(request.values.get("instead", ""))
    thing = lines.get(access.user(), Kind.TRAINERS, number).thing if number else None
    return thing if isinstance(thing, Trainer) else None

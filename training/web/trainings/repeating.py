"""A training again: as a series on other dates or at other venues, or on new dates after it was postponed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.trainings import NewDatesForm, RepeatForm
from training.models import Series, Training, TrainingState, Venue
from training.policy import Action
from training.rules import rest_days, typed_days
from training.services import visible_trainings
from training.services.directory import venues
from training.services.schedule import asleep
from training.services.trainings import copies, resuming
from training.services.trainings.copies import Row
from training.services.trainings.resuming import Outcome, Wish
from training.text import language
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page, submitted

bp = Blueprint("repeating", __name__)
LEAST_ROWS = 5
"""How many rows stand on the page at least."""


@bp.route("/trainings/<uuid:public_id>/repeat", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def repeat(training: Training) -> Response:
    """Plan the training again on several dates: a row for each, all stored as drafts or none."""
    form = RepeatForm(request.form)
    found = venues.active()
    rows, typed = (_by_rule(training, form), []) if _is_filled_in() else _rows(training, found)
    is_check = "HX-Request" in request.headers or "check" in request.form or _is_filled_in()
    if submitted(form) and not is_check:
        refused = [one for one in typed if one]
        form.refusals += refused
        if not refused:
            try:
                series = copies.repeat(
                    training,
                    by=access.user(),
                    rows=rows,
                    rule=_rule(rows),
                    with_trainers=bool(form.with_trainers.data),
                    keeps_seats=bool(form.keeps_seats.data),
                )
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                flash(_("%(count)s trainings are planned as drafts.", count=len(rows)))
                return redirect(url_for(".series", public_id=series.public_id), 303)
    planned = copies.planned(training, rows, with_trainers=bool(form.with_trainers.data))
    return page(
        "trainings/repeating/repeat.html",
        "trainings/repeating/_rows.html",
        training=training,
        form=form,
        planned=planned,
        venues=found,
        typed=typed,
        least=max(LEAST_ROWS, len(planned) + 1),
    )


def _is_filled_in() -> bool:
    """Whether the rows follow the rule: at first, and when somebody asks for it."""
    return request.method != "POST" or "fill" in request.form


def _by_rule(training: Training, form: RepeatForm) -> list[Row]:
    """Rows every so many weeks after the training, at its venue."""
    every, count = form.every.data or 4, form.count.data or 4
    first = training.starts_on + timedelta(weeks=every)
    return [Row(first_day=day, venue=training.venue) for day in rest_days.series(first, every, count)]


def _rows(training: Training, found: list[Venue]) -> tuple[list[Row], list[str]]:
    """The rows that were typed, and what is wrong with those that are not understood, by their place."""
    by_id = {str(one.public_id): one for one in found}
    rows, wrong = [], []
    venue_ids = request.form.getlist("venue")
    for place, text in enumerate(request.form.getlist("first_day")[: copies.MOST + LEAST_ROWS]):
        if not text.strip():
            continue
        try:
            day: date = typed_days.read_day(text, language())
        except ValueError:
            wrong.append(_("“%(text)s” is no day: write it as 2027-03-31.", text=text[:40]))
            continue
        venue = by_id.get(venue_ids[place]) if place < len(venue_ids) else training.venue
        rows.append(Row(first_day=day, venue=venue))
    return rows, wrong


def _rule(rows: list[Row]) -> str:
    """How the series was planned, in words."""
    gaps = {later.first_day - earlier.first_day for earlier, later in zip(rows, rows[1:], strict=False)}
    if len(gaps) == 1 and (gap := gaps.pop()).days % 7 == 0 and gap.days:
        return str(_("every %(weeks)s weeks", weeks=gap.days // 7))
    return str(_("by dates"))


@bp.get("/series/<uuid:public_id>")
@permit(Action.PROGRAMME_READ, copies.get_series)
def series(series: Series) -> Response:
    """The trainings that were planned together."""
    found = copies.in_series(series)
    return page(
        "trainings/repeating/series.html",
        series=series,
        trainings=found,
        held=visible_trainings.held_counts(found),
    )


@bp.route("/trainings/<uuid:public_id>/new-dates", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def new_dates(training: Training) -> Response:
    """Hold the timetable of a postponed training on new dates, and open it again, in one."""
    form = NewDatesForm(request.form)
    back = url_for("trainings.show", public_id=training.public_id)
    outcome: Outcome | None = None
    is_check = "HX-Request" in request.headers or "check" in request.form
    if training.state is not TrainingState.POSTPONED:
        flash(_("This training is not postponed."), "error")
        return redirect(back, 303)
    if request.method == "POST":
        wish = _wish(form)
        try:
            if submitted(form) and not is_check and wish is not None:
                moved_up = resuming.new_dates(training, by=access.user(), wish=wish)
                flash(_said(training, len(moved_up)))
                return redirect(back, 303)
            outcome = resuming.preview(training, wish) if wish is not None else None
        except DomainError as refusal:
            form.refuse(refusal)
            outcome = _preview_of(training, wish)
    return page(
        "trainings/repeating/new_dates.html",
        "trainings/repeating/_outcome.html",
        200 if is_check else 422 if request.method == "POST" else 200,
        training=training,
        form=form,
        outcome=outcome,
        sleeping=asleep.to_wake(training),
        registered=visible_trainings.state_counts(training),
    )


def _wish(form: NewDatesForm) -> Wish | None:
    if form.first_day.data is None:
        return None
    return Wish(
        first_day=form.first_day.data,
        closes_local=form.registration_closes_local.data,
        rests=not form.weekends.data,
        asks_again=bool(form.asks_again.data),
        without_taken="without_taken" in request.form,
    )


def _preview_of(training: Training, wish: Wish | None) -> Outcome | None:
    """What stands against it, beside a refusal."""
    try:
        return resuming.preview(training, wish) if wish is not None else None
    except DomainError:
        return None


def _said(training: Training, moved_up: int) -> str:
    said: list[Any] = [
        _("The training has new dates and is open again. Whoever is registered is told, and seats stay.")
    ]
    if moved_up:
        said.append(_("%(count)s people moved up from the reserve list.", count=moved_up))
    return " ".join(str(one) for one in said)

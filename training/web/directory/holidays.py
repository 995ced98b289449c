"""The organisation's own days off, beside the calendar of a country."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training import clock
from training.errors import DomainError
from training.forms.directory import HolidayFilter, HolidayForm
from training.models import Holiday
from training.policy import Action
from training.services.directory import holidays
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page, submitted

bp = Blueprint("holidays", __name__, url_prefix="/holidays")


def _page(form: HolidayForm) -> Response:
    shown = choices.filtered(HolidayFilter(request.args))
    country, year = shown.country.data, shown.year.data or clock.today().year
    return page(
        "directory/holidays/index.html",
        form=form,
        shown=shown,
        year=year,
        own=holidays.every(),
        calendar=holidays.of_country(country, year) if country else {},
    )


def _form() -> HolidayForm:
    form = HolidayForm(request.form)
    form.country.offer(choices.of_countries())
    return form


@bp.get("")
@permit(Action.HOLIDAY_CHANGE)
def index() -> Response:
    """Show the organisation's own days, and the calendar of one country."""
    return _page(_form())


@bp.post("")
@permit(Action.HOLIDAY_CHANGE)
@once
def add() -> Response:
    """Add days."""
    form = _form()
    if submitted(form):
        try:
            holidays.add(by=access.user(), details=holidays.Details(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The days are added."))
            return redirect(url_for(".index"), 303)
    return _page(form)


@bp.post("/<uuid:public_id>/remove")
@permit(Action.HOLIDAY_CHANGE, holidays.get)
def remove(holiday: Holiday) -> Response:
    """Remove days."""
    holidays.remove(holiday, by=access.user())
    flash(_("The days are removed."))
    return redirect(url_for(".index"), 303)

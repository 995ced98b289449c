"""The calendar: a month of trainings."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training import clock
from training.forms.schedule import CalendarFilter
from training.policy import Action
from training.services.schedule import calendars
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.respond import address, page

MOST_A_DAY = 8
"""Most trainings that one day of the month shows. A link leads to the rest."""

bp = Blueprint("calendar", __name__, url_prefix="/calendar")


@bp.get("")
@permit(Action.CALENDAR_READ)
def index() -> Response:
    """Show the month that the address names (``?month=2026-05``), else this month."""
    form = choices.filtered(CalendarFilter(request.args), beside=("month",))
    asked = request.args.get("month", "")
    today = clock.today()
    first = today.replace(day=1)
    if re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", asked):
        first = date.fromisoformat(f"{asked}-01")
    elif asked:
        example = f"{today:%Y-%m}"
        form.refusals.append(
            _("There is no month %(month)s. Write one like %(example)s.", month=asked[:60], example=example)
        )
    return page(
        "schedule/calendars/index.html",
        form=form,
        chips=choices.chips(form),
        first=first,
        today=today,
        most=MOST_A_DAY,
        days=calendars.month(access.user(), first, **choices.wanted(form)),
        before=address(month=f"{first - timedelta(days=1):%Y-%m}"),
        after=address(month=f"{first + timedelta(days=32):%Y-%m}"),
    )

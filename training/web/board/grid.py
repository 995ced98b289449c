"""The planning board: trainers, rooms or trainings by days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import partial

from flask import Blueprint, request
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training import clock
from training.forms.schedule import BoardFilter
from training.models import Training
from training.policy import Action, can, has
from training.rules import walltime
from training.services.board import days, lines
from training.services.board.days import Reader
from training.services.board.lines import Asked, Kind, Period
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.respond import Pages, address, page, page_number

WEEKS = (1, 2, 4)
FIELDS = {
    Kind.TRAINERS: {"theme", "only", "language", "free"},
    Kind.ROOMS: {"city", "free"},
    Kind.TRAININGS: {"theme", "only", "language", "city"},
}
"""The filters that narrow the lines of each kind. The address keeps the others for when somebody comes back."""
BESIDE = ("rows", "from", "weeks", "page")
bp = Blueprint("board", __name__, url_prefix="/board")


def kind_asked() -> Kind:
    """What the lines are: what the address says, else trainers."""
    asked = request.args.get("rows", "")
    return Kind(asked) if asked in set(Kind) else Kind.TRAINERS


def period_asked() -> Period:
    """The period that the address says, else two weeks from this Monday on. A day that nobody can plan is today's."""
    today = clock.today()
    first = today - timedelta(days=today.weekday())
    try:
        asked = date.fromisoformat(request.args.get("from", ""))
    except ValueError:
        asked = first
    if walltime.FIRST_YEAR < asked.year < walltime.LAST_YEAR:
        first = asked
    weeks = request.args.get("weeks", "2")
    length = int(weeks) if weeks in {str(one) for one in WEEKS} else 2
    return Period(first, first + timedelta(days=7 * length - 1))


def reader() -> Reader:
    """Who asks, with what they may do."""
    user = access.user()
    return Reader(
        user, partial(can, user, Action.TRAINING_CHANGE), partial(can, user, Action.PARTICIPANTS_READ)
    )


def filters(kind: Kind, *, beside: Collection[str] = ()) -> BoardFilter:
    """The filters of this kind of lines."""
    form = BoardFilter(request.args)
    every = set(form._fields)
    for name in every - FIELDS[kind]:
        del form[name]
    if "city" in form._fields:
        form.city.offer([(city, city, city) for city in lines.cities()])
    form = choices.filtered(form, beside={*BESIDE, *beside, *(every - FIELDS[kind])})
    form.refuse_unknown(_odd())
    return form


def _odd() -> list[str]:
    """What the address says of lines and period, and the board does not know."""
    known = {"rows": {str(one) for one in Kind}, "weeks": {str(one) for one in WEEKS}}
    asked = {name: request.args.get(name, "") for name in ("rows", "weeks", "from")}
    odd = [name for name, values in known.items() if asked[name] and asked[name] not in values]
    if asked["from"] and asked["from"] != period_asked().first.isoformat():
        odd.append("from")
    return [f"{name}={asked[name]}" for name in odd]


@bp.get("")
@permit(Action.BOARD_READ)
def index() -> Response:
    """Show the board. ``rows`` are trainers, rooms or trainings, ``from`` is the first day, ``weeks`` are 1, 2 or 4."""
    kind, period = kind_asked(), period_asked()
    form = filters(kind)
    found = days.board(reader(), kind, period, Asked(**choices.wanted(form)), page=page_number())
    weeks = len(period.days) // 7
    step = timedelta(days=len(period.days))
    return page(
        "board/grid/index.html",
        form=form,
        chips=choices.chips(form),
        kind=kind,
        board=found,
        heads=[(day, format_date(day, "EEE d"), format_date(day, "EEEE d MMMM")) for day in period.days],
        pages=Pages(page_number(), found.total, lines.MOST),
        kinds=[
            (label, address(rows=one.value, page=""), one is kind, None)
            for one, label in (
                (Kind.TRAINERS, _("Trainers")),
                (Kind.ROOMS, _("Rooms")),
                (Kind.TRAININGS, _("Trainings")),
            )
        ],
        periods=[(one, address(weeks=one, page=""), one == weeks) for one in WEEKS],
        before=address(**{"from": (period.first - step).isoformat(), "page": ""}),
        after=address(**{"from": (period.first + step).isoformat(), "page": ""}),
        now=address(**{"from": "", "page": ""}),
        today=clock.today(),
        free_url=address(free="" if "free" in form and form.free.data else "1", page=""),
        away_said=_away_said(kind),
        off_said=_("weekend"),
        movable=_movable(found),
        here=request.full_path.rstrip("?"),
        may_plan=has(access.user(), Action.TRAINING_CHANGE),
    )


def _away_said(kind: Kind) -> dict[str, str]:
    """What stands in a day on which somebody is away or something is closed, by the half of the day."""
    if kind is Kind.ROOMS:
        return {"day": _("closed"), "am": _("closed until 13:00"), "pm": _("closed from 13:00 on")}
    return {"day": _("away"), "am": _("away until 13:00"), "pm": _("away from 13:00 on")}


def _movable(board: days.Board) -> list[Training]:
    """The trainings on this page that the reader may move, by their codes."""
    found = {
        entry.shown.training.id: entry.shown.training
        for row in board.rows
        for cell in row.cells
        for entry in cell.entries
        if entry.shown.is_mine
    }
    return sorted(found.values(), key=lambda one: one.code)

"""Countries: what a desk officer looks up first. Numbers lead to the lists and the report that they come from."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, request
from werkzeug.wrappers import Response

from training import clock
from training.forms.base import PlainFilter
from training.policy import Action
from training.rules.names import fold
from training.services.directory import agencies, countries
from training.services.reports import figures, participations
from training.services.reports.selection import Filters
from training.web.kit import access, choices, exports
from training.web.kit.access import permit
from training.web.kit.language import country_name
from training.web.kit.respond import address, first, page, sorting

bp = Blueprint("countries", __name__, url_prefix="/countries")
MOST, MOST_AGENCIES = 8, 30
"""So many of each are shown on a country's page. A link leads to all of them."""


@bp.get("")
@permit(Action.COUNTRY_READ)
def index() -> Response:
    """Every country of which there is something, by name."""
    form = choices.filtered(PlainFilter(request.args))
    sort = sorting(("name", "agencies", "people", "trainings", "programmes"), "name")
    words = fold(form.text.data or "").split()
    named = [(country_name(code), code, counts) for code, counts in countries.every(access.user()).items()]
    found = [one for one in named if all(word in fold(f"{one[0]} {one[1]}") for word in words)]
    found.sort(key=lambda one: (fold(one[0]), one[1]))
    if sort.key != "name":
        found.sort(key=lambda one: int(getattr(one[2], sort.key)), reverse=sort.descending)
    elif sort.descending:
        found.reverse()
    if file := exports.wanted([countries.Line(code, counts) for _, code, counts in found], "countries", form):
        return file
    return page(
        "directory/countries/index.html",
        "directory/countries/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        countries=found,
        csv_url=address(**{"as": "csv"}),
        xlsx_url=address(**{"as": "xlsx"}),
    )


@bp.get("/<country>")
@permit(Action.COUNTRY_READ, countries.get)
def show(code: str) -> Response:
    """What there is of a country: agencies and their focal points, trainings there, people from there, programmes."""
    user = access.user()
    year = Filters(ends_from=clock.today().replace(month=1, day=1), ends_to=clock.today())
    coming, past = countries.trainings_there(user, code, most=MOST)
    of_agencies = first(agencies.search(user, country=code), MOST_AGENCIES)
    return page(
        "directory/countries/show.html",
        code=code,
        counts=countries.counts(user, code),
        year=year,
        from_here=figures.summary(
            participations.of_selection(replace(year, trainee_country=code), user=user)
        ),
        held_here=figures.summary(participations.of_selection(replace(year, country=code), user=user)),
        focal_points=countries.focal_points(of_agencies),
        agencies=of_agencies,
        people=agencies.people_counts(of_agencies),
        coming=coming,
        past=past,
        going=countries.going(user, code, most=MOST),
        programmes=countries.programmes(user, code, most=MOST),
    )

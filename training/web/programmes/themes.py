"""Themes: the six areas and the multi-thematic programmes. Each shows the work of its Competence Centre."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training import clock
from training.errors import DomainError
from training.forms.programmes import NewThemeForm, ThemeForm
from training.models import Theme, ThemeKind, User
from training.policy import Action, can, has
from training.services.directory import agencies
from training.services.programmes import frames, leaflets, overview, themes
from training.services.reports import figures, participations
from training.services.reports.header import state_text
from training.services.reports.selection import Filters
from training.services.seen import Seen
from training.web.kit import access, choices, edits
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import first, page, paginate, submitted

bp = Blueprint("themes", __name__, url_prefix="/themes")
MOST = 6
NAMES = ("name_en", "name_fr", "name_ru")


@bp.get("")
@permit(Action.THEME_READ)
def index() -> Response:
    """Every theme: the areas, and the multi-thematic programmes with the areas that they cover."""
    every = themes.every()
    return page(
        "programmes/themes/index.html",
        areas=[one for one in every if one.kind is ThemeKind.THEMATIC_AREA],
        programmes=[one for one in every if one.kind is ThemeKind.MULTI_THEMATIC],
        covered=themes.covered(),
        with_leaflets=leaflets.by_theme(),
    )


@bp.get("/<code>")
@permit(Action.THEME_READ, themes.get)
def show(theme: Theme) -> Response:
    """A theme with its text, contact, leaflets and next trainings, and for staff with its figures and agencies."""
    user = access.user()
    return page(
        "programmes/themes/show.html",
        theme=theme,
        covered=themes.covered().get(theme.code, []),
        covering=themes.covering(theme),
        next_silent=_next_without_contact(theme),
        leaflets=leaflets.of(theme),
        trainings=overview.next_trainings(user, theme, MOST),
        year=_year(user, theme) if can(user, Action.THEME_FIGURES, theme) else None,
        of_staff=_of_staff(user, theme) if has(user, Action.AGENCY_LIST) else None,
        programmes=first(frames.search(user, theme=theme), MOST) if has(user, Action.PROGRAMME_LIST) else [],
    )


def _next_without_contact(theme: Theme) -> Theme | None:
    """The next area without a contact that the reader may give one, once this theme has its own."""
    if not theme.contact_email or not can(access.user(), Action.THEME_CHANGE, theme):
        return None
    silent = (one for one in themes.every() if one.kind is ThemeKind.THEMATIC_AREA and not one.contact_email)
    return next((one for one in silent if can(access.user(), Action.THEME_CHANGE, one)), None)


def _year(user: User, theme: Theme) -> dict[str, Any]:
    """The figures of the year so far, as the report has them."""
    filters = Filters(theme=theme, ends_from=clock.today().replace(month=1, day=1), ends_to=clock.today())
    found = participations.of_selection(filters, user=user)
    state = figures.data_state(filters, user=user)
    return {
        "filters": filters,
        "totals": figures.summary(found),
        "trainings": len({one.training for one in found}),
        "state": state_text(state),
        "is_final": state.is_final,
    }


def _of_staff(user: User, theme: Theme) -> dict[str, Any]:
    """What staff see besides: where, with whom, and by which activities."""
    found = paginate(agencies.search(user, theme=theme), MOST)
    kinds = overview.by_kind(user, theme)
    return {
        "kinds": kinds,
        "trainings": sum(one.count for one in kinds),
        "countries": overview.by_country(user, theme),
        "agencies": found.items,
        "agency_count": found.total,
    }


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.THEME_CREATE)
@once
def new() -> Response:
    """Add a multi-thematic programme."""
    form = NewThemeForm(request.form)
    areas = [theme for theme in themes.every() if theme.kind is ThemeKind.THEMATIC_AREA]
    form.areas.offer(choices.of_themes(areas))
    if submitted(form):
        try:
            theme = themes.create_multi_thematic(by=access.user(), **form.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".show", code=theme.code), 303)
    return page(
        "edit.html", form=form, title=_("New multi-thematic programme"), back=(_("Themes"), url_for(".index"))
    )


@bp.route("/<code>/edit", methods=["GET", "POST"])
@permit(Action.THEME_CHANGE, themes.get)
def edit(theme: Theme) -> Response:
    """Change a theme's texts and contact. Its names stand in every report: they are an administrator's."""
    form = ThemeForm(request.form, obj=theme)
    names = {} if has(access.user(), Action.THEME_CREATE) else {name: getattr(theme, name) for name in NAMES}
    for name in names:
        del form[name]
    edits.begin(form)

    def change(seen: Seen) -> None:
        details = themes.Details(**{**form.data, **names})
        themes.change(theme, by=access.user(), details=details, seen=seen)

    if edits.save(form, theme, change):
        return redirect(url_for(".show", code=theme.code), 303)
    return page(
        "edit.html",
        form=form,
        title=_("Text and contact of %(code)s", code=theme.code),
        back=(theme.code, url_for(".show", code=theme.code)),
    )

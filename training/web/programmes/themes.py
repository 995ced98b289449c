"""Themes: the six areas and the multi-thematic programmes. Each shows the work of its Competence Centre."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.programmes import NewThemeForm, ThemeForm
from training.models import Theme, ThemeKind
from training.policy import Action
from training.services import visible_trainings
from training.services.directory import agencies
from training.services.programmes import frames, themes
from training.services.seen import Seen
from training.services.trainees import records
from training.web.kit import access, choices, edits
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import first, page, submitted

bp = Blueprint("themes", __name__, url_prefix="/themes")


@bp.get("")
@permit(Action.THEME_READ)
def index() -> Response:
    """Every theme."""
    return page("programmes/themes/index.html", themes=themes.every())


@bp.get("/<code>")
@permit(Action.THEME_READ, themes.get)
def show(theme: Theme) -> Response:
    """A theme with the first of its programmes, trainings, agencies and people."""
    user = access.user()
    return page(
        "programmes/themes/show.html",
        theme=theme,
        usable=themes.usable_under(theme)[1:],
        counts=themes.counts(theme),
        programmes=first(frames.search(user, theme=theme), 8),
        trainings=first(visible_trainings.search(user, theme=theme), 8),
        agencies=first(agencies.search(user, theme=theme), 8),
        trainees=first(records.search(user, theme=theme, sort="added", descending=True), 8),
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.THEME_CHANGE)
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
    """Change a theme's texts."""
    form = edits.begin(ThemeForm(request.form, obj=theme))

    def change(seen: Seen) -> None:
        themes.change(theme, by=access.user(), details=themes.Details(**form.data), seen=seen)

    if edits.save(form, theme, change):
        return redirect(url_for(".show", code=theme.code), 303)
    return page(
        "edit.html", form=form, title=theme.code, back=(theme.code, url_for(".show", code=theme.code))
    )

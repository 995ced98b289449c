"""Leaflets of themes: whoever looks after a theme adds and removes them, and everybody fetches them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.programmes import LeafletForm
from training.models import Theme, ThemeLeaflet
from training.policy import Action
from training.rules.languages import OWN_NAMES
from training.services.programmes import leaflets, themes
from training.web.kit import access, files
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page, submitted

bp = Blueprint("leaflets", __name__, url_prefix="/files/leaflets")


@bp.route("/of/<code>", methods=["GET", "POST"])
@permit(Action.THEME_CHANGE, themes.get)
@once
def edit(theme: Theme) -> Response:
    """Show a theme's leaflets, and add one or put it in the place of the one in its language."""
    form = LeafletForm(request.form)
    form.language.offer([(code, name, code) for code, name in OWN_NAMES.items()])
    if submitted(form):
        try:
            leaflet = leaflets.put(
                theme, by=access.user(), language=form.language.data, file=files.take("file")
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The leaflet “%(name)s” is on the page now.", name=leaflet.file.name))
            return redirect(url_for(".edit", code=theme.code), 303)
    return page("programmes/leaflets/edit.html", theme=theme, form=form, leaflets=leaflets.of(theme))


@bp.get("/<uuid:public_id>")
@permit(Action.THEME_READ, leaflets.get)
def fetch(leaflet: ThemeLeaflet) -> Response:
    """Send a leaflet."""
    return files.send(leaflet.file)


@bp.post("/<uuid:public_id>/remove")
@permit(Action.THEME_CHANGE, leaflets.get)
def remove(leaflet: ThemeLeaflet) -> Response:
    """Remove a leaflet."""
    theme, name = leaflet.theme, leaflet.file.name
    leaflets.remove(leaflet.file, by=access.user())
    flash(_("The leaflet “%(name)s” is removed.", name=name))
    return redirect(url_for(".edit", code=theme.code), 303)

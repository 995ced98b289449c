"""The organisation's settings, and its colour as a style sheet."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from training.forms.system import OrganisationForm
from training.policy import Action
from training.services import organisations
from training.web.access import permit, public
from training.web.respond import page, submitted

bp = Blueprint("organisation", __name__)


@bp.route("/organisation", methods=["GET", "POST"])
@permit(Action.ORGANISATION_CHANGE)
def edit() -> Response:
    """Change the settings."""
    form = OrganisationForm(request.form, obj=organisations.get())
    if submitted(form):
        organisations.change(by=current_user._get_current_object(), **form.data)
        flash(_("Saved. The colour shows within an hour everywhere."))
        return redirect(url_for(".edit"), 303)
    return page("edit.html", form=form, title=_("Organisation"), back=None)


@bp.get("/organisation.css")
@public
def style() -> Response:
    """The accent colour, with black or white on it, whichever can be read."""
    accent = organisations.get().accent
    red, green, blue = (int(accent[place : place + 2], 16) / 255 for place in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    css = f":root{{--accent:{accent};--on-accent:{'#000' if light > 0.18 else '#fff'}}}"
    response = Response(css, mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

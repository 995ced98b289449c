"""The organisation's settings, and its colour as a style sheet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import Invalid, NotFound
from training.forms.system import LogoForm, OrganisationForm
from training.policy import Action
from training.services import organisations, public_pages
from training.services.seen import Seen
from training.services.trainings import zone_rules
from training.web.kit import access, edits
from training.web.kit.access import permit, public
from training.web.kit.respond import page

bp = Blueprint("organisation", __name__)


def _form(sent: Any = None) -> OrganisationForm:
    """The form. It shows no name until there is one, so that a name must be typed."""
    form = edits.begin(OrganisationForm(sent, obj=organisations.get()))
    if not form.is_sent and not organisations.has_name():
        form.name.data = ""
    return form


@bp.route("/organisation", methods=["GET", "POST"])
@permit(Action.ORGANISATION_CHANGE)
def edit() -> Response:
    """Change the settings."""
    form = _form(request.form)

    def change(seen: Seen) -> None:
        organisations.change(by=access.user(), details=organisations.Details(**form.data), seen=seen)

    colour = organisations.get().accent

    def said() -> str:
        is_same = organisations.get().accent == colour
        return _("Saved.") if is_same else _("Saved. The colour shows within an hour everywhere.")

    if edits.save(form, organisations.get(), change, said):
        return redirect(url_for(".edit"), 303)
    return _page(form, LogoForm())


def _page(form: OrganisationForm, logo_form: LogoForm) -> Response:
    return page(
        "system/organisation/edit.html",
        form=form,
        logo_form=logo_form,
        own_pages=public_pages.own(),
        rules_in_use=zone_rules.IN_USE,
        rules_followed=zone_rules.stored_version(),
    )


@bp.post("/organisation/logo")
@permit(Action.ORGANISATION_CHANGE)
def change_logo() -> Response:
    """Keep the picture that was sent, or remove the logo when that button was pressed."""
    form, user = LogoForm(request.form), access.user()
    if "remove" in request.form:
        organisations.remove_logo(by=user)
        flash(_("The logo is taken away."))
        return redirect(url_for(".edit"), 303)
    sent = request.files.get("logo")
    try:
        organisations.set_logo(sent.stream.read(organisations.MOST_LOGO_BYTES + 1) if sent else b"", by=user)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(_form(), form)
    flash(_("The logo is on every page and paper now."))
    return redirect(url_for(".edit"), 303)


@bp.get("/organisation/logo")
@public
def logo() -> Response:
    """Send the picture itself."""
    picture = organisations.logo()
    if picture is None:
        raise NotFound
    response = Response(picture, mimetype=organisations.get().logo_type)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@bp.get("/organisation.css")
@public
def style() -> Response:
    """Send the accent colour, and black or white for the text on it, whichever is easier to read."""
    accent = organisations.get().accent
    red, green, blue = (int(accent[place : place + 2], 16) / 255 for place in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    css = f":root{{--accent:{accent};--on-accent:{'#000' if light > 0.18 else '#fff'}}}"
    response = Response(css, mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

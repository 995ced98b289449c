"""The pages that everybody may read: contact, privacy notice, imprint and accessibility statement."""

from __future__ import annotations

from contextlib import nullcontext

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from config import LANGUAGES
from training.errors import NotFound
from training.forms.system import PublicPageForm
from training.models import PageKind
from training.policy import Action
from training.services import public_pages
from training.services.seen import Seen
from training.text import in_language
from training.texts.public_pages import PLACEHOLDERS
from training.web.kit import access, edits
from training.web.kit.access import permit, public
from training.web.kit.respond import page

bp = Blueprint("public_pages", __name__)


@bp.get("/contact", defaults={"kind": "contact"})
@bp.get("/privacy", defaults={"kind": "privacy"})
@bp.get("/imprint", defaults={"kind": "imprint"})
@bp.get("/accessibility", defaults={"kind": "accessibility"})
@public
def show(kind: str) -> Response:
    """One of the pages, in the reader's language or in the one that the address asks for."""
    asked = request.args.get("language", "")
    with in_language(asked) if asked in LANGUAGES else nullcontext():
        language = str(get_locale() or "en").partition("_")[0]
        site = current_app.config["CONFIG"].public_url
        found = public_pages.shown(PageKind(kind), language, site=site)
        return page("system/public_pages/show.html", kind=PageKind(kind), blocks=found)


@bp.route("/organisation/pages/<kind>", methods=["GET", "POST"])
@permit(Action.ORGANISATION_CHANGE)
def edit(kind: str) -> Response:
    """Change the texts of a page."""
    if kind not in list(PageKind):
        raise NotFound
    which = PageKind(kind)
    form = edits.begin(PublicPageForm(request.form, obj=public_pages.details(which)))

    def change(seen: Seen) -> None:
        public_pages.change(which, by=access.user(), details=public_pages.Details(**form.data), seen=seen)

    if edits.save(form, public_pages.get(which), change):
        return redirect(url_for(".show", kind=kind), 303)
    names = ", ".join(f"${{{name}}}" for name in PLACEHOLDERS)
    return page("system/public_pages/edit.html", form=form, kind=which, placeholders=names)

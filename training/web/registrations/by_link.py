"""A registered person's own page, opened by the signed link in their letter: no account, no menu, no cookie.

The link in the address is the only proof of who asks. Forms here need no CSRF token: it guards against
cookies that a browser sends by itself, and these pages use none.
"""

from __future__ import annotations

from contextlib import nullcontext

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import Conflict, DomainError, NotFound, TooMany
from training.forms.registrations import CorrectionForm, DeclineForm
from training.models import Registration
from training.services import read_by
from training.services.letters import timetables
from training.services.papers import confirmations
from training.services.registrations import by_link
from training.text import in_language
from training.web.kit.access import public
from training.web.kit.respond import download, page, submitted
from training.web.kit.security import csrf

bp = Blueprint("my", __name__, url_prefix="/my")
csrf.exempt(bp)
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}


def _registration(token: str) -> Registration:
    return by_link.of_link(
        token, secret_key=current_app.config["SECRET_KEY"], address=request.remote_addr or ""
    )


@bp.after_request
def headers(response: Response) -> Response:
    """Keep the address secret: no browser passes it on or keeps the page, and no search engine indexes it."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


@bp.errorhandler(NotFound)
def unknown(refusal: NotFound) -> Response:
    """Answer a link that was not made here."""
    return page(
        "registrations/by_link/gone.html",
        status=404,
        why=_("This link is not valid. Copy it whole from the letter."),
    )


@bp.errorhandler(Conflict)
def stopped(refusal: Conflict) -> Response:
    """Answer a link that has stopped, or a step that is no longer possible."""
    status = 410 if refusal.code in ("gone", "ended") else 409
    return _refused(refusal, status)


@bp.errorhandler(TooMany)
def too_often(refusal: TooMany) -> Response:
    """Answer somebody who writes, or tries links, too often."""
    response = _refused(refusal, 429)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _refused(refusal: DomainError, status: int) -> Response:
    """The refusal in the language of the person that the link names, else in the browser's language."""
    token = str((request.view_args or {}).get("token", ""))
    language = by_link.language_of_link(token, secret_key=current_app.config["SECRET_KEY"])
    with in_language(language) if language else nullcontext():
        return page("registrations/by_link/gone.html", status=status, why=refusal.explained.translated())


@bp.route("/<token>", methods=["GET", "POST"])
@public
def show(token: str) -> Response:
    """Show the registration. Its form asks the organisation for a correction."""
    registration = _registration(token)
    language = read_by.person(registration)
    with in_language(language):
        form = CorrectionForm(request.form)
        if submitted(form):
            by_link.ask_correction(registration, text=form.text.data)
            return redirect(url_for(".show", token=token, done="correction"), 303)
        return page(
            "registrations/by_link/show.html",
            form=form,
            token=token,
            registration=registration,
            has_confirmation=confirmations.has_confirmation(registration),
            in_latin=confirmations.name_in_latin(registration),
            when=timetables.whereabouts(registration.training).said(language),
            may_decline=by_link.may_decline(registration),
            done=request.args.get("done", ""),
            privacy=by_link.privacy(registration, language=language),
        )


@bp.get("/<token>/confirmation.pdf")
@public
def confirmation(token: str) -> Response:
    """The confirmation on paper."""
    registration = _registration(token)
    return download(
        confirmations.confirmation(registration, reader=None, demo=current_app.config["DEMO"]),
        f"confirmation-{registration.training.code}.pdf",
        "application/pdf",
    )


@bp.post("/<token>/confirm")
@public
def confirm(token: str) -> Response:
    """Store that the person knows of the registration and agrees."""
    by_link.acknowledge(_registration(token))
    return redirect(url_for(".show", token=token), 303)


@bp.route("/<token>/decline", methods=["GET", "POST"])
@public
def decline(token: str) -> Response:
    """Ask the person once more, then give the seat to the next in line."""
    registration = _registration(token)
    with in_language(read_by.person(registration)):
        form = DeclineForm(request.form)
        if request.method == "POST" and form.validate():
            by_link.decline(registration, text=form.text.data)
            return page(
                "registrations/by_link/gone.html",
                why=_("You have declined. Thank you for telling us; your agency knows of it."),
            )
        return page("registrations/by_link/decline.html", form=form, token=token, registration=registration)

"""An agency's focal points. Their lead focal point manages them."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.accounts import ColleagueForm
from training.models import User
from training.policy import Action
from training.services.accounts import colleagues
from training.services.letters import bounces
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.respond import asks_only, page, paginate, submitted

bp = Blueprint("colleagues", __name__, url_prefix="/colleagues")


def _links() -> dict[str, str]:
    config = current_app.config["CONFIG"]
    return {"public_url": config.public_url, "secret_key": config.secret_key}


def _done(text: str) -> Response:
    flash(text)
    return redirect(url_for(".index"), 303)


@bp.get("")
@permit(Action.COLLEAGUE_CHANGE)
def index() -> Response:
    """List the agency's accounts. The reader's own account is in the list too."""
    asks_only("page")
    accounts = paginate(colleagues.listed(access.user()))
    return page(
        "accounts/colleagues/index.html",
        accounts=accounts,
        returned=bounces.of_users(accounts.items),
        leads=colleagues.count_leads(access.agency()),
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.COLLEAGUE_CHANGE)
def new() -> Response:
    """Invite a colleague."""
    form = ColleagueForm(request.form, language=access.user().language)
    if submitted(form):
        try:
            colleagues.invite(by=access.user(), **form.data, **_links())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return _done(_("%(name)s is invited: a letter with a link is on its way.", name=form.name.data))
    return page("accounts/colleagues/new.html", form=form)


@bp.post("/<uuid:public_id>/invite")
@permit(Action.COLLEAGUE_CHANGE, colleagues.get)
def invite(colleague: User) -> Response:
    """Mail a fresh invitation."""
    colleagues.mail_invitation_again(colleague, by=access.user(), **_links())
    return _done(_("%(name)s is invited: a letter with a link is on its way.", name=colleague.name))


@bp.post("/<uuid:public_id>/deactivate")
@permit(Action.COLLEAGUE_CHANGE, colleagues.get)
def deactivate(colleague: User) -> Response:
    """Take access away at once."""
    colleagues.deactivate(colleague, by=access.user())
    return _done(_("%(name)s has no access any more and is signed out everywhere.", name=colleague.name))


@bp.post("/<uuid:public_id>/activate")
@permit(Action.COLLEAGUE_CHANGE, colleagues.get)
def activate(colleague: User) -> Response:
    """Give access again."""
    colleagues.activate(colleague, by=access.user())
    return _done(_("%(name)s has access again.", name=colleague.name))


@bp.post("/<uuid:public_id>/lead")
@permit(Action.COLLEAGUE_CHANGE, colleagues.get)
def lead(colleague: User) -> Response:
    """Let a colleague lead too."""
    colleagues.set_lead(colleague, by=access.user(), is_lead=True)
    return _done(_("%(name)s is a lead focal point now.", name=colleague.name))


@bp.post("/<uuid:public_id>/no-lead")
@permit(Action.COLLEAGUE_CHANGE, colleagues.get)
def no_lead(colleague: User) -> Response:
    """Take the lead away from a focal point, or give up one's own while somebody else leads.

    Someone who gave up the lead no longer sees this page.
    """
    colleagues.set_lead(colleague, by=access.user(), is_lead=False)
    if colleague.id == access.user().id:
        flash(_("You are no lead focal point any more."))
        return redirect(url_for("home.index"), 303)
    return _done(_("%(name)s is no lead focal point any more.", name=colleague.name))

"""Users of the instance, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.accounts import UserFilter, UserForm
from training.models import Role, User
from training.policy import Action
from training.services.accounts import users
from training.services.letters import bounces
from training.services.seen import Seen
from training.web.kit import access, choices, edits, exports
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page, paginate, sorting, submitted

bp = Blueprint("users", __name__, url_prefix="/users")


def _links() -> dict[str, Any]:
    config = current_app.config["CONFIG"]
    return {"public_url": config.public_url, "secret_key": config.secret_key}


def _offer(form: UserForm) -> UserForm:
    form.agency.offer(choices.of_agencies())
    form.themes.offer(choices.of_themes())
    return form


@bp.get("")
@permit(Action.USER_LIST)
def index() -> Response:
    """Every account."""
    form = choices.filtered(UserFilter(request.args))
    sort = sorting(("name", "email", "role", "signed_in"), "name")
    found = users.search(**choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "users", form):
        return file
    listed = paginate(found)
    return page(
        "accounts/users/index.html",
        "accounts/users/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        users=listed,
        returned=bounces.of_users(listed.items),
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.USER_CHANGE)
@once
def new() -> Response:
    """Invite somebody."""
    form = _offer(UserForm(request.form, data=_asked_for()))
    if submitted(form):
        try:
            user = users.invite(by=access.user(), **form.data, **_links())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            _say_invited(user)
            agency = request.args.get("agency") and user.agency
            if agency:
                return redirect(url_for("agencies.show", public_id=agency.public_id), 303)
            return redirect(url_for(".index"), 303)
    return page(
        "accounts/users/edit.html",
        form=form,
        title=_("Invite somebody"),
        save=_("Send the invitation"),
        back=(_("Users"), url_for(".index")),
    )


def _asked_for() -> dict[str, Any]:
    """The role and the agency for which the page that leads here asks, and the reader's language."""
    role, agency = request.args.get("role", ""), request.args.get("agency", "")
    offered = {str(key): thing for key, _label, thing in choices.of_agencies()} if agency else {}
    return {
        "role": role if role in list(Role) else None,
        "agency": offered.get(agency),
        "language": access.user().language,
    }


def _say_invited(user: User) -> None:
    flash(_("An invitation goes to %(address)s.", address=user.email))


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.USER_CHANGE, users.get)
def edit(user: User) -> Response:
    """Change an account."""
    form = edits.begin(_offer(UserForm(request.form, obj=user)))

    def change(seen: Seen) -> None:
        users.change(user, by=access.user(), details=users.Details(**form.data), seen=seen)

    if edits.save(form, user, change):
        return redirect(url_for(".index"), 303)
    return page(
        "accounts/users/edit.html",
        form=form,
        title=user.name,
        save=_("Save"),
        back=(_("Users"), url_for(".index")),
    )


@bp.post("/<uuid:public_id>/deactivate")
@permit(Action.USER_CHANGE, users.get)
def deactivate(user: User) -> Response:
    """Close an account. The person is signed out everywhere at once."""
    users.deactivate(user, by=access.user())
    flash(_("The account is closed and signed out everywhere."))
    return redirect(url_for(".index"), 303)


@bp.post("/<uuid:public_id>/activate")
@permit(Action.USER_CHANGE, users.get)
def activate(user: User) -> Response:
    """Open a closed account again."""
    users.activate(user, by=access.user())
    return redirect(url_for(".index"), 303)


@bp.post("/<uuid:public_id>/invite")
@permit(Action.USER_CHANGE, users.get)
def invite(user: User) -> Response:
    """Mail a fresh invitation."""
    users.mail_invitation_again(user, by=access.user(), **_links())
    _say_invited(user)
    return redirect(url_for(".index"), 303)

"""Signing in and out, passwords by mailed links, one's own account."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from config import LANGUAGES
from training.errors import Invalid
from training.forms.accounts import (
    ChangePasswordForm,
    ForgottenForm,
    NewPasswordForm,
    OwnAccountForm,
    SignInForm,
)
from training.policy import Action
from training.services.accounts import sign_ins, users
from training.services.seen import Seen
from training.web.kit import access, edits
from training.web.kit.access import permit, public
from training.web.kit.respond import back_to, page, submitted

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """Sign in with address and password, then go on to the page that was asked for."""
    if access.user_or_none() is not None:
        return redirect(url_for("home.index"), 303)
    form = SignInForm(request.form)
    if submitted(form):
        try:
            user = sign_ins.sign_in(**form.data, address=request.remote_addr or "")
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            access.sign_in(user, request.user_agent.string)
            return redirect(back_to(request.args.get("next")), 303)
    return page("accounts/sign_ins/sign_in.html", form=form)


@bp.post("/sign-out")
@public
def leave() -> Response:
    """End the session."""
    access.sign_out()
    return redirect(url_for(".sign_in"), 303)


@bp.post("/language")
@public
def language() -> Response:
    """Choose the language of the pages before signing in."""
    if request.form.get("language") in LANGUAGES:
        cookie["language"] = request.form["language"]
    return redirect(url_for(".sign_in"), 303)


@bp.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> Response:
    """Ask for a reset link. The answer is the same whether or not there is an account."""
    form = ForgottenForm(request.form)
    if submitted(form):
        config = current_app.config["CONFIG"]
        sign_ins.mail_reset(form.email.data or "", public_url=config.public_url, secret_key=config.secret_key)
        return page("accounts/sign_ins/link_sent.html")
    return page("accounts/sign_ins/forgotten.html", form=form)


@bp.route("/set-password/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> Response:
    """Choose a password with a mailed link. The link works once."""
    key = current_app.config["SECRET_KEY"]
    owner = sign_ins.user_of_link(token, secret_key=key)
    form = NewPasswordForm(request.form)
    if submitted(form):
        try:
            sign_ins.set_password_by_link(token, **form.data, secret_key=key)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your password is set. Sign in with it."))
            return redirect(url_for(".sign_in"), 303)
    return page("accounts/sign_ins/set_password.html", form=form, name=owner.name)


@bp.route("/account", methods=["GET", "POST"])
@permit(Action.ACCOUNT_CHANGE)
def edit() -> Response:
    """Change one's own name and language."""
    user = access.user()
    form = edits.begin(OwnAccountForm(request.form, obj=user))

    def change(seen: Seen) -> None:
        users.change_own(user, details=users.OwnDetails(**form.data), seen=seen)

    if edits.save(form, user, change):
        return redirect(url_for(".edit"), 303)
    return page("accounts/sign_ins/edit.html", form=form, password_form=ChangePasswordForm())


@bp.post("/account/password")
@permit(Action.ACCOUNT_CHANGE)
def change_password() -> Response:
    """Change one's own password. All other sessions of the account end."""
    form = ChangePasswordForm(request.form)
    user = access.user()
    if submitted(form):
        try:
            sign_ins.change_password(user, **form.data, keep=user.session_token)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your password is changed, and you are signed out everywhere else."))
            return redirect(url_for(".edit"), 303)
    return page("accounts/sign_ins/edit.html", form=edits.begin(OwnAccountForm(obj=user)), password_form=form)

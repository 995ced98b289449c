"""The outbox: what was written to whom, and whether it went out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.forms.system import MailFilter
from training.models import OutgoingMail
from training.policy import Action
from training.services import mail
from training.web import choices
from training.web.access import permit
from training.web.respond import page, paginate

bp = Blueprint("mail", __name__, url_prefix="/mail")


@bp.get("")
@permit(Action.MAIL_READ)
def index() -> Response:
    """Messages, newest first."""
    form = choices.filtered(MailFilter(request.args))
    return page(
        "mail/index.html", "mail/_rows.html", form=form, chips=choices.chips(form),
        messages=paginate(mail.search(**choices.wanted(form))),
    )  # fmt: skip


@bp.post("/<uuid:public_id>/again")
@permit(Action.USER_CHANGE, mail.get)
def again(message: OutgoingMail) -> Response:
    """Try a failed message once more."""
    mail.send_again(message)
    flash(_("It will be tried again within a minute."))
    return redirect(url_for(".index"), 303)

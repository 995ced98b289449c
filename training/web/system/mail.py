"""The outbox: the letters, their readers, and whether they went out.

Also a preview of each kind of letter.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training import clock
from training.errors import DomainError, NotFound
from training.forms import labels
from training.forms.system import BounceForm, MailFilter, PreviewForm
from training.models import OutgoingMail
from training.policy import Action, can
from training.services import visible_trainings
from training.services.letters import again as letter_again
from training.services.letters import bounces, outbox, samples, trial
from training.texts import letters
from training.web.kit import access, choices, language
from training.web.kit.access import permit
from training.web.kit.respond import asks_only, back_to, first, page, paginate, submitted

bp = Blueprint("mail", __name__, url_prefix="/mail")


@bp.get("")
@permit(Action.MAIL_READ)
def index() -> Response:
    """List messages, newest first. A coordinator sees those about trainings in their scope."""
    form = choices.filtered(MailFilter(request.args))
    found = outbox.search(access.user(), **choices.wanted(form))
    return page(
        "system/mail/index.html",
        "system/mail/_rows.html",
        form=form,
        chips=choices.chips(form),
        messages=paginate(found),
        **_trial(),
    )


def _trial() -> dict[str, Any]:
    """The reader's last test letter, and what became of it. Who may send none is shown none."""
    user = access.user()
    may_test = can(user, Action.MAIL_TEST)
    latest = trial.latest(user) if may_test else None
    return {
        "is_news": may_test and trial.is_news(latest),
        "trial": latest,
        "is_stuck": latest is not None and trial.is_stuck(latest),
        "is_underway": latest is not None and trial.is_underway(latest),
        "has_server": bool(current_app.config["CONFIG"].smtp_url),
    }


@bp.get("/test")
@permit(Action.MAIL_TEST)
def show_trial() -> Response:
    """What became of the reader's test letter, for the page that waits for it."""
    if not request.headers.get("HX-Request"):
        return redirect(url_for(".index"), 303)
    return page("system/mail/_trial.html", **_trial())


@bp.post("/test")
@permit(Action.MAIL_TEST)
def send_trial() -> Response:
    """Send a test letter to the reader."""
    trial.send(by=access.user())
    return redirect(url_for(".index"), 303)


@bp.get("/preview/<kind>")
@permit(Action.MAIL_READ)
def preview(kind: str) -> Response:
    """Show a kind of letter with invented people, about the next training or one that the reader picks."""
    if kind not in letters.KINDS:
        raise NotFound
    asks_only("training", language=language.NAMES)
    form = PreviewForm(request.args)
    form.language.offer([(code, name, code) for code, name in language.NAMES.items()])
    user = access.user()
    found = visible_trainings.search(user, starts_from=clock.today(), descending=False)
    coming = first(found.where(visible_trainings.in_scope(user)), 100)
    training = (
        visible_trainings.by_code(form.training.data) if form.training.data else next(iter(coming), None)
    )
    if training is not None and not can(user, Action.MAIL_READ, training):
        raise NotFound
    letter = samples.sample(kind, training, form.language.data or user.language) if training else None
    return page(
        "system/mail/preview.html",
        form=form,
        kind=kind,
        kinds=labels.LETTER,
        letter=letter,
        training=training,
        coming=coming,
    )


@bp.get("/<uuid:public_id>")
@permit(Action.MAIL_READ, outbox.get)
def show(message: OutgoingMail) -> Response:
    """Show a letter as it was written, its links masked, with what became of it."""
    return page("system/mail/show.html", one=message, label=labels.LETTER.get(message.kind, message.kind))


@bp.post("/<uuid:public_id>/phoned")
@permit(Action.MAIL_SEND, outbox.get)
def phoned(message: OutgoingMail) -> Response:
    """Note that the reader was told by phone."""
    outbox.mark_phoned(message, by=access.user())
    flash(_("Noted: %(name)s was told by phone.", name=message.to_name))
    back = request.args.get("back")
    return redirect(back_to(back) if back else url_for(".show", public_id=message.public_id), 303)


@bp.post("/<uuid:public_id>/again")
@permit(Action.MAIL_SEND, outbox.get)
def again(message: OutgoingMail) -> Response:
    """Send a message once more that failed or came back, or one that had no address and now has one."""
    letter_again.send_again(message)
    flash(_("It will be tried again within a minute."))
    back = request.args.get("back")
    return redirect(back_to(back) if back else url_for(".index"), 303)


@bp.route("/<uuid:public_id>/bounced", methods=["GET", "POST"])
@permit(Action.MAIL_MARK, outbox.get)
def mark_bounced(message: OutgoingMail) -> Response:
    """Say by hand that a letter came back, and why."""
    form, back = BounceForm(request.form), url_for(".index")
    if submitted(form):
        try:
            bounces.mark(message, by=access.user(), **form.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The letter is marked as come back."))
            return redirect(back, 303)
    title = _("The letter to %(name)s came back", name=message.to_name)
    return page("edit.html", form=form, title=title, back=(_("Mail"), back))


@bp.post("/<uuid:public_id>/not-bounced")
@permit(Action.MAIL_MARK, outbox.get)
def take_bounce_back(message: OutgoingMail) -> Response:
    """Say that a letter has not come back after all."""
    bounces.take_back(message, by=access.user())
    flash(_("The letter counts as sent again."))
    return redirect(url_for(".index"), 303)

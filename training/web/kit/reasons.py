"""Acts that need a reason. It is typed in a drop-down of the thing's page, the macro ``reason_form``.

A refusal is a page of its own with what was typed, because the thing's page may not offer the act any more:

    if refused := reasons.refused(lambda reason: agencies.suspend(agency, by=…, reason=reason), _("Suspend"), back):
        return refused
    return redirect(…)
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from training.errors import Conflict, Invalid
from training.forms.system import ReasonForm
from training.web.kit.respond import page


def refused(
    act: Callable[[str], object], title: str, back: tuple[str, str], hint: str = ""
) -> Response | None:
    """Do ``act`` with the reason that was sent. Returns the page that says why it is refused, or None when it is done.

    ``title`` names the act, also on its button. ``back`` is the thing's name and address. ``hint`` says what follows.
    """
    form, status = ReasonForm(request.form), 422
    form.reason.description = hint
    if form.validate():
        try:
            act(form.reason.data)
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            return None
    return page("edit.html", status=status, form=form, title=title, save=title, back=back)

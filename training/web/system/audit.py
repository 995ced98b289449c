"""The audit log, for administrators."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from training.forms.system import AuditFilter
from training.policy import Action
from training.services import audit
from training.web.kit import choices
from training.web.kit.access import permit
from training.web.kit.respond import page, paginate
from training.web.system import audit_words

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("")
@permit(Action.AUDIT_READ)
def index() -> Response:
    """Entries, newest first."""
    form = AuditFilter(request.args)
    subjects = sorted((str(word), code) for code, word in audit_words.SUBJECTS.items())
    form.action.offer([(code, word, code) for word, code in subjects])
    choices.filtered(form)
    return page(
        "system/audit/index.html",
        "system/audit/_rows.html",
        form=form,
        chips=choices.chips(form),
        action_words=audit_words.action,
        changes_words=audit_words.changes,
        entries=paginate(audit.search(**choices.wanted(form)), 50),
    )

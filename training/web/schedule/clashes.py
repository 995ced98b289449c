"""What is to look at before people travel: findings with what can be done about each, or left as they are."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms import labels
from training.forms.schedule import ClashFilter, LeaveForm
from training.models import Training
from training.policy import Action, can
from training.rules.findings import Name
from training.services import visible_trainings
from training.services.schedule import open_list, remedies
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import Pages, address, back_to, page, page_number

PER_PAGE = 50
bp = Blueprint("clashes", __name__, url_prefix="/clashes")


@bp.get("")
@permit(Action.CLASH_LIST)
def index() -> Response:
    """Show what is to look at, what comes first on top. ``?left=1`` shows what was left as it is."""
    return _list()


def _list(refused: tuple[str, LeaveForm] | None = None, said: str = "", status: int = 200) -> Response:
    """The list. ``refused`` is the key of a finding with the form that was sent for it; ``said`` is why."""
    form = choices.filtered(ClashFilter(request.args))
    wanted = choices.wanted(form)
    rule = wanted.pop("rule", None)
    found = open_list.search(access.user(), **wanted)
    is_left = request.args.get("left") == "1"
    items = found.left if is_left else found.of_rule(rule) if rule else found.items
    pages = Pages(page_number(), len(items), PER_PAGE)
    shown = items[pages.first - 1 : pages.last] if items else []
    trainings = open_list.trainings_of(shown)
    mine = {number for number, one in trainings.items() if can(access.user(), Action.TRAINING_CHANGE, one)}
    return page(
        "schedule/clashes/index.html",
        "schedule/clashes/_rows.html",
        status,
        form=form,
        chips=choices.chips(form),
        found=found,
        is_left=is_left,
        places=_places(found, str(rule or ""), is_left),
        pages=pages,
        shown=shown,
        trainings=trainings,
        sessions=open_list.sessions_of(shown),
        mine=mine,
        remedies=remedies.of([one for one in shown if one.finding.training in mine and not is_left]),
        labels=labels.CLASH_RULE,
        leave=LeaveForm(),
        refused=refused,
        said=said,
        here=address(),
    )


def _places(found: open_list.Found, rule: str, is_left: bool) -> list[tuple[str, str, bool, int]]:
    """The tabs of the list: (label, address, whether it is shown, how many)."""
    every = (_("All"), address(rule="", left="", page=""), not rule and not is_left, len(found.items))
    of_rules = [
        (
            _begun(str(labels.CLASH_RULE[Name(name)])),
            address(rule=name, left="", page=""),
            name == rule and not is_left,
            n,
        )
        for name, n in found.counts
    ]
    left = (_("Left as it is"), address(rule="", left="1", page=""), is_left, len(found.left))
    return [every, *of_rules, *([left] if found.left or is_left else [])]


def _begun(label: str) -> str:
    """The label as the beginning of a line."""
    return label[:1].upper() + label[1:]


@bp.post("/<uuid:public_id>/take")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def take(training: Training) -> Response:
    """Carry out what is proposed for a finding."""
    try:
        count = remedies.take(
            training, by=access.user(), key=request.form.get("key", ""), code=request.form.get("remedy", "")
        )
    except DomainError as refusal:
        return _list(said=refusal.explained.translated(), status=409)
    flash(ngettext("Done, in %(num)s session.", "Done, in %(num)s sessions.", count))
    return redirect(back_to(request.form.get("next")), 303)


@bp.post("/<uuid:public_id>/leave")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def leave(training: Training) -> Response:
    """Leave a finding as it is, with the reason."""
    form, key = LeaveForm(request.form), request.form.get("key", "")
    if not form.validate():
        return _list((key, form), status=422)
    try:
        open_list.leave(training, by=access.user(), key=key, note=form.note.data)
    except DomainError as refusal:
        return _list(said=refusal.explained.translated(), status=409)
    flash(_("Left as it is. It comes back if something about it changes."))
    return redirect(back_to(request.form.get("next")), 303)


@bp.post("/<uuid:public_id>/again")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def again(training: Training) -> Response:
    """Put what was left as it is on the list again."""
    open_list.ask_again(training, by=access.user(), key=request.form.get("key", ""))
    flash(_("It is on the list again."))
    return redirect(url_for(".index"), 303)

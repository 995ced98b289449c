"""Decisions on a training's submissions, many at once. The page shows the result of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.registrations import DecisionForm, UndecidedFilter
from training.models import RegistrationState, Training
from training.policy import Action
from training.services import visible_trainings
from training.services.registrations import decisions, seats, why_waiting
from training.services.registrations.decisions import Verb
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.once import once, shown_here
from training.web.kit.respond import address, page, paginate, uuids

bp = Blueprint("decisions", __name__, url_prefix="/registrations/for")
PER_PAGE = 100
MOST_NAMED = 5
"""The message after a decision names so many people."""


@bp.route("/<uuid:public_id>/decide", methods=["GET", "POST"])
@permit(Action.REGISTRATION_DECIDE, visible_trainings.get)
@once
def decide(training: Training) -> Response:
    """Show the registrations that wait for a decision. After a decision, also show the result of each."""
    form = DecisionForm(request.form)
    done: list[decisions.Decision] = []
    if request.method == "POST" and form.validate():
        try:
            done = _decided(training, form)
        except (DomainError, KeyError, ValueError) as refusal:
            form.refuse(refusal if isinstance(refusal, DomainError) else decisions.UNKNOWN_VERB)
        else:
            if all(one.is_done for one in done):
                flash(_said(done))
                return redirect(address(), 303)
    refusals: dict[str, list[decisions.Decision]] = {}
    for one in done:
        if not one.is_done:
            refusals.setdefault(one.sentence.translated(), []).append(one)
    counts = visible_trainings.state_counts(training)
    agencies = decisions.agencies_of(training)
    narrowed = _narrowed(agencies, counts)
    state, agency = narrowed.state.data, narrowed.agency.data or ""
    listed = paginate(decisions.undecided(training, access.user(), state=state, agency_code=agency), PER_PAGE)
    waiting = [one for one in listed.items if one.state is RegistrationState.RESERVE]
    shown = page(
        "registrations/decisions/decide.html",
        training=training,
        form=form,
        narrowed=narrowed,
        done=done,
        refusals=refusals,
        listed=listed,
        state=state,
        agency=agency,
        agencies=agencies,
        undecided=decisions.UNDECIDED,
        counts=counts,
        allocations=seats.table(training),
        why=why_waiting.why_not_yet(training, waiting, to_agency=False),
        rule=why_waiting.rule(training),
        ticked=set(uuids("registration")),
        next_up=why_waiting.next_up(training),
    )
    carried_out = [one for one in done if one.is_done]
    return shown_here(
        shown, led_to=address() if carried_out else "", said=_said(carried_out) if carried_out else ""
    )


def _decided(training: Training, form: DecisionForm) -> list[decisions.Decision]:
    """What became of each registration that was ticked. What the decision still needs is said all at once."""
    verb, reason, code = Verb(request.form["verb"]), form.reason.data or "", form.reason_code.data
    for refusal in decisions.missing(verb, reason=reason, reason_code=code)[1:]:
        form.refuse(refusal)
    chosen = decisions.pick(training, access.user(), uuids("registration"))
    return decisions.decide(
        training,
        chosen,
        verb,
        by=access.user(),
        reason=reason,
        reason_code=code,
        rank=form.rank.data,
        override_reason=form.override_reason.data,
    )


def _narrowed(agencies: Sequence[tuple[str, str, int]], counts: Mapping[str, int]) -> UndecidedFilter:
    """What the address chooses; without a state the submitted ones, if there are any.

    A name or a state that is none is refused.
    """
    narrowed = UndecidedFilter(request.args)
    narrowed.state.offer([("all", "", None), *((one.value, "", one) for one in decisions.UNDECIDED)])
    asked = narrowed.agency.asked  # of an agency that waits for nothing any more, nobody is listed
    narrowed.agency.offer(
        [(code, code, code) for code in {asked, *(code for code, _, _ in agencies)} if code]
    )
    narrowed.validate()
    narrowed.refuse_unknown(set(request.args) - {"page", "registration"})
    narrowed.is_filter = True
    if "state" not in request.args and counts.get("submitted"):
        narrowed.state.data = RegistrationState.SUBMITTED
    return narrowed


def _said(done: Sequence[decisions.Decision]) -> str:
    """The sentence that says what happened to whom, by the verb that was sent."""
    names = [one.registration.name[:100] for one in done[:MOST_NAMED]]
    if len(done) > MOST_NAMED:
        names.append(_("and %(count)s more", count=len(done) - MOST_NAMED))
    who = "; ".join(names)  # a comma stands in each name
    match Verb(request.form["verb"]):
        case Verb.CONFIRM:
            return _("Confirmed: %(names)s.", names=who)
        case Verb.RESERVE:
            return _("On the reserve list: %(names)s.", names=who)
        case Verb.OFFER:
            return _("Seats offered: %(names)s.", names=who)
        case Verb.DECLINE:
            return _("Declined: %(names)s.", names=who)
        case Verb.RETURN:
            return _("Returned for correction: %(names)s.", names=who)

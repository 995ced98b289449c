"""Registrations: a partner puts people forward, a coordinator decides, and the page shows every step."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import Conflict, DomainError, Invalid
from training.forms.base import PlainFilter
from training.forms.registrations import GivenForm, NewPersonForm, RegistrationFilter, ReplaceForm
from training.models import Agency, Registration, Role, Training
from training.policy import Action, can
from training.services import seat_counts, visible_trainings
from training.services.attendance import own_register
from training.services.papers import confirmations
from training.services.registrations import (
    decisions,
    drafts,
    late_changes,
    reserve_list,
    seats,
    steps,
    submissions,
    visible,
    why_waiting,
)
from training.services.trainees import duplicates, records
from training.text import msg
from training.web.kit import access, choices, edits, exports, reasons
from training.web.kit.access import permit
from training.web.kit.language import instant, told
from training.web.kit.once import once
from training.web.kit.respond import asks_only, download, page, paginate, sorting, submitted, uuids
from training.web.registrations import registering

bp = Blueprint("registrations", __name__, url_prefix="/registrations")


def _is_partner() -> bool:
    return access.user().role is Role.PARTNER


@bp.get("")
@permit(Action.REGISTRATION_LIST)
def index() -> Response:
    """List registrations, latest first. A partner sees only those of their own agency."""
    form = RegistrationFilter(request.args)
    if _is_partner():
        del form.agency
    form = choices.filtered(form)
    sort = sorting(("submitted_at", "name", "state", "agency"), "-submitted_at")
    found = visible.search(access.user(), **choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "registrations", form):
        return file
    return page(
        "registrations/submissions/index.html",
        "registrations/submissions/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        registrations=paginate(found),
    )


@bp.get("/<uuid:public_id>")
@permit(Action.REGISTRATION_READ, visible.get)
def show(registration: Registration) -> Response:
    """A registration with its history and its attendance."""
    waiting = [registration] if registration.state == "reserve" else []
    is_partner = _is_partner()
    others = visible.others_of(registration, access.user())
    return page(
        "registrations/submissions/show.html",
        registration=registration,
        history=visible.history(registration),
        substitute=visible.substitute_of(registration),
        others=others,
        into=next((one for one in others if one.id == registration.joined_into_id), None),
        why=why_waiting.why_not_yet(registration.training, waiting, to_agency=is_partner) if waiting else {},
        own_rank=seat_counts.own_ranks(waiting).get(registration.id) if is_partner else None,
        is_partner=is_partner,
        rule=why_waiting.rule(registration.training),
        attendance=own_register.of(registration),
        in_latin=confirmations.name_in_latin(registration),
        given=registering.shown(registration, access.user()),
        may_change=can(access.user(), Action.REGISTRATION_CHANGE, registration)
        and submissions.may_change_given(registration, access.user()),
    )


@bp.get("/<uuid:public_id>/confirmation.pdf")
@permit(Action.REGISTRATION_READ, visible.get)
def confirmation(registration: Registration) -> Response:
    """The confirmation on paper, to hand over to the person."""
    return download(
        confirmations.confirmation(registration, reader=access.user(), demo=current_app.config["DEMO"]),
        f"confirmation-{registration.training.code}.pdf",
        "application/pdf",
    )


@bp.route("/for/<uuid:public_id>/new", methods=["GET", "POST"])
@permit(Action.REGISTRATION_SUBMIT, visible_trainings.get)
@once
def new(training: Training) -> Response:
    """Pick known people of the agency, or add a new one, and put them forward."""
    asks_only("text", "page", "person", **{"for": [key for key, _label, _thing in choices.of_agencies()]})
    agency, search = _agency(), PlainFilter(request.args)
    form = NewPersonForm(request.form if "family_name" in request.form else None)
    form.agency.offer(choices.of_agencies())
    form.country.offer(choices.of_countries())
    form.language.offer(choices.of_languages())
    if agency is not None and not form.country.data and "family_name" not in request.form:
        form.agency.data, form.country.data = agency, agency.country
    known: list[duplicates.Duplicate] = []
    if request.method == "POST":
        try:
            known = registering.known(form)
            done = [] if known else _submit(training, form)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            if done:
                flash(registering.summary(done))
                return redirect(url_for("trainings.show", public_id=training.public_id), 303)
    found = records.search(access.user(), text=search.text.data or "", agency=agency) if agency else None
    people = paginate(found, 50) if found is not None else None
    ticked = registering.picked(agency, uuids("person"))
    listed = registering.listed(agency, ticked, people.items if people else [])
    taken = steps.registered_of(training, [*listed, *(k.trainee for k in known)])
    listed.sort(key=lambda one: one.id in taken)  # people who can be ticked come first
    return page(
        "registrations/submissions/new.html",
        status=422 if known else 200,
        known=known,
        training=training,
        form=form,
        search=search,
        agency=agency,
        people=people,
        ticked=ticked,
        listed=listed,
        taken=taken,
        given=registering.forms_of(training, listed, is_own=_is_partner()),
        drafted=steps.drafted_of(training, listed, access.agency()) if _is_partner() else set(),
        may_draft=_is_partner() and drafts.may_be_kept(training),
        own=seats.for_agency([training], agency)[training.id] if agency else None,
        is_open=visible_trainings.is_registration_open(training),
        is_being_held=late_changes.is_being_held(training),
        agencies=choices.of_agencies(),
    )


def _agency() -> Agency | None:
    """The agency of the people to put forward: the partner's own, or the one that staff picked."""
    if _is_partner():
        return access.user().agency
    return next(
        (thing for key, _label, thing in choices.of_agencies() if key == request.args.get("for")), None
    )


def _submit(training: Training, form: NewPersonForm) -> list[Registration]:
    """Register the ticked people, or the new person of the form: an empty list when the form is wrong."""
    override = not _is_partner()
    why = request.form.get("override_reason", "")[:500] if override else ""
    is_draft = "draft" in request.form and can(access.user(), Action.REGISTRATION_DRAFT, training)
    if "door" in request.form and can(access.user(), Action.REGISTRATION_DECIDE, training):
        return registering.let_in(training, _agency())
    if "person" in request.form or registering.typed_ids():
        agency = _agency()
        if agency is None:
            raise Invalid(msg("Pick the agency first."))
        people = records.pick(agency, uuids("person"))
        typed = registering.given(training, agency, people, is_own=_is_partner())
        by = access.user()
        if is_draft:
            return drafts.keep(training, by=by, agency=agency, people=people, given=typed)
        more: dict[str, Any] = {"given": typed, "override": override, "override_reason": why}
        return submissions.submit_many(training, by=by, agency=agency, people=people, **more)
    if "family_name" not in request.form:
        raise Invalid(msg("Tick the people to register, or add a new person below."))
    if not form.validate():
        return []
    new = {
        "by": access.user(),
        "agency": form.agency.data,
        "person": registering.person(form),
        "given": form.given,
    }
    if is_draft:
        return drafts.keep_new(training, **new)
    return [submissions.submit_new(training, **new, override=override, override_reason=why)]


def _after(registration: Registration, text: str) -> Response:
    flash(text)
    back = request.args.get("back")
    if back == "training":
        return redirect(url_for("trainings.show", public_id=registration.training.public_id), 303)
    if back == "decide":
        return redirect(
            url_for("decisions.decide", public_id=registration.training.public_id, state="reserve"), 303
        )
    return redirect(url_for(".show", public_id=registration.public_id), 303)


def _refused(
    registration: Registration, act: Callable[..., object], title: str, hint: str
) -> Response | None:
    back = registration.name, url_for(".show", public_id=registration.public_id)
    return reasons.refused(lambda why: act(registration, by=access.user(), reason=why), title, back, hint)


@bp.post("/<uuid:public_id>/confirm")
@permit(Action.REGISTRATION_DECIDE, visible.get)
@once
def confirm(registration: Registration) -> Response:
    """Give a seat."""
    reserve_list.confirm(registration, by=access.user())
    return _after(registration, _("Confirmed."))


@bp.post("/<uuid:public_id>/reserve")
@permit(Action.REGISTRATION_DECIDE, visible.get)
@once
def reserve(registration: Registration) -> Response:
    """Put on the reserve list, at the given rank or at the end."""
    reserve_list.reserve(registration, by=access.user(), rank=_rank())
    return _after(registration, _("On the reserve list."))


def _rank() -> int | None:
    """The rank that was typed, or None, which means the end of the list."""
    typed = request.form.get("rank", "").strip()
    if typed and not re.fullmatch("0*[1-9][0-9]{0,4}", typed):
        raise Invalid(msg("A rank is a whole number from 1."), field="rank")
    return int(typed) if typed else None


@bp.post("/<uuid:public_id>/offer")
@permit(Action.REGISTRATION_DECIDE, visible.get)
@once
def offer(registration: Registration) -> Response:
    """Offer a free seat. The training says how long the offer stands."""
    reserve_list.offer(registration, by=access.user())
    until = instant(registration.offer_expires_at, told(registration.training).zone)
    return _after(registration, _("A seat is offered, until %(when)s.", when=until))


@bp.post("/<uuid:public_id>/return")
@permit(Action.REGISTRATION_DECIDE, visible.get)
@once
def return_(registration: Registration) -> Response:
    """Send back for correction."""
    hint = _("What is to be corrected? The agency reads it.")
    refused = _refused(registration, submissions.return_for_correction, _("Return"), hint)
    return refused or _after(registration, _("Sent back for correction."))


@bp.post("/<uuid:public_id>/decline")
@permit(Action.REGISTRATION_DECIDE, visible.get)
@once
def decline(registration: Registration) -> Response:
    """Decline, with a reason."""
    refused = _refused(registration, submissions.decline, _("Decline"), _("The agency reads it."))
    return refused or _after(registration, _("Declined."))


@bp.post("/<uuid:public_id>/resubmit")
@permit(Action.REGISTRATION_WITHDRAW, visible.get)
@once
def resubmit(registration: Registration) -> Response:
    """Submit a returned registration again."""
    submissions.resubmit(registration, by=access.user(), override=not _is_partner())
    return _after(registration, _("Submitted again."))


@bp.route("/<uuid:public_id>/change", methods=["GET", "POST"])
@permit(Action.REGISTRATION_CHANGE, visible.get)
@once
def change(registration: Registration) -> Response:
    """Change the values given with a registration. A returned one can be submitted again in the same step."""
    form, again = edits.begin(GivenForm(request.form, obj=registration)), "again" in request.form
    is_late = not submissions.may_change_given(registration, access.user())
    if submitted(form):
        by, given, seen = access.user(), form.given, edits.seen(form)
        try:
            if again:
                submissions.resubmit(registration, by=by, given=given, override=not _is_partner(), seen=seen)
            else:
                submissions.change_given(registration, by=by, given=given, seen=seen)
        except (Conflict, Invalid) as refusal:
            edits.refuse(form, refusal, seen, registration)
        else:
            said = _("Submitted again.") if again else _("Changed.")
            return _after(registration, " ".join([said, *edits.news(form, seen, registration)]))
    return page(
        "registrations/submissions/change.html", registration=registration, form=form, is_late=is_late
    )


@bp.post("/<uuid:public_id>/accept")
@permit(Action.REGISTRATION_ACCEPT, visible.get)
@once
def accept(registration: Registration) -> Response:
    """Take the seat that is offered."""
    reserve_list.accept(registration, by=access.user())
    return _after(registration, _("The seat is taken: %(name)s is confirmed.", name=registration.name))


@bp.post("/<uuid:public_id>/withdraw")
@permit(Action.REGISTRATION_WITHDRAW, visible.get)
@once
def withdraw(registration: Registration) -> Response:
    """Withdraw. The seat goes to the next in line. An agency reads the name only if the person is its own."""
    held, promoted = registration.holds_seat, list[Registration]()

    def act(one: Registration, **said: Any) -> None:
        promoted.extend(submissions.withdraw(one, **said))

    if refused := _refused(
        registration, act, _("Withdraw"), _("A seat that becomes free goes to the next in line.")
    ):
        return refused
    own = [one.name for one in promoted if not _is_partner() or one.agency_id == access.user().agency_id]
    if own:
        return _after(registration, _("Withdrawn. Moved up: %(names)s.", names="; ".join(own)))
    if held:
        return _after(registration, _("Withdrawn. The seat goes to the next in line."))
    return _after(registration, _("Withdrawn."))


@bp.route("/<uuid:public_id>/replace", methods=["GET", "POST"])
@permit(Action.REGISTRATION_WITHDRAW, visible.get)
@once
def replace(registration: Registration) -> Response:
    """Pick another person of the agency. They get the seat."""
    asks_only("text", "page", "substitute")
    search, form = PlainFilter(request.args), ReplaceForm(request.form)
    picked = records.pick(registration.agency, uuids("substitute")[:1])
    if request.method == "POST":
        is_right = form.validate()
        if not picked:
            form.refuse(Invalid(msg("Pick the person who comes instead.")))
        elif is_right:
            try:
                new = late_changes.replace(
                    registration,
                    by=access.user(),
                    substitute=picked[0],
                    reason=form.reason.data,
                    override_reason=form.override_reason.data,
                    given=form.given,
                )
            except (Conflict, Invalid) as refusal:
                form.refuse(refusal)
            else:
                return _after(new, _("Replaced."))
    people = paginate(late_changes.substitutes(registration, access.user(), text=search.text.data or ""), 50)
    listed = [*picked, *(one for one in people.items if one not in picked)]
    return page(
        "registrations/submissions/replace.html",
        registration=registration,
        search=search,
        form=form,
        people=people,
        listed=listed,
        states=late_changes.states_of(registration, listed),
        picked=picked,
    )


@bp.post("/for/<uuid:public_id>/drafts/submit")
@permit(Action.REGISTRATION_DRAFT, visible_trainings.get)
@once
def submit_drafts(training: Training) -> Response:
    """Submit the ticked drafts of the agency, all or none."""
    chosen = decisions.pick(training, access.user(), uuids("registration"))
    flash(
        registering.summary(drafts.submit(training, by=access.user(), agency=access.agency(), drafts=chosen))
    )
    return redirect(url_for("trainings.show", public_id=training.public_id), 303)


@bp.post("/for/<uuid:public_id>/drafts/discard")
@permit(Action.REGISTRATION_DRAFT, visible_trainings.get)
@once
def discard_drafts(training: Training) -> Response:
    """Throw the ticked drafts of the agency away."""
    chosen = decisions.pick(training, access.user(), uuids("registration"))
    flash(
        _("Drafts thrown away: %(count)s.", count=drafts.discard(training, by=access.user(), drafts=chosen))
    )
    return redirect(url_for("trainings.show", public_id=training.public_id), 303)

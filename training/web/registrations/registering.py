"""The page that registers people: the people it lists, the form it sends, and the sentence that answers it.

Each listed person has a form, whose fields are named by the person's id. No typed text is lost silently: text
for a person who is not ticked is refused and stays on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from training.errors import Invalid, NotFound
from training.forms.registrations import GivenForm, NewPersonForm
from training.models import Agency, Registration, Trainee, Training, User
from training.models.about_people import is_special
from training.rules.given import NAMES, NOTHING, Given
from training.services import may_take
from training.services.registrations import late_changes, steps
from training.services.trainees import duplicates, records
from training.text import msg
from training.web.kit import access
from training.web.kit.respond import uuid_of, uuids


def typed_ids() -> list[UUID]:
    """The ids of the people with typed text, ticked or not."""
    found = [
        uuid_of(name[:36])
        for name, value in request.form.items()
        if name[36:37] == "-" and name[37:] in NAMES and value.strip()
    ]
    return list(dict.fromkeys(one for one in found if one))


def forms_of(training: Training, people: Sequence[Trainee], *, is_own: bool) -> dict[int, GivenForm]:
    """Id of a person → their form, as it was sent.

    Before it is sent, the people's own agency (``is_own``) sees in it the values of its draft.
    """
    kept = steps.with_drafts(training, people, {}) if is_own else {}
    sent = request.form if request.method == "POST" else None
    forms = {
        one.id: GivenForm(sent, data=asdict(kept.get(one.id, NOTHING)), prefix=str(one.public_id))
        for one in people
    }
    if sent:
        for form in forms.values():
            form.validate()
    return forms


def given(training: Training, agency: Agency, ticked: Sequence[Trainee], *, is_own: bool) -> dict[int, Given]:
    """Id of each ticked person → the values typed for them. Raises ``Invalid`` for one that cannot be taken.

    Only the people's own agency (``is_own``) sees the values of a draft. An empty form from anybody else
    therefore says nothing and is left out, so that the values of the draft stay.
    """
    others = [one for one in records.pick(agency, typed_ids()) if one not in ticked]
    forms = forms_of(training, [*ticked, *others], is_own=is_own)
    if wrong := [one.name for one in ticked if forms[one.id].errors]:
        raise Invalid(msg("Look at what you wrote for %(names)s again.", names="; ".join(wrong)))
    if left := [one.name for one in others if forms[one.id].is_new]:
        raise Invalid(
            msg(
                "You wrote something for people who are not ticked: %(names)s. "
                "Tick these people, or delete the text.",
                names="; ".join(left),
            )
        )
    return {one.id: forms[one.id].given for one in ticked if is_own or forms[one.id].given}


def shown(registration: Registration, reader: User) -> list[tuple[str, str]]:
    """(label, value) of what was given with it, without what ``reader`` is not to see."""
    sees_special = may_take.sees_special(reader, registration)
    return [
        (field.label.text, field.data)
        for field in GivenForm(obj=registration)
        if sees_special or not is_special(field.short_name, Registration)
    ]


def picked(agency: Agency | None, public_ids: Sequence[UUID]) -> list[Trainee]:
    """The agency's people with these ids.

    With an id of somebody else, this raises ``NotFound`` for a page that is only opened. A form that was sent
    gets an empty list: the check of the form refuses it, on its own page.
    """
    try:
        return records.pick(agency, public_ids) if agency else []
    except NotFound:
        if request.method == "POST":
            return []
        raise


def listed(agency: Agency | None, ticked: list[Trainee], people: list[Trainee]) -> list[Trainee]:
    """The ticked people, then those with typed text, then the people of this page of the list."""
    typed = picked(agency, typed_ids())
    return list(dict.fromkeys([*ticked, *typed, *people]))


def person(form: NewPersonForm) -> records.Person:
    """The person of the form, without the values that are given with the registration."""
    data = {name: value for name, value in form.data.items() if name not in ("agency", *NAMES)}
    return records.Person(**{**data, "language": data["language"] or ""})


def summary(done: list[Registration]) -> str:
    """The sentence that says what became of the people who were put forward."""
    if done[0].source == "walk_in":
        return _("Added at the door.")
    confirmed = sum(r.state == "confirmed" for r in done)
    waiting = sum(r.state == "reserve" for r in done)
    if done[0].state == "draft":
        return _("Drafts kept: %(count)s. Submit them before the deadline.", count=len(done))
    if confirmed or waiting:
        return _(
            "%(confirmed)s confirmed, %(waiting)s on the reserve list.", confirmed=confirmed, waiting=waiting
        )
    return ngettext(
        "%(num)s person registered. You get an e-mail when the coordinator has decided.",
        "%(num)s people registered. You get an e-mail when the coordinator has decided.",
        len(done),
    )


def known(form: NewPersonForm) -> list[duplicates.Duplicate]:
    """Known people who may be the new person of the form, unless the form says that it is somebody else."""
    if "family_name" not in request.form or "person" in request.form or "anyway" in request.form:
        return []
    return duplicates.for_user(access.user(), person(form)) if form.validate() else []


def let_in(training: Training, agency: Agency | None) -> list[Registration]:
    """The ticked people, who stand at the door."""
    asked = uuids("person")
    if agency is None or not asked:
        raise Invalid(msg("Pick the agency and tick the people first."))
    people = records.pick(agency, asked)
    typed = given(training, agency, people, is_own=False)
    return late_changes.walk_in_many(training, by=access.user(), people=people, given=typed)

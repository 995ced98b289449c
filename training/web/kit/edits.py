"""An edit form never overwrites silently what somebody else changed: see ``services/seen``.

A view begins its form, and saves it by the act of its service:

    form = edits.begin(_form(agency))
    if edits.save(form, agency, lambda seen: agencies.change(agency, by=…, details=…, seen=seen)):
        return redirect(…)
    return page("edit.html", form=form, …)

Where others changed other fields, both stand, and the answer says so. Where they changed the same field, the page
shows both values (409). The next save then goes through. A form that does not say what it showed is answered in the
same way wherever its values differ from the stored ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from flask import flash, request
from flask_babel import gettext as _
from wtforms import Field, SelectField

from training.errors import DomainError
from training.forms.base import Form, OneOf, Picked
from training.services import audit
from training.services.seen import ChangedMeanwhile, Seen, shown
from training.web.kit import access
from training.web.kit.language import day, wall
from training.web.kit.respond import submitted

FIELD, CHOICE = "seen", "which-"
MOST = 120
"""How many characters of a long text a sentence says."""
OneForm = TypeVar("OneForm", bound=Form)


@dataclass(frozen=True)
class Both:
    """The two values of a field that its sender and somebody else changed, as the page says them."""

    mine: str
    theirs: str


def begin(form: OneForm) -> OneForm:
    """Let a form carry what it shows. Call it when the form's choices are offered.

    A form that comes back carries what it carried. Where its sender took the other value, the form takes it.
    """
    if not form.is_sent:
        form.seen = shown({field.short_name: field.data for field in form})
        return form
    form.seen = request.form.get(FIELD, "")
    take(form, {field.short_name: field.object_data for field in form})
    return form


def take(form: Form, stored: Mapping[str, Any]) -> None:
    """Put what is stored into the fields for which the sender takes the other value."""
    for name, value in stored.items():
        if request.form.get(CHOICE + name) == "theirs":
            form.put(name, value)


def seen(form: Form) -> Seen:
    """What a form that was sent had shown."""
    return Seen.read(form.seen or "")


def save(
    form: Form,
    thing: Any,
    act: Callable[[Seen], object],
    said: str | Callable[[], str] = "",
    kind: Callable[[], str] = lambda: "message",
) -> bool:
    """Whether the form was sent and ``act`` has stored it. Says so, with what others changed meanwhile.

    ``kind`` is the category of what is said: one that begins with ``undo`` gets a button that takes the step back.

    Otherwise the form says what is wrong, and shows what is stored now where others changed it.
    """
    if not submitted(form):
        return False
    shown_before = seen(form)
    try:
        act(shown_before)
    except DomainError as refusal:
        refuse(form, refusal, shown_before, thing)
        return False
    told = said if isinstance(said, str) else said()
    flash(" ".join([told or _("Saved."), *news(form, shown_before, thing)]), kind())
    return True


def refuse(form: Form, refusal: DomainError, seen: Seen, thing: Any) -> None:
    """Show a refusal, and what others changed meanwhile. From here on the form has seen what is stored now."""
    form.refusals += news(form, seen, thing)
    for name in seen.others:
        form.put(name, seen.now[name])
    if seen.now:
        form.seen = shown({**Seen.read(form.seen or "").values, **seen.now})
    if not isinstance(refusal, ChangedMeanwhile):
        form.refuse(refusal)
        return
    for name in [field.short_name for field in form if field.short_name in refusal.fields]:
        field = form[name]
        field.flags.both = Both(_said(field, field.data), _said(field, seen.now[name]))
        who = _who(thing, name)
        text = _("You changed this in another window meanwhile. Choose which value stands.")
        if who != YOU:
            text = _(
                "%(who)s changed this meanwhile. Choose which value stands.", who=who or _("Somebody else")
            )
        field.errors = [*field.errors, text]


def news(form: Form, seen: Seen, thing: Any) -> list[str]:
    """What others changed since the form was shown, a sentence each."""
    found = []
    for field in form:
        if field.short_name not in seen.others:
            continue
        label, value = str(field.label.text), _said(field, seen.now[field.short_name])
        who = _who(thing, field.short_name)
        if who == YOU:
            text = _(
                "You changed “%(label)s” to %(value)s in another window meanwhile.", label=label, value=value
            )
        else:
            text = _(
                "%(who)s changed “%(label)s” to %(value)s meanwhile.",
                who=who or _("Somebody else"),
                label=label,
                value=value,
            )
        found.append(text)
    return found


YOU = "\0you"
"""In place of a name: the reader changed it, in another window."""


def _who(thing: Any, name: str) -> str:
    """Who changed the field last: a name, ``YOU``, or an empty text if the reader may not know."""
    reader = access.user()
    found = audit.changed_by(thing, name, reader=reader)
    if found is None:
        return ""
    return YOU if found.id == reader.id else found.name


def _said(field: Field, value: Any) -> str:
    """The value as a person reads it."""
    if value is None or value == "" or value == []:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, OneOf):
        return str(field.labels[value])
    if isinstance(field, SelectField):
        return next((str(label) for key, label, *_ in field.iter_choices() if key == value), str(value))
    if isinstance(field, Picked):
        picked = value if isinstance(value, list | tuple) else [value]
        labels = [_label(field, one) for one in picked]
        return ", ".join(labels)
    if isinstance(value, datetime):
        return wall(value)
    if isinstance(value, date):
        return day(value)
    text = str(value)
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _label(field: Picked, thing: Any) -> str:
    for label, one in field.offered.values():
        if one == thing:
            return label
    return str(getattr(thing, "name", thing))

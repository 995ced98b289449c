"""The base of every form. It checks the shape of typed values and shows a service's refusal beside its field.

A form's fields are exactly the keyword arguments of one service function. CSRF is checked for every unsafe request
before any form is looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms import Form as WTForm
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are older than the two choices
    Choice,
    SelectChoice,
    SelectFieldBase,
)
from wtforms.form import BaseForm
from wtforms.validators import Length, NumberRange, Optional, Regexp, StopValidation, ValidationError
from wtforms.widgets import Select

from training.errors import DomainError, Invalid
from training.models.columns import listed
from training.rules import addresses, autofill

CODE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", message=_l("Use letters, digits, dots, hyphens and slashes."))
FILLED_IN = (StringField, SelectField, SelectFieldBase)
"""What a browser fills in: typed fields and picks."""
Choices = Sequence[tuple[Any, str, Any]]
"""(key, label, thing)"""


class Form(WTForm):
    """A form. ``refusals`` are the sentences that belong to no field. ``is_filter``: it chooses what a list shows.

    ``seen`` is what an edit form carries of what it showed (``web/kit/edits``). Any other form carries None. A field
    that two people changed has the flag ``both``.
    """

    is_own: ClassVar[bool] = False
    """Whether the fields are about the reader. A browser fills in no form about somebody else."""
    whole: ClassVar[Any] = ""
    """What a filter's field ``theme`` takes in when somebody picks a multi-thematic programme. ``only`` narrows it."""
    narrowed: ClassVar[Any] = _l("Only what carries its tag")
    """What the link to the narrower reading says."""

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        # An empty multidict is "nothing was sent", not "everything was sent empty".
        super().__init__(formdata or None, **kwargs)
        self.is_sent, self.is_filter = bool(formdata), False
        self.refusals: list[str] = []
        self.seen: str | None = None
        if autofill.names_somebody(self._fields):
            for name, field in self._fields.items():
                if isinstance(field, FILLED_IN) and not isinstance(field, PickedMany):
                    field.render_kw = autofill.attributes(name, field.render_kw or {}, is_own=self.is_own)

    def refuse_unknown(self, names: Iterable[str]) -> None:
        """Refuse names that are no filter: a slip of the pen must not widen a list or a report to everything."""
        for name in sorted(set(names) - set(self._fields)):
            self.refusals.append(_("There is no filter %(name)s.", name=name[:60]))

    @property
    def is_conflict(self) -> bool:
        """Whether the sender has to choose between their value and somebody else's."""
        return any(field.flags.both for field in self)

    def put(self, name: str, value: Any) -> None:
        """Show ``value`` in a field, in place of what was sent."""
        field = self._fields[name]
        field.raw_data, field.process_errors = None, []
        if isinstance(field, Picked):
            field.asked = ""
        field.process_data(value)

    def refuse(self, refusal: DomainError) -> None:
        """Show a service's refusal beside the field that it names, or on top when it names none."""
        text = refusal.explained.translated()
        name = refusal.field if isinstance(refusal, Invalid) else None
        if name in self._fields:
            field = self._fields[name]
            field.errors = [*field.errors, text]
        else:
            self.refusals.append(text)


def clean(text: str | None) -> str:
    """The typed text, trimmed, in NFC."""
    return unicodedata.normalize("NFC", text).strip() if text else ""


class Storable:
    """Refuse control characters and halves of characters. No database and no paper takes them."""

    def __call__(self, form: WTForm, field: Field) -> None:
        """Stop with an error when the text has one."""
        for character in field.data or "":
            kind = unicodedata.category(character)
            if kind == "Cs" or (kind == "Cc" and character not in "\n\r\t"):
                raise StopValidation(str(_l("This contains a character that cannot be stored.")))


class Given:
    """Refuse an empty answer."""

    field_flags = {"required": True}

    def __call__(self, form: WTForm, field: Field) -> None:
        """Stop with an error when nothing was typed or picked."""
        if field.process_errors and any(str(one).strip() for one in field.raw_data or ()):
            raise StopValidation  # something was typed, and its own error stands there already
        if field.data is None or field.data == "" or field.data == []:
            field.errors = []
            raise StopValidation(str(_l("This is needed.")))


def _rules(required: bool, *rules: Any) -> list[Any]:
    return [Given() if required else Optional(strip_whitespace=True), *rules]


class Line(StringField):
    """A line of text. An empty line is ``""``."""

    data: str


class Phone(TelField):
    """A phone number, typed on the keyboard for numbers. No number is ``""``."""

    data: str


class Lines(TextAreaField):
    """Several lines of text. An empty text is ``""``."""

    data: str


def line(
    label: str, *, required: bool = True, most: int = 200, hint: str = "", rules: Sequence[Any] = ()
) -> Line:
    """A line of text of at most ``most`` characters. An empty line is ``""``."""
    first = [Storable(), Given()] if required else [Storable()]
    return Line(
        label,
        [*first, Length(max=most), *rules],
        filters=[clean],
        description=hint,
        render_kw={"maxlength": most},
        default="",
    )


def long_text(
    label: str, *, required: bool = False, most: int = 4000, hint: str = "", rows: int = 3, lang: str = ""
) -> Lines:
    """Several lines of text, of which ``rows`` are shown. ``lang`` is its language, if that is not the reader's."""
    rules = [Storable(), *([Given()] if required else []), Length(max=most)]
    shown = {"rows": rows} | ({"lang": lang} if lang else {})
    return Lines(label, rules, filters=[clean], description=hint, render_kw=shown)


class WholeNumber(IntegerField):
    """An integer."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the typed value, or raise ``ValueError`` with a sentence in the reader's language."""
        try:
            super().process_formdata(valuelist)
        except ValueError as refusal:
            raise ValueError(str(_l("Write a whole number."))) from refusal


class Within(NumberRange):
    """Refuse a number outside of the bounds. The field itself already refuses a text that is no number."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Stop with an error when the number is too low or too high."""
        if field.process_errors:
            raise StopValidation
        super().__call__(form, field)


def number(
    label: str, *, low: int, high: int, required: bool = True, hint: str = "", **kwargs: Any
) -> IntegerField:
    """A whole number from ``low`` to ``high``."""
    return WholeNumber(
        label,
        _rules(required, Within(low, high, _l("Write a number from %(min)s to %(max)s."))),
        description=hint,
        render_kw={"min": low, "max": high, "inputmode": "numeric"},
        **kwargs,
    )


class Picked(SelectFieldBase):
    """A pick among the things that the view offers. The view offers only things that the user may see.

    ``data`` is the picked thing, or ``None``. A value that was not offered is refused like any other mistake.
    """

    widget = Select()

    def __init__(
        self, label: str, *, required: bool = True, hint: str = "", empty: str = "", **kwargs: Any
    ) -> None:
        super().__init__(label, [Given()] if required else [Optional()], description=hint, **kwargs)
        self.empty = empty
        self.offered: dict[str, tuple[str, Any]] = {}
        self.asked = ""
        self.notes: Mapping[str, dict[str, str]] = {}

    def offer(self, choices: Choices) -> None:
        """Set the choices: (key, label, thing). The key stands in the address or on the page."""
        self._offer(choices)
        if self.asked:
            self.data = self.offered.get(self.asked, ("", None))[1]

    def _offer(self, choices: Choices) -> None:
        """Offer also what the object has: a retired venue stays picked until somebody picks another one."""
        self.offered = {str(key): (label, thing) for key, label, thing in choices}
        known = [thing for _, thing in self.offered.values()]
        for thing in self._had():
            if thing not in known:
                self.offered[str(getattr(thing, "public_id", thing))] = (
                    str(getattr(thing, "name", thing)),
                    thing,
                )

    def _had(self) -> list[Any]:
        return [self.object_data] if self.object_data else []

    def note(self, name: str, values: Mapping[str, str]) -> None:
        """Let scripts of the page know something of each choice, by its key: the attribute ``data-name``."""
        self.notes = {key: {f"data-{name}": value} for key, value in values.items()}

    def process_formdata(self, valuelist: list[str]) -> None:
        """Remember the key. ``offer`` finds the thing later, when the choices are known."""
        self.asked = valuelist[0] if valuelist else ""
        self.data = None

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what was not offered."""
        if self.asked and self.asked not in self.offered:
            raise StopValidation(str(_l("Pick one of the list.")))

    def iter_choices(self) -> Iterator[Choice]:
        """The choices that the select shows."""
        yield Choice("", self.empty or " ", self.data is None, {})
        for key, (label, thing) in self.offered.items():
            yield Choice(key, label, self.data is not None and thing == self.data, self.notes.get(key, {}))


class PickedMany(Picked):
    """Several picks. ``data`` is the list of picked things."""

    widget = Select(multiple=True)

    def __init__(self, label: str, *, required: bool = False, hint: str = "", **kwargs: Any) -> None:
        super().__init__(label, required=required, hint=hint, **kwargs)
        self.keys: list[str] = []
        self.way_out: tuple[str, str] | None = None  # (label, address): what to do while nothing is offered

    def offer(self, choices: Choices) -> None:
        """Set the choices: (key, label, thing)."""
        self._offer(choices)
        if self.raw_data is not None:
            self.data = [self.offered[key][1] for key in self.keys if key in self.offered]

    def _had(self) -> list[Any]:
        had = self.object_data
        return listed(had) if isinstance(had, str) else list(had or [])

    def process_data(self, value: Any) -> None:
        """Take the things that the object has. A column of codes holds them with commas between."""
        self.data = listed(value) if isinstance(value, str) else list(value or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Remember the keys."""
        self.keys = valuelist
        self.data = []

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what was not offered."""
        if any(key not in self.offered for key in self.keys):
            raise StopValidation(str(_l("Pick from the list.")))

    def iter_choices(self) -> Iterator[Choice]:
        """The choices that the list shows."""
        for key, (label, thing) in self.offered.items():
            yield Choice(key, label, thing in (self.data or []), {})


class OneOf(SelectField):
    """A pick among the values of an enumeration, each with its label. ``data`` is the member or ``None``."""

    def __init__(
        self,
        label: str,
        labels: Mapping[Any, Any],
        *,
        required: bool = True,
        hint: str = "",
        empty: str = "",
        is_open: bool = False,
        **kwargs: Any,
    ) -> None:
        kind = type(next(iter(labels)))
        self.labels = labels
        self.first = [] if required else [SelectChoice("", empty)]
        choices = [*self.first, *(SelectChoice(member.value, label) for member, label in labels.items())]
        super().__init__(
            label,
            [Given()] if required else [Optional()],
            description=hint,
            choices=choices,
            coerce=lambda value: kind(value) if value not in (None, "") else None,
            **kwargs,
        )
        self.flags.open = (
            is_open  # every choice stands on the page with its whole text, and none is made beforehand
        )

    def offer_only(self, members: Collection[Any], why: str = "") -> None:
        """Leave out all other values, and say why. One that was picked before is picked no longer."""
        offered = [SelectChoice(one.value, label) for one, label in self.labels.items() if one in members]
        self.choices = [*self.first, *offered]
        if self.data not in members:
            self.data = None
        self.description = why or self.description

    @property
    def said(self) -> str:
        """The label of the picked value."""
        return str(self.labels.get(self.data, self.data))


def code(label: str, hint: str = "") -> Line:
    """A short code without blanks."""
    return line(label, most=40, hint=hint, rules=(CODE,))


def email(label: str, hint: str = "") -> EmailField:
    """An e-mail address, or nothing."""
    return EmailField(
        label, [Storable(), Length(max=addresses.MOST), _address], filters=[clean], description=hint
    )


def phone(label: str) -> Phone:
    """A phone number, or nothing."""
    return Phone(
        label, [Storable(), Length(max=40), _phone], filters=[clean], render_kw={"maxlength": 40}, default=""
    )


def _address(_form: WTForm, field: Field) -> None:
    """Take the address as it is stored. Refuse a text to which no letter can be sent."""
    if not field.data:
        return
    try:
        field.data = addresses.checked(field.data, optional=True)
    except Invalid as refusal:
        raise ValidationError(refusal.explained.translated()) from None


def _phone(_form: WTForm, field: Field) -> None:
    """Refuse a text without 5 to 20 digits."""
    if field.data and not 5 <= len(re.sub(r"\D", "", field.data)) <= 20:
        raise ValidationError(
            str(_l("This is not a phone number: it needs 5 to 20 digits. Correct it or leave it empty."))
        )


class PlainFilter(Form):
    """A filter with the search field alone."""

    text = line(_l("Search"), required=False)

"""Fields for days, times and zones, which a picker sends or somebody types, and for a yes or no in an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DateTimeField, DateTimeLocalField, TimeField
from wtforms.validators import Length, Optional

from training.forms.base import Given, Line, Storable, clean
from training.rules import typed_days

ON, OFF = frozenset(("1", "true", "on", "y", "yes")), frozenset(("", "0", "false", "off", "n", "no"))
"""What an address says for yes and for no."""


class _Typed(DateTimeField):
    """A day or a time, as a picker sends it or as the reader's language writes it."""

    unreadable: Any
    reads: Callable[[str, str], Any]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the typed value, or raise ``ValueError`` with a sentence in the reader's language."""
        self.data = None
        if not (text := " ".join(valuelist)).strip():
            return
        try:
            self.data = self.reads(text, str(get_locale() or "en").partition("_")[0])
        except typed_days.Ambiguous as refusal:
            raise ValueError(refusal.message.translated()) from refusal
        except ValueError as refusal:
            raise ValueError(str(self.unreadable)) from refusal
        self.raw_data = [self.data.strftime(self.format[0])]  # a picker shows it when the form comes back


class Day(_Typed, DateField):
    """A calendar day."""

    unreadable = _l("Write a day: year, month and day, as 2027-03-31.")
    reads = staticmethod(typed_days.read_day)


class TimeOfDay(_Typed, TimeField):
    """A wall time."""

    unreadable = _l("Write a time of day, as 09:30.")
    reads = staticmethod(typed_days.read_time)


class Moment(_Typed, DateTimeLocalField):
    """A day and a wall time."""

    unreadable = _l("Write a day and a time, as 2027-03-31 09:30.")
    reads = staticmethod(typed_days.read_moment)


class Switch(BooleanField):
    """A yes or no in an address. What is neither is refused."""

    data: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "BooleanField"  # templates show it as one

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the value, or raise ``ValueError`` with a sentence in the reader's language."""
        said = valuelist[0].lower() if valuelist else ""
        self.data = said in ON
        if said not in ON | OFF:
            raise ValueError(str(_l("Write 1 for yes, or 0 for no.")))


def own_tag_only() -> Switch:
    """The switch beside a filter by theme: a multi-thematic programme means its own tag, and not all its trainings."""
    return Switch(_l("Tagged with the theme itself only"))


def moment(label: str, hint: str = "", required: bool = True) -> Moment:
    """A day and a wall time."""
    return Moment(
        label,
        [Given() if required else Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=hint,
    )


class ZoneLine(Line):
    """A zone, typed with a list of suggestions below. A city is enough.

    ``offered`` are the suggestions, which the view sets: (today's name, label, country). They are no limit:
    ``walltime.check_zone`` says what is a zone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: Sequence[tuple[str, str, str]] = ()

    def offer(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """Set the suggestions, in their order."""
        self.offered = choices


def zone(label: str, *, required: bool = True, hint: str = "") -> ZoneLine:
    """A zone. An empty one is ``""``."""
    return ZoneLine(
        label,
        [Storable(), *([Given()] if required else []), Length(max=64)],
        filters=[clean],
        description=hint,
        render_kw={"maxlength": 64, "autocomplete": "off", "spellcheck": "false"},
        default="",
    )

"""Fields for days and times: a picker sends them, or somebody types them as their language writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeField, DateTimeLocalField, TimeField
from wtforms.validators import Optional

from training.forms.base import Given
from training.rules import typed_days


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


def moment(label: str, hint: str = "", required: bool = True) -> Moment:
    """A day and a wall time."""
    return Moment(
        label,
        [Given() if required else Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=hint,
    )

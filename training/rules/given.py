"""The values that are given with a registration, besides the person. This is the one list of these fields.

Forms, lists of participants, drafts and submissions go through ``NAMES``. A field that is added here is
therefore read and stored on every way in. CONTRIBUTING says what else a new field needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from training.errors import Invalid
from training.text import msg

MOST = {"remarks": 500}
"""How many characters each field takes."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """The values that are given with a registration. Each is a column of the same name in its model."""

    remarks: str = ""

    def __bool__(self) -> bool:
        """Whether anything is given."""
        return any(asdict(self).values())


NAMES = tuple(field.name for field in fields(Given))
NOTHING = Given()


def of(thing: object) -> Given:
    """The given values of a registration, or of any other object that has these attributes."""
    return Given(**{name: getattr(thing, name) for name in NAMES})


def said(values: Mapping[str, str], before: Given = NOTHING) -> Given:
    """``values`` by field. A field that is missing or empty keeps its value of ``before``."""
    return Given(**{name: values.get(name) or getattr(before, name) for name in NAMES})


def over(given: Given, before: Given) -> Given:
    """``given``, with the values of ``before`` in its empty fields."""
    return said(asdict(given), before)


def news(values: Mapping[str, str], known: Given) -> dict[str, tuple[str, str]]:
    """Field → (known, new) for each field in which ``values`` differ from ``known``.

    Empty values do not count.
    """
    return {
        name: (getattr(known, name), values[name])
        for name in NAMES
        if values.get(name) and values[name] != getattr(known, name)
    }


def check(given: Given) -> None:
    """Refuse, with ``Invalid``, a value that is longer than its field takes."""
    for name in NAMES:
        if len(getattr(given, name)) > MOST[name]:
            raise Invalid(
                msg("This is longer than %(most)s characters. Shorten it.", most=MOST[name]), field=name
            )

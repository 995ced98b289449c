"""What is given with a registration, besides whom it puts forward: the one list of its fields.

Forms, lists of participants, drafts and submissions go through ``NAMES``: a field that is added here is read and stored
on every way in. CONTRIBUTING says what else it needs.
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
    """The values that are given with a registration: each is a column of its model, of the same name."""

    remarks: str = ""

    def __bool__(self) -> bool:
        """Whether anything is given."""
        return any(asdict(self).values())


NAMES = tuple(field.name for field in fields(Given))
NOTHING = Given()


def of(thing: object) -> Given:
    """What was given with a registration, or stands in whatever else has the fields as attributes."""
    return Given(**{name: getattr(thing, name) for name in NAMES})


def said(values: Mapping[str, str], before: Given = NOTHING) -> Given:
    """What ``values`` say by field; of what they leave out or empty, ``before`` stays."""
    return Given(**{name: values.get(name) or getattr(before, name) for name in NAMES})


def over(given: Given, before: Given) -> Given:
    """``given``, and ``before`` where it is empty."""
    return said(asdict(given), before)


def news(values: Mapping[str, str], known: Given) -> dict[str, tuple[str, str]]:
    """(known, new) of each field of which ``values`` say something else; an empty one says nothing."""
    return {
        name: (getattr(known, name), values[name])
        for name in NAMES
        if values.get(name) and values[name] != getattr(known, name)
    }


def check(given: Given) -> None:
    """Refuse what is longer than its field takes."""
    for name in NAMES:
        if len(getattr(given, name)) > MOST[name]:
            raise Invalid(
                msg("This is longer than %(most)s characters. Shorten it.", most=MOST[name]), field=name
            )

"""What a browser may fill into a field, decided by whose data the field holds.

A browser knows the name, address and phone of the one who sits before it. It must not put them into the record of
somebody else, whose letters would then arrive at the wrong person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OWN = {"name": "name", "email": "email", "phone": "tel"}
"""What a browser calls the reader's own data, by the name of the field."""
NAMES_SOMEBODY = frozenset(
    {"name", "family_name", "given_names", "native_name", "email", "contact_email", "phone", "city"}
)
"""The fields by which a browser sees a form about a person or an office. All that is typed into it is theirs then."""


def names_somebody(fields: Iterable[str]) -> bool:
    """Whether a form with these fields is about a person or an office."""
    return not NAMES_SOMEBODY.isdisjoint(fields)


def attributes(field: str, given: Mapping[str, object], *, is_own: bool) -> dict[str, object]:
    """The attributes of a typed field in a form about a person or an office: those ``given``, and ``autocomplete``.

    Firefox and Safari keep to "off". Chromium fills in addresses in spite of it: ``app.js`` sees to that.
    """
    if not is_own:
        return {**given, "autocomplete": "off"}
    return {"autocomplete": OWN[field], **given} if field in OWN else dict(given)

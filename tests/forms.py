"""A page's edit form as a browser sees it: its fields, what it sends untouched, and other values that it might send."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from xml.etree.ElementTree import Element

import html5lib

Value = list[str]
"""What a field sends: nothing, one text, or several picks."""
BY_NAME = {
    "zone": ["Europe/Paris", "Europe/Rome"],
    "code": ["X-91", "X-92"],
    "phone": ["+43 1 2345678", "+43 1 8765432"],
    "contact_phone": ["+43 1 2345678", "+43 1 8765432"],
}
LINES = ["Other words of some length", "Words again, at some length"]
"""One line each: the tests' client puts the lines of a page together."""


@dataclass
class Field:
    """A field: what it holds, and what could be picked."""

    kind: str
    value: Value
    options: list[str] = field(default_factory=list)

    def others(self, name: str) -> list[Value]:
        """A few other values that a person may choose or type."""
        now = self.value[0] if self.value else ""
        if self.kind == "checkbox":
            return [[] if self.value else self.options]
        if self.kind == "many":
            left = [one for one in self.options if one not in self.value]
            return [[*self.value, one] for one in left[:2]] + [[one] for one in left[:1]]
        if self.kind == "select":
            return [[one] for one in self.options if one != now][:3]
        if self.kind == "number":
            return [[str(int(now or 3) + more)] for more in (1, 2, -1, -2)]
        if self.kind == "date":
            return [[str(date.fromisoformat(now) + timedelta(days=n))] for n in (1, -1, 2)] if now else []
        if self.kind == "datetime-local":
            begun = datetime.fromisoformat(now or "2027-06-01T12:00")
            return [[(begun + timedelta(hours=n)).isoformat(timespec="minutes")] for n in (1, 2)]
        by_kind = {
            "textarea": LINES, "email": ["one@example.org", "two@example.org"], "color": ["#101010", "#202020"]
        }  # fmt: skip
        return [
            [one] for one in by_kind.get(self.kind) or BY_NAME.get(name) or ["Other words", "Words again"]
        ]


class Sheet:
    """The form of a page that carries what it showed. Without one it has no fields.

    With ``any_form`` it is the first form of the page that sends something to it.
    """

    def __init__(self, page: str, *, any_form: bool = False) -> None:
        tree = html5lib.parse(page, namespaceHTMLElements=False)
        found = [form for form in tree.iter("form") if _named(form, "seen") is not None]
        assert len(found) < 2, "a page has one edit form"
        if any_form and not found:
            found = [form for form in tree.iter("form") if "data-guard" in form.attrib][:1]
        self.fields: dict[str, Field] = {}
        self.hidden: dict[str, str] = {}
        self.text = " ".join("".join(tree.itertext()).split())
        for one in found[0].iter() if found else []:
            if one.get("name") and one.tag != "button":
                self._read(one, one.get("name") or "")

    def _read(self, one: Element, name: str) -> None:
        kind, value = one.get("type", "text"), one.get("value", "")
        if one.tag == "select":
            self.fields[name] = _select(one)
        elif one.tag == "textarea":
            typed = (one.text or "").removeprefix("\n")
            self.fields[name] = Field("textarea", [typed.replace("\r\n", "\n").replace("\n", "\r\n")])
        elif name == "csrf_token":
            return  # it belongs to one reader
        elif kind == "hidden":
            self.hidden[name] = value
        elif kind in ("checkbox", "radio"):
            known = self.fields.setdefault(name, Field(kind, []))
            known.options.append(value)
            known.kind = "many" if len(known.options) > 1 and kind == "checkbox" else kind
            known.value += [value] if one.get("checked") is not None else []
        elif kind not in ("submit", "file"):
            self.fields[name] = Field(kind, [value])

    def sent(self, **wanted: Value) -> dict[str, str | Value]:
        """What is sent with some fields filled in anew."""
        return {**self.hidden, **{name: one.value for name, one in self.fields.items()}, **wanted}

    def values(self) -> dict[str, Value]:
        """What stands in the fields."""
        return {name: sorted(one.value) for name, one in self.fields.items() if one.kind != "radio"}


def _named(form: Element, name: str) -> Element | None:
    return next((one for one in form.iter("input") if one.get("name") == name), None)


def _select(one: Element) -> Field:
    options = [
        (option.get("value") or "", option.get("selected") is not None) for option in one.iter("option")
    ]
    picked = [value for value, chosen in options if chosen] or [value for value, _ in options[:1]]
    return Field("select", picked, [value for value, _ in options])

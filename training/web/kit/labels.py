"""``label_of``: the word that templates show for a value of any enumeration."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import Flask

from training.forms import labels
from training.models import Sex
from training.rules import addresses, bounce_reports
from training.services.letters import again, delivery
from training.web.kit.language import country_name, language_name

_BY_TYPE: dict[type[StrEnum], dict[Any, Any]] = {
    type(next(iter(words))): words
    for words in vars(labels).values()
    if isinstance(words, dict) and words and isinstance(next(iter(words)), StrEnum)
}


def init_app(app: Flask) -> None:
    """Give templates ``label_of(value)`` and the names of actions."""
    app.jinja_env.filters["roster_field"] = lambda name: labels.ROSTER_FIELD[name]
    app.jinja_env.filters["roster_value"] = roster_value
    app.jinja_env.filters["address_fault"] = address_fault
    app.jinja_env.globals.update(
        label_of=label_of,
        action_names=labels.ACTION_NAMES,
        bounce_words=bounce_words,
        advice_of=delivery.advice,
        can_be_sent_again=again.can_be_sent,
        public_pages=labels.PUBLIC_PAGE,
    )


def label_of(value: Any) -> Any:
    """The word for an enumeration's value, or the value itself when it has no word."""
    labels = _BY_TYPE.get(type(value), {})
    return labels.get(value, value)


def address_fault(address: str) -> str:
    """Why no letter can be sent to the address; empty if one can, or if there is none."""
    fault = addresses.fault(address) if address else None
    return fault.translated() if fault else ""


def bounce_words(code: str) -> str:
    """Why a letter came back, in words."""
    return bounce_reports.words(code).translated()


def roster_value(value: str, name: str) -> Any:
    """A row's value of the field ``name`` for the page: words for a code, a dash for an empty value."""
    words = {"sex": lambda code: labels.SEX[Sex(code)], "country": country_name, "language": language_name}
    return words.get(name, str)(value) if value else "–"

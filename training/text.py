"""Text for people: marked where it is written, translated where it is shown.

Everything below the web (services, readers of files) speaks in ``Message`` objects. Pages, commands and mails
translate them. This is the only module below the web that knows of translation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale, format_date, format_decimal, get_locale, gettext, ngettext


@dataclass(frozen=True)
class Message:
    """An English sentence with named parameters. A parameter that is a message or a day is translated too.

    Where ``several`` stands, the number ``num`` of the parameters chooses: ``text`` is for one.
    """

    text: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    several: str = ""

    def __str__(self) -> str:
        """The English sentence, for logs and for tests."""
        text = self.several if self.several and self.params["num"] != 1 else self.text
        return text % self.params if self.params else text

    def translated(self) -> str:
        """The sentence in the language of the reader."""
        said = {name: _said(value) for name, value in self.params.items()}
        if not self.several:
            return gettext(self.text, **said)
        return ngettext(self.text, self.several, said.pop("num"), **said)


def _said(value: Any) -> Any:
    """A parameter in the reader's language: a message is translated, a day is written as on the pages."""
    if isinstance(value, Message):
        return value.translated()
    if isinstance(value, date) and not isinstance(value, datetime):
        return format_date(value, "d MMM y")
    return value


def msg(text: str, **params: Any) -> Message:
    """Mark ``text`` for translation (the extractor looks for this name) and bind its parameters."""
    return Message(text, params)


def nmsg(one: str, several: str, num: int, **params: Any) -> Message:
    """Mark a sentence whose form depends on a number, which it may name as ``%(num)s``.

    Example: ``nmsg("%(num)s seat", "%(num)s seats", 3)`` says "3 seats".
    """
    return Message(one, {"num": num, **params}, several)


def language() -> str:
    """The reader's language, two letters."""
    locale = get_locale()
    return locale.language if locale else "en"


def number(value: float | None, pattern: str | None = None) -> str:
    """A number as the reader's language writes it, such as 2,657.56. None becomes a dash."""
    return "–" if value is None else str(format_decimal(value, pattern))


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Translate into ``code`` inside the block. A mail is in its reader's language, not the sender's."""
    with force_locale(code):
        yield

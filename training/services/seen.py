"""No lost update: an edit form carries what it showed, and only what its sender changed since is written.

A form's ``seen`` says which fields count as changed, and decides nothing else: whoever forges it can write no more than
the form takes anyway. What it does not say counts as not shown, so a value without it is never written over
another one silently.

An act with an edit form takes its details and a ``Seen``. It holds the row (``hold``), reads the details as they are
now (``as_stored``), and writes those that ``settle`` returns.
"""

from __future__ import annotations

import enum
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import inspect, select

from training.db import Base, db
from training.errors import Conflict
from training.services import locked_trainings
from training.text import msg

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")
Plain = str | int | bool | list[Any]
"""A value as JSON holds it, and as a person compares it."""


def plain(value: Any) -> Plain:
    """``value`` as it is compared: several picks as a set, times without seconds, texts without what a browser adds."""
    if value is None:
        return ""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if isinstance(value, bool | int):
        return value
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Base):
        return str(getattr(value, "public_id", None) or getattr(value, "code", ""))
    if isinstance(value, list | tuple | set | frozenset):
        return sorted({plain(one) for one in value}, key=str)
    raise TypeError(f"{type(value).__name__}: no form shows this")


def shown(values: Mapping[str, Any]) -> str:
    """What a form shows, by field, as the form carries it."""
    return json.dumps({name: plain(value) for name, value in values.items()}, ensure_ascii=False)


@dataclass(frozen=True)
class Merged:
    """What two writers make of the same fields.

    ``written`` are the fields that the sender changed. ``conflicts`` are those that others changed too. ``others``
    are those that others alone changed; the sender's form shows an old value there.
    """

    written: frozenset[str]
    conflicts: frozenset[str]
    others: frozenset[str]


def merge(seen: Mapping[str, Any], mine: Mapping[str, Any], now: Mapping[str, Any]) -> Merged:
    """Compare field by field what the sender saw, what they sent, and what is stored now.

    A field that ``seen`` does not name was not shown: it is a conflict wherever both values differ.
    """
    written, conflicts, others = set(), set(), set()
    for name, wanted in mine.items():
        sent, stored = plain(wanted), plain(now[name])
        if sent == stored:
            continue
        if name in seen and seen[name] == sent:
            others.add(name)
        elif name in seen and seen[name] == stored:
            written.add(name)
        else:
            conflicts.add(name)
    return Merged(frozenset(written), frozenset(conflicts), frozenset(others))


class ChangedMeanwhile(Conflict):
    """The sender and somebody else changed the same ``fields``. Nothing is stored."""

    def __init__(self, changed: frozenset[str]) -> None:
        super().__init__(
            msg("Somebody else changed the same thing meanwhile. Nothing is stored yet."), "changed"
        )
        self.fields = changed


@dataclass
class Seen:
    """What the sender's form showed. Once an act has settled it with what is stored, it also knows both sides.

    ``now`` are the values that were stored when the act held the row, by field. ``others`` are the fields that
    others alone have changed since the form was shown.
    """

    values: Mapping[str, Any]
    now: dict[str, Any] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    @classmethod
    def read(cls, sent: str) -> Seen:
        """What a form carries. Anything that is not what ``shown`` writes shows nothing."""
        try:
            values = json.loads(sent)
        except (ValueError, RecursionError):
            values = {}
        return cls(values if isinstance(values, dict) else {})


def settle(seen: Seen | None, mine: D, now: D) -> D:
    """The details to write: ``mine`` where the sender changed them, and ``now`` elsewhere.

    Raises ``ChangedMeanwhile`` if others changed the same fields. Without ``seen`` (a command, or another act) all
    of ``mine`` is written. The caller holds the row, and has read ``now`` after that.
    """
    if seen is None:
        return mine
    sent, stored = _values(mine), _values(now)
    merged = merge(seen.values, sent, stored)
    seen.now, seen.others = stored, merged.others
    if merged.conflicts:
        raise ChangedMeanwhile(merged.conflicts)
    return replace(now, **{name: sent[name] for name in merged.written})


def as_stored(kind: type[D], thing: object, **others: Any) -> D:
    """The details of ``thing`` as they are now. ``others`` are those that its attributes hold in another form."""
    names = [one.name for one in fields(kind) if one.name not in others]
    return kind(**{name: getattr(thing, name) for name in names}, **others)


def hold(thing: Base) -> None:
    """Hold the thing's row until the unit of work ends, and read it again.

    On SQLite the unit of work holds the whole database already. On PostgreSQL the row is locked, but not its key, so
    that other things which name it may be stored meanwhile.
    """
    model = type(thing)
    [number] = inspect(model).primary_key
    if model.__tablename__ in locked_trainings.LOCK_ORDER:
        locked_trainings.lock_in_order(model, [getattr(thing, number.name)])
        return
    held = (
        select(model).where(number == getattr(thing, number.name)).with_for_update(of=model, key_share=True)
    )
    # only a row that is fetched is put into its object
    db.session.execute(held.execution_options(populate_existing=True)).all()


def _values(details: DataclassInstance) -> dict[str, Any]:
    return {one.name: getattr(details, one.name) for one in fields(details)}

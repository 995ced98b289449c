"""The audit log: an entry is written in the transaction of the change that it tells of.

Refused access and exports change nothing, so they are recorded in a transaction of their own.
An entry never holds a special value (``training.models.about_people``). It says only that the column changed.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import Select, inspect, or_, select

from training import clock
from training.db import Base, Row, atomic, db, insert_many
from training.models import AuditEntry, AuditOutcome, Role, User
from training.models.about_people import is_special

SECRET_COLUMNS = frozenset(
    {"password_hash", "token_hash", "secret_hash", "search_key", "logo", "rows", "body"}
)
LATEST = 100
"""How many entries about one thing are looked through for a change."""
CHANGED = "changed"
"""An entry says this in place of a special value."""


@dataclass(frozen=True)
class Withheld:
    """A special value in a snapshot. It can be compared, but not read by mistake and not stored as JSON."""

    value: Any = field(repr=False)


def snapshot(thing: Base) -> dict[str, Any]:
    """The thing's column values now, for ``record`` as ``before``.

    Special values are withheld (``Withheld``). Secret columns are left out.
    """
    model = type(thing)
    found = {}
    for attribute in inspect(model).column_attrs:
        if attribute.key not in SECRET_COLUMNS:
            value = _plain(getattr(thing, attribute.key))
            found[attribute.key] = Withheld(value) if is_special(attribute.key, model) else value
    return found


def record(
    *,
    by: User | None,
    action: str,
    thing: Base | None = None,
    before: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Record that ``by`` did ``action``. With ``before``, the entry keeps what is different now.

    ``by`` is None if no user acted: a command, the passing of time, or a person with a link and no account.
    """
    db.session.add(_entry(by, action, thing, AuditOutcome.DONE, _changes(thing, before, changes)))


def record_many(
    *, by: User | None, action: str, changes: Sequence[tuple[Base, Mapping[str, Sequence[Any]]]]
) -> None:
    """Record ``action`` on several things by one statement. Each comes with [before, now] by column."""
    insert_many(
        AuditEntry,
        [
            _row(by, action, thing, AuditOutcome.DONE, _changes(thing, None, of_it))
            for thing, of_it in changes
        ],
    )


@atomic
def record_refusal(*, by: User | None, action: str, thing: Base | None = None, why: str = "") -> None:
    """Record that an access was refused."""
    db.session.add(_entry(by, action, thing, AuditOutcome.REFUSED, {"why": why} if why else {}))


def refused_entry(by: User, action: str) -> AuditEntry:
    """An entry for a refusal. The caller stores it together with something else."""
    return _entry(by, action, by, AuditOutcome.REFUSED, {})


@atomic
def record_export(*, by: User | None, action: str, filters: Mapping[str, Any], rows: int) -> None:
    """Record that ``rows`` rows left the system, and by which filters."""
    said = {key: _plain(value) for key, value in filters.items() if value}
    details = {"filters": _without_special(said, None), "rows": rows}
    db.session.add(_entry(by, action, None, AuditOutcome.EXPORTED, details))


def search(*, text: str = "", outcome: AuditOutcome | None = None, action: str = "") -> Select[AuditEntry]:
    """Entries, newest first. ``text`` is looked for in the names of users and the labels of things.

    ``action`` is the subject of what was done: ``training`` finds ``training.open`` and ``training:read``.
    """
    found = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if text:
        found = found.where(
            AuditEntry.user_name.icontains(text, autoescape=True)
            | AuditEntry.thing_label.icontains(text, autoescape=True)
        )
    if outcome:
        found = found.where(AuditEntry.outcome == outcome)
    if action:
        found = found.where(
            or_(*(AuditEntry.action.startswith(f"{action}{dot}", autoescape=True) for dot in ".:"))
        )
    return found


def enumeration(table: str, column: str) -> type[enum.StrEnum] | None:
    """The enumeration of a column that an entry names. An entry about no thing is looked up by the column alone."""
    models = _models()
    for model in [models[table]] if table in models else models.values():
        found = inspect(model).columns.get(column)
        if found is not None and isinstance(kind := getattr(found.type, "enum_class", None), type):
            return kind
    return None


def referred(table: str, column: str, key: int) -> str:
    """The name of the thing that a column of an entry refers to, or "" if it has none or is gone."""
    models = _models()
    found = inspect(models[table]).columns.get(column) if table in models else None
    for foreign in found.foreign_keys if found is not None else ():
        return _label(db.session.get(models[foreign.column.table.name], key))
    return ""


@cache
def _models() -> dict[str, Any]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def about(thing: Base) -> Select[AuditEntry]:
    """The entries about ``thing``, newest first."""
    return search().where(
        AuditEntry.thing_type == thing.__tablename__, AuditEntry.thing_id == getattr(thing, "id", None)
    )


def changed_by(thing: Base, name: str, *, reader: User) -> User | None:
    """Who changed the field ``name`` of ``thing`` last, or None if that is not known or ``reader`` may not know.

    Staff may know everybody. Others may know themselves, and focal points their colleagues.
    """
    for entry in db.session.scalars(
        about(thing).where(AuditEntry.outcome == AuditOutcome.DONE).limit(LATEST)
    ):
        if isinstance(entry.changes, dict) and not {name, f"{name}_id"}.isdisjoint(entry.changes):
            found = db.session.get(User, entry.user_id) if entry.user_id else None
            return found if found is not None and _may_know(reader, found) else None
    return None


def _may_know(reader: User, other: User) -> bool:
    if reader.role not in (Role.PARTNER, Role.TRAINER):
        return True
    return other.id == reader.id or (reader.agency_id is not None and reader.agency_id == other.agency_id)


def _entry(
    by: User | None, action: str, thing: Base | None, outcome: AuditOutcome, changes: Mapping[str, Any]
) -> AuditEntry:
    return AuditEntry(**_row(by, action, thing, outcome, changes))


def _row(
    by: User | None, action: str, thing: Base | None, outcome: AuditOutcome, changes: Mapping[str, Any]
) -> Row:
    if thing is not None and getattr(thing, "id", None) is None:
        db.session.flush()  # a thing that was just made gets its id here, and the entry names it
    return {
        "at": clock.now(),
        "user_id": by.id if by else None,
        "user_name": by.name if by else "",
        "action": action[:80],
        "outcome": outcome,
        "thing_type": thing.__tablename__ if thing is not None else "",
        "thing_id": getattr(thing, "id", None),
        "thing_label": _label(thing)[:200],
        "changes": dict(changes),
    }


def _changes(
    thing: Base | None, before: Mapping[str, Any] | None, changes: Mapping[str, Any] | None
) -> dict[str, Any]:
    found = {key: _plain(value) for key, value in (changes or {}).items()}
    if before is not None and thing is not None:
        after = snapshot(thing)
        found |= {
            key: [before.get(key), value]
            for key, value in after.items()
            if before.get(key) != value and key != "changed_at"
        }
    return _without_special(found, thing)


def _without_special(said: Mapping[str, Any], thing: Base | None) -> dict[str, Any]:
    """``said`` with ``CHANGED`` in place of each special value, also inside nested mappings and lists."""
    model = None if thing is None else type(thing)
    return {
        key: CHANGED if is_special(key, model) or _is_withheld(value) else _without_special_inside(value)
        for key, value in said.items()
    }


def _without_special_inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without_special(value, None)
    if _is_pair(value):
        return [value[0], CHANGED]
    return [_without_special_inside(item) for item in value] if isinstance(value, list) else value


def _is_pair(value: Any) -> bool:
    """Whether it is the name of a special column and what stands in it."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and is_special(value[0], None)
    )


def _is_withheld(value: Any) -> bool:
    return any(isinstance(one, Withheld) for one in (value if isinstance(value, list) else [value]))


def _label(thing: Base | None) -> str:
    for attribute in ("code", "name", "title", "email"):
        value = getattr(thing, attribute, None)
        if isinstance(value, str) and value:
            return value
    return ""


def _plain(value: Any) -> Any:
    """``value`` as JSON can hold it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool | Withheld):
        return value
    raise TypeError(f"{type(value).__name__}: an audit entry takes what JSON can hold")

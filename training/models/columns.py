"""Column types that every model shares: ids, names, instants in UTC, wall time, and enumerations stored as text."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, Enum, String, Text, TypeDecorator, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from training import clock


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. It takes aware values only, and stores and returns UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive value with ``ValueError``. SQLite drops offsets, so it gets UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs its zone.")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallTime(TypeDecorator[datetime]):
    """What a clock on the wall shows, in the zone that stands beside it. It takes naive values only."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an aware value with ``ValueError``."""
        if value is not None and value.tzinfo is not None:
            raise ValueError("Wall time carries no zone.")
        return value


def text_enum(kind: type[StrEnum], check: str = "") -> Enum:
    """``kind`` stored as its values, with a check that lists them.

    ``check`` is the name of the check, if a table has two columns of this kind.
    """
    return Enum(
        kind,
        name=check or re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(),
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda values: [value.value for value in values],
    )


IntId = Annotated[int, mapped_column(primary_key=True)]
PublicId = Annotated[uuid.UUID, mapped_column(Uuid, unique=True, default=uuid.uuid4)]
Code = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(200))]
Email = Annotated[str, mapped_column(String(254))]
Phone = Annotated[str, mapped_column(String(40))]
Country = Annotated[str, mapped_column(String(2))]
Language = Annotated[str, mapped_column(String(12))]
Zone = Annotated[str, mapped_column(String(64))]
LongText = Annotated[str, mapped_column(Text)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
Wall = Annotated[datetime, mapped_column(WallTime)]


class Timestamps:
    """When the row was made and last changed."""

    created_at: Mapped[Instant] = mapped_column(default=clock.now)
    changed_at: Mapped[Instant] = mapped_column(default=clock.now, onupdate=clock.now)


def listed(text: str) -> list[str]:
    """The parts of a comma-separated column, for short lists of codes (languages, countries)."""
    return [part for part in text.split(",") if part]


Json = dict[str, Any] | list[Any]

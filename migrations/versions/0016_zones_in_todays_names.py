"""zones are stored in today's names, and the organisation knows by which rules of clocks instants were derived"""

from __future__ import annotations

from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from babel.core import get_global

from migrations.operations import altered, fill

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with altered("organisation") as batch_op:
        batch_op.add_column(sa.Column("tz_version", sa.String(length=20), nullable=True))
    # no version is known: the worker derives what is still to come anew when it starts
    fill("organisation", sa.column("tz_version", sa.String()), "")
    with altered("organisation") as batch_op:
        batch_op.alter_column("tz_version", existing_type=sa.String(length=20), nullable=False)
    _rename()


def downgrade() -> None:
    # zones keep today's names: they mean the same, and nobody knows which was written before
    with altered("organisation") as batch_op:
        batch_op.drop_column("tz_version")


def _rename() -> None:
    """Give every zone today's name. A name without rules, such as localtime, becomes the venue's zone or UTC.

    Fixed offsets stay, as other hours would be another change: whoever edits the training next is asked for a city.
    """
    connection, known, old = op.get_bind(), set(_lines("zone.tab", 2)), _old_names()
    venues = sa.table("venue", sa.column("id"), sa.column("zone"))
    trainings = sa.table("training", sa.column("id"), sa.column("zone"), sa.column("venue_id"))

    def name(zone: str, instead: str) -> str:
        plain = zone.removeprefix("posix/").removeprefix("right/")
        if plain in known or plain == "UTC":
            return plain
        return old.get(plain, plain if _has_rules(plain) else instead)

    for row in connection.execute(sa.select(venues)).all():
        _store(venues, row.id, row.zone, name(row.zone, "UTC"))
    zones = {row.id: row.zone for row in connection.execute(sa.select(venues))}
    for row in connection.execute(sa.select(trainings)).all():
        _store(trainings, row.id, row.zone, name(row.zone, zones.get(row.venue_id, "UTC")))


def _store(table: sa.TableClause, number: int, was: str, now: str) -> None:
    if was != now:
        op.get_bind().execute(sa.update(table).where(table.c.id == number).values(zone=now))


def _old_names() -> dict[str, str]:
    """Old names with today's. CLDR's stay within the country, so they go before the links of the tz database."""
    known = set(_lines("zone.tab", 2))
    links = dict(zip(_lines("tzdata.zi", 2, "L"), _lines("tzdata.zi", 1, "L"), strict=True))
    both = [links, dict(get_global("zone_aliases"))]
    found = {name: now for names in both for name, now in names.items() if now in known}
    utc = {name for names in both for name, now in names.items() if now in ("Etc/UTC", "Etc/GMT")}
    return found | dict.fromkeys({*utc, "Etc/UTC", "Etc/GMT"}, "UTC")


def _lines(name: str, place: int, first: str = "") -> list[str]:
    """One part of each line of a file of the tz database."""
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [parts[place] for parts in lines if not first or parts[0] == first]


def _has_rules(zone: str) -> bool:
    """Whether the package has a file of this name."""
    return (
        ".." not in zone
        and bool(zone)
        and (files("tzdata") / "zoneinfo").joinpath(*zone.split("/")).is_file()
    )

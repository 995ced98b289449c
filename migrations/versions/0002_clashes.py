"""the same room or trainer twice at once is refused by the database"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# table, what must be free, when the row counts
RULES = (
    ("training_session", "room_id", "cancelled_at IS NULL"),
    ("session_trainer", "trainer_id", "NOT is_cancelled"),
)
EVENTS = ("INSERT", "UPDATE")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        for table, thing, counts in RULES:
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT ex_{table}_{thing}_clash EXCLUDE USING gist "
                f"({thing} WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) "
                f"WHERE ({counts} AND {thing} IS NOT NULL)"
            )
        return
    for table, thing, counts in RULES:
        mine = counts.replace("cancelled_at", "NEW.cancelled_at").replace("is_cancelled", "NEW.is_cancelled")
        for event in EVENTS:
            op.execute(
                f"CREATE TRIGGER tr_{table}_{thing}_clash_{event.lower()} BEFORE {event} ON {table} "
                f"WHEN NEW.{thing} IS NOT NULL AND {mine} BEGIN "
                f"SELECT RAISE(ABORT, 'ex_{table}_{thing}_clash') WHERE EXISTS (SELECT 1 FROM {table} "
                f"WHERE {thing} = NEW.{thing} AND {counts} AND id <> COALESCE(NEW.id, -1) "
                f"AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at); END"
            )


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, thing, _ in RULES:
        if on_postgresql:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ex_{table}_{thing}_clash")
            continue
        for event in EVENTS:
            op.execute(f"DROP TRIGGER tr_{table}_{thing}_clash_{event.lower()}")

"""a staged file keeps its cells and its mapping; an agency's own mapping is remembered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE import_batch ADD COLUMN source JSON DEFAULT '{}' NOT NULL")
    op.execute("ALTER TABLE import_batch ADD COLUMN mapping JSON DEFAULT '{}' NOT NULL")
    op.create_table(
        "roster_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("titles_hash", sa.String(64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_roster_mapping_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_mapping")),
        sa.UniqueConstraint("agency_id", "titles_hash", name=op.f("uq_roster_mapping_agency_id_titles_hash")),
        sqlite_autoincrement=True,
    )
    # a file that was staged before has no cells to be read again: it is sent once more
    op.execute("UPDATE import_batch SET state = 'discarded', rows = '[]' WHERE state = 'staged'")


def downgrade() -> None:
    op.drop_table("roster_mapping")
    op.execute("ALTER TABLE import_batch DROP COLUMN mapping")
    op.execute("ALTER TABLE import_batch DROP COLUMN source")

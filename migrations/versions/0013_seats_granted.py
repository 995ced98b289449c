"""how many seats were granted stands beside how many were asked for"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A plain statement: a batch would make the table anew.
    op.execute(
        "ALTER TABLE seat_request ADD COLUMN granted INTEGER "
        "CONSTRAINT ck_seat_request_granted_1_to_10000 CHECK (granted BETWEEN 1 AND 10000)"
    )
    # What was asked for was overwritten by what was granted until now.
    op.execute("UPDATE seat_request SET granted = seats WHERE kind = 'more' AND state = 'granted'")


def downgrade() -> None:
    op.execute("UPDATE seat_request SET seats = granted WHERE granted IS NOT NULL")
    op.execute("ALTER TABLE seat_request DROP COLUMN granted")

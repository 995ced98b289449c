"""the same list may be confirmed again for what is left of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
NAME = "uq_import_batch_training_id_agency_id_sha256_confirmed"


def upgrade() -> None:
    op.drop_index(NAME, table_name="import_batch")


def downgrade() -> None:
    # The index takes one confirmed batch for a list. The first keeps the list's fingerprint, so that it is known when
    # it comes again; the later ones get one of their own and stay confirmed: they made registrations, and can be undone.
    op.execute(
        "UPDATE import_batch SET sha256 = substr(sha256, 1, 50) || '-' || CAST(id AS VARCHAR(12)) "
        "WHERE state = 'confirmed' AND EXISTS (SELECT 1 FROM import_batch AS earlier "
        "WHERE earlier.training_id = import_batch.training_id AND earlier.agency_id = import_batch.agency_id "
        "AND earlier.sha256 = import_batch.sha256 AND earlier.state = 'confirmed' AND earlier.id < import_batch.id)"
    )
    where = sa.text("state = 'confirmed'")
    op.create_index(
        NAME, "import_batch", ["training_id", "agency_id", "sha256"], unique=True, sqlite_where=where,
        postgresql_where=where,
    )  # fmt: skip

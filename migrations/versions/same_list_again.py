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
    where = sa.text("state = 'confirmed'")
    op.create_index(
        NAME, "import_batch", ["training_id", "agency_id", "sha256"], unique=True, sqlite_where=where,
        postgresql_where=where,
    )  # fmt: skip

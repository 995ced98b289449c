"""keys of people hold the agency, and find people by single names; everybody's are made anew"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHUNK = 2_000
KNOWN = (
    "id",
    "agency_id",
    "family_name",
    "given_names",
    "native_name",
    "email",
    "anonymised_at",
    "merged_into_id",
)


def upgrade() -> None:
    op.drop_table("trainee_key")
    key_table = op.create_table(
        "trainee_key",
        sa.Column("trainee_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("side", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name=op.f("fk_trainee_key_trainee_id")),
        sa.PrimaryKeyConstraint("trainee_id", "key", "side", name=op.f("pk_trainee_key")),
        sqlite_with_rowid=False,
    )
    _fill(key_table)
    op.create_index(
        "ix_trainee_key_key", "trainee_key", ["key", "agency_id", "trainee_id", "side"], unique=False
    )


def _fill(key_table: sa.Table) -> None:
    """Give everybody known their keys, in batches, so that memory does not grow with the rows."""
    from training.rules.alike import keys  # noqa: PLC0415 -- the rule itself, which is no model; not needed to go down

    connection = op.get_bind()
    trainee = sa.table("trainee", *(sa.column(name) for name in KNOWN))
    last = 0
    while True:
        people = connection.execute(
            sa.select(trainee)
            .where(trainee.c.id > last, trainee.c.anonymised_at.is_(None), trainee.c.merged_into_id.is_(None))
            .order_by(trainee.c.id)
            .limit(CHUNK)
        ).all()
        if not people:
            return
        rows = [
            {"trainee_id": one.id, "key": key, "side": side, "agency_id": one.agency_id}
            for one in people
            for key, side in sorted(
                keys(
                    family_name=one.family_name,
                    given_names=one.given_names,
                    native_name=one.native_name,
                    email=one.email,
                )
            )
        ]
        if rows:
            connection.execute(key_table.insert(), rows)
        last = people[-1].id


def downgrade() -> None:
    """The keys stay, those of single names too: nothing that came before looks at them."""
    op.drop_index("ix_trainee_key_key", table_name="trainee_key")
    op.drop_column("trainee_key", "agency_id")
    op.create_index("ix_trainee_key_key", "trainee_key", ["key", "trainee_id", "side"], unique=False)

"""the registration desk: the reserve list's rule per training, agencies' wishes for seats, steps that nobody changes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Plain statements: a batch would make the table anew and lose the triggers that watch its children.
COLUMNS = (
    "reserve_order VARCHAR(24) DEFAULT 'rank' NOT NULL "
    "CONSTRAINT ck_training_reserve_order CHECK (reserve_order IN ('rank', 'submitted'))",
    "promotion VARCHAR(24) DEFAULT 'automatic' NOT NULL "
    "CONSTRAINT ck_training_promotion CHECK (promotion IN ('automatic', 'proposed'))",
    "nearest_first BOOLEAN DEFAULT {true} NOT NULL",
    "offer_hours INTEGER DEFAULT 48 NOT NULL "
    "CONSTRAINT ck_training_offer_hours_1_to_720 CHECK (offer_hours BETWEEN 1 AND 720)",
    "promotion_ends_days INTEGER DEFAULT 0 NOT NULL "
    "CONSTRAINT ck_training_promotion_ends_days_0_to_90 CHECK (promotion_ends_days BETWEEN 0 AND 90)",
)
NAMES = """
UPDATE registration SET trainee_name = (
  SELECT CASE WHEN given_names = '' THEN family_name ELSE family_name || ', ' || given_names END
  FROM trainee WHERE trainee.id = registration.trainee_id)
"""


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for column in COLUMNS:
        op.execute(f"ALTER TABLE training ADD COLUMN {column.format(true='TRUE' if on_postgresql else '1')}")
    op.execute("ALTER TABLE registration ADD COLUMN trainee_name VARCHAR(410) DEFAULT '' NOT NULL")
    op.execute(NAMES)
    op.create_table(
        "seat_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.String(200), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('return', 'more')", name=op.f("ck_seat_request_seat_request_kind")),
        sa.CheckConstraint(
            "state IN ('open', 'granted', 'declined')", name=op.f("ck_seat_request_seat_request_state")
        ),
        sa.CheckConstraint("seats BETWEEN 1 AND 10000", name=op.f("ck_seat_request_seats_1_to_10000")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_seat_request_agency_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_seat_request_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_seat_request_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_seat_request_agency_id"), "seat_request", ["agency_id"])
    op.create_index(op.f("ix_seat_request_training_id"), "seat_request", ["training_id"])
    op.create_index("ix_seat_request_state_training_id", "seat_request", ["state", "training_id"])
    op.create_index(
        "uq_seat_request_training_id_agency_id_open", "seat_request", ["training_id", "agency_id"], unique=True,
        sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"),
    )  # fmt: skip
    if on_postgresql:
        op.execute(
            "CREATE FUNCTION registration_step_stays() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'tr_registration_step_stays'; END $$"
        )
        op.execute(
            "CREATE TRIGGER tr_registration_step_stays BEFORE UPDATE ON registration_step "
            "FOR EACH ROW EXECUTE FUNCTION registration_step_stays()"
        )
    else:
        op.execute(
            "CREATE TRIGGER tr_registration_step_stays BEFORE UPDATE ON registration_step "
            "BEGIN SELECT RAISE(ABORT, 'tr_registration_step_stays'); END"
        )


def downgrade() -> None:
    op.execute(
        "DROP TRIGGER tr_registration_step_stays"
        + (" ON registration_step" if op.get_bind().dialect.name == "postgresql" else "")
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION registration_step_stays")
    op.drop_table("seat_request")
    op.execute("ALTER TABLE registration DROP COLUMN trainee_name")
    for column in ("promotion_ends_days", "offer_hours", "nearest_first", "promotion", "reserve_order"):
        op.execute(f"ALTER TABLE training DROP COLUMN {column}")

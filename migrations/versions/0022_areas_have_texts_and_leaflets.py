"""areas have their texts in three languages, a contact person, and leaflets as files"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import altered, fill

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("theme", "description", new_column_name="text_en")
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "leaflet",
                "document",
                "sign_in_sheet",
                "agenda",
                "photo_of_sheet",
                "platform_log",
                "other",
                name="file_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_size_above_0")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_stored_file_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stored_file_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stored_file_sha256"), "stored_file", ["sha256"], unique=False)
    op.create_table(
        "theme_leaflet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("stored_file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["stored_file.id"], name=op.f("fk_theme_leaflet_stored_file_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_theme_leaflet_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_leaflet")),
        sa.UniqueConstraint("stored_file_id", name=op.f("uq_theme_leaflet_stored_file_id")),
        sa.UniqueConstraint("theme_id", "language", name=op.f("uq_theme_leaflet_theme_id_language")),
        sqlite_autoincrement=True,
    )
    op.add_column("theme", sa.Column("text_fr", sa.Text(), nullable=True))
    op.add_column("theme", sa.Column("text_ru", sa.Text(), nullable=True))
    op.add_column("theme", sa.Column("contact_name", sa.String(length=200), nullable=True))
    op.add_column("theme", sa.Column("contact_function", sa.String(length=200), nullable=True))
    op.add_column("theme", sa.Column("contact_phone", sa.String(length=40), nullable=True))
    fill("theme", sa.column("text_fr", sa.Text()), "")
    fill("theme", sa.column("text_ru", sa.Text()), "")
    fill("theme", sa.column("contact_name", sa.String(length=200)), "")
    fill("theme", sa.column("contact_function", sa.String(length=200)), "")
    fill("theme", sa.column("contact_phone", sa.String(length=40)), "")
    with altered("theme") as batch_op:
        batch_op.alter_column("text_fr", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("text_ru", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("contact_name", existing_type=sa.String(length=200), nullable=False)
        batch_op.alter_column("contact_function", existing_type=sa.String(length=200), nullable=False)
        batch_op.alter_column("contact_phone", existing_type=sa.String(length=40), nullable=False)

    # It said in which languages there are leaflets somewhere. They are files now, and somebody adds them.
    op.drop_column("theme", "leaflet_languages")


def downgrade() -> None:
    op.add_column("theme", sa.Column("leaflet_languages", sa.VARCHAR(length=200), nullable=True))
    fill("theme", sa.column("leaflet_languages", sa.VARCHAR(length=200)), "")
    with altered("theme") as batch_op:
        batch_op.alter_column("leaflet_languages", existing_type=sa.VARCHAR(length=200), nullable=False)

    op.drop_column("theme", "contact_phone")
    op.drop_column("theme", "contact_function")
    op.drop_column("theme", "contact_name")
    op.drop_column("theme", "text_ru")
    op.drop_column("theme", "text_fr")
    op.drop_index(op.f("ix_stored_file_sha256"), table_name="stored_file")
    op.drop_table("theme_leaflet")
    op.drop_table("stored_file")
    op.alter_column("theme", "text_en", new_column_name="description")

"""How Alembic reaches the database: by one connection, in one transaction.

On SQLite, foreign keys are off while tables move.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.sql.elements import False_, True_

from migrations import writing

migrate = current_app.extensions["migrate"]
told = context.config.attributes
metadata = told.get("metadata", migrate.db.metadatas[None])
wishes = told.get("wishes", writing.Wishes())


def render(kind: str, thing: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as their SQL types, and true and false as each engine understands them."""
    if kind == "type" and type(thing).__module__ == "training.models.columns":
        return f"sa.DateTime(timezone={thing.impl.timezone})"
    if kind == "server_default" and isinstance(getattr(thing, "arg", None), True_ | False_):
        return f"sa.{thing.arg}()"
    return False


def rewrite(migration: MigrationContext, revision: object, directives: list[MigrationScript]) -> None:
    """Give a new revision its number, and write steps that work on a filled database."""
    for script in directives:
        script.rev_id = writing.next_number(context.script)
        if not wishes.empty:
            writing.write_steps(migration, script, wishes)


def refuse_unknown(connection: Connection) -> None:
    """Raise ``CommandError`` when a newer version of the application has already migrated the database."""
    known = {one.revision for one in context.script.walk_revisions()}
    unknown = [one for one in MigrationContext.configure(connection).get_current_heads() if one not in known]
    if unknown:
        raise CommandError(
            f"The database is at revision {unknown[0]}, which this version of the application does not know: a newer "
            "version has been at it. Run that version, or restore a backup that was made before."
        )


def run() -> None:
    """Upgrade or downgrade, all or nothing."""
    engine = migrate.db.engine
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # With foreign keys on, moving a table deletes the rows that refer to it.
            # Inside a transaction, SQLite ignores this pragma.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            transactional_ddl=True,
            render_item=render,
            process_revision_directives=rewrite,
            **migrate.configure_args,
        )
        with context.begin_transaction():
            refuse_unknown(connection)
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(
                        f"The migration breaks {len(broken)} references, {broken[:3]} among them."
                    )
        if is_sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()

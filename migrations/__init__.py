"""Migrations: numbered revisions in ``versions``, what they are written with, and what writes them.

A revision imports ``operations`` alone, and nothing of the application.

    operations    what a revision does that Alembic does not: fill a column, change a table and keep all that hangs on it
    comparing     what Alembic does not compare: the text of checks, the names of foreign keys
    writing       what was found becomes steps that work on a filled database
    generator     `make migrate`: a throwaway database, and a new revision
"""

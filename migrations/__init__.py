"""Migrations: numbered revisions in ``versions``, the tools that they use, and the tools that write them.

A revision imports only ``operations``, and nothing of the application.

    operations    steps that Alembic lacks: fill a column; change a table and keep what hangs on it
    comparing     comparisons that Alembic lacks: the text of checks, the names of foreign keys
    writing       turns the found differences into steps that work on a filled database
    generator     `make migrate`: writes a new revision with the help of a throwaway database
"""

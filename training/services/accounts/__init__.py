"""Who signs in, in which role, and how.

Only hashes of secrets are stored. A session that was ended on the server stays ended.

- ``sign_ins``: sessions, passwords, one-time links, and tries that are counted
- ``users``: accounts, their roles and scopes
- ``colleagues``: the accounts of one agency, managed by its lead focal point
"""

"""Two records of one person become one.

A merge can be undone while nothing has built on it. Copies on registrations, like the agency of that day, never change.

- ``merges``: merging, and taking it back
"""

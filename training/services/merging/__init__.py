"""Two records of one person become one.

A merge can be undone while nothing has built on it. Copies on registrations, like the agency of that day, never change.
Where both are registered for one training, one registration stays, and the others are kept as its history.

- ``standings``: where a registration stands, taken over and put back
- ``joins``: trainings for which both are registered, and what is to be decided
- ``joining``: registrations and their marks made one, and parted again
- ``merges``: merging, and taking it back
"""

"""The first screens of each role, and the health of the instance: ``first_screens``."""

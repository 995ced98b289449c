"""Lists of participants that agencies send: staged, confirmed, undone.

Nothing of a list is stored as people before somebody confirms it, and then all of it or nothing. Rows are compared with
people of the same agency only.

- ``verdicts``: what confirming would do with each row
- ``staging``: a list is read, its columns matched, its rows corrected
- ``confirming``: a list is stored
- ``undoing``: a list is taken back while nothing has built on it
"""

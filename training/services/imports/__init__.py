"""Lists of participants that agencies send: staged, confirmed, undone.

No person of a list is stored before somebody confirms the list. Then the whole list is stored, or nothing.
Rows are compared with people of the same agency only.

- ``verdicts``: what confirming would do with each row
- ``staging``: a list is read, its columns matched, its rows corrected
- ``confirming``: a list is stored
- ``undoing``: a list is taken back while nothing has built on it
"""

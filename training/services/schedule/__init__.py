"""Sessions of trainings, their clashes, and the calendar.

The wall time in the training's zone is the truth; instants are derived from it. A room or a trainer has one session at a
time, and the database refuses a second one too. Marks are proof: they follow their session, or somebody decides.

- ``clashes``: what speaks against a session before it is stored
- ``visible``: which sessions somebody may open
- ``plan``: the one writer of sessions, in two steps
- ``sessions``: sessions are planned, changed and called off
- ``open_list``: what is to look at before people travel, and what was left as it is
- ``remedies``: what can be done about it by one click
- ``calendars``: the sessions of a month, day by day
"""

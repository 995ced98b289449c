"""Sessions of trainings, their clashes, and the calendar.

The wall time in the training's zone is the truth; instants are derived from it. A room or a trainer has one session at a
time, and the database refuses a second one too. Marks are proof: they follow their session, or somebody decides.
The rows are the plan; everybody but planners reads what was announced.

- ``clashes``: what speaks against a session before it is stored
- ``visible``: which sessions somebody may open
- ``plan``: the one writer of sessions, in two steps
- ``differences``: the plan against what was announced last
- ``copies``: what others know, as copies of the plan
- ``announcements``: what differs is told once to those whom it concerns
- ``sessions``: sessions are planned, changed and called off
- ``calendars``: the sessions of a month, day by day
"""

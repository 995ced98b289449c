"""Sessions of trainings, their clashes, and the calendar.

The wall time in the training's zone is the truth; instants are derived from it. A room or a trainer has one session at a
time, and the database refuses a second one too. Marks are proof: they follow their session, or somebody decides.
The rows are the plan; everybody but planners reads what was announced.

- ``clashes``: what speaks against a session before it is stored
- ``visible``: which sessions somebody may open
- ``proof``: what marks and registers say of where a session may lie
- ``plan``: the one writer of sessions, in two steps
- ``asleep``: the timetable of a postponed training
- ``span``: a training's dates, which follow from its sessions
- ``steps``: each change is kept with what was before, and can be taken back
- ``sessions``: sessions are planned, changed and called off
- ``free``: which rooms and trainers are free for some sessions, the fit ones first
- ``shift``: where sessions go, and what is proposed next
- ``several``: several sessions are changed at once
- ``open_list``: what is to look at before people travel, and what was left as it is
- ``remedies``: what can be done about it by one click
- ``calendars``: the sessions of a month, day by day
"""

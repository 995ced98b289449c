"""Registers of attendance, and people who are added at the door.

Nobody overwrites a mark that they have not seen. A cell without a record is not recorded. This
is not the same as absent.

- ``expected``: who is expected at a session, and whom its register lists
- ``standing``: who takes part, and which of a person's registrations stands for the person
- ``registers``: marks are made, corrected and closed
- ``own_register``: the attendance of one registration, as its agency reads it
- ``at_the_door``: a person is put on the register of the day
"""

"""The planning board: trainers, rooms or trainings by days, and where a training could go.

It reads the plan, and planners alone look at it. What it changes it changes through the doors of ``schedule``.

- ``lines``: what a line of the board is: a trainer, a room or a training, which of them are asked for
- ``days``: what stands on the days of a line, by few statements however many there are
- ``where``: what each day of a line is for a training: free, with something to know, or refused
"""

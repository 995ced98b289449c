"""Pages of the planning board.

- ``grid``: trainers, rooms or trainings by days
- ``places``: where a training could go, and putting it there
"""

"""Pages of the planning board.

- ``grid``: trainers, rooms or trainings by days
"""

"""Agencies, venues and trainers: what trainings are planned with, and the countries where all of it is.

Nothing here is deleted. An agency is suspended; a venue, a room or a trainer is retired. What they took part in stays.

- ``agencies``: partner agencies, suspended and resumed
- ``venues``: venues and their rooms
- ``trainers``: who teaches, and when they are away
- ``holidays``: days off that the organisation adds or takes away
- ``countries``: what there is of each country
"""

"""Invented data, to look at and to measure with.

All people and agencies are invented. They are the same every time. The dates lie around today.

- ``days``: on which days trainings are held
- ``past_trainings``: what happened in the trainings
- ``kept_registers``: the marks in their registers, easy and hard to count
- ``basis``: agencies, people, places, trainers and programmes
- ``areas``: texts, contacts and leaflets of the areas
- ``catalogue``: courses, agendas and a series
- ``announcing``: a change that was announced, and one that was not yet
- ``build``: everything is inserted
"""

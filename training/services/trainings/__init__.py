"""Trainings: planned, changed, and taken from state to state.

A training changes its state only by a named move, whose guard may refuse it.

- ``changes``: a training is planned or changed
- ``moves``: a training opens, begins, ends, is postponed or cancelled
- ``taking_back``: what differs from the announcement is taken back
- ``moments``: stored instants that the rules of clocks in use do not give
- ``zone_rules``: instants follow new rules of clocks
"""

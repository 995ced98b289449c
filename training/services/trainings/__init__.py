"""Trainings: planned, changed, and taken from state to state.

A training changes its state only by a named move, whose guard may refuse it.

- ``changes``: a training is planned or changed
- ``agendas``: what is in a session besides its title
- ``timetables``: the half-days of a training that is not stored yet
- ``defaults``: what a new training is proposed to be
- ``previews``: what it would be, what speaks against it, and who is free
- ``from_course``: from a course to a training, and back
- ``copies``: copies of a training, and series
- ``moves``: a training opens, begins, ends, is postponed or cancelled
- ``undoing``: that it was opened or postponed is taken back while the letters wait
- ``resuming``: a postponed training goes on with new dates
- ``taking_back``: what differs from the announcement is taken back
- ``moments``: stored instants that the rules of clocks in use do not give
- ``zone_rules``: instants follow new rules of clocks
"""

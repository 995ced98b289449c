"""What happens, as functions. Packages stand in the order of consequences: each uses the ground and those before it.

Every subject has two levels. The lower level reads (``visible_to``, ``get``) and holds what acts need: locks,
guards and single steps. It decides nothing. On the ground, only functions that store a fact of their own are
``@atomic`` (``audit.record_refusal``).

The upper level is acts: public, ``@atomic``, audited. An act does all that follows from it, by plain calls,
in the order in which it reads. It returns what its caller wants to say (who was promoted). An act has one
door: if you want to know what follows from changing a training, read ``trainings.changes.change`` to its end.

A new act goes into the package of its subject. If that package stands before the one that the act must
change, ask which of the two is the act and which is the single step.
"""

GROUND = (
    "audit",
    "reasons",
    "locked_trainings",
    "seen",
    "streams",
    "announced",
    "visible_trainings",
    "may_take",
    "organisations",
    "read_by",
    "public_pages",
    "stored_files",
    "request_keys",
    "seat_counts",
    "marks",
    "backups",
)
"""Modules that every package may use, each after those that it uses itself."""

PACKAGES = {
    "letters": "what is written to whom, and the outbox that sends it",
    "accounts": "who signs in",
    "trainees": "the people to be trained, each once",
    "timetables": "what stands in a time, as plain data that the rules about clashes compare",
    "registrations": "who is put forward for a training, seats and the reserve list",
    "programmes": "themes, the funded frames of trainings, and courses",
    "directory": "agencies, venues and trainers, and countries",
    "announcing": "what others know of a timetable, and how they are told of changes",
    "schedule": "sessions, their clashes, and the calendar",
    "board": "trainers, rooms and trainings by days, and where a training could go",
    "trainings": "trainings: planned, changed, moved through their states",
    "imports": "lists of participants: staged, confirmed, undone",
    "attendance": "registers, and who stands at the door",
    "merging": "two records of one person made one",
    "papers": "confirmations and sign-in sheets",
    "reports": "figures, and the files that hold them",
    "home": "what somebody sees first",
    "demo": "invented data to look at and to measure",
}
"""The packages in their order, each with what it is about."""

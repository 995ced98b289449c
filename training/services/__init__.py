"""What happens, as functions. Packages stand in the order of consequences: each uses the ground and those before it.

Every subject has two heights. Below is reading (``visible_to``, ``get``), and what others need in order to act: locks,
guards and single steps. They decide nothing and tell nobody, and nothing on the ground is ``@atomic`` but what stores a
fact of its own. Above are acts: public, ``@atomic``, audited. An act does all that follows from it, by plain calls, in
the order in which it reads, and returns what its caller wants to say (who was promoted). An act has one door: whoever
wants to know what follows from changing a training reads ``trainings.changes.change`` to its end.

Where a new act goes: into the package of its subject. Where that stands below what the act must change, ask which of the
two is the act and which the single step.
"""

GROUND = (
    "audit",
    "reasons",
    "streams",
    "visible_trainings",
    "locked_trainings",
    "may_take",
    "organisations",
    "request_keys",
    "seat_counts",
    "backups",
)
"""Modules that every package may use, each after those that it uses itself."""

PACKAGES = {
    "letters": "what is written to whom, and the outbox that sends it",
    "accounts": "who signs in",
    "trainees": "the people to be trained, each once",
    "registrations": "who is put forward for a training, seats and the reserve list",
    "programmes": "themes and the funded frames of trainings",
    "directory": "agencies, venues and trainers",
    "schedule": "sessions, their clashes, and the calendar",
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

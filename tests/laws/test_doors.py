"""One act, one door: which module writes which state, and every door that moves people is a verb of the model test."""

from __future__ import annotations

import pytest

from config import ROOT
from tests.laws.doors import SERVICES, called, doors, place, writes
from tests.laws.source import PACKAGE

# Every door is a verb

BEHIND = [
    *sorted((SERVICES / "registrations").glob("*.py")),
    *sorted((SERVICES / "trainings").glob("*.py")),
    SERVICES / "directory" / "agencies.py",
]
WORLD = (ROOT / "tests" / "model" / "world.py").read_text()
NOT_A_VERB = {
    "trainings.moves.undo_opening": "undoes an opening for which nobody has registered",
    "trainings.taking_back.take_back": "moves sessions, then is changes.change, which is a verb",
    "trainings.zone_rules.follow": "derives instants anew: an offer may end earlier, as when a training changes",
    "trainings.zone_rules.tell_of_what_stays": "writes letters alone",
    "directory.agencies.create": "every sequence begins with four agencies, made by it",
    "registrations.by_link.ask_correction": "keeps a remark: it moves nobody, and takes no seat",
    "registrations.drafts.keep_new": "adds a person, then is drafts.keep, which is a verb",
    "registrations.reminders.remind": "writes letters alone",
    "registrations.submissions.change_given": "changes what was given with it: it moves nobody, and takes no seat",
    "registrations.submissions.submit_new": "adds a person, then is submissions.submit, which is a verb",
    "trainings.copies.copy": "makes another training, in which nobody is",
    "trainings.copies.repeat": "makes other trainings, in which nobody is",
    "trainings.from_course.create": "makes a training, in which nobody is",
    "trainings.from_course.make_course": "makes a course: it moves nobody, and takes no seat",
    "trainings.changes.create": "every sequence begins with a training, made by it",
}


def all_doors() -> set[str]:
    return {door for path in BEHIND for door in doors(path.read_text(), place(path))}


def missing(found: set[str], verbs: set[str]) -> set[str]:
    return found - verbs - set(NOT_A_VERB)


def test_every_door_is_a_verb_of_the_model_or_says_why_not():
    found, verbs = all_doors(), called(WORLD, "World")

    assert len(BEHIND) > 15 and len(found) >= 34, "the law looks at what there is"
    assert missing(found, verbs) == set()


def test_no_reason_is_stale():
    found, verbs = all_doors(), called(WORLD, "World")

    assert {name: reason for name, reason in NOT_A_VERB.items() if name not in found or name in verbs} == {}


@pytest.mark.parametrize("mark", ["atomic", "db.atomic"])
def test_a_door_that_the_model_never_opens_would_be_seen(mark: str):
    planted = f"@{mark}\ndef give_away(training): ...\n\n@{mark}\ndef _own(): ...\n\ndef read(): ...\n"

    found = doors(planted, "registrations.planted")

    assert missing(set(found), called(WORLD, "World")) == {"registrations.planted.give_away"}


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("give = atomic(_give)", "give"),
        ("give: Door = db.atomic(_give)", "give"),
        ("class Seats:\n    @atomic\n    def give(self): ...", "Seats.give"),
        ("from training.db import atomic as whole\n@whole\ndef give(): ...", "give"),
        ("def give(x):\n    return atomic(_give)(x)", "give"),
        ("@atomic\nasync def give(): ...", "give"),
    ],
)
def test_a_door_in_another_form_would_be_seen(planted: str, seen: str):
    assert doors(planted, "registrations.planted") == [f"registrations.planted.{seen}"]


@pytest.mark.parametrize(
    "lawful",
    ["_give = atomic(_take)", "class _Seats:\n    @atomic\n    def give(self): ...", "give = once(_give)",
     "class Seats:\n    @atomic\n    def _give(self): ...", "def give():\n    \"\"\"Needs ``@atomic``.\"\"\""],
)  # fmt: skip
def test_what_nobody_can_open_is_no_door(lawful: str):
    assert doors(lawful, "registrations.planted") == []


def test_a_verb_that_the_model_calls_no_more_would_be_seen():
    without = WORLD.replace("kept_seats.release(", "print(")

    assert without != WORLD
    assert missing(all_doors(), called(without, "World")) == {"registrations.kept_seats.release"}


# Which module writes which state

OWNERS = {
    "training.state": {"trainings.moves"},
    "training.capacity": {"trainings.changes"},
    "freed_seats": {"registrations.reserve_list", "registrations.steps"},
    "cancelled_at": {"schedule.plan"},
    "cancel_reason": {"schedule.plan"},
    "agency.is_active": {"directory.agencies"},
    "Training(": {"trainings.changes"},
    "Agency(": {"directory.agencies"},
    "Registration(": {"registrations.steps"},
    "SeatAllocation(": {"registrations.kept_seats"},
    "allocation.seats": {"registrations.kept_seats"},
    "allocation.released_at": {"registrations.kept_seats"},
    "TrainingSession(": {"schedule.plan"},
    "AttendanceRecord(": {"attendance.registers"},
}
OF_SOMETHING_ELSE = {
    ("accounts.users", "user.is_active"): "an account's",
    ("db", "insert(…)"): "the one statement behind insert_many, whose callers name the model",
    ("db", "insert_many(…)"): "store_many, whose callers name the model",
    ("directory.agencies", "agency.*"): "what its Details hold, and no state",
    ("directory.trainers", "trainer.*"): "what is known of a trainer",
    ("directory.trainers", "trainer.is_active"): "a trainer's",
    ("directory.venues", "room.capacity"): "how many sit in a room",
    ("directory.venues", "thing.is_active"): "a venue's or a room's",
    ("imports.confirming", "batch.state"): "a list's",
    ("imports.undoing", "batch.state"): "a list's",
    ("letters.again", "message.*"): "a letter's text and address",
    ("letters.again", "message.state"): "a letter's",
    ("letters.bounces", "letter.state"): "a letter's",
    ("letters.outbox", "message.state"): "a letter's",
    ("merging.merges", "kept.*"): "what is known of a person",
    ("merging.merges", "update(…)"): "what points to the person who was merged points to the other",
    ("programmes.courses", "course.*"): "what a course is made of",
    ("programmes.courses", "course.is_active"): "a course's",
    ("programmes.frames", "programme.*"): "a programme's rules",
    ("programmes.frames", "programme.state"): "a programme's",
    ("programmes.themes", "theme.*"): "a theme's texts and contact",
    ("registrations.drafts", "draft.*"): "a registration's, of which steps knows the columns",
    ("registrations.seat_requests", "request.state"): "a request's for seats",
    ("registrations.submissions", "registration.*"): "what was given with it, and no state",
    (
        "registrations.steps",
        "one.released_at",
    ): "when a registration left its seat, and not when kept seats were released",
    ("merging.standings", "registration.state"): "a registration's, that takes over where another one stood",
    ("merging.standings", "registration.released_at"): "when a registration left its seat, as below",
    ("registrations.steps", "registration.released_at"): "as below, for a seat that is given again",
    ("registrations.steps", "one.state"): "a registration's, whose steps are told here",
    ("registrations.steps", "registration.state"): "a registration's, whose steps are told here",
    (
        "announcing.announced_copies",
        "update(TrainingSession)",
    ): "how often a change was announced, and no state",
    ("trainees.records", "trainee.*"): "what is known of a person",
    ("web.kit.once", "response.*"): "an answer's, which is not stored",
}
DEMO = SERVICES / "demo"
"""Excepted: it fills an empty database in bulk, with what has happened already, and tells nobody."""
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if DEMO not in path.parents]


def strays(source: str, module: str) -> set[tuple[str, str]]:
    return {
        (module, written)
        for written in writes(source)
        if module not in OWNERS.get(written, set()) and (module, written) not in OF_SOMETHING_ELSE
    }


def test_each_state_is_written_by_the_module_that_owns_it():
    assert len(FILES) > 140, "the law looks at what there is"
    assert {stray for path in FILES for stray in strays(path.read_text(), place(path))} == set()


def test_every_owner_writes_what_it_owns_and_no_exception_is_stale():
    written = {(place(path), one) for path in FILES for one in writes(path.read_text())}

    owned = {(module, state) for state, modules in OWNERS.items() for module in modules}
    assert owned | set(OF_SOMETHING_ELSE) <= written


def test_the_demo_is_excepted_because_it_makes_rows_by_itself():
    assert {"Training(", "Agency("} <= {one for path in DEMO.glob("*.py") for one in writes(path.read_text())}


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("training.state = 'open'", "training.state"),
        ("registration.training.state = 'open'", "training.state"),
        ("training.title, (training.state, x) = 1, (2, 3)", "training.state"),
        ("training.capacity += 1", "training.capacity"),
        ("training.capacity: int = 1", "training.capacity"),
        ("setattr(training, 'capacity', 5)", "training.capacity"),
        ("setattr(training, name, 5)", "training.*"),
        ("atomic(setattr)(training, 'x', 1)\nsetattr(agency, 'is_active', True)", "agency.is_active"),
        ("one.is_active = False", "one.is_active"),
        ("whatever.freed_seats = 0", "freed_seats"),
        ("for one in sessions:\n    one.cancelled_at = now", "cancelled_at"),
        ("allocation.seats -= 1", "allocation.seats"),
        ("one.title, one.seats = one.released_at, 1", "one.seats"),
        ("SeatAllocation(training=training, seats=1)", "SeatAllocation("),
        ("db.session.execute(update(Training).where(x).values(state='open'))", "update(Training)"),
        ("db.session.execute(update(Training), [{'id': 1, 'capacity': 5}])", "update(Training)"),
        ("db.session.execute(update(Agency).values(**changed))", "update(Agency)"),
        ("import sqlalchemy as sa\nsa.update(Training).where(x).values(capacity=3)", "update(Training)"),
        ("from sqlalchemy import update as change\nchange(Training).values(capacity=3)", "update(Training)"),
        ("q = update(Training)\ndb.session.execute(q.values(capacity=1))", "update(Training)"),
        ("db.session.query(Training).filter(x).update({'capacity': 1})", "update(Training)"),
        ("q = db.session.query(Training).filter(x)\nq.update({'capacity': 1})", "update(Training)"),
        ("Training.query.update({'capacity': 1})", "update(Training)"),
        ("Training.__table__.update().values(capacity=1)", "update(Training)"),
        ("t = Training.__table__\nt.update().values(capacity=1)", "update(Training)"),
        ("T = Training\nupdate(T).values(capacity=1)", "update(Training)"),
        ("db.session.execute(update(model).values(x=1))", "update(…)"),
        ("import sqlalchemy as sa\nsa.update(model).values(x=1)", "update(…)"),
        ("db.session.execute(text('UPDATE training SET capacity = 9'))", "SQL"),
        ("text(f'UPDATE training SET capacity = {n}')", "SQL"),
        ("text(f'UPDATE {table} SET capacity = {n}')", "SQL"),
        ("connection.exec_driver_sql('UPDATE training AS t SET capacity = 9')", "SQL"),
        ("GROW = 'update \"seat_allocation\" set seats = 9'\ntext(GROW)", "SQL"),
        ("text('INSERT OR IGNORE INTO registration VALUES (1)')", "SQL"),
        ("Training.__table__.insert()", "Training("),
        ("import sqlalchemy as sa\nsa.insert(Registration)", "Registration("),
        ("from training import db as base\nbase.store_many(Registration, rows)", "Registration("),
        ("from training import db as base\nbase.insert_many(table, rows)", "insert_many(…)"),
        ("db.session.bulk_insert_mappings(Registration, rows)", "Registration("),
        ("partial(Registration, training=training)()", "Registration("),
        ("R = Registration\nR(training=training)", "Registration("),
        ("R: type = models.Registration\nR(training=training)", "Registration("),
        ("Registration(training=training)", "Registration("),
        ("models.Registration(training=training)", "Registration("),
        ("from training.models import Registration as R\nR()", "Registration("),
        ("store_many(Registration, rows)", "Registration("),
        ("db.session.execute(insert(AttendanceRecord), rows)", "AttendanceRecord("),
        ("insert_many(table, rows)", "insert_many(…)"),
        ("TrainingSession()", "TrainingSession("),
    ],
)
def test_a_write_past_its_owner_would_be_seen(planted: str, seen: str):
    assert strays(planted, "trainings.planted") == {("trainings.planted", seen)}


@pytest.mark.parametrize(
    "lawful",
    ["x = training.state", "if training.capacity == 3: ...", "select(Training).where(Training.state == x)",
     "update(OutgoingMail).values(state='sent')", "insert_many(OutgoingMail, rows)", "content.update(x)",
     "Registration.state.in_(LIVE)", "details.values()", "text('SELECT 1 FROM training')", "R = Registration\nselect(R)",
     "keys.insert(0, Registration.state)", "keys.insert(place, training)", "training.details.update(found)",
     "from x import app\napp.config.update(found)", "q = db.session.query(Training)\nq.all()", "sum(one.seats for one in x)",
     "msg('Update training %(title)s')", "def f():\n    'Runs UPDATE training SET state.'", "partial(line_of, training)",
     "import sqlalchemy as sa\nsa.update(OutgoingMail).values(state='sent')", "if allocation.released_at is None: ..."],
)  # fmt: skip
def test_what_only_reads_is_no_write(lawful: str):
    assert strays(lawful, "trainings.planted") == set()

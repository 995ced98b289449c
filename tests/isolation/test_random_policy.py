"""Random worlds and moves: what an agency sees is exactly what a few lines say that it may.

``STORM=full`` runs the long profile.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.conftest import throwing_away
from tests.isolation.asking import Asker
from tests.make import Make
from training.db import atomic, db
from training.errors import DomainError, NotFound
from training.models import Agency, OutgoingMail, Registration, Role, Trainee, Training, User
from training.rules.names import fold
from training.services.accounts import users
from training.services.directory import agencies
from training.services.letters import outbox
from training.services.merging import merges
from training.services.registrations import by_link as registration_by_link
from training.services.registrations import drafts, late_changes, submissions, visible
from training.services.trainees import records

FULL = os.environ.get("STORM") == "full"
PARTS = range(8 if FULL else 1)
"""So that two processes share the long profile."""
EXAMPLES = 2_000 // len(PARTS) if FULL else 8
# a space stands in no token: of some hundred thousand pages one bears by chance a token with a plain name in it
NAME = re.compile(r"Qx \d+q")
FOCAL_POINT = re.compile(r"Fz \d+z")
PEOPLE_PAGES = ("/trainees", "/trainees?as=csv", "/trainees?text=qx", "/trainees?sort=-added")
REGISTRATION_PAGES = ("/registrations?as=csv", "/registrations?sort=name")


DONE: Counter[str] = Counter()
"""Which moves were not refused."""


@dataclass
class World:
    """Three agencies with a focal point each, and what was done with their people."""

    make: Make
    staff: User
    trainings: list[Training]
    agencies: list[Agency]
    focal: list[User]
    people: list[Trainee] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    acted: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Who of its own agency did something to a registration, by its id."""
    knew: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The names of the people who were ever with an agency, by its id."""

    def add(self, n: int, _m: int) -> None:
        name = f"Qx {len(self.people)}q"
        self.people.append(self.make.trainee(self.agencies[n % 3], family_name=name, given_names="A"))
        self.knew[self.agencies[n % 3].id].add(name)

    def register(self, n: int, m: int) -> None:
        one = self.people[n % len(self.people)]
        by = self.focal_point_of(one.agency)
        self.keep(submissions.submit(self.trainings[m % 2], by=by, trainee=one), by)

    def draft(self, n: int, m: int) -> None:
        one = self.people[n % len(self.people)]
        by = self.focal_point_of(one.agency)
        for kept in drafts.keep(self.trainings[m % 2], by=by, agency=one.agency, people=[one]):
            self.keep(kept, by)

    def submit_drafts(self, n: int, m: int) -> None:
        agency, training = self.agencies[n % 3], self.trainings[m % 2]
        by, own = self.focal_point_of(agency), drafts.of(training, agency)
        drafts.submit(training, by=by, agency=agency, drafts=own)
        for one in own:
            self.keep(one, by)

    def discard_drafts(self, n: int, m: int) -> None:
        agency, training = self.agencies[n % 3], self.trainings[m % 2]
        drafts.discard(training, by=self.focal_point_of(agency), drafts=drafts.of(training, agency))

    def move(self, n: int, m: int) -> None:
        one = records.transfer(self.people[n % len(self.people)], by=self.staff, agency=self.agencies[m % 3])
        self.knew[one.agency_id].add(one.family_name)

    def move_focal_point(self, n: int, m: int) -> None:
        atomic(setattr)(self.focal[n % 3], "agency_id", self.agencies[m % 3].id)
        db.session.expire_all()

    def suspend_or_resume(self, n: int, _m: int) -> None:
        agency = self.agencies[n % 3]
        if agency.is_active:
            agencies.suspend(agency, by=self.staff, reason="moved")
        else:
            agencies.resume(agency, by=self.staff)

    def merge(self, n: int, m: int) -> None:
        size = len(self.people)
        other = self.people[(n + 1 + m % (size - 1)) % size]
        merges.merge(self.people[n % size], other, by=self.staff, values=[])

    def withdraw(self, n: int, m: int) -> None:
        one = self.registrations[n % len(self.registrations)]
        by = self.focal_point_of(one.agency)
        submissions.withdraw(one, by=by, reason="ill")
        self.keep(one, by)

    def by_link(self, n: int, m: int) -> None:
        one = self.registrations[n % len(self.registrations)]
        if m % 2:
            registration_by_link.decline(one)
        else:
            registration_by_link.ask_correction(one, text="It is another rank.")

    def replace(self, n: int, m: int) -> None:
        one = self.registrations[n % len(self.registrations)]
        colleagues = [p for p in self.people if p.agency_id == one.agency_id and p.id != one.trainee_id]
        if not colleagues:
            raise NotFound
        substitute = colleagues[m % len(colleagues)]
        by = self.focal_point_of(one.agency)
        new = late_changes.replace(one, by=by, substitute=substitute, reason="ill")
        self.keep(one, by)
        self.keep(new, by)

    def focal_point_of(self, agency: Agency) -> User:
        """Somebody who may act for it now; refused where there is nobody."""
        found = [one for one in self.focal if one.agency_id == agency.id]
        if not found:
            raise NotFound
        return found[0]

    def keep(self, registration: Registration, by: User) -> None:
        if registration not in self.registrations:
            self.registrations.append(registration)
        self.acted[registration.id].add(by.name)


MOVES = ("add", "add", "register", "register", "move", "move_focal_point", "suspend_or_resume", "merge", "withdraw", "replace", "by_link",
         "draft", "draft", "submit_drafts", "discard_drafts")  # fmt: skip


EVERY_MOVE = [("draft", 0, 1), ("submit_drafts", 0, 1), ("add", 0, 0), ("register", 3, 1), ("replace", 0, 0), ("move", 1, 2), ("withdraw", 2, 0), ("by_link", 1, 0), ("add", 1, 0),
              ("register", 4, 1), ("merge", 4, 2), ("draft", 5, 0), ("draft", 6, 1), ("submit_drafts", 1, 0), ("add", 0, 0), ("draft", 7, 0), ("discard_drafts", 0, 0),
              ("add", 0, 0), ("draft", 8, 0), ("move_focal_point", 0, 1), ("suspend_or_resume", 2, 0)]  # fmt: skip


def seen_by(user: User, world: World) -> tuple[set[Trainee], set[Registration]]:
    """The rule: the people who are with the agency now, and the registrations that it made; nothing when suspended."""
    agency = user.agency
    if agency is None or not agency.is_active:
        return set(), set()
    known = {one for one in world.people if one.agency_id == agency.id and one.merged_into_id is None}
    own = {one for one in world.registrations if one.agency_id == agency.id}
    return known, {one for one in own if one.is_submitted or one.state == "draft"}


def _two_trainings(make: Make) -> list[Training]:
    """Two trainings at different times: nobody is refused because they are in the other one then."""
    first = make.training(capacity=3)
    later = first.starts_on + timedelta(days=14)
    return [first, make.training(capacity=3, starts_on=later, ends_on=later)]


def begin(make: Make) -> World:
    own = [make.agency() for _ in range(3)]
    focal = [
        users.create(by=None, email=f"{one.code}@example.org", name=f"Fz {n}z", role=Role.PARTNER, agency=one)
        for n, one in enumerate(own)
    ]
    return World(make, make.user(), _two_trainings(make), own, focal)


def play(world: World, steps: list[tuple[str, int, int]]) -> None:
    for n in range(3):
        world.add(n, 0)
        world.register(n, n)
    for name, n, m in steps:
        try:
            getattr(world, name)(n, m)
            DONE[name] += 1
        except DomainError:
            continue  # refused: what is seen must be right all the same


def check(app, world: World) -> None:
    """Whoever asks sees what the rule says, in lists, files, searches and by address."""
    db.session.expire_all()
    for user in world.focal:
        known, own = seen_by(user, world)
        asker = Asker(app, user)
        names, taken = {one.family_name for one in known}, {shown(one) for one in own}
        for pages, wanted in ((PEOPLE_PAGES, names), (REGISTRATION_PAGES, taken)):
            for path in pages:
                assert set(NAME.findall(asker.ask("GET", path).text)) == wanted, (user.name, path)
        found_by_name = set(NAME.findall(asker.ask("GET", "/registrations?text=qx").text))
        assert found_by_name <= taken, "a search by what is known of people now shows no more"
        check_order(asker, own)
        for training in world.trainings:
            text = asker.ask("GET", f"/trainings/{training.public_id}").text
            mine = {shown(one) for one in own if one.training_id == training.id}
            assert set(NAME.findall(text)) <= mine | names, (user.name, training.code)
        assert set(NAME.findall(asker.ask("GET", "/").text)) <= taken | names
        found = [
            one for one in world.people if asker.ask("GET", f"/trainees/{one.public_id}").status_code == 200
        ]
        assert set(found) == known
        for one in world.registrations:
            response = asker.ask("GET", f"/registrations/{one.public_id}")
            assert (response.status_code == 200) == (one in own), one.trainee_name
            named = set(FOCAL_POINT.findall(response.text)) - {user.name}
            assert named <= world.acted[one.id], (user.name, one.trainee_name)
    staff = Asker(app, world.staff)
    for one in world.registrations:  # nobody but its agency sees what was not submitted
        answer = staff.ask("GET", f"/registrations/{one.public_id}").status_code
        assert answer == (200 if one.is_submitted else 404), one.state

    for agency in world.agencies:
        letters = db.session.scalars(db.select(OutgoingMail).where(OutgoingMail.agency_id == agency.id)).all()
        told = {name for one in letters if one.user_id for name in NAME.findall(one.subject + one.body)}
        assert told <= world.knew[agency.id], "a letter names an agency's own people alone"


def check_order(asker: Asker, own: set[Registration]) -> None:
    """A list by name is in the order of names that the agency reads, those of now or those of the day."""
    listed = NAME.findall(asker.ask("GET", "/registrations?as=csv&sort=name").text)
    by_name, by_copy = (
        sorted(own, key=lambda one: (fold(name(one)), one.id))
        for name in (shown, lambda one: one.trainee_name)
    )
    assert listed in [[shown(one) for one in order] for order in (by_name, by_copy)], (
        "no order tells of another name"
    )


def shown(one: Registration) -> str:
    """The name as it is while the person is with the agency, else as it was that day."""
    is_own = one.trainee.agency_id == one.agency_id
    return one.trainee.family_name if is_own else one.trainee_name.partition(",")[0]


def run(app, make: Make, examples: int) -> None:
    profile = settings(
        max_examples=examples, deadline=None, derandomize=examples < 100, database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    @profile
    @example(EVERY_MOVE)
    @given(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 63), st.integers(0, 63)), max_size=14))
    def one(steps: list[tuple[str, int, int]]) -> None:
        with throwing_away(app):  # one transaction for all worlds would grow slower with each
            world = begin(make)
            play(world, steps)
            check(app, world)

    one()


@pytest.mark.real_commit
@pytest.mark.parametrize("part", PARTS)
def test_what_an_agency_sees_is_what_the_rule_says(part: int, app, make: Make, record_property):
    DONE.clear()
    run(app, make, EXAMPLES)

    record_property(
        "measured",
        f"{EXAMPLES} random worlds, {DONE.total()} moves: every list, file, search and address as the rule says",
    )
    assert set(DONE) == set(MOVES), "every move was made"


def _everybody(user):
    return db.select(Trainee)


def _every_registration(user):
    return db.select(Registration).join(Registration.training)


@pytest.mark.real_commit
@pytest.mark.parametrize(
    "guard", [("training.services.trainees.records.visible_to", _everybody),
              ("training.services.registrations.visible.visible_to", _every_registration)]
)  # fmt: skip
def test_a_limit_that_is_forgotten_would_be_seen(guard, app, make: Make, monkeypatch):
    monkeypatch.setattr(*guard)

    with pytest.raises(AssertionError):
        run(app, make, 5)


def test_a_letter_with_a_name_of_others_would_be_seen(app, make: Make):
    world = begin(make)
    play(world, [])

    def plant() -> None:
        letter = outbox.enqueue(world.focal[0], kind="test", subject="x", body=world.people[1].family_name)
        letter.agency_id = world.agencies[0].id

    atomic(plant)()

    with pytest.raises(AssertionError, match="a letter names"):
        check(app, world)


def test_another_order_would_be_seen(app, make: Make, monkeypatch):
    world, search = begin(make), visible.search
    play(world, [("add", 0, 0), ("register", 3, 0)])
    monkeypatch.setattr(
        "training.services.registrations.visible.search",
        lambda user, **wanted: search(user, **wanted).order_by(None).order_by(Registration.id.desc()),
    )

    with pytest.raises(AssertionError, match="no order tells"):
        check(app, world)

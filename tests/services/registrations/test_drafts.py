"""Drafts: the agency's own affair until it submits them; no seat, no rank, no letters, and in nobody's way."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.make import Make
from training import clock
from training.db import db
from training.errors import Conflict
from training.models import (
    HOLDS_SEAT,
    Admission,
    AuditEntry,
    OutgoingMail,
    Registration,
    RegistrationState,
    Role,
    Trainee,
    Training,
    User,
)
from training.policy import Action, can
from training.services import visible_trainings
from training.services.home import dashboards
from training.services.merging import merges
from training.services.registrations import decisions, drafts, late_changes, reminders, seats, submissions
from training.services.registrations import visible as registration_visible
from training.services.reports import participations
from training.services.reports.selection import Filters
from training.services.trainees import duplicates, records
from training.services.trainings import moves

S = RegistrationState


class Desk:
    """An agency with a focal point and people, and a training."""

    def __init__(self, make: Make, people: int = 2, **wanted):
        self.focal = make.user(Role.PARTNER)
        self.agency = self.focal.agency
        self.training = make.training(**wanted)
        self.people = [make.trainee(self.agency, email=f"p{n}@example.org") for n in range(people)]

    def keep(self, *people: Trainee) -> list[Registration]:
        return drafts.keep(
            self.training, by=self.focal, agency=self.agency, people=people or tuple(self.people)
        )

    def submit(self, kept: list[Registration]) -> list[Registration]:
        return drafts.submit(self.training, by=self.focal, agency=self.agency, drafts=kept)


def letters() -> int:
    return db.session.scalar(select(func.count(OutgoingMail.id))) or 0


def visible(user: User, training: Training) -> list[Registration]:
    return list(db.session.scalars(registration_visible.of(training, user)))


def test_a_draft_holds_no_seat_and_nobody_is_told(make: Make):
    make.user(Role.COORDINATOR)
    desk = Desk(make, capacity=2)
    before = letters()

    kept = desk.keep()

    assert [(one.state, one.reserve_rank, one.submitted_at) for one in kept] == [(S.DRAFT, None, None)] * 2
    assert letters() == before
    assert visible_trainings.held_counts([desk.training]).get(desk.training.id, 0) == 0
    own = seats.for_agency([desk.training], desk.agency)[desk.training.id]
    assert (own.held, own.waiting) == (0, 0)
    assert [one.trainee_name for one in kept] == [one.name for one in desk.people]
    assert len(desk.keep()) == len(drafts.of(desk.training, desk.agency)) == 2, "kept again, it stays one"


def test_drafts_are_seen_by_their_agency_alone(make: Make):
    desk = Desk(make, admission=Admission.APPROVAL)
    kept = desk.keep()
    staff = [make.user(role) for role in (Role.ADMIN, Role.COORDINATOR, Role.MANAGER, Role.TRAINER)]
    other = make.user(Role.PARTNER)

    assert visible(desk.focal, desk.training) == kept
    assert can(desk.focal, Action.REGISTRATION_READ, kept[0])
    for user in (*staff, other):
        assert visible(user, desk.training) == []
        assert not can(user, Action.REGISTRATION_READ, kept[0])
        assert not can(user, Action.REGISTRATION_DECIDE, kept[0])
    assert visible_trainings.state_counts(desk.training) == {}
    assert dashboards.of_coordinator(staff[1]).to_decide_count == 0
    assert list(db.session.scalars(decisions.undecided(desk.training, staff[1]))) == []
    assert decisions.agencies_of(desk.training) == []
    for state in (S.DRAFT, S.WITHDRAWN):
        found = participations.people(Filters(state=state), user=staff[2])
        assert list(db.session.scalars(found)) == []
        drafts.discard(
            desk.training, by=desk.focal, drafts=drafts.of(desk.training, desk.agency) or desk.keep()
        )
    assert duplicates.registration_counts({desk.people[0].id}) == {desk.people[0].id: 0}


def test_drafts_are_submitted_by_the_rules_of_the_seats_and_everybody_is_told(make: Make):
    coordinator = make.user(Role.COORDINATOR)
    desk = Desk(make, people=3, capacity=2)
    kept, before = desk.keep(), letters()

    done = desk.submit(kept)

    assert done == kept
    assert [(one.state, one.reserve_rank) for one in kept] == [
        (S.CONFIRMED, None), (S.CONFIRMED, None), (S.RESERVE, 1),
    ]  # fmt: skip
    assert [step.to_state for step in registration_visible.history(kept[2])] == [
        S.DRAFT,
        S.SUBMITTED,
        S.RESERVE,
    ]
    assert all(one.submitted_at is not None for one in kept)
    mails = list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id).offset(before)))
    assert {one.registration_id for one in mails if one.registration_id} == {one.id for one in kept}
    assert [one.kind for one in mails if one.user_id == coordinator.id] == ["coordinator_submitted"]
    assert set(visible(coordinator, desk.training)) == set(kept)


def test_all_drafts_are_submitted_or_none(make: Make):
    desk = Desk(make)
    kept = desk.keep()
    records.transfer(kept[1].trainee, by=make.user(), agency=make.agency())

    with pytest.raises(Conflict) as refusal:
        desk.submit(kept)

    assert refusal.value.code == "moved"
    assert [one.state for one in kept] == [S.DRAFT, S.DRAFT]


def test_drafts_are_kept_before_registration_opens_and_not_after_the_deadline(make: Make):
    desk = Desk(make)
    opens, closes = desk.training.registration_opens_at, desk.training.registration_closes_at

    with time_machine.travel(opens - timedelta(days=1)):
        kept = desk.keep(desk.people[0])
        with pytest.raises(Conflict) as early:
            desk.submit(kept)
    with time_machine.travel(closes + timedelta(minutes=1)):
        with pytest.raises(Conflict) as late:
            desk.keep(desk.people[1])
        drafts.discard(desk.training, by=desk.focal, drafts=kept)
    planned = make.training(is_open=False)
    with pytest.raises(Conflict) as unseen:
        drafts.keep(planned, by=desk.focal, agency=desk.agency, people=desk.people)

    assert [one.value.code for one in (early, late, unseen)] == ["too_early", "too_late", "not_open"]


def test_a_draft_that_is_thrown_away_keeps_its_history_and_is_seen_by_nobody(make: Make):
    desk = Desk(make)
    [one, other], before = desk.keep(), letters()

    drafts.discard(desk.training, by=desk.focal, drafts=[one])

    assert [step.to_state for step in registration_visible.history(one)] == [S.DRAFT, S.WITHDRAWN]
    assert visible(desk.focal, desk.training) == [other]
    assert visible(make.user(Role.MANAGER), desk.training) == []
    assert not can(desk.focal, Action.REGISTRATION_READ, one)
    assert letters() == before
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("registration.d"))
    )
    assert set(actions) == {"registration.draft", "registration.discard"}
    with pytest.raises(Conflict, match="changed meanwhile"):
        desk.submit([one])


@pytest.mark.parametrize("way", ["form", "many", "door"])
def test_a_draft_is_in_the_way_of_no_registration(way, make: Make):
    desk = Desk(make, people=1)
    [draft], person = desk.keep(), desk.people[0]

    if way == "form":
        new = submissions.submit(desk.training, by=desk.focal, trainee=person)
    elif way == "many":
        [new] = submissions.submit_many(desk.training, by=desk.focal, agency=desk.agency, people=[person])
    else:
        with time_machine.travel(clock.now() + timedelta(days=31)):
            new = late_changes.walk_in(desk.training, by=make.user(), trainee=person)

    assert (new.state, draft.state) == (S.CONFIRMED, S.WITHDRAWN)
    assert visible(desk.focal, desk.training) == [new]


def test_another_agencys_draft_blocks_nobody_and_says_nothing(make: Make):
    desk, by = Desk(make, people=1), make.user()
    [draft], new_agency = desk.keep(), make.agency()
    records.transfer(desk.people[0], by=by, agency=new_agency)

    new = submissions.submit(desk.training, by=by, trainee=desk.people[0])

    assert (new.state, draft.state) == (S.CONFIRMED, S.DRAFT)
    assert visible(desk.focal, desk.training) == [draft]


def test_two_people_with_drafts_are_merged_and_separated(make: Make):
    desk, by = Desk(make), make.user()
    kept = desk.keep()
    make.registration(desk.training, desk.people[0])

    done = merges.merge(desk.people[0], desk.people[1], by=by, values=[])
    merges.undo(done, by=by)

    assert (kept[0].state, kept[1].state) == (S.WITHDRAWN, S.DRAFT)
    assert kept[1].trainee is desk.people[1]


def test_drafts_end_with_a_cancelled_training(make: Make):
    desk = Desk(make)
    kept = desk.keep()

    moves.change_state(desk.training, name="cancel", by=make.user(), reason="No funds.")

    assert {one.state for one in kept} == {S.WITHDRAWN}


def test_the_reminder_before_the_deadline_names_drafts(make: Make):
    desk = Desk(make)
    desk.keep()

    with time_machine.travel(desk.training.registration_closes_at - timedelta(days=1)):
        assert reminders.remind(desk.training, kind=reminders.DEADLINE_NEAR) == 1

    [body] = db.session.scalars(
        select(OutgoingMail.body).where(
            OutgoingMail.user_id == desk.focal.id, OutgoingMail.kind == reminders.DEADLINE_NEAR
        )
    )
    assert all(one.name in body for one in desk.people)


def test_a_draft_cannot_be_decided_on(make: Make):
    desk = Desk(make, admission=Admission.APPROVAL)
    kept = desk.keep()

    done = decisions.decide(desk.training, kept, decisions.Verb.CONFIRM, by=make.user())

    assert [one.code for one in done] == ["state", "state"]
    assert not any(one.state in HOLDS_SEAT for one in kept)


def test_drafts_stand_first_in_the_list_of_their_agency(make: Make):
    desk = Desk(make, people=3, capacity=1)
    first, second, draft = desk.keep()

    desk.submit([first, second])

    assert visible(desk.focal, desk.training) == [draft, first, second]


def test_the_first_page_names_only_what_can_be_done_now(make: Make):
    focal = make.user(Role.PARTNER)
    training = make.training()
    drafts.keep(training, by=focal, agency=focal.agency, people=[make.trainee(focal.agency)])
    found = {}

    for name, at in [
        ("before", training.registration_opens_at - timedelta(minutes=1)),
        ("meanwhile", clock.now()),
        ("after", training.registration_closes_at),
    ]:
        with time_machine.travel(at):
            found[name] = dashboards.work_of_partner(focal)

    assert found == {"before": {}, "meanwhile": {S.DRAFT: 1}, "after": {}}

"""The policy as one table, and what is seen as the other half of it."""

from __future__ import annotations

import pytest

from tests.make import Make
from training.db import db
from training.models import Role
from training.policy import POLICY, Action, can
from training.services import visible_trainings
from training.services.directory import agencies
from training.services.registrations import visible
from training.services.trainees import records

# what each role may do with a training of BMV and a registration in it: (action, roles)
TABLE = {
    Action.TRAINING_READ: "admin coordinator manager partner trainer",
    Action.TRAINING_CHANGE: "admin coordinator",
    Action.SEATS_CHANGE: "admin coordinator",
    Action.SEATS_ASK: "partner",
    Action.PARTICIPANTS_READ: "admin coordinator manager",
    Action.REGISTRATION_SUBMIT: "admin coordinator partner",
    Action.REGISTRATION_DRAFT: "partner",
    Action.REGISTRATION_CHANGE: "admin coordinator",
    Action.REPORT_EXPORT: "admin coordinator manager",
    Action.USER_CHANGE: "admin",
    Action.AUDIT_READ: "admin",
    Action.ORGANISATION_CHANGE: "admin",
    Action.COUNTRY_READ: "admin coordinator manager",
    Action.BOARD_READ: "admin coordinator manager",
    Action.THEME_READ: "admin coordinator manager partner trainer",
    Action.THEME_CHANGE: "admin coordinator",
    Action.THEME_CREATE: "admin",
    Action.THEME_FIGURES: "admin coordinator manager",
    Action.AGENCY_CHANGE: "admin coordinator",
    Action.TRAINEE_MERGE: "admin coordinator",
    Action.TRAINEE_TRANSFER: "admin coordinator",
    Action.PROGRAMME_CREATE: "admin coordinator",
    Action.REGISTER_REOPEN: "admin coordinator",
}


@pytest.mark.parametrize("action", TABLE)
def test_who_may_do_what(action, make: Make):
    training = make.training()
    users = {role: make.user(role) for role in Role}

    allowed = {role.value for role, user in users.items() if can(user, action, training)}

    assert allowed == set(TABLE[action].split())


def test_every_role_has_only_actions_that_exist_and_the_admin_has_all_but_the_agencies_own():
    assert set(POLICY[Role.ADMIN]) == set(Action) - {
        Action.SEATS_ASK, Action.COLLEAGUE_CHANGE, Action.REGISTRATION_DRAFT, Action.ABSENCE_ADD,
    }  # fmt: skip
    assert all(set(rules) <= set(Action) for rules in POLICY.values())


def test_a_coordinators_scope_is_the_own_or_the_programmes_theme(make: Make):
    training = make.training(programme=make.programme("MIEUX2"), theme=make.theme("ASY"))
    by_own, by_programme, outside = (
        make.user(Role.COORDINATOR, themes=[make.theme(code)]) for code in ("ASY", "MIEUX2", "BMV")
    )

    assert [can(u, Action.TRAINING_CHANGE, training) for u in (by_own, by_programme, outside)] == [
        True,
        True,
        False,
    ]


def test_what_partners_may_act_on_is_their_own(make: Make):
    mine, theirs = make.user(Role.PARTNER), make.user(Role.PARTNER)
    registration = make.registration(trainee=make.trainee(mine.agency))

    for action in (Action.REGISTRATION_READ, Action.REGISTRATION_CHANGE, Action.REGISTRATION_WITHDRAW):
        assert can(mine, action, registration)
        assert not can(theirs, action, registration)


def test_colleagues_are_managed_by_the_lead_of_their_agency_alone(make: Make):
    lead = make.user(Role.PARTNER, is_lead=True)
    colleague, stranger = make.user(Role.PARTNER, agency=lead.agency), make.user(Role.PARTNER, is_lead=True)
    admin = make.user(Role.ADMIN)

    def reach(user):
        return [can(user, Action.COLLEAGUE_CHANGE, thing) for thing in (None, colleague, stranger, admin)]

    assert reach(lead) == [True, True, False, False]
    assert reach(colleague) == reach(admin) == [False, False, False, False]


def test_what_is_visible_agrees_with_what_may_be_read(make: Make):
    training = make.training()
    partner = make.user(Role.PARTNER)
    own, foreign = make.registration(training, make.trainee(partner.agency)), make.registration(training)

    seen = set(db.session.scalars(visible.visible_to(partner)))
    people = set(db.session.scalars(records.visible_to(partner)))
    known = set(db.session.scalars(agencies.visible_to(partner)))

    assert (seen, people, known) == ({own}, {own.trainee}, {partner.agency})
    assert can(partner, Action.REGISTRATION_READ, own) and not can(partner, Action.REGISTRATION_READ, foreign)
    assert set(db.session.scalars(visible_trainings.visible_to(partner))) == {training}

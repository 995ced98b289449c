"""What waits for each role: nothing in an empty database, the own in a full one, and never another's."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.models import Admission, RegistrationState, Role
from training.services import audit
from training.services.home import dashboards
from training.services.registrations import drafts, kept_seats, reserve_list, seat_requests, submissions

S = RegistrationState


def due(user) -> dict[str, object]:
    found = dashboards.of_coordinator(user)
    return {field.name: getattr(found, field.name) for field in fields(found)}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.COORDINATOR])
def test_nothing_is_due_where_there_is_nothing(role: Role, make: Make):
    assert {name: found for name, found in due(make.user(role)).items() if found} == {}


def test_a_coordinator_sees_what_waits_in_the_own_themes_alone(make: Make):
    mine, other = (make.user(Role.COORDINATOR, themes=[make.theme(code)]) for code in ("BMV", "ASY"))
    training = make.training(admission=Admission.APPROVAL, capacity=9)
    for _ in range(2):
        make.registration(training)
    focal = make.user(Role.PARTNER)
    asked = seat_requests.ask(training, by=focal, agency=focal.agency, seats=1, sentence="more people")

    found = dashboards.of_coordinator(mine)

    assert ([(one, count) for one, count in found.to_decide], found.to_decide_count) == ([(training, 2)], 2)
    assert list(found.asked) == [asked]
    assert [(one.training, one.free, one.waiting) for one in found.unfilled] == [(training, 9, 0)]
    assert {name: value for name, value in due(other).items() if value} == {}


def test_of_all_that_waits_the_count_is_true_though_few_are_shown(make: Make):
    for _ in range(dashboards.MOST + 2):
        make.registration(make.training(admission=Admission.APPROVAL))

    found = dashboards.of_coordinator(make.user(Role.COORDINATOR))

    assert (len(found.to_decide), found.to_decide_count) == (dashboards.MOST, dashboards.MOST + 2)


def test_seats_that_are_kept_and_unused_are_due_once_their_deadline_is_over(make: Make):
    training, user = make.training(capacity=5), make.user()
    kept_seats.keep(training, by=None, seats=3, agency=make.agency())
    assert dashboards.of_coordinator(user).unreleased == []

    with time_machine.travel(training.registration_closes_at + timedelta(hours=1), tick=False):
        assert dashboards.of_coordinator(user).unreleased == [(training, 3)]


def test_free_seats_for_which_people_wait_are_said_to_be_kept(make: Make):
    training = make.training(capacity=2)
    kept_seats.keep(training, by=None, seats=2, agency=make.agency())
    make.registration(training)

    (found,) = dashboards.of_coordinator(make.user()).unfilled

    assert (found.free, found.waiting, found.is_kept) == (2, 1, True)


def test_a_partner_sees_open_trainings_with_its_seats_and_its_own_work(make: Make):
    focal, other = make.user(Role.PARTNER), make.user(Role.PARTNER)
    training = make.training(admission=Admission.APPROVAL, capacity=4)
    make.training(is_open=False)
    returned, offered = (make.registration(training, make.trainee(focal.agency)) for _ in range(2))
    submissions.return_for_correction(returned, by=make.user(), reason="the rank is missing")
    reserve_list.offer(reserve_list.reserve(offered, by=None), by=None)
    drafts.keep(training, by=focal, agency=focal.agency, people=[make.trainee(focal.agency)])

    (shown, seats), are_more = dashboards.of_partner(focal)[0][0], dashboards.of_partner(focal)[1]

    assert (shown, seats.held, are_more) == (training, 1, False)
    assert dashboards.work_of_partner(focal) == {S.RETURNED: 1, S.OFFERED: 1, S.DRAFT: 1}
    assert dashboards.work_of_partner(other) == {}
    assert {one.agency_id for one in dashboards.registrations_of_partner(focal)} == {focal.agency_id}
    assert dashboards.registrations_of_partner(other) == []


def test_a_trainer_sees_the_own_sessions_to_come_and_those_whose_register_is_open(make: Make):
    user, other = make.user(Role.TRAINER), make.user(Role.TRAINER)
    trainer, training = make.trainer(user=user), make.training()
    mine = make.session(training, trainers=[trainer], title="Mine")

    coming, work = dashboards.of_trainer(user)
    assert ([one.session for one in coming], work) == ([mine], [])
    assert dashboards.of_trainer(other) == ([], [])
    with time_machine.travel(
        datetime.combine(training.ends_on + timedelta(days=1), time(9), UTC), tick=False
    ):
        assert dashboards.of_trainer(user) == ([], [mine])


def test_an_administrator_sees_accounts_by_role_and_what_was_refused_today(make: Make):
    user = make.user()
    make.user(Role.MANAGER)
    audit.record_refusal(by=user, action="training.read")
    with time_machine.travel(clock.now() - timedelta(days=2), tick=False):
        audit.record_refusal(by=user, action="training.read")

    found = dashboards.of_admin()

    assert found.users == {"admin": 1, "manager": 1}
    assert (found.refused_today, found.mail_failed) == (1, 0)

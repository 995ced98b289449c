"""First steps of an empty instance: each is read from what is stored, and the list goes when all are done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.make import Make
from training.db import atomic
from training.models import MailState, Role, User
from training.services import organisations
from training.services.accounts import users
from training.services.home import first_run
from training.services.home.first_run import StepName
from training.services.letters import trial
from training.services.programmes import themes
from training.services.seen import as_stored

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
NEEDED = tuple(name for name in StepName if name is not StepName.LOGO)


def named(user: User) -> None:
    details = organisations.Details(
        name="Centre", address="Road 1", reply_email="office@example.org", accent="#112233"
    )
    organisations.change(by=user, details=details)


@atomic
def mailed(user: User) -> None:
    trial.send(by=user).state = MailState.SENT


def contacts(user: User) -> None:
    for theme in themes.every():
        details = replace(as_stored(themes.Details, theme), contact_email="centre@example.org")
        themes.change(theme, by=user, details=details)


DO = {
    StepName.ORGANISATION: lambda user, make: named(user),
    StepName.LOGO: lambda user, make: organisations.set_logo(PNG, by=user),
    StepName.MAIL: lambda user, make: mailed(user),
    StepName.CONTACTS: lambda user, make: contacts(user),
    StepName.PROGRAMME: lambda user, make: make.programme(),
    StepName.AGENCIES: lambda user, make: make.agency(),
    StepName.INVITATIONS: lambda user, make: (make.user(Role.PARTNER), make.user(Role.COORDINATOR)),
}


def done(user: User) -> set[StepName]:
    return {step.name for step in first_run.steps(user) if step.is_done}


def test_an_empty_instance_has_every_step_before_it(make: Make):
    user = make.user()

    assert [step.name for step in first_run.steps(user)] == list(StepName)
    assert done(user) == set()


@pytest.mark.parametrize("name", StepName)
def test_each_step_is_done_by_its_act_and_by_no_other(name, make: Make):
    user = make.user()

    DO[name](user, make)

    also = {StepName.AGENCIES} if name is StepName.INVITATIONS else set()  # a focal point has an agency
    assert done(user) == {name} | also


def test_the_list_is_gone_when_all_that_is_needed_is_done(make: Make):
    user = make.user()
    for name in NEEDED[:-1]:
        DO[name](user, make)
    assert done(user) == set(NEEDED[:-1])

    DO[NEEDED[-1]](user, make)

    assert first_run.steps(user) == []  # nobody must have a logo


def test_what_is_taken_away_brings_its_step_back(make: Make):
    user = make.user()
    for name in NEEDED:
        DO[name](user, make)
    partner = make.user(Role.PARTNER)
    assert first_run.steps(user) == []

    users.deactivate(partner, by=user)
    assert first_run.steps(user) == []  # another focal point is there
    details = organisations.Details(name="Centre", address="", accent="#112233")
    organisations.change(by=user, details=details)

    assert StepName.ORGANISATION not in done(user)
    assert first_run.steps(user) != []


def test_contacts_are_counted_and_lead_to_the_next_one(make: Make):
    user = make.user()
    first = themes.every()[0]
    details = replace(as_stored(themes.Details, first), contact_email="centre@example.org")
    themes.change(first, by=user, details=details)

    step = next(one for one in first_run.steps(user) if one.name is StepName.CONTACTS)

    assert (step.done, step.whole, step.next) == (1, 6, themes.every()[1].code)


def test_a_letter_in_a_file_is_no_test_of_mail(make: Make):
    user = make.user()
    mailed(user)

    step = next(one for one in first_run.steps(user, has_server=False) if one.name is StepName.MAIL)

    assert (step.is_done, step.is_needed) == (False, False)
    assert StepName.MAIL in done(user), "with a server it is"


def test_a_focal_point_without_a_coordinator_is_half_of_the_invitations(make: Make):
    user, _ = make.user(), make.user(Role.PARTNER)

    step = next(one for one in first_run.steps(user) if one.name is StepName.INVITATIONS)

    assert (step.is_done, step.people[Role.PARTNER], Role.COORDINATOR in step.people) == (False, 1, False)

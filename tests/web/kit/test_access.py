"""Who asks: told to views, and never guessed where nobody does."""

from __future__ import annotations

import pytest
from flask import Flask, session
from flask_login import login_user

from tests.make import Make
from training import policy
from training.models import OutgoingMail, Role
from training.web.kit import access


def test_where_nobody_is_signed_in_there_is_no_user(app: Flask):
    with app.test_request_context("/"):
        assert access.user_or_none() is None
        with pytest.raises(RuntimeError, match="Nobody is signed in"):
            access.user()


def test_a_focal_point_has_an_agency_and_staff_have_none(app: Flask, make: Make):
    focal, staff = make.user(Role.PARTNER), make.user(Role.COORDINATOR)

    with app.test_request_context("/"):
        login_user(focal)
        assert access.agency() is focal.agency
    with app.test_request_context("/"):
        login_user(staff)
        with pytest.raises(RuntimeError, match="Only a focal point has an agency"):
            access.agency()


def test_what_has_no_theme_is_in_no_coordinators_scope(make: Make):
    assert policy.theme_ids(make.agency()) == set()


def test_the_themes_of_what_belongs_to_a_training_are_the_trainings(make: Make):
    training = make.training()
    registration = make.registration(training)

    assert (
        policy.theme_ids(registration)
        == policy.theme_ids(training)
        == {training.theme_id, training.programme_theme_id}
    )


def test_signing_out_where_nobody_is_signed_in_empties_the_cookie(app: Flask):
    with app.test_request_context("/"):
        session["left"] = "over"

        access.sign_out()

        assert dict(session) == {}


def test_a_letter_is_of_the_themes_of_its_training_and_else_of_none(make: Make):
    training = make.training()

    assert policy.theme_ids(OutgoingMail(training=training)) == policy.theme_ids(training)
    assert policy.theme_ids(OutgoingMail()) == set()


def test_a_programme_is_of_its_own_theme(make: Make):
    programme = make.programme()

    assert policy.theme_ids(programme) == {programme.theme_id}


@pytest.mark.parametrize(
    ("role", "address", "said"),
    [
        (Role.MANAGER, "/mail", "This page is for administrators and coordinators."),
        (Role.MANAGER, "/audit", "This page is for administrators."),
        (Role.COORDINATOR, "/organisation", "This page is for administrators."),
        (Role.PARTNER, "/audit", "This page is for staff."),
    ],
)
def test_a_refused_page_says_whose_it_is(role, address, said, client, make: Make):
    client.sign_in(make.user(role))

    refused = client.get(address)

    assert refused.status_code == 403
    assert said in refused.text

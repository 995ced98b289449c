"""Wherever an address is typed, one rule says whether it is taken, beside its field and with nothing lost."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.forms import base
from training.models import Agency, Organisation, Role, Theme, Trainee, Trainer, User
from training.rules import addresses
from training.services.accounts import sign_ins, users

WRONG, SENTENCE = "\u0430nna@a.example", "The first letter of this address is a Cyrillic а."
TYPED, STORED = "anna@xn--bcher-kva.example", "anna@bücher.example"
DOORS: dict[str, tuple[Role, str, type[Any], dict[str, Any]]] = {
    "/users/new": (Role.ADMIN, "email", User, {"name": "Anna", "role": "admin", "language": "en"}),
    "/colleagues/new": (Role.PARTNER, "email", User, {"name": "Anna", "language": "en"}),
    "/trainees/new": (
        Role.PARTNER, "email", Trainee,
        {"family_name": "Amber", "given_names": "Anna", "country": "AT", "sex": "not_recorded"},
    ),
    "/agencies/new": (
        Role.COORDINATOR, "email", Agency,
        {"code": "BG-1", "name": "Border Guard", "theme": "BMV", "country": "AT"},
    ),
    "/trainers/new": (Role.COORDINATOR, "email", Trainer, {"family_name": "Amber", "given_names": "Anna"}),
    "/themes/BMV/edit": (
        Role.ADMIN, "contact_email", Theme, {"name_en": "Borders", "name_fr": "Frontières", "name_ru": "Границы"},
    ),
    "/organisation": (Role.ADMIN, "reply_email", Organisation, {"name": "Centre", "accent": "#112233"}),
}  # fmt: skip


@pytest.fixture
def door(request, client, make: Make):
    """(address of the page, name of its field, model, what else is typed); somebody who may is signed in."""
    role, field, model, more = DOORS[request.param]
    agency = make.agency()
    client.sign_in(make.user(role, agency=agency, is_lead=True) if role is Role.PARTNER else make.user(role))
    if model is Agency:
        more = {**more, "type": agency.type.code}
    return request.param, field, model, more


every_door = pytest.mark.parametrize("door", DOORS, indirect=True)


@every_door
def test_an_address_to_which_no_letter_goes_is_refused_beside_its_field(door, client):
    path, field, _, more = door

    response = client.post(path, data={**more, field: WRONG})

    assert response.status_code == 422
    assert f'id="{field}-error">{SENTENCE}' in response.text
    assert f'value="{WRONG}"' in response.text, "nothing that was typed is lost"
    assert SENTENCE.split(" is ")[0] not in client.post(path, data={**more, field: "not one"}).text


@every_door
def test_an_international_domain_is_taken_and_stored_readable(door, client):
    path, field, model, more = door

    send = client.post if path.endswith("/new") else client.save
    assert send(path, data={**more, field: TYPED}).status_code == 303

    assert STORED in set(db.session.scalars(select(getattr(model, field))))


def test_a_form_without_the_rule_would_be_seen(client, make: Make, monkeypatch):
    monkeypatch.setattr(base.addresses, "checked", lambda text, optional=False: text)
    client.sign_in(make.user(Role.COORDINATOR))
    more = DOORS["/trainers/new"][3]

    assert client.post("/trainers/new", data={**more, "email": WRONG}).status_code == 303


def test_a_list_names_the_letter_at_its_row_and_field(client, make: Make):
    user, training = make.user(Role.PARTNER), make.training()
    client.sign_in(user)
    content = f"Family name,Given names,E-mail\nAmber,Ada,{WRONG}\nBirch,Ben,{TYPED}\n".encode()

    path = client.post(
        f"/imports/for/{training.public_id}/new", data={"file": (io.BytesIO(content), "list.csv")}
    ).location
    page = client.get(path).text

    assert SENTENCE in page and re.search(r"\bC2\b", page) and not re.search(r"\bC3\b", page)
    client.post(f"{path}/rows/2", data={"email": "ada@a.example"})
    token = client.get(path).text.partition('name="token" value="')[2].partition('"')[0]
    assert client.post(f"{path}/confirm", data={"token": token}).status_code == 303
    assert set(db.session.scalars(select(Trainee.email))) == {"ada@a.example", STORED}


def test_a_person_known_by_one_form_of_an_address_is_known_by_the_other(client, make: Make):
    user = make.user(Role.PARTNER)
    make.trainee(user.agency, family_name="Amber", given_names="Anna", email=STORED)
    client.sign_in(user)
    more = {**DOORS["/trainees/new"][3], "family_name": "Amber", "given_names": "Anne-Marie"}

    page = client.post("/trainees/new", data={**more, "email": TYPED})

    assert page.status_code == 422 and "Amber" in page.text and STORED in page.text


@pytest.mark.parametrize("typed", [STORED, TYPED, "ANNA@BÜCHER.example", " anna@bu\u0308cher.example"])
def test_an_account_is_found_by_every_form_of_its_address(typed: str, make: Make):
    user = users.create(by=None, email=TYPED, name="Anna", role=Role.ADMIN, password="otter lamp quilt seven")

    assert (user.email, user.email_key) == (STORED, STORED)
    assert sign_ins.find_by_email(typed) is user
    assert sign_ins.sign_in(typed, password="otter lamp quilt seven", address="127.0.0.1") is user
    assert user in db.session.scalars(users.search(text=typed))


def test_the_command_refuses_in_words(app):
    made = app.test_cli_runner().invoke(args=["user", "create", WRONG, "--name", "Anna", "--role", "admin"])

    assert (made.exit_code, made.stderr.strip()) == (1, str(addresses.fault(WRONG)))

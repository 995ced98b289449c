"""An administrator invites: the page asks for what the role needs, and the letter says who invites to what."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.models import OutgoingMail, Role, User


def letter_to(address: str) -> OutgoingMail:
    return db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_email == address)).one()


def test_the_page_of_an_agency_leads_to_its_invitation_and_back(client, make: Make):
    admin, agency = make.user(), make.agency()
    client.sign_in(admin)
    path = f"/users/new?role=partner&agency={agency.code}"
    assert path.replace("&", "&amp;") in client.get(f"/agencies/{agency.public_id}").text
    page = client.get(path).text
    assert 'value="partner" checked' in page and f'<option selected value="{agency.code}"' in page

    data = {"name": "Ion Popa", "email": "ion@bp.example", "role": "partner", "agency": agency.code}
    answer = client.post(path, data=data | {"language": "en"})

    assert answer.headers["Location"] == f"/agencies/{agency.public_id}"
    assert "An invitation goes to ion@bp.example." in client.get(answer.headers["Location"]).text
    body = letter_to("ion@bp.example").body
    assert f"{admin.name} of " in body and f"register people of {agency.name}" in body and "7 days" in body


def test_a_coordinator_is_not_led_to_an_invitation(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))
    page = client.get(f"/agencies/{make.agency().public_id}").text

    assert "/users/new" not in page and "An administrator invites the first." in page


def test_no_role_is_chosen_beforehand(client, make: Make):
    client.sign_in(make.user())
    page = client.get("/users/new").text
    assert (
        'type="radio"' in page and "checked" not in page.partition('id="role"')[2].partition("</fieldset>")[0]
    )

    refused = client.post("/users/new", data={"name": "A", "email": "a@bp.example", "language": "en"})

    assert refused.status_code == 422
    assert db.session.scalar(select(User).where(User.email == "a@bp.example")) is None


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize("role", Role)
def test_each_role_is_invited_in_its_language_without_a_gap(role, language, client, make: Make):
    client.sign_in(make.user())
    data = {"name": "New One", "email": "new@bp.example", "role": role.value, "language": language}
    more = {"agency": make.agency().code} if role is Role.PARTNER else {"all_themes": "y"}

    assert client.post("/users/new", data=data | more).status_code == 303

    body = letter_to("new@bp.example").body
    assert "{" not in body and "()" not in body and "/set-password/" in body

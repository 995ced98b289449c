"""Focal points of one agency, managed by the one who leads them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.errors import Conflict, NotFound
from training.models import AuditEntry, OutgoingMail, Role
from training.services.accounts import colleagues, sign_ins

LINKS = {"public_url": "https://training.example.org", "secret_key": "k" * 40}


@pytest.fixture
def lead(make: Make):
    return make.user(Role.PARTNER, is_lead=True)


def done(action: str) -> list[str]:
    return list(db.session.scalars(select(AuditEntry.thing_label).where(AuditEntry.action == action)))


def test_who_is_invited_is_a_focal_point_of_the_leads_agency(lead):
    new = colleagues.invite(by=lead, email="new@example.org", name="New One", language="fr", **LINKS)

    assert (new.role, new.agency, new.is_lead, new.language) == (Role.PARTNER, lead.agency, False, "fr")
    assert done("user.create")[-1] == "New One"
    letter = db.session.scalars(select(OutgoingMail).where(OutgoingMail.user_id == new.id)).one()
    assert "https://training.example.org/set-password/" in letter.body


def test_a_deactivated_colleague_is_out_at_once_and_can_come_back(lead, make: Make):
    colleague = make.user(Role.PARTNER, agency=lead.agency)
    token = sign_ins.start_session(colleague, hours=1)
    assert sign_ins.user_of_session(token) == colleague

    colleagues.deactivate(colleague, by=lead)

    assert sign_ins.user_of_session(token) is None
    colleagues.activate(colleague, by=lead)
    assert colleague.is_active and sign_ins.user_of_session(token) is None
    assert (done("user.deactivate"), done("user.activate")) == ([colleague.name], [colleague.name])


def test_the_last_lead_can_neither_leave_nor_hand_over_to_nobody(lead, make: Make):
    colleague = make.user(Role.PARTNER, agency=lead.agency)
    make.user(Role.PARTNER, is_lead=True)  # of another agency: does not count
    former = make.user(Role.PARTNER, agency=lead.agency, is_lead=True)
    colleagues.deactivate(former, by=lead)

    with pytest.raises(Conflict) as refusal:
        colleagues.set_lead(lead, by=lead, is_lead=False)
    with pytest.raises(Conflict):
        colleagues.deactivate(lead, by=lead)

    assert refusal.value.code == "last_lead"
    assert lead.is_lead and lead.is_active
    colleagues.set_lead(colleague, by=lead, is_lead=True)
    colleagues.set_lead(lead, by=lead, is_lead=False)
    assert (colleague.is_lead, lead.is_lead) == (True, False)
    assert (done("user.make_lead"), done("user.take_lead")) == ([colleague.name], [lead.name])


def test_who_lost_the_lead_meanwhile_does_nothing_more(lead, make: Make):
    other, colleague = (make.user(Role.PARTNER, agency=lead.agency, is_lead=n == 0) for n in range(2))
    colleagues.set_lead(lead, by=other, is_lead=False)

    for step in (
        lambda: colleagues.set_lead(other, by=lead, is_lead=False),
        lambda: colleagues.deactivate(colleague, by=lead),
        lambda: colleagues.invite(by=lead, email="x@example.org", name="X", language="en", **LINKS),
    ):
        with pytest.raises(Conflict) as refusal:
            step()
        assert refusal.value.code == "not_lead"
    assert other.is_lead and colleague.is_active and sign_ins.find_by_email("x@example.org") is None


def test_only_the_own_agencys_accounts_are_found(lead, make: Make):
    own, foreign = make.user(Role.PARTNER, agency=lead.agency), make.user(Role.PARTNER)
    staff = make.user(Role.ADMIN)

    assert {one.id for one in db.session.scalars(colleagues.listed(lead))} == {lead.id, own.id}
    assert colleagues.get(lead, own.public_id) == own
    for stranger in (foreign, staff):
        with pytest.raises(NotFound):
            colleagues.get(lead, stranger.public_id)
    assert list(db.session.scalars(colleagues.listed(staff))) == []


def test_staff_may_change_the_lead_even_when_none_is_left(lead, make: Make):
    coordinator = make.user(Role.COORDINATOR)

    colleagues.set_lead(lead, by=coordinator, is_lead=False)

    assert not lead.is_lead
    assert colleagues.count_leads(lead.agency) == 0

"""People put forward on the pages: picked from a list, added on the way, or kept as drafts until the agency submits."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training.models import Admission, RegistrationState, Role
from training.services.registrations import drafts

S = RegistrationState


@pytest.mark.parametrize(("name", "value"), [("email", "not an address"), ("phone", "abc")])
def test_a_new_person_has_an_address_and_a_number_or_none(name, value, client, make: Make):
    training, user = make.training(), make.user(Role.PARTNER)
    client.sign_in(user)
    sent = {
        "family_name": "Norden", "given_names": "Ada", "sex": "f", "country": user.agency.country,
        "agency": user.agency.code, name: value,
    }  # fmt: skip

    response = client.post(f"/registrations/for/{training.public_id}/new", data=sent)

    assert response.status_code == 422
    assert "Correct it or leave it empty." in response.text


def test_a_new_person_who_came_back_stands_above_the_list(client, make: Make):
    focal, training = make.user(Role.PARTNER), make.training()
    make.trainee(focal.agency)
    client.sign_in(focal)
    address, list_, form = f"/registrations/for/{training.public_id}/new", 'id="pick"', 'id="new-person"'

    fresh, back = client.get(address).text, client.post(address, data={"family_name": "Amber"}).text

    assert 'href="#a-new-person"' in fresh and fresh.index(list_) < fresh.index(form)
    assert back.index(form) < back.index(list_) and back.count(form) == 1
    assert 'value="Amber"' in back


def test_ticks_stay_when_somebody_else_is_searched(client, make: Make):
    training, user = make.training(), make.user(Role.PARTNER)
    ticked, foreign = make.trainee(user.agency), make.trainee()
    client.sign_in(user)
    address = f"/registrations/for/{training.public_id}/new?text=zzz&person="

    assert f'value="{ticked.public_id}" checked' in client.get(f"{address}{ticked.public_id}").text
    assert client.get(f"{address}{foreign.public_id}").status_code == 404


def test_an_agency_keeps_drafts_submits_them_together_and_throws_one_away(client, make: Make):
    training, focal = make.training(admission=Admission.APPROVAL), make.user(Role.PARTNER)
    people = [make.trainee(focal.agency) for _ in range(3)]
    address, new = f"/trainings/{training.public_id}", f"/registrations/for/{training.public_id}/new"
    client.sign_in(focal)
    sent = {"person": [str(one.public_id) for one in people], "draft": "1"}
    assert "Keep as drafts" in client.get(new).text

    assert client.post(new, data=sent).status_code == 303
    page = client.get(address).text
    one, *rest = drafts.of(training, focal.agency)
    own = client.get(f"/registrations/{one.public_id}").text
    thrown = client.post(f"{new[:-3]}drafts/discard", data={"registration": str(one.public_id)})
    done = client.post(
        f"{new[:-3]}drafts/submit", data={"registration": [str(draft.public_id) for draft in rest]}
    )

    assert "Submit all drafts (3)" in page and "Discard all drafts" in page
    assert "Discard" in own and "Withdraw" not in own
    assert (thrown.status_code, done.status_code) == (303, 303)
    assert [draft.state for draft in rest] == [S.SUBMITTED, S.SUBMITTED]
    assert client.get(f"/registrations/{one.public_id}").status_code == 404
    assert client.get("/registrations").status_code == 200


def test_staff_see_no_drafts_and_keep_none(client, make: Make):
    training, focal = make.training(), make.user(Role.PARTNER)
    [draft] = drafts.keep(training, by=focal, agency=focal.agency, people=[make.trainee(focal.agency)])
    for role in (Role.COORDINATOR, Role.ADMIN, Role.MANAGER):
        client.sign_in(make.user(role))
        for path in (f"/trainings/{training.public_id}", "/registrations", "/registrations?as=csv"):
            assert draft.trainee_name.split(",")[0] not in client.get(path).text
        assert client.get(f"/registrations/{draft.public_id}").status_code == 404
        ids = {"registration": str(draft.public_id)}
        assert (
            client.post(f"/registrations/for/{training.public_id}/drafts/submit", data=ids).status_code == 403
        )
    assert draft.state is S.DRAFT


def test_before_registration_opens_the_page_takes_drafts_alone(client, make: Make):
    training, focal = make.training(), make.user(Role.PARTNER)
    make.trainee(focal.agency)

    with time_machine.travel(training.registration_opens_at - timedelta(days=1)):
        client.sign_in(focal)
        shown = client.get(f"/trainings/{training.public_id}").text
        page = client.get(f"/registrations/for/{training.public_id}/new").text

    assert "Prepare drafts" in shown
    assert "Keep as drafts" in page and "Register the ticked people" not in page
    assert "Add and keep as draft" in page and "Add and register" not in page
    assert "Registration opens on" in page


def test_the_list_of_people_to_register_finds_other_spellings(client, make: Make):
    agency, training = make.agency(), make.training()
    make.trainee(agency, family_name="Shevchenko", given_names="Olha")
    client.sign_in(make.user(Role.PARTNER, agency=agency))

    for path in (f"/registrations/for/{training.public_id}/new", "/trainees"):
        assert "Shevchenko, Olha" in client.get(f"{path}?text=Chevtchenko").text

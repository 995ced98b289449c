"""What is given with a registration, typed on pages: for each ticked person, a new one, a substitute, and later."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.planted import as_special
from training import clock
from training.db import db
from training.models import Admission, Registration, RegistrationState, Role, Trainee, Training, User
from training.rules.given import MOST, Given
from training.services.registrations import drafts, reserve_list, submissions, visible

S = RegistrationState
LATE = Given(remarks="Arrives on Monday night.")


@pytest.fixture
def focal(make: Make, client) -> User:
    user = make.user(Role.PARTNER)
    client.sign_in(user)
    return user


@pytest.fixture
def training(make: Make) -> Training:
    return make.training(admission=Admission.APPROVAL)


@pytest.fixture
def people(make: Make, focal: User) -> list[Trainee]:
    return [make.trainee(focal.agency) for _ in range(3)]


@pytest.fixture
def submitted(training: Training, focal: User, people) -> Registration:
    return submissions.submit(training, by=focal, trainee=people[0], given=LATE)


def page_of(training: Training) -> str:
    return f"/registrations/for/{training.public_id}/new"


def typed(one: Trainee, text: str) -> dict[str, str]:
    return {f"{one.public_id}-remarks": text}


def remarks(training: Training, people) -> list[str | None]:
    found = [visible.live_of(training, one) for one in people]
    return [one.remarks if one else None for one in found]


def test_each_ticked_person_has_a_remark_of_their_own(client, training, people):
    one, other, third = people
    data = {
        "person": [str(one.public_id), str(other.public_id)],
        **typed(other, "Late."),
        **typed(third, " "),
    }

    assert client.post(page_of(training), data=data).status_code == 303

    assert remarks(training, people) == ["", "Late.", None]


@pytest.mark.parametrize("ticked", [[], [0]])
def test_what_is_typed_for_somebody_who_is_not_ticked_is_said_and_stays(client, training, people, ticked):
    data = {"person": [str(people[n].public_id) for n in ticked], **typed(people[0], "Early & late")}
    data |= typed(people[1], "Arrives late.")

    answer = client.post(page_of(training), data=data)

    assert answer.status_code == 422
    assert "You wrote something for people who are not ticked" in answer.text
    assert "Arrives late." in answer.text and "Early &amp; late" in answer.text
    assert answer.text.count(" checked") == len(ticked)
    assert remarks(training, people) == [None, None, None]


def test_what_is_typed_for_a_new_person_goes_to_the_known_one_who_is_taken_instead(client, training, people):
    known = people[0]
    new = {"family_name": known.family_name, "given_names": known.given_names, "email": known.email,
           "sex": "f", "country": "AT", "agency": known.agency.code, "remarks": "Late & tired"}  # fmt: skip

    asked = client.post(page_of(training), data=new)
    assert asked.status_code == 422
    form = asked.text.partition(f'name="person" value="{known.public_id}"')[0].rpartition("<form")[2]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))

    sent = {name: html.unescape(value) for name, value in hidden.items()}
    assert client.post(page_of(training), data={**sent, "person": str(known.public_id)}).status_code == 303
    assert remarks(training, [known]) == ["Late & tired"]


def test_at_the_door_what_is_typed_stays_when_it_is_refused(client, make: Make, people):
    training = make.training(starts_on=clock.today() + timedelta(days=9))
    client.sign_in(make.user(Role.COORDINATOR))
    one, other, _third = people
    data = {"door": "1", "person": str(one.public_id), **typed(other, "Early & late")}

    answer = client.post(f"{page_of(training)}?for={one.agency.code}", data=data)

    assert answer.status_code == 422
    assert "Early &amp; late" in answer.text and answer.text.count(" checked") == 1


def test_one_that_is_too_long_is_marked_and_all_stay(client, training, people):
    long = "x" * (MOST["remarks"] + 1)
    data = {"person": [str(one.public_id) for one in people[:2]], **typed(people[0], long)}
    data |= typed(people[1], "Arrives late.")

    answer = client.post(page_of(training), data=data)

    assert answer.status_code == 422
    assert people[0].name in answer.text
    assert "aria-invalid" in answer.text
    assert long in answer.text and "Arrives late." in answer.text
    assert answer.text.count(" checked") == 2


def test_of_a_foreign_person_nothing_is_told(client, make: Make, training, people):
    data = {"person": str(people[0].public_id), **typed(make.trainee(), "Who?")}

    assert client.post(page_of(training), data=data).status_code == 422
    assert remarks(training, people[:1]) == [None]


def test_a_draft_is_kept_with_it_shown_with_it_and_submitted_with_what_it_says_then(client, training, people):
    ticked = {"person": [str(one.public_id) for one in people[:2]]}
    client.post(page_of(training), data={**ticked, **typed(people[0], "Kept."), "draft": "1"})

    assert "Kept." in client.get(page_of(training)).text
    client.post(page_of(training), data={**ticked, **typed(people[0], "Kept and changed.")})

    assert remarks(training, people) == ["Kept and changed.", "", None]


def test_a_draft_that_is_not_ticked_is_in_nobodys_way(client, training, focal, people):
    drafts.keep(training, by=focal, agency=focal.agency, people=people[:1], given={people[0].id: LATE})

    sent = {"person": str(people[1].public_id), **typed(people[0], LATE.remarks)}

    assert client.post(page_of(training), data=sent).status_code == 303


def test_to_a_coordinator_a_draft_says_nothing_and_is_taken_along(
    client, make: Make, training, focal, people
):
    drafts.keep(training, by=focal, agency=focal.agency, people=people[:1], given={people[0].id: LATE})
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"{page_of(training)}?for={focal.agency.code}"

    assert LATE.remarks not in client.get(address).text
    client.post(address, data={"person": str(people[0].public_id), **typed(people[0], "")})

    assert remarks(training, people[:1]) == [LATE.remarks]


def test_a_new_person_comes_with_it_and_a_refusal_keeps_it(client, training, focal):
    data = {
        "family_name": "Borage", "given_names": "", "sex": "f", "country": "AT", "agency": focal.agency.code,
        "remarks": LATE.remarks,
    }  # fmt: skip

    refused = client.post(page_of(training), data=data)
    stored = client.post(page_of(training), data={**data, "given_names": "Ann"})

    assert refused.status_code == 422 and LATE.remarks in refused.text
    assert stored.status_code == 303
    assert db.session.scalars(select(Registration.remarks)).all() == [LATE.remarks]


def test_its_agency_changes_it_until_the_decision(client, make: Make, submitted):
    address = f"/registrations/{submitted.public_id}/change"

    assert LATE.remarks in client.get(address).text
    assert client.save(address, {"remarks": "On Tuesday."}).status_code == 303
    assert submitted.remarks == "On Tuesday."
    shown = client.get(f"/registrations/{submitted.public_id}").text
    assert "On Tuesday." in shown and "the details of the registration were changed" in shown

    reserve_list.confirm(submitted, by=make.user())
    answer = client.save(address, {"remarks": "On Friday."})
    assert (answer.status_code, submitted.remarks) == (422, "On Tuesday.")
    assert "On Friday." in answer.text and "has been decided on" in answer.text
    assert address not in client.get(f"/registrations/{submitted.public_id}").text

    client.sign_in(make.user(Role.COORDINATOR))
    assert client.save(address, {"remarks": "On Friday."}).status_code == 303
    assert submitted.remarks == "On Friday."


def test_what_is_too_long_stays_in_the_form(client, submitted):
    long = "x" * (MOST["remarks"] + 1)

    answer = client.post(f"/registrations/{submitted.public_id}/change", data={"remarks": long})

    assert answer.status_code == 422 and long in answer.text


def test_a_foreign_agency_finds_nothing(client, make: Make, submitted):
    client.sign_in(make.user(Role.PARTNER))
    address = f"/registrations/{submitted.public_id}/change"

    assert client.get(address).status_code == client.post(address, data={"remarks": ""}).status_code == 404
    assert submitted.remarks == LATE.remarks


def test_what_was_returned_is_corrected_and_submitted_again_in_one_step(client, make: Make, submitted):
    submissions.return_for_correction(submitted, by=make.user(), reason="When exactly?")
    address = f"/registrations/{submitted.public_id}/change"

    client.save(address, {"remarks": "On Tuesday."})
    assert "When exactly?" in client.get(f"/registrations/{submitted.public_id}").text
    client.save(address, {"remarks": "On Tuesday, 14:00.", "again": "1"})

    assert (submitted.state, submitted.remarks) == (S.SUBMITTED, "On Tuesday, 14:00.")


def test_a_substitute_has_their_own(client, make: Make, submitted, people):
    reserve_list.confirm(submitted, by=make.user())
    address = f"/registrations/{submitted.public_id}/replace"
    data = {"substitute": str(people[1].public_id), "remarks": "Comes by train."}

    refused = client.post(address, data=data)
    client.post(address, data={**data, "reason": "ill"})

    assert refused.status_code == 422 and "Comes by train." in refused.text
    assert remarks(submitted.training, people[:2]) == [None, "Comes by train."]


def test_the_list_of_registrations_has_it_for_its_agency_alone(client, make: Make, submitted):
    def file() -> str:
        return client.get("/registrations?as=csv").get_data(as_text=True)

    assert "Remarks" in file() and LATE.remarks in file()
    client.sign_in(make.user(Role.PARTNER))
    assert LATE.remarks not in file()


def test_a_special_value_is_shown_to_its_agency_and_to_whoever_looks_after_the_training(
    client, make: Make, submitted, focal, monkeypatch
):
    as_special(monkeypatch, Registration.remarks)
    theme = submitted.training.theme
    readers = {
        "its agency": focal,
        "its coordinator": make.user(Role.COORDINATOR, themes=[theme]),
        "admin": make.user(Role.ADMIN),
        "manager": make.user(Role.MANAGER),
    }

    seen = set()
    for name, reader in readers.items():
        page = client.sign_in(reader).get(f"/registrations/{submitted.public_id}")
        assert page.status_code == 200, name
        if LATE.remarks in page.text:
            seen.add(name)

    assert seen == {"its agency", "its coordinator", "admin"}

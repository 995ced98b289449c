"""The page of a merge of two who are registered for one training: what becomes one, what is asked, and the way back."""

from __future__ import annotations

import re

import pytest

from tests.make import Make
from tests.services.merging.together import registered
from tests.services.reports.cases import mark_of
from training.models import Registration, RegistrationState, Role
from training.services.attendance import registers
from training.services.registrations import submissions

S = RegistrationState


def address(one: Registration, other: Registration) -> str:
    return f"/trainees/duplicates/{one.trainee.public_id}/{other.trainee.public_id}"


def as_shown(page: str) -> dict[str, str]:
    """What the page sends if nobody changes anything."""
    main = page[page.index('name="looked_at"') - 100 :]
    form = {"looked_at": re.search(r'name="looked_at" value="([^"]+)"', main)[1]}
    for tag in re.findall(r"<input[^>]+>", main):
        if 'type="radio"' in tag and re.search(r"\schecked", tag):
            form[re.search(r'name="([^"]+)"', tag)[1]] = re.search(r'value="([^"]+)"', tag)[1]
    return form


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_says_in_numbers_what_becomes_one_and_asks_for_each_mark_that_differs(make: Make, client):
    case, (one, other) = registered(make, "PP", "AP")
    client.sign_in(make.user())

    page = client.get(address(one, other)).text

    said = words(page)
    assert f"Both are registered for {case.training.code}: one registration stays. 1 mark differs" in said
    assert page.count('name="mark-') == 2 and page.count(f'name="stays-{case.training.public_id}"') == 2
    assert "180 of 180 min" in said and "0 of 180 min" in said
    assert "1 session has one mark, or equal ones" in said
    assert "1 seat becomes free, and goes to the next in line." in said
    chosen = as_shown(page)
    assert chosen[f"mark-{case.sessions[0].public_id}"] == str(one.public_id), "the larger is proposed"


def test_what_is_chosen_on_the_page_is_done_and_can_be_undone_there(make: Make, client):
    case, (one, other) = registered(make, "PP", "AP")
    client.sign_in(make.user())
    form = as_shown(client.get(address(one, other)).text)
    form |= {
        f"mark-{case.sessions[0].public_id}": str(other.public_id),
        f"stays-{case.training.public_id}": str(other.public_id),
    }

    merged = client.post(address(one, other), data=form)

    assert merged.status_code == 303
    assert (one.state, other.state) == (S.JOINED, S.CONFIRMED)
    assert [row.record.minutes for row in registers.register(case.sessions[0])] == [0]
    undo = re.search(r'action="([^"]+/undo)"', client.get(merged.location).text)[1]
    assert client.post(undo).status_code == 303
    assert (one.state, other.state, one.trainee is other.trainee) == (S.CONFIRMED, S.CONFIRMED, False)


def test_a_mark_made_since_is_shown_and_nothing_that_was_chosen_is_lost(make: Make, client):
    case, (one, other) = registered(make, "PP", "AP")
    client.sign_in(make.user())
    form = as_shown(client.get(address(one, other)).text)
    form |= {f"stays-{case.training.public_id}": str(other.public_id), "family_name": "other"}
    late = mark_of(case.sessions[1], other, "A", version=1)
    registers.save(case.sessions[1], by=None, marks=[late], reason="the wrong line")

    answer = client.post(address(one, other), data=form)

    assert answer.status_code == 409 and "has changed since you opened this page" in answer.text
    again = as_shown(answer.text)
    assert again[f"stays-{case.training.public_id}"] == str(other.public_id)
    assert again["family_name"] == "other" and f"mark-{case.sessions[1].public_id}" in again
    assert client.post(address(one, other), data=again).status_code == 303


@pytest.mark.parametrize("left_out", ["mark", "looked_at"])
def test_a_form_that_leaves_something_out_is_asked_again(left_out: str, make: Make, client):
    _, (one, other) = registered(make, "PP", "AP")
    client.sign_in(make.user())
    form = as_shown(client.get(address(one, other)).text)

    answer = client.post(
        address(one, other), data={name: v for name, v in form.items() if not name.startswith(left_out)}
    )

    assert answer.status_code == (422 if left_out == "mark" else 409)
    assert (one.state, other.state) == (S.CONFIRMED, S.CONFIRMED)
    if left_out == "mark":
        assert "Say which mark of" in answer.text and 'aria-invalid="true"' in answer.text
    odd = {**form, "stays-x": "y", "mark-": "z", f"stays-{one.public_id}": "no"}
    assert client.post(address(one, other), data=odd).status_code == 303


def test_a_coordinator_is_shown_no_marks_of_a_training_of_others(make: Make, client):
    case, (one, other) = registered(make, "PP", "AP")
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))

    page = client.get(address(one, other))
    answer = client.post(address(one, other), data={"stays": "one", "looked_at": ""})

    assert page.status_code == 200 and "Another coordinator looks after it" in page.text
    assert "mark-" not in page.text and ">Merge</button>" not in page.text and "180 of" not in page.text
    assert answer.status_code == 409 and case.training.code in answer.text


def test_before_undoing_the_page_says_whose_seat_is_gone(make: Make, client):
    training = make.training(capacity=2)
    one, other, third = (make.registration(training) for _ in range(3))
    client.sign_in(make.user())
    merged = client.post(address(one, other), data=as_shown(client.get(address(one, other)).text))

    listed = words(client.get(merged.location).text)
    person = words(client.get(f"/trainees/{one.trainee.public_id}").text)

    assert third.state is S.CONFIRMED
    for page in (listed, person):
        assert f"{other.trainee_name} in {training.code} has gone to somebody else" in page
    submissions.withdraw(third, by=make.user(), reason="ill")
    assert "has gone to somebody else" not in client.get(f"/trainees/{one.trainee.public_id}").text


@pytest.mark.parametrize("same_agency", [True, False])
def test_the_page_of_a_joined_registration_leads_on_who_may_see_the_other(
    same_agency: bool, make: Make, client
):
    training, focal = make.training(), make.user(Role.PARTNER)
    one = make.registration(
        training, make.trainee(focal.agency if same_agency else None, family_name="Otherone")
    )
    other = make.registration(training, make.trainee(focal.agency))
    staff = make.user()
    client.sign_in(staff)
    client.post(address(one, other), data=as_shown(client.get(address(one, other)).text) | {"stays": "one"})
    assert (other.state, other.joined_into) == (S.JOINED, one)
    client.sign_in(focal)

    page = client.get(f"/registrations/{other.public_id}")

    assert page.status_code == 200 and "The two registrations are one now." in page.text
    assert ("Open the registration that counts" in page.text) is same_agency
    assert (one.agency_name in page.text, "Otherone" in page.text) == (same_agency, same_agency)
    for act in ("withdraw", "confirm", "accept"):
        assert f"/{other.public_id}/{act}" not in page.text
    client.sign_in(staff)
    assert "Open the registration that counts" in client.get(f"/registrations/{other.public_id}").text


def test_who_may_not_see_the_registrations_has_no_button_to_part_them(make: Make, client):
    case, (one, other) = registered(make, "PP", "AP")
    client.sign_in(make.user())
    merged = client.post(address(one, other), data=as_shown(client.get(address(one, other)).text))
    person = f"/trainees/{one.trainee.public_id}"
    undo = re.search(r'action="([^"]+/undo)"', client.get(merged.location).text)[1]
    assert undo in client.get(person).text
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))

    pages = [client.get(page).text for page in (merged.location, person)]
    answer = client.post(undo)

    assert not any(undo in page for page in pages)
    assert f"registrations for {case.training.code}, which another coordinator looks after" in pages[1]
    assert answer.status_code == 409 and case.training.code in answer.text
    assert (one.state, other.state) == (S.CONFIRMED, S.JOINED)
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("BMV")]))
    assert client.get(person).text.count(undo) == 1 and client.post(undo).status_code == 303


def test_a_seat_that_is_kept_for_others_is_refused_beside_the_choice_which_stays(make: Make, client):
    training, x, y = make.training(capacity=2), make.agency(), make.agency()
    for agency in (x, y):
        make.kept(training, by=None, seats=1, agency=agency)
    make.registration(training, make.trainee(x))
    waits, seated = make.registration(training, make.trainee(x)), make.registration(training, make.trainee(y))
    client.sign_in(make.user())
    name = f"stays-{training.public_id}"
    form = as_shown(client.get(address(waits, seated)).text)
    assert form[name] == str(seated.public_id), "who holds the seat is proposed"

    answer = client.post(address(waits, seated), data=form | {name: str(waits.public_id)})

    assert answer.status_code == 422 and (waits.state, seated.state) == (S.RESERVE, S.CONFIRMED)
    assert f'id="{name}-error"' in answer.text and f'href="#{name}"' in answer.text
    assert f"is free for {x.name}. Let the registration of {y.name} stay" in words(answer.text)
    assert as_shown(answer.text)[name] == str(waits.public_id), "what was chosen is still chosen"

"""Duplicates on the page: hints while adding somebody, the coordinators' queue, merging, and what partners never learn."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import db
from training.models import Admission, NotSame, RegistrationState, Role, Trainee
from training.services.merging import merges
from training.services.registrations import drafts
from training.services.trainees import duplicates

NEW = {"family_name": "Chevtchenko", "given_names": "Olga", "country": "AT", "sex": "f"}
KNOWN = {"family_name": "Shevchenko", "given_names": "Olha"}


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Trainee))


def plain(page: str) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'(csrf[-_]token" (content|value)=")[^"]*', r"\1", page)


def test_adding_somebody_who_may_be_known_is_asked_about_first(client, make: Make):
    agency = make.agency()
    known = make.trainee(agency, **KNOWN)
    client.sign_in(make.user(Role.PARTNER, agency=agency))
    form = {**NEW, "agency": agency.code}

    asked = client.post("/trainees/new", data=form)
    refused = people()
    added = client.post("/trainees/new", data={**form, "anyway": "1"})

    assert (asked.status_code, refused, added.status_code, people()) == (422, 1, 303, 2)
    assert "You may know this person already:" in asked.text and "Shevchenko, Olha" in asked.text
    assert f'href="/trainees/{known.public_id}">Use this person' in asked.text
    assert 'name="anyway" value="1">No, a new person' in asked.text
    assert 'value="Chevtchenko"' in asked.text


def test_a_new_person_who_may_be_known_stays_a_draft_whoever_it_is(client, make: Make):
    agency, training = make.agency(), make.training(admission=Admission.APPROVAL)
    make.trainee(agency, **KNOWN)
    client.sign_in(make.user(Role.PARTNER, agency=agency))
    address = f"/registrations/for/{training.public_id}/new"
    form = {**NEW, "agency": agency.code, "draft": "1"}

    asked = client.post(address, data=form)
    nobody = drafts.of(training, agency)
    added = client.post(address, data={**form, "anyway": "1"})

    assert (asked.status_code, nobody, added.status_code) == (422, [], 303)
    assert asked.text.count('type="hidden" name="draft" value="1"') == 2, "with the known person and without"
    [draft] = drafts.of(training, agency)
    assert (draft.state, draft.trainee.family_name) == (RegistrationState.DRAFT, NEW["family_name"])


def test_registering_a_new_person_who_may_be_known_offers_the_known_one(client, make: Make):
    agency, training = make.agency(), make.training()
    known = make.trainee(agency, **KNOWN)
    client.sign_in(make.user(Role.PARTNER, agency=agency))
    address, form = f"/registrations/for/{training.public_id}/new", {**NEW, "agency": agency.code}

    asked = client.post(address, data=form)
    used = client.post(address, data={"person": str(known.public_id)})
    again = client.post(address, data=form)
    added = client.post(address, data={**form, "anyway": "1"})

    assert (asked.status_code, used.status_code, again.status_code, added.status_code) == (422, 303, 422, 303)
    assert f'name="person" value="{known.public_id}">Use this person' in asked.text
    assert "Use this person" not in again.text and "No, a new person" in again.text
    assert people() == 2


def answers(client, make: Make, foreign: bool) -> tuple[list, int]:
    """What a partner is answered who adds somebody, and the statements sent, where another agency knows them or not."""
    agency, training = make.agency(code="MINE", name="Mine"), make.training(code="T", capacity=500)
    user = make.user(Role.PARTNER, agency=agency)
    for _ in range(3 if foreign else 0):
        make.trainee(make.agency(name="Zanzibarsky"), **KNOWN, email="o@example.org")
    client.sign_in(user)
    found = []
    form = {**NEW, "agency": agency.code, "email": "o@example.org"}
    for address in ("/trainees/new", f"/registrations/for/{training.public_id}/new"):
        for sent in (form, {**form, "given_names": ""}):
            response = client.post(address, data=sent)
            found.append((response.status_code, "You may know" in response.text, "Zanzibarsky" in response.text,
                          "Shevchenko" in response.text, plain(response.text).count("<tr")))  # fmt: skip
    return found, people()


@pytest.mark.parametrize("foreign", [False, True])
def test_whom_another_agency_knows_never_shows(foreign, client, make: Make):
    found, count = answers(client, make, foreign)

    # the first form adds; the second finds the partner's own new person
    assert [one[:4] for one in found] == [
        (303, False, False, False), (422, False, False, False),
        (422, True, False, False), (422, False, False, False),
    ]  # fmt: skip
    assert count == (4 if foreign else 1)


def test_without_the_guard_whom_another_agency_knows_would_show(
    client, make: Make, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(duplicates, "for_user", lambda user, person: duplicates.of(person))

    found, _ = answers(client, make, True)

    assert found[0][:4] == (422, True, False, True)


def test_partners_send_as_many_statements_whoever_knows_the_person(client, make: Make, queries):
    counts = []
    for known_elsewhere in (0, 8):
        agency = make.agency()
        for _ in range(known_elsewhere):
            make.trainee(**KNOWN)
        token = client.sign_in(make.user(Role.PARTNER, agency=agency)).token()
        queries.clear()
        added = client.open(
            "/trainees/new",
            method="POST",
            data={**NEW, "agency": agency.code},
            headers={"X-CSRFToken": token},
        )
        counts.append(len(queries))
        assert added.status_code == 303

    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.PARTNER, Role.MANAGER, Role.TRAINER])
def test_doubles_are_the_coordinators_business(role, client, make: Make):
    one, other = make.trainee(**KNOWN), make.trainee(**KNOWN)
    done = merges.merge(make.trainee(), make.trainee(), by=make.user(), values=[])
    client.sign_in(make.user(role))
    pair = f"/trainees/duplicates/{one.public_id}/{other.public_id}"

    assert [client.get(path).status_code for path in ("/trainees/duplicates", pair)] == [403, 403]
    assert [
        client.post(path).status_code
        for path in (pair, f"{pair}/not-same", f"/trainees/duplicates/merges/{done.public_id}/undo")
    ] == [403] * 3
    assert "/trainees/duplicates" not in client.get("/").text


def test_the_queue_shows_pairs_side_by_side_and_forgets_those_who_are_two(client, make: Make):
    one, other = make.trainee(**KNOWN, function="Inspector"), make.trainee(**KNOWN, function="Case officer")
    make.registration(trainee=other)
    client.sign_in(make.user(Role.COORDINATOR))

    before = client.get("/trainees/duplicates").text
    answer = client.post(f"/trainees/duplicates/{one.public_id}/{other.public_id}/not-same")
    after = client.get(answer.location).text
    stored = db.session.scalar(select(func.count()).select_from(NotSame))
    undo = f"/trainees/duplicates/{one.public_id}/{other.public_id}/not-same/undo"
    undone = client.post(undo)

    assert "likely the same" in before and 'href="/trainees/duplicates"' in before
    assert "<mark><bdi>Inspector</bdi></mark>" in before and "<mark><bdi>Case officer</bdi></mark>" in before
    assert "Family name <bdi>Shevchenko</bdi>" in before and "<td>1</td>" in before
    assert answer.status_code == 303 and "No duplicates left" in after and "are two people." in after
    assert stored == 1 and f'action="{undo}"' in after
    assert "likely the same" in client.get(undone.location).text
    assert "are two people." not in client.get(answer.location).text


def test_the_queue_is_paged(client, make: Make):
    for _ in range(8):
        make.trainee(**KNOWN)
    client.sign_in(make.user())

    first, second = (client.get(f"/trainees/duplicates{query}").text for query in ("", "?page=2"))
    odd = [client.get(f"/trainees/duplicates{q}").status_code for q in ("?page=x", "?page=999", "?grade=no")]

    assert (first.count("Merge…"), second.count("Merge…")) == (20, 8)
    assert "Next page" in first and "Next page" not in second and "Previous page" in second
    assert odd == [200, 200, 422]


def test_merging_on_the_page_keeps_what_was_chosen_leads_on_and_can_be_undone(client, make: Make):
    one, other = make.trainee(**KNOWN, phone="+1"), make.trainee(**KNOWN, phone="+2", email="o@example.org")
    make.registration(trainee=one)
    client.sign_in(make.user(Role.COORDINATOR))
    pair = f"/trainees/duplicates/{one.public_id}/{other.public_id}"

    shown = client.get(pair)
    merged = client.post(pair, data={"stays": "one", "phone": "one", "email": "other", "agency": "one"})
    led_on = client.get(f"/trainees/{other.public_id}")
    old_form = client.get(f"/trainees/{other.public_id}/edit")
    page = client.get(f"/trainees/{one.public_id}").text
    undo = re.search(r'action="(/trainees/duplicates/merges/[^"]+/undo)"', page)

    assert shown.status_code == 200 and shown.text.count('name="stays"') == 2
    assert led_on.headers["Location"] == f"/trainees/{one.public_id}"
    assert f'action="{undo[1]}"' in client.get(merged.location).text
    assert (led_on.status_code, old_form.status_code) == (302, 404)
    assert (one.phone, one.email, other.merged_into_id) == ("+1", "o@example.org", one.id)
    assert "Merged into this person" in page
    assert client.post(undo[1]).headers["Location"] == f"/trainees/{other.public_id}"
    assert (one.email, other.merged_into_id) == ("", None)
    assert client.post(undo[1]).status_code == 409
    assert "All data now belong" not in client.get(merged.location).text


def test_whether_somebody_is_written_to_is_no_choice_of_who_merges(client, make: Make):
    one, other = make.trainee(**KNOWN, contact_via_focal_point=True), make.trainee(**KNOWN)
    pair = f"/trainees/duplicates/{one.public_id}/{other.public_id}"

    page = client.sign_in(make.user()).get(pair).text

    assert 'name="contact_via_focal_point"' not in page and "it stays “yes”" in page
    client.post(pair, data={"stays": "one", "contact_via_focal_point": "other"})
    assert one.contact_via_focal_point


def test_partners_of_the_merged_away_keep_their_registrations_and_lose_sight_of_the_person(
    client, make: Make
):
    mine, theirs = make.agency(), make.agency()
    gone, kept = make.trainee(mine, **KNOWN), make.trainee(theirs, **KNOWN, phone="+99 555 777")
    registration = make.registration(trainee=gone)
    merges.merge(kept, gone, by=make.user(), values=[])
    client.sign_in(make.user(Role.PARTNER, agency=mine))

    own = client.get(f"/registrations/{registration.public_id}")
    missing = client.get(f"/trainees/{uuid.uuid4()}")

    assert own.status_code == 200 and "+99 555 777" not in own.text
    for one in (gone, kept):
        page = client.get(f"/trainees/{one.public_id}")
        assert (page.status_code, plain(page.text)) == (404, plain(missing.text))


@pytest.mark.parametrize("which", ["same", "missing"])
def test_a_pair_that_is_none_is_not_found(which, client, make: Make):
    one = make.trainee()
    other_id = one.public_id if which == "same" else uuid.uuid4()
    client.sign_in(make.user())

    assert client.get(f"/trainees/duplicates/{one.public_id}/{other_id}").status_code == 404


def test_where_many_look_alike_the_hint_leads_to_all_of_them(client, make: Make):
    agency = make.agency()
    for _ in range(12):
        make.trainee(agency, **KNOWN)
    client.sign_in(make.user(Role.PARTNER, agency=agency))

    asked = client.post("/trainees/new", data={**NEW, "agency": agency.code}).text
    led_to = re.search(r'href="(/trainees\?text=[^"]+)">All people of a name like this', asked)

    assert asked.count("Shevchenko, Olha") == 10 and led_to
    assert client.get(led_to[1]).text.count("Shevchenko, Olha</a>") == 12

"""Colleagues and help in the browser's terms."""

from __future__ import annotations

import re
import uuid

import pytest

from config import ROOT
from tests.make import Make
from training.models import Role
from training.services.accounts import sign_ins


@pytest.fixture
def lead(make: Make):
    return make.user(Role.PARTNER, is_lead=True)


def test_a_lead_finds_the_page_in_the_menu_and_sees_the_own_agency_alone(client, lead, make: Make):
    colleague, foreign = make.user(Role.PARTNER, agency=lead.agency), make.user(Role.PARTNER)
    client.sign_in(lead)

    assert 'href="/colleagues"' in client.get("/").text
    page = client.get("/colleagues").text

    assert colleague.email in page and foreign.email not in page
    assert "never yet" in page


@pytest.mark.parametrize("role", list(Role))
def test_without_the_lead_it_does_not_exist_in_the_menu_and_is_refused(role, client, make: Make):
    client.sign_in(make.user(role))

    assert 'href="/colleagues"' not in client.get("/").text
    assert {client.get(path).status_code for path in ("/colleagues", "/colleagues/new")} == {403}
    posts = [f"/colleagues/{make.user(Role.PARTNER).public_id}/{step}" for step in ("lead", "deactivate")]
    assert {client.post(path).status_code for path in posts} == {403}


def test_an_invitation_gives_no_other_role_or_agency_whatever_is_sent(client, lead, make: Make):
    client.sign_in(lead)
    sent = {"name": "New One", "email": "new@example.org", "language": "ru"}
    more = {"role": "admin", "agency": make.agency().code, "is_lead": "1", "all_themes": "1"}

    assert client.post("/colleagues/new", data=sent | more).status_code == 303

    new = sign_ins.find_by_email("new@example.org")
    assert (new.role, new.agency, new.is_lead, new.all_themes) == (Role.PARTNER, lead.agency, False, False)
    again = client.post("/colleagues/new", data=sent)
    assert again.status_code == 422 and "There is an account with this address already." in again.text


@pytest.mark.parametrize(
    "data", [{}, {"name": "X", "email": "no address", "language": "en"},
             {"name": "X", "email": "x@example.org", "language": "xx"}, {"name": "\x00", "email": "x@example.org"}]
)  # fmt: skip
def test_a_wrong_invitation_is_explained(data, client, lead):
    client.sign_in(lead)

    response = client.post("/colleagues/new", data=data)

    assert response.status_code == 422 and 'class="error"' in response.text


def test_foreign_and_missing_accounts_answer_the_same_404(client, lead, make: Make):
    foreign, staff = make.user(Role.PARTNER, is_lead=True), make.user(Role.ADMIN)
    client.sign_in(lead)

    for step in ("lead", "no-lead", "deactivate", "activate", "invite"):
        answers = {
            client.post(f"/colleagues/{public_id}/{step}").status_code
            for public_id in (foreign.public_id, staff.public_id, uuid.uuid4())
        }
        assert answers == {404}, step
    assert foreign.is_active and foreign.is_lead and staff.is_active


def test_a_deactivated_colleague_is_signed_out_at_once(client, app, lead, make: Make):
    colleague = make.user(Role.PARTNER, agency=lead.agency)
    other = app.test_client().sign_in(colleague)
    assert other.get("/trainings").status_code == 200
    client.sign_in(lead)

    client.post(f"/colleagues/{colleague.public_id}/deactivate")

    assert other.get("/trainings").status_code == 303
    assert "no access" in client.get("/colleagues").text
    client.post(f"/colleagues/{colleague.public_id}/activate")
    assert colleague.is_active


def test_the_last_lead_is_told_what_to_do_first_and_who_hands_over_leaves_the_page(client, lead, make: Make):
    colleague = make.user(Role.PARTNER, agency=lead.agency)
    client.sign_in(lead)
    base = f"/colleagues/{lead.public_id}"

    assert "make somebody else lead first" in client.post(f"{base}/no-lead").text
    assert client.post(f"{base}/deactivate").status_code == 409
    client.post(f"/colleagues/{colleague.public_id}/lead")
    response = client.post(f"{base}/no-lead")

    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert client.get("/colleagues").status_code == 403


def test_the_list_asks_as_little_with_many_colleagues(client, lead, make: Make, queries):
    client.sign_in(lead)

    def asked() -> int:
        queries.clear()
        assert client.get("/colleagues").status_code == 200
        return len(queries)

    few = asked()
    for _ in range(12):
        make.user(Role.PARTNER, agency=lead.agency)

    assert asked() == few <= 12


def test_coordinators_set_the_lead_on_the_agencys_page(client, lead, make: Make):
    colleague, foreign = make.user(Role.PARTNER, agency=lead.agency), make.user(Role.PARTNER)
    client.sign_in(make.user(Role.COORDINATOR))
    path = f"/agencies/{lead.agency.public_id}"
    assert "Make lead" in client.get(path).text

    assert (
        client.post(f"{path}/lead", data={"focal_point": colleague.public_id, "lead": "1"}).status_code == 303
    )
    assert client.post(f"{path}/lead", data={"focal_point": lead.public_id, "lead": "0"}).status_code == 303
    assert (
        client.post(f"{path}/lead", data={"focal_point": foreign.public_id, "lead": "1"}).status_code == 404
    )
    assert client.post(f"{path}/lead", data={}).status_code == 404

    assert (colleague.is_lead, lead.is_lead, foreign.is_lead) == (True, False, False)
    client.sign_in(colleague)
    assert client.post(f"{path}/lead", data={"focal_point": lead.public_id, "lead": "1"}).status_code == 403


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_help_is_the_text_of_the_docs_in_the_readers_language(language, client, make: Make):
    client.sign_in(make.user(Role.PARTNER, language=language))
    name = "focal-points.md" if language == "en" else f"focal-points.{language}.md"
    source = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert 'href="/help"' in client.get("/").text
    page = client.get("/help").text
    main = page.partition('<main class="work" id="main">')[2].partition("</main>")[0]
    shown = " ".join(re.sub(r"<[^>]+>", "", main.replace("</p>", " ")).replace("&#39;", "'").split())

    for line in source.splitlines():
        words = " ".join(line.lstrip("#- ").replace("**", "").split())
        assert words in shown, words
    assert len(source.splitlines()) <= 45
    assert "**" not in shown and "##" not in shown


def test_the_three_helps_have_the_same_parts():
    sources = [(ROOT / "docs" / f"focal-points{end}.md").read_text() for end in ("", ".fr", ".ru")]
    shapes = [[line[:2] for line in text.splitlines() if line.startswith(("#", "- "))] for text in sources]

    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.COORDINATOR, 200), (Role.TRAINER, 403), (Role.MANAGER, 403)]
)
def test_help_is_for_who_works_with_focal_points(role, status, client, make: Make):
    client.sign_in(make.user(role))

    assert client.get("/help").status_code == status

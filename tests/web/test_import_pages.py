"""A list through the pages: sent or pasted, corrected, matched, confirmed, undone; and what odd requests are told."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from tests.make import Make
from training.db import db
from training.models import ImportBatch, Registration, Role

LIST = "Family name,Given names,Rank,E-mail\nAmber,Ada,Major,nowhere\nBirch,Ben,,b@example.org\n"


@pytest.fixture
def desk(client, make: Make):
    """A focal point before an open training."""
    user, training = make.user(Role.PARTNER), make.training(capacity=5)
    client.sign_in(user)
    return user, training


def send(client, training, content: str = LIST, name: str = "list.csv", **more):
    data = {"file": (io.BytesIO(content.encode()), name), **more}
    response = client.post(f"/imports/for/{training.public_id}/new", data=data)
    assert response.status_code == 303, response.text
    return response.location


def token(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def test_a_list_is_corrected_confirmed_and_undone(client, desk):
    _, training = desk
    address = send(client, training)

    page = client.get(address).text
    assert "D2" in page
    assert 'value="nowhere"' in page
    assert "1 rows are to be looked at" in page
    assert client.post(f"{address}/rows/2", data={"email": "ada@example.org"}).status_code == 303
    page = client.get(address).text
    assert client.post(f"{address}/confirm", data={"token": token(page)}).status_code == 303

    done = client.get(address).text
    assert "Undo this import" in done
    assert "The list is confirmed." in done
    assert client.post(f"{address}/undo").status_code == 303
    assert db.session.scalars(db.select(Registration)).all() == []
    assert "nothing of it is left" in client.get(address).text


def test_the_same_list_again_says_so_and_offers_nothing(client, desk):
    _, training = desk
    content = LIST.replace("nowhere", "a@example.org")
    first = send(client, training, content)
    client.post(f"{first}/confirm", data={"token": token(client.get(first).text)})

    page = client.get(send(client, training, content)).text

    assert "there is nothing to do" in page
    assert "Register these" not in page


def test_rows_can_be_pasted(client, desk):
    _, training = desk
    response = client.post(
        f"/imports/for/{training.public_id}/new", data={"rows": "Family name\tGiven names\nAmber\tAda\n"}
    )

    assert response.status_code == 303
    assert "Amber, Ada" in client.get(response.location).text
    nothing = client.post(f"/imports/for/{training.public_id}/new", data={"rows": "  "})
    assert nothing.status_code == 422
    assert "Choose a file, or paste rows" in nothing.text


def test_columns_are_matched_by_hand(client, desk):
    _, training = desk
    address = send(client, training, "Zuname,Rufname,Amt\nAmber,Ada,Officer\n")
    page = client.get(f"{address}/columns").text
    assert "Officer" in page

    wrong = client.post(
        f"{address}/columns", data={"c0": "family_name", "c1": "family_name", "header_row": "1"}
    )
    assert wrong.status_code == 422
    assert "are both said to hold the same" in wrong.text
    right = {"c0": "family_name", "c1": "given_names", "c2": "function", "header_row": "1"}
    assert client.post(f"{address}/columns", data=right).status_code == 303
    assert "Officer" in client.get(address).text


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar", "xx", ""])
def test_an_empty_list_can_be_taken_in_each_language(language, client, desk):
    response = client.get(f"/imports/template?language={language}")

    book = CalamineWorkbook.from_filelike(io.BytesIO(response.data))
    assert len(book.get_sheet_by_index(0).to_python()[0]) >= 10
    assert ".xlsx" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("rows/99", {"choice": "skip"}, 404), ("rows/2", {"choice": "x"}, 404), ("rows/99999999", {}, 404),
        ("rows/2", {"email": "x" * 5000}, 303), ("columns", {"c0": "nonsense"}, 422),
        ("columns", {"c999": "family_name", "header_row": "99999"}, 422), ("confirm", {}, 422),
        ("undo", {}, 422),
    ],
)  # fmt: skip
def test_nonsense_is_answered_with_a_sentence_and_changes_nothing(path, data, status, client, desk):
    _, training = desk
    address = send(client, training)

    response = client.post(f"{address}/{path}", data=data)

    assert response.status_code == status
    assert db.session.scalars(db.select(ImportBatch)).one().state.value == "staged"


def test_another_agencys_list_is_not_found(client, desk, make: Make):
    _, training = desk
    address = send(client, training)
    client.sign_in(make.user(Role.PARTNER))

    for path in ("", "/columns"):
        assert client.get(address + path).status_code == 404
    for path in ("/confirm", "/discard", "/undo", "/rows/2", "/columns"):
        assert client.post(address + path, data={"choice": "skip"}).status_code == 404

"""A list through the pages: sent or pasted, corrected, matched, confirmed, undone; and what odd requests are told."""

from __future__ import annotations

import io
import re

import pytest
from python_calamine import CalamineWorkbook

from tests.make import Make
from tests.rosters.make_odd_files import sheets
from training.db import atomic, db
from training.models import ImportBatch, MailState, OutgoingMail, Registration, Role, Sex

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
    assert "Rows to be looked at before the list can be confirmed: 1." in page
    assert client.post(f"{address}/rows/2", data={"email": "ada@example.org"}).status_code == 303
    page = client.get(f"{address}?at=2").text
    assert "Row 2 is settled. No row is left to look at." in page
    assert client.post(f"{address}/confirm", data={"token": token(page)}).status_code == 303

    done = client.get(address).text
    assert "Undo this import" in done
    assert "The list is confirmed." in done
    assert client.post(f"{address}/undo").status_code == 303
    assert db.session.scalars(db.select(Registration)).all() == []
    assert (
        "Registrations that were deleted: 2. New people who were deleted with them: 2."
        in client.get(address).text
    )


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
    assert "are set to the same field" in wrong.text
    right = {"c0": "family_name", "c1": "given_names", "c2": "function", "header_row": "1"}
    assert client.post(f"{address}/columns", data=right).status_code == 303
    assert "Officer" in client.get(address).text


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar", ""])
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


def test_a_list_whose_columns_nothing_tells_leads_to_the_page_where_they_are_said(client, desk):
    address = send(client, desk[1], "Aa 1,Bb 2\nxx 3,yy 4\n")

    assert client.get(address).location == f"{address}/columns"
    page = client.get(f"{address}/columns").text
    assert "do not tell what its columns hold" in page and "xx 3" in page
    said = {"c0": "family_name", "c1": "given_names", "header_row": "1"}
    assert client.post(f"{address}/columns", data=said).status_code == 303
    assert "xx 3, yy 4" in client.get(address).text


def test_pasted_rows_have_a_name_everywhere(client, desk):
    new = f"/imports/for/{desk[1].public_id}/new"
    address = client.post(new, data={"rows": "Family name\tGiven names\nAmber\tAda\n"}).location

    assert ">Pasted rows</a>" in client.get(new).text
    for page in (client.get(address).text, client.get(f"{address}/columns").text):
        assert "Pasted rows" in page
    client.post(f"{address}/confirm", data={"token": token(client.get(address).text)})
    assert "<h1>Pasted rows</h1>" in client.get(address).text


def test_a_long_paste_is_read_or_refused_with_a_sentence(client, desk):
    new = f"/imports/for/{desk[1].public_id}/new"
    for text, words in (
        ("Фамилия\tИмя\n" + "Петрова\tАнна\n" * 90_000, "20,000 rows"),
        ("Фамилия\tИмя\n" + "Петрова\tАнна\n" * 190_000, "2000000 characters|too much to paste|2,000,000"),
    ):
        response = client.post(new, data={"rows": text}, content_type="multipart/form-data")
        assert response.status_code == 422
        assert re.search(words, response.text)


def test_the_sheet_can_be_chosen(client, desk):
    head = ["Surname", "First name"]
    content = sheets({"May": [head, ["Amber", "Ada"]], "June": [head, ["Birch", "Ben"]]})
    data = {"file": (io.BytesIO(content), "list.xlsx")}
    address = client.post(f"/imports/for/{desk[1].public_id}/new", data=data).location
    client.post(f"{address}/rows/2", data={"choice": "skip"})
    page = client.get(f"{address}/columns").text
    assert "Read another sheet instead" in page and "in 1 rows of this sheet will be lost" in page

    assert client.post(f"{address}/columns", data={"sheet": "June"}).location == f"{address}/columns"
    assert "Birch, Ben" in client.get(address).text
    assert client.post(f"{address}/columns", data={"sheet": "July"}).status_code == 422


def test_a_row_that_may_be_another_row_is_chosen_for(client, desk):
    address = send(client, desk[1], "Family name,Given names\nШевченко,Ольга\nShevchenko,Olha\n")
    assert "This may be the person of row 2." in client.get(address).text

    client.post(f"{address}/rows/3", data={"choice": "new"})

    assert "Register these people: 2" in client.get(address).text


def test_the_country_and_the_language_are_shown_where_they_are_stored(client, desk):
    address = send(
        client, desk[1], "Family name,Given names,Country,Language\nAmber,Ada,UA,fr\nBirch,Ben,,\n"
    )

    page = client.get(address).text

    assert "Ukraine · French" in page
    assert page.count('<span class="sub">') >= 2


def test_of_the_same_list_again_what_was_left_out_can_be_registered(client, desk):
    content = LIST.replace("nowhere", "a@example.org")
    first = send(client, desk[1], content)
    client.post(f"{first}/rows/3", data={"choice": "skip"})
    client.post(f"{first}/confirm", data={"token": token(client.get(first).text)})

    again = send(client, desk[1], content)
    page = client.get(again).text

    assert "only what is not stored yet" in page and "Register these people: 1" in page
    assert client.post(f"{again}/confirm", data={"token": token(page)}).status_code == 303
    assert len(db.session.scalars(db.select(Registration)).all()) == 2


def test_who_had_a_letter_is_withdrawn_and_the_page_says_so(client, desk):
    address = send(client, desk[1], LIST.replace("nowhere", "a@example.org"))
    client.post(f"{address}/confirm", data={"token": token(client.get(address).text)})
    assert "People who already had a letter keep" in client.get(address).text

    @atomic
    def sent():
        letter = OutgoingMail.registration_id.is_not(None)
        db.session.execute(db.update(OutgoingMail).where(letter).values(state=MailState.SENT))

    sent()
    client.post(f"{address}/undo")

    page = client.get(address).text
    assert "Undone: the registrations are taken back (2)." in page
    assert "Had a letter already, and are withdrawn: 2." in page


def test_a_name_that_was_split_wrongly_is_mended_in_its_row(client, desk):
    _, training = desk
    address = send(client, training, "Full name,E-mail\nAda Maria Amber Birch,a@example.org\n")
    guessed = client.get(address).text
    assert "Correct what was guessed" in guessed and 'name="accept_guesses"' in guessed

    client.post(f"{address}/rows/2", data={"family_name": "Amber Birch", "given_names": "Ada Maria"})
    page = client.get(f"{address}?at=2").text
    client.post(f"{address}/confirm", data={"token": token(page)})

    assert "split by a guess" not in page and 'name="accept_guesses"' not in page
    assert db.session.scalars(db.select(Registration)).one().name == "Amber Birch, Ada Maria"


def test_only_what_is_wrong_stands_open_to_be_corrected(client, desk):
    _, training = desk
    address = send(client, training)

    first = client.get(f"{address}?at=2").text.partition("All fields")[0].rpartition("<form")[2]
    client.post(f"{address}/rows/2", data={"email": "still nowhere"})

    assert re.findall('name="([a-z_]+)"', first) == ["csrf_token", "request_key", "email"]
    assert 'aria-invalid="true"' in first
    assert "Row 2 is settled" not in client.get(f"{address}?at=2").text
    assert "is settled" not in client.get(f"{address}?at=999").text


GUESSED = (
    "Full name,Nationality,E-mail\nAda Maria Amber,Norlandia,nowhere\nBen Birch,Austrian,b@example.org\n"
)


def test_a_nationality_that_is_not_understood_is_shown_with_the_country_taken_for_it(client, desk):
    _, training = desk
    page = client.get(send(client, training, GUESSED.replace("nowhere", "a@example.org"))).text

    assert "“Norlandia” is not understood: Austria by a guess" in page
    assert 'name="country" value="Norlandia"' in page


def test_correcting_one_cell_leaves_the_rows_other_guesses_to_be_looked_at(client, desk):
    _, training = desk
    address = send(client, training, GUESSED)

    client.post(f"{address}/rows/2", data={"email": "a@example.org", "country": "Norlandia"})
    page = client.get(address).text
    refused = client.post(f"{address}/confirm", data={"token": token(page)})
    client.post(f"{address}/rows/2", data={"country": "NO"})
    mended = client.get(f"{address}?show=guessed").text
    client.post(f"{address}/rows/2", data={"given_names": "Ada Maria Zoe"})
    settled = client.get(f"{address}?show=guessed").text

    assert 'href="#guesses"' in refused.text and "Some values in this list are guesses" in refused.text
    assert "“Norlandia”" in page and "split by a guess" in page
    assert "“Norlandia”" not in mended and "Ada" in mended and mended.count("split by a guess") == 2
    assert "Ada" not in settled and settled.count("split by a guess") == 1


def test_what_a_list_says_anew_is_shown_in_words_beside_whom_it_means(client, desk, make: Make):
    user, training = desk
    one = make.trainee(agency=user.agency, family_name="Amber", given_names="Ada", email="", sex=Sex.M)
    page = client.get(
        send(client, training, "Family name,Given names,Sex,Language,Country\nAMBER,Ada,f,fr,France\n")
    ).text

    assert re.search(r"Sex: male → <strong>female</strong>", page)
    assert "<strong>French</strong>" in page and "<strong>France</strong>" in page
    assert f"/trainees/{one.public_id}" in page


def test_the_question_before_undoing_names_what_vanishes_and_what_stays(client, desk):
    _, training = desk
    address = send(client, training, LIST.replace("nowhere", "a@example.org"))
    client.post(f"{address}/confirm", data={"token": token(client.get(address).text)})

    @atomic
    def one_sent():
        first = db.session.scalars(db.select(Registration).order_by(Registration.id)).first()
        mine = OutgoingMail.registration_id == first.id
        db.session.execute(db.update(OutgoingMail).where(mine).values(state=MailState.SENT))

    one_sent()
    asked = client.get(address).text
    client.post(f"{address}/undo")
    done = client.get(address).text

    assert "Registrations that vanish: 1; new people who vanish with them: 1. People who already had" in asked
    assert (
        "Registrations that were deleted: 1. New people who were deleted with them: 1. Had a letter" in done
    )

"""Leaflets over the wire: sent by who looks after the area, fetched by everybody, and never opened inside a page."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tests.make import Make
from tests.uploads import made
from training.models import Role
from training.services import stored_files
from training.services.programmes import leaflets
from training.uploads import check
from training.web.kit import files

PATH = "/files/leaflets/of/BMV"


def sent(content: bytes, name: str = "Leaflet.pdf", language: str = "en") -> dict[str, object]:
    return {"language": language, "file": (io.BytesIO(content), name)}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.COORDINATOR])
def test_who_looks_after_the_area_adds_replaces_and_removes_it(role, client, make: Make):
    client.sign_in(make.user(role))

    assert client.post(PATH, data=sent(made.pdf())).status_code == 303
    assert "Leaflet.pdf" in client.get(PATH).text
    assert client.post(PATH, data=sent(made.png(), "Other.png")).status_code == 303
    [leaflet] = leaflets.of(make.theme())
    assert leaflet.file.name == "Other.png"
    remove = f"/files/leaflets/{leaflet.public_id}/remove"
    assert client.post(remove).status_code == 303
    assert leaflets.of(make.theme()) == []
    assert client.post(remove).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_everybody_fetches_it_to_save_it(role, client, make: Make):
    leaflet = make.leaflet(content=made.pdf())
    client.sign_in(make.user(role))

    assert f"/files/leaflets/{leaflet.public_id}" in client.get("/themes/BMV").text
    answer = client.get(f"/files/leaflets/{leaflet.public_id}")

    assert answer.status_code == 200
    assert answer.data == made.pdf()
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=leaflet.pdf"
    assert answer.headers["Content-Security-Policy"] == files.SANDBOX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


def test_nobody_fetches_it_without_signing_in_and_others_send_none(client, make: Make):
    leaflet = make.leaflet()

    assert client.get(f"/files/leaflets/{leaflet.public_id}").status_code == 303
    for role, status in ((Role.PARTNER, 403), (Role.TRAINER, 403), (Role.MANAGER, 403)):
        client.sign_in(make.user(role))
        assert client.post(PATH, data=sent(made.pdf())).status_code == status
        assert client.post(f"/files/leaflets/{leaflet.public_id}/remove").status_code == status
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))
    assert client.post(PATH, data=sent(made.pdf())).status_code == 404
    assert client.post(f"/files/leaflets/{leaflet.public_id}/remove").status_code == 404
    assert len(leaflets.of(make.theme())) == 1


WRONG = {
    "no file": ({"language": "en"}, "Choose a file."),
    "no language": (sent(made.pdf(), language=""), "This is needed."),
    "another language": (sent(made.pdf(), language="xx"), "language-error"),
    "a script": (sent(made.pdf(made.with_script)), "contains a script"),
    "a password": (sent(made.pdf(made.with_password)), "protected with a password"),
    "a page": (sent(b"<html>", "page.html"), "one of these: PDF, JPEG, PNG"),
    "another content": (sent(b"<html>"), "does not match its name"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_beside_its_field(what, client, make: Make):
    data, sentence = WRONG[what]
    client.sign_in(make.user())
    data = {
        key: (io.BytesIO(value[0].getvalue()), value[1]) if key == "file" else value
        for key, value in data.items()
    }

    answer = client.post(PATH, data=data)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "-error" in answer.text
    assert leaflets.of(make.theme()) == []


def long(content: bytes, most: int) -> bytes:
    """The same PDF with a comment at its beginning that makes it so long."""
    return content + b"\n%" + b"x" * (most - len(content) - 2)


def test_a_file_of_twenty_megabytes_may_be_sent_there_and_nowhere_else(client, make: Make):
    client.sign_in(make.user())
    most = check.MOST_BYTES

    assert client.post(PATH, data=sent(long(made.pdf(), most))).status_code == 303
    too_long = client.post(PATH, data=sent(long(made.pdf(), most + 1), language="fr"))
    far_too_long = client.post(PATH, data=sent(b"%PDF-" + b"x" * (most + files.AROUND), language="fr"))
    elsewhere = client.post(
        "/organisation/logo", data={"logo": (io.BytesIO(b"x" * (11 * 1024 * 1024)), "a.png")}
    )

    assert too_long.status_code == 422 and "larger than 20 MB" in too_long.text
    assert far_too_long.status_code == 413 and "at most 20 MB" in far_too_long.text
    assert elsewhere.status_code == 413
    assert [one.language for one in leaflets.of(make.theme())] == ["en"]


def test_without_an_account_a_long_request_is_cut_as_everywhere(client, make: Make):
    assert client.post(PATH, data=sent(b"%PDF-" + b"x" * (12 * 1024 * 1024))).status_code == 413


def test_only_the_limit_of_its_address_lets_a_long_file_in(client, make: Make, monkeypatch):
    client.sign_in(make.user())
    monkeypatch.setattr(files, "MOST_BYTES", {})

    assert client.post(PATH, data=sent(long(made.pdf(), 12 * 1024 * 1024))).status_code == 413


def test_a_lost_content_is_no_error_of_the_server(client, make: Make):
    leaflet = make.leaflet(content=b"%PDF-1.7 lost over the wire")
    client.sign_in(make.user(Role.PARTNER))
    stored_files.path(make.store(), leaflet.file).unlink()

    answer = client.get(f"/files/leaflets/{leaflet.public_id}")

    assert answer.status_code == 404
    assert client.get("/themes/BMV").status_code == 200


def test_a_form_that_is_sent_twice_takes_effect_once(app: Flask, client, make: Make):
    client.sign_in(make.user())
    key = {"request_key": "the-same-key"}

    first = client.post(PATH, data={**sent(made.pdf()), **key})
    [leaflet] = leaflets.of(make.theme())
    number = leaflet.stored_file_id
    second = client.post(PATH, data={**sent(made.pdf()), **key})

    assert first.status_code == second.status_code == 303
    assert [one.stored_file_id for one in leaflets.of(make.theme())] == [number]

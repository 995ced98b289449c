"""The organisation's logo: on pages and papers until it is taken away, and a small picture or none."""

from __future__ import annotations

import io

import pytest

from tests.make import Make
from training.services import organisations
from training.services.reports import downloads
from training.services.reports.figures import Filters

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100"
    "c9fe92ef0000000049454e44ae426082"
)


def send(client, content: bytes):
    return client.post("/organisation/logo", data={"logo": (io.BytesIO(content), "logo.png")})


def test_a_logo_is_shown_on_pages_and_papers_until_it_is_taken_away(client, make: Make):
    client.sign_in(make.user())

    assert send(client, PNG).status_code == 303

    shown = client.get("/organisation/logo")
    assert (shown.data, shown.mimetype) == (PNG, "image/png")
    assert 'src="/organisation/logo"' in client.get("/").text
    assert b"/Subtype/Image" in downloads.paper(Filters(), user=None, demo=False, language="en")
    client.post("/organisation/logo", data={"remove": "1"})
    assert client.get("/organisation/logo").status_code == 404
    assert b"/Subtype/Image" not in downloads.paper(Filters(), user=None, demo=False, language="en")


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"GIF89a", PNG + bytes(100_001)])
def test_what_is_not_a_small_picture_is_refused_beside_the_field(content, client, make: Make):
    client.sign_in(make.user())

    response = send(client, content)

    assert response.status_code == 422
    assert "PNG or JPEG picture" in response.text or "more than 100 kB" in response.text
    assert organisations.logo() is None

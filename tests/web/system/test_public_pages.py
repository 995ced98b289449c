"""Contact, privacy notice, imprint and accessibility: for everybody, in three languages, at the foot of every page."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config import LANGUAGES
from tests.conftest import SECRET
from tests.forms import Sheet
from tests.make import Make
from training.db import db
from training.models import AuditEntry, PageKind, PublicPage, Role
from training.services import organisations, public_pages
from training.services.imports import confirming
from training.services.letters import outbox
from training.texts import links
from training.texts import public_pages as texts

FOOT = [f"/{kind.value}" for kind in PageKind]


def named(by) -> None:
    details = organisations.Details(
        name="Centre of Examples",
        address="Road 1\n1010 Town",
        reply_email="office@example.org",
        accent="#112233",
    )
    organisations.change(by=by, details=details)


def foot(page: str) -> list[str]:
    """Where the foot of a page leads, without the language."""
    found = re.search(r'<footer class="foot">(.*?)</footer>', page, re.S)
    assert found, page[-600:]
    return [one.partition("?")[0] for one in re.findall(r'href="([^"]+)"', found[1])]


@pytest.mark.parametrize("kind", PageKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_whose_it_is_in_every_language_without_a_gap(kind, language, client, make: Make):
    named(make.user())

    page = client.get(f"/{kind.value}?language={language}")

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert "Centre of Examples" in page.text and "$" not in re.sub(
        r"<head>.*</head>", "", page.text, flags=re.S
    )
    if kind is not PageKind.ACCESSIBILITY:
        assert kind is PageKind.IMPRINT or "office@example.org" in page.text
        assert "Road 1" in page.text


def test_what_is_not_known_leaves_no_gap(client):
    page = client.get("/privacy").text

    assert "Questions and requests about your data:" not in page and "Address:" not in page
    assert "None" not in page


def test_the_foot_of_every_page_leads_to_them(client, make: Make, monkeypatch):
    registration = make.registration(make.training())
    token = links.token(registration.public_id, registration.trainee.public_id, secret_key=SECRET)

    for path in ("/sign-in", "/forgotten", "/privacy", "/nowhere", f"/my/{token}", "/my/x"):
        assert foot(client.get(path).text) == FOOT, path
    for role in Role:
        client.sign_in(make.user(role))
        assert foot(client.get("/").text) == FOOT, role
    assert foot(client.get("/users").text) == FOOT  # a trainer may not: the page that says so

    def fails(*_, **__):
        raise OperationalError("select", {}, Exception("locked"))

    monkeypatch.setattr("training.web.system.public_pages.public_pages.shown", fails)
    busy = client.get("/contact")
    assert busy.status_code == 503 and foot(busy.text) == FOOT


def test_a_persons_page_leads_to_them_in_its_own_language_and_they_set_it(client, make: Make):
    trainee = make.trainee(language="ru")
    registration = make.registration(make.training(), trainee)
    token = links.token(registration.public_id, trainee.public_id, secret_key=SECRET)

    page = client.get(f"/my/{token}").text
    assert 'href="/privacy?language=ru"' in page

    assert "Зачем мы храним" in client.get("/privacy?language=ru").text
    assert "Why we hold" in client.get("/privacy?language=xx").text


def test_an_administrator_writes_the_pages_and_everybody_reads_them(client, make: Make):
    admin = make.user()
    named(admin)
    client.sign_in(admin)
    form = client.get("/organisation/pages/contact").get_data(as_text=True)
    assert html.escape(texts.shipped("contact", "fr").splitlines()[0][:20]) in html.unescape(form)

    came = texts.shipped("contact", "ru").replace("\n", "\r\n")
    own = "# Who we are\nCall ${organisation} on 5 $ a day <b>now</b>.\n\n- mornings\n- https://example.org/help"
    sent = Sheet(form).sent(text_en=[own], text_fr=[""], text_ru=[came])
    told = client.post("/organisation/pages/contact", data=sent)
    assert told.status_code == 303

    client.get("/sign-out")
    page = client.get("/contact?language=en").text
    assert "<h2>Who we are</h2>" in page
    assert "Call Centre of Examples on 5 $ a day &lt;b&gt;now&lt;/b&gt;." in page
    assert '<a href="https://example.org/help" rel="noopener">' in page
    assert texts.shipped("contact", "fr").split(",")[0] in html.unescape(
        client.get("/contact?language=fr").text
    )
    assert public_pages.own()[PageKind.CONTACT] == ("en",)


def test_a_text_that_is_saved_as_it_came_follows_the_next_release(make: Make, monkeypatch):
    admin = make.user()
    came = public_pages.details(PageKind.IMPRINT)
    public_pages.change(PageKind.IMPRINT, by=admin, details=replace(came, text_ru="Своё."))

    monkeypatch.setattr(texts, "shipped", lambda kind, language: f"{kind} {language}, next release")
    now = public_pages.details(PageKind.IMPRINT)

    assert (now.text_en, now.text_ru) == ("imprint en, next release", "Своё.")


def test_a_change_is_in_the_audit_log_and_an_emptied_text_is_the_products_again(make: Make):
    admin = make.user()
    public_pages.change(PageKind.PRIVACY, by=admin, details=public_pages.Details(text_en="Ours."))
    public_pages.change(PageKind.PRIVACY, by=admin, details=public_pages.Details())

    [page] = db.session.scalars(select(PublicPage)).all()
    assert page.text_en == ""
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "public_page.change").order_by(AuditEntry.id)
    ).all()
    assert [one.changes["text_en"] for one in entries] == [["", "Ours."], ["Ours.", ""]]
    assert public_pages.details(PageKind.PRIVACY).text_en == texts.shipped("privacy", "en")


def test_there_is_no_other_page_to_write(client, make: Make):
    client.sign_in(make.user())

    assert client.get("/organisation/pages/terms").status_code == 404


@pytest.mark.parametrize("kind", PageKind)
def test_the_shipped_texts_say_the_same_things_in_every_language(kind):
    shapes = {
        language: [
            (type(block).__name__, len(getattr(block, "points", ())))
            for block in texts.blocks(texts.shipped(kind.value, language))
        ]
        for language in LANGUAGES
    }

    assert shapes["fr"] == shapes["ru"] == shapes["en"]
    assert len(shapes["en"]) >= 2
    named_in = {
        language: sorted(re.findall(r"\$\{(\w+)\}", texts.shipped(kind.value, language)))
        for language in LANGUAGES
    }
    assert set(named_in["fr"]) == set(named_in["ru"]) == set(named_in["en"]) <= set(texts.PLACEHOLDERS)


def test_a_text_is_read_in_headings_paragraphs_and_points():
    found = texts.blocks("# A\none\ntwo\n\n- p\n- q\nthree\n#no heading\n-5 degrees\n")

    assert found == [
        texts.Heading("A"),
        texts.Paragraph(("one", "two")),
        texts.Points(("p", "q")),
        texts.Paragraph(("three", "#no heading", "-5 degrees")),
    ]


def test_the_privacy_notice_names_the_times_that_the_product_keeps(make: Make):
    """What is promised there must follow the code: whoever changes one of these changes the notice."""
    for language in LANGUAGES:
        text = texts.shipped("privacy", language)
        assert f"{outbox.TEXT_KEPT.days} " in text and f"{confirming.KEPT.days} " in text

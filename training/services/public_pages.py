"""The pages that everybody may read: contact, privacy notice, imprint and accessibility statement.

Each has a text in every language that is shipped. Until the organisation writes its own, the page shows the one that
comes with the product. A text that is saved as it came is not stored, so that it follows the next release.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from config import LANGUAGES
from training.db import atomic, db, found_or_stored
from training.models import PageKind, PublicPage, User
from training.services import audit, organisations
from training.services.seen import Seen, hold, plain, settle
from training.texts import public_pages as texts
from training.texts.public_pages import Block


@dataclass(frozen=True, kw_only=True)
class Details:
    """The texts of one page, by language, as they are shown before their placeholders are filled."""

    text_en: str = ""
    text_fr: str = ""
    text_ru: str = ""


def details(kind: PageKind) -> Details:
    """The texts of a page: the organisation's own, and elsewhere those that come with the product."""
    return _details(_of(kind) or _unwritten(kind))


def shown(kind: PageKind, language: str, *, site: str) -> list[Block]:
    """What a page says in ``language``, filled in with the organisation's name and addresses.

    ``site`` is the address of this instance.
    """
    organisation = organisations.get()
    values = {
        "organisation": organisation.name,
        "address": ", ".join(line.strip() for line in organisation.address.splitlines() if line.strip()),
        "email": organisation.reply_email,
        "site": site,
    }
    text = getattr(details(kind), f"text_{language if language in LANGUAGES else 'en'}")
    return texts.blocks(texts.filled(text, values))


def own() -> dict[PageKind, tuple[str, ...]]:
    """The languages in which the organisation wrote a page itself, for every page."""
    found = {row.kind: row for row in db.session.scalars(select(PublicPage))}
    return {
        kind: tuple(code for code in LANGUAGES if kind in found and getattr(found[kind], f"text_{code}"))
        for kind in PageKind
    }


def get(kind: PageKind) -> PublicPage:
    """The page's row. Until somebody writes the page, it is one that is not stored."""
    return _of(kind) or _unwritten(kind)


@atomic
def change(kind: PageKind, *, by: User, details: Details, seen: Seen | None = None) -> PublicPage:
    """Set the texts of a page. An empty text, or one as it came with the product, is the product's."""
    page = found_or_stored(lambda: _of(kind), lambda: _unwritten(kind))
    hold(page)
    details = settle(seen, details, _details(page))
    before = audit.snapshot(page)
    page.text_en = _own(kind, "en", details.text_en)
    page.text_fr = _own(kind, "fr", details.text_fr)
    page.text_ru = _own(kind, "ru", details.text_ru)
    audit.record(by=by, action="public_page.change", thing=page, before=before)
    return page


def _own(kind: PageKind, language: str, text: str) -> str:
    """What is stored of a text: nothing if it is as it came with the product."""
    return "" if plain(text) == plain(texts.shipped(kind, language)) else text


def _of(kind: PageKind) -> PublicPage | None:
    return db.session.scalar(select(PublicPage).where(PublicPage.kind == kind))


def _unwritten(kind: PageKind) -> PublicPage:
    return PublicPage(kind=kind, text_en="", text_fr="", text_ru="")


def _details(page: PublicPage) -> Details:
    texts_of = {
        f"text_{code}": getattr(page, f"text_{code}") or texts.shipped(page.kind, code) for code in LANGUAGES
    }
    return Details(**texts_of)

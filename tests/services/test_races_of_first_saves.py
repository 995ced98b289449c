"""Two people save what has no row yet at the same moment, with real commits: the second is compared with the first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.make import Make
from tests.services.racing import get
from training import db as database
from training.db import db
from training.errors import Conflict
from training.models import Organisation, PageKind, PublicPage, User
from training.services import organisations, public_pages
from training.services.seen import ChangedMeanwhile, Seen, as_stored, plain

pytestmark = pytest.mark.real_commit
TRIALS = 20


def empty(app: Flask) -> int:
    """No page of the organisation's own, and no settings; returns who writes."""

    @database.atomic
    def cleared() -> None:
        db.session.query(PublicPage).delete()
        db.session.query(Organisation).delete()

    with app.app_context():
        cleared()
        by = Make().user().id
        db.session.remove()
        return by


def both(app: Flask, act: Callable[[int, User], None], by: int) -> list[Exception]:
    """Both act at once, both having looked before either has stored; what they were refused."""
    gate, refused = threading.Barrier(2), []

    def write(n: int) -> None:
        with app.app_context():
            who = get(User, by)
            gate.wait(10)
            try:
                act(n, who)
            except Exception as refusal:  # whatever it is, the test says it
                refused.append(refusal)
            finally:
                db.session.remove()

    writers = [threading.Thread(target=write, args=[n]) for n in (0, 1)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    return refused


def shown(details: Any) -> Seen:
    return Seen({name: plain(getattr(details, name)) for name in details.__dataclass_fields__})


def save_page(n: int, by: User, fields: tuple[str, str]) -> None:
    opened = public_pages.details(PageKind.CONTACT)
    mine = replace(opened, **{fields[n]: f"Written by {n}"})
    public_pages.change(PageKind.CONTACT, by=by, details=mine, seen=shown(opened_at_first()))


def opened_at_first() -> public_pages.Details:
    return public_pages._details(public_pages._unwritten(PageKind.CONTACT))


def save_settings(n: int, by: User, fields: tuple[str, str]) -> None:
    opened = as_stored(organisations.Details, unnamed())
    organisations.change(by=by, details=replace(opened, **{fields[n]: f"Written by {n}"}), seen=shown(opened))


def unnamed() -> Organisation:
    return Organisation(
        id=1,
        name=organisations.UNNAMED,
        address="",
        sender_name="",
        reply_email="",
        accent="#1d4ed8",
        donor_block="",
    )


ACTS = {
    "page": (save_page, ("text_en", "text_fr")),
    "settings": (save_settings, ("address", "donor_block")),
}


def stored(app: Flask, name: str) -> list[str]:
    with app.app_context():
        if name == "page":
            found = public_pages.details(PageKind.CONTACT)
        else:
            found = as_stored(organisations.Details, organisations.get())
        db.session.remove()
        return [getattr(found, field) for field in ACTS[name][1]]


@pytest.mark.parametrize("name", ACTS)
def test_two_who_write_different_parts_at_first_both_stand(name: str, raced: Flask):
    act, fields = ACTS[name]
    for _ in range(TRIALS):
        by = empty(raced)
        assert both(raced, lambda n, who: act(n, who, fields), by) == []
        assert stored(raced, name) == ["Written by 0", "Written by 1"]


@pytest.mark.parametrize("name", ACTS)
def test_of_two_who_write_the_same_at_first_one_is_told(name: str, raced: Flask):
    act, (field, _) = ACTS[name]
    for _ in range(TRIALS):
        by = empty(raced)
        [refused] = both(raced, lambda n, who: act(n, who, (field, field)), by)
        assert isinstance(refused, ChangedMeanwhile)
        assert stored(raced, name)[0] in ("Written by 0", "Written by 1")


def test_without_finding_what_the_other_has_stored_one_would_lose_all_of_it(raced: Flask, monkeypatch):
    """On SQLite writers queue, so that the second has looked after the first has stored."""
    with raced.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
    gate = threading.Barrier(2)

    def stored_by_both(find: Callable[[], Any], new: Callable[[], Any]) -> Any:
        found = find()
        if not is_sqlite:
            gate.wait(10)
        if found is None:
            found = new()
            db.session.add(found)
            db.session.flush()
        return found

    monkeypatch.setattr(public_pages, "found_or_stored", stored_by_both)
    by = empty(raced)
    refused = both(raced, lambda n, who: save_page(n, who, ("text_en", "text_fr")), by)

    assert [isinstance(one, Conflict) for one in refused] == ([] if is_sqlite else [True])


def test_a_key_that_is_taken_for_another_reason_is_still_refused(raced: Flask):
    """``found_or_stored`` hides nothing: where nobody stored the row, the refusal goes on."""

    @database.atomic
    def twice() -> None:
        for _ in range(2):
            database.found_or_stored(
                lambda: None, lambda: PublicPage(kind=PageKind.IMPRINT, text_en="", text_fr="", text_ru="")
            )

    empty(raced)
    with raced.app_context():
        with pytest.raises(Conflict, match="at the same moment"):
            twice()
        db.session.remove()

"""A theme has one leaflet in a language. Who added, replaced and removed it is recorded, and the file's row stays."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import db
from training.errors import Conflict, Invalid, NotFound
from training.models import Role, StoredFile
from training.services import audit
from training.services.programmes import leaflets


def entries(theme) -> list[tuple[str, str]]:
    found = db.session.scalars(audit.about(theme))
    return [(one.action, one.changes.get("language", "")) for one in found]


def test_leaflets_stand_in_the_order_of_languages(make: Make):
    for language in ("ru", "fr", "ar", "en"):
        make.leaflet("MD", language)

    assert [one.language for one in leaflets.of(make.theme("MD"))] == ["en", "fr", "ru", "ar"]
    assert leaflets.of(make.theme("THB")) == []


def test_another_file_takes_the_place_of_the_one_that_is_there(make: Make):
    first = make.leaflet(content=b"%PDF-1.7 first")
    old = first.file
    admin = make.user()

    second = leaflets.put(
        make.theme(), by=admin, language="en", file=make.taken(b"%PDF-1.7 second", "New.pdf")
    )

    assert [one.file.name for one in leaflets.of(make.theme())] == ["New.pdf"]
    assert second.id == first.id
    assert old.deleted_at is not None and old.reason == "Another file was put in its place."
    assert entries(make.theme()) == [("theme.replace_leaflet", "en"), ("theme.add_leaflet", "en")]
    latest = db.session.scalars(audit.about(make.theme())).first()
    assert latest.changes == {"file": ["leaflet.pdf", "New.pdf"], "language": "en"}
    with pytest.raises(NotFound):
        leaflets.get(admin, old.public_id)


def test_removing_keeps_the_row_of_the_file(make: Make):
    leaflet, admin = make.leaflet(), make.user()
    file = leaflet.file

    leaflets.remove(file, by=admin)

    assert leaflets.of(make.theme()) == []
    assert db.session.scalar(select(func.count()).where(StoredFile.id == file.id)) == 1
    assert file.deleted_at is not None
    assert entries(make.theme())[0] == ("theme.remove_leaflet", "en")


def test_what_somebody_replaced_meanwhile_is_not_removed(make: Make):
    seen, admin = make.leaflet().file, make.user()
    make.leaflet(content=b"%PDF-1.7 newer")

    with pytest.raises(Conflict):
        leaflets.remove(seen, by=admin)
    assert len(leaflets.of(make.theme())) == 1


def test_a_language_that_is_not_offered_is_refused(make: Make):
    with pytest.raises(Invalid) as refusal:
        leaflets.put(make.theme(), by=None, language="xx", file=make.taken())

    assert refusal.value.field == "language"


@pytest.mark.parametrize("role", Role)
def test_everybody_who_signs_in_may_read_them(role, make: Make):
    leaflet = make.leaflet()

    assert leaflets.get(make.user(role), leaflet.public_id).id == leaflet.id
